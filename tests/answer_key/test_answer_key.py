"""The simulated company against its answer key: identities, cycles, handoffs and KPI values, to the row."""

import csv
import shutil
from collections import Counter
from pathlib import Path
from typing import Literal

import duckdb
import pytest

from tests.answer_key import comparison
from tests.support import Builder, Built, land, simulated

# What the relay calls a planted conflict.
CLASSIFIED = {
    "lost": "lost_in_transit",
    "invented": "invented",
    "double_entry": "double_entry",
    "delivered_late": "delivered_late",
    "recovered": "recovered",
}
WRONGS = ("lost_in_transit", "invented", "double_entry")


def built(builder: Builder, people: int, seed: int, conflicts: Literal["default", "none"]) -> Built:
    company = simulated(builder.root / f"{conflicts}-{seed}", people=people, seed=seed, conflicts=conflicts)
    land(company)
    builder.build(company)
    return company


def assert_equal(company: Built) -> None:
    connection = comparison.open_company(company.warehouse, company.answer_key)
    try:
        for section in comparison.ALL:
            assert min(comparison.compared_rows(connection, section)) > 0, f"{section}: nothing is compared"
        found = {section: comparison.differences(connection, section) for section in comparison.ALL}
        kpis = comparison.differing_kpis(connection)
        unexplained = connection.execute(
            "SELECT kpi_code, side, subject_id FROM m.marts.kpi_bridge_rows WHERE reason = 'unexplained'"
        ).fetchall()
    finally:
        connection.close()
    assert not kpis, f"KPI, view and basis -> rows that differ: {kpis}; {found['KPI values'][:4]}"
    assert not {section: (len(rows), rows[:4]) for section, rows in found.items() if rows}
    assert not unexplained, f"the bridge between the teams' numbers has no reason for {unexplained[:4]}"


def planted(company: Built) -> Counter[tuple[str, str, str]]:
    """(boundary, classification, record) of each planted conflict: the giver's record where it was lost, else the taker's."""
    with (company.answer_key / "conflicts.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    records = [row["record_ids"].split(";") for row in rows]
    return Counter(
        (row["boundary"], CLASSIFIED[row["kind"]], ids[0] if row["kind"] == "lost" else ids[-1])
        for row, ids in zip(rows, records, strict=True)
    )


def classified(company: Built) -> Counter[tuple[str, str, str]]:
    """(boundary, classification, record) of each handoff that the marts call one of these."""
    with duckdb.connect(str(company.warehouse), read_only=True) as connection:
        rows = connection.execute(
            """
            SELECT h.boundary, h.classification,
                CASE WHEN h.classification = 'lost_in_transit' THEN r.out_record_id ELSE r.in_record_id END
            FROM marts.handoffs AS h JOIN relay.relay_handoffs AS r USING (handoff_id)
            WHERE list_contains(?, h.classification)
            """,
            [list(CLASSIFIED.values())],
        ).fetchall()
    return Counter((boundary, classification, record) for boundary, classification, record in rows)


def test_a_company_with_conflicts_equals_its_answer_key(conflicted: Built) -> None:
    assert_equal(conflicted)


def test_a_company_without_conflicts_equals_its_answer_key(clean: Built) -> None:
    assert_equal(clean)


def test_every_planted_conflict_is_found_and_nothing_else(conflicted: Built) -> None:
    expected = planted(conflicted)
    assert {kind for _, kind, _ in expected} == set(CLASSIFIED.values())
    assert {boundary for boundary, _, _ in expected} == {"B1", "B2", "B3"}
    assert classified(conflicted) == expected


def test_a_company_without_conflicts_shows_none(clean: Built) -> None:
    assert planted(clean) == Counter()
    assert {kind for _, kind, _ in classified(clean)} & set(WRONGS) == set()


@pytest.mark.parametrize(
    ("section", "change"),
    [
        ("cycles", "UPDATE marts.leads SET mql_at = mql_at + INTERVAL 1 SECOND WHERE lead_id = (SELECT min(lead_id) FROM marts.leads WHERE mql_at IS NOT NULL)"),
        ("handoffs", "DELETE FROM relay.relay_handoffs WHERE handoff_id = (SELECT min(handoff_id) FROM relay.relay_handoffs)"),
        ("relay ledger", "UPDATE marts.relay_ledger SET lost = lost + 1 WHERE boundary = 'B2' AND month_start_on = DATE '2025-01-01'"),
        ("KPI values", "UPDATE marts.kpi_values SET numerator = numerator + 1 WHERE kpi_code = 'mql_cnt' AND view = 'shared' AND segment = 'all' AND grain = 'month' AND period_start = DATE '2025-01-01'"),
        ("people", "UPDATE marts.people SET is_countable = NOT is_countable WHERE person_key = (SELECT min(person_key) FROM conformed.person_records WHERE source_system = 'hubspot')"),
        ("identities", "UPDATE conformed.person_records SET person_key = 'another' WHERE record_id = (SELECT max(record_id) FROM conformed.person_records WHERE record_type = 'crm_lead')"),
        ("stage events", "DELETE FROM marts.stage_events WHERE stage_event_id = (SELECT min(stage_event_id) FROM marts.stage_events WHERE stage = 'mql')"),
    ],
)  # fmt: skip
def test_one_changed_row_is_seen(conflicted: Built, tmp_path: Path, section: str, change: str) -> None:
    copy = tmp_path / "changed.duckdb"
    shutil.copyfile(conflicted.warehouse, copy)
    with duckdb.connect(str(copy)) as connection:
        changed = connection.execute(change).fetchone()
        assert changed == (1,), "the change itself must hit one row"
    connection = comparison.open_company(copy, conflicted.answer_key)
    assert comparison.differences(connection, section)


@pytest.mark.parametrize(
    ("kpi", "change"),
    [
        ("velocity shared derived", "UPDATE marts.kpi_values SET value = value + 1 WHERE kpi_code = 'velocity' AND segment = 'all' AND grain = 'fiscal_year' AND period_start = DATE '2025-04-01'"),
        ("attr_rev shared flow", "UPDATE marts.kpi_values SET member = 'linear' WHERE kpi_code = 'attr_rev' AND member = 'u_shaped' AND segment = 'all' AND grain = 'fiscal_year' AND period_start = DATE '2025-04-01'"),
        ("inquiry_cnt sales flow", "DELETE FROM marts.kpi_values WHERE kpi_code = 'inquiry_cnt' AND view = 'sales' AND segment = 'all' AND grain = 'fiscal_year' AND period_start = DATE '2025-04-01'"),
        ("cs_handoff_days shared duration", "UPDATE marts.kpi_values SET censored_cnt = censored_cnt + 1 WHERE kpi_code = 'cs_handoff_days' AND statistic = 'p90' AND segment = 'all' AND grain = 'fiscal_year' AND period_start = DATE '2025-04-01'"),
    ],
)  # fmt: skip
def test_a_kpi_that_differs_is_named(conflicted: Built, tmp_path: Path, kpi: str, change: str) -> None:
    copy = tmp_path / "changed.duckdb"
    shutil.copyfile(conflicted.warehouse, copy)
    before = named(copy, conflicted)
    with duckdb.connect(str(copy)) as connection:
        assert connection.execute(change).fetchone() == (1,), "the change itself must hit one row"
    assert {name for name, count in named(copy, conflicted).items() if count != before.get(name)} == {kpi}


def named(warehouse: Path, company: Built) -> dict[str, int]:
    connection = comparison.open_company(warehouse, company.answer_key)
    try:
        return comparison.differing_kpis(connection)
    finally:
        connection.close()


@pytest.mark.prove
@pytest.mark.parametrize("conflicts", ["default", "none"])
@pytest.mark.parametrize("seed", range(1, 6))
def test_five_seeds_equal_their_answer_keys(builder: Builder, seed: int, conflicts: Literal["default", "none"]) -> None:
    company = built(builder, 1500, seed, conflicts)
    assert_equal(company)
    if conflicts == "default":
        assert classified(company) == planted(company)
    else:
        assert not {kind for _, kind, _ in classified(company)} & set(WRONGS)
    shutil.rmtree(company.root)
