"""The restatement log: what a later publish changes in closed months, each planted change under its cause, and from the ledger alone again."""

import csv
import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from orchestration.ledger import record_version, write_tables
from tests.support import Builder, Built, land, rows_of_data_test, settle, simulated

MODELS = "+kpi_restatements +kpi_restatement_rows +kpi_values_by_definition +kpi_bridge +new_definitions +new_persons +new_subjects"
EDITED = "run_parameters definitions_now attribution_weights attribution_weights+,+kpi_values_redefined"
U_SHAPED = "u_shaped,400000,200000,400000"
MOMENT, AS_OF = "20260401T150000Z", "2026-04-01 15:00:00"
LOOKED_BACK = "2026-02-20 15:00:00"
LATE_MONTH, CHANGED_ON = "2025-02-01", "2026-02-01"
FX = "currency,valid_from,valid_to,rate_to_base\nUSD,2023-01-01,2023-12-31,140.00\nUSD,2024-01-01,2026-12-31,250.00\nEUR,2024-01-01,2026-12-31,162.00\n"
HOT = f"min_score,requires_target_persona,recency_days,valid_from,valid_to\n60,true,30,,2026-01-31\n1000,true,30,{CHANGED_ON},\n"


@dataclass(frozen=True)
class Story:
    """The warehouse before and after the changes, rebuilt from landing zone and ledger, then with an edited rule; and what was changed."""

    before: Path
    after: Path
    rebuilt: Path
    edited: Path
    late_person: str
    deleted: str
    merged: tuple[str, str]
    backdated: str


def rows(warehouse: Path, query: str, *parameters: Any) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(warehouse), read_only=True) as con:
        return con.execute(query, list(parameters)).fetchall()


def publish(company: Built, version: str) -> None:
    """Leave the warehouse's record in the ledger, as publishing does."""
    folder = company.root / "versions" / version
    with duckdb.connect() as con:
        con.execute(f"ATTACH '{company.warehouse}' AS warehouse (READ_ONLY)")
        write_tables(con, folder)
    record_version(company.config.landing_dir, {"version": version}, folder)


def copied(company: Built, name: str) -> Path:
    return Path(shutil.copyfile(company.warehouse, company.root / f"{name}.duckdb"))


def delivered(company: Built, table: str, key: str, value: str) -> dict[str, str]:
    """A record of the CRM as it was delivered last."""
    for path in sorted((company.exports / "salesforce").glob(f"{table}_2*.csv"), reverse=True):
        with path.open(encoding="utf-8-sig", newline="") as file:
            for row in csv.DictReader(file):
                if row[key] == value:
                    return row
    raise AssertionError(f"no {table} {value}")


def deliver(company: Built, table: str, records: list[dict[str, str]]) -> None:
    with (company.exports / "salesforce" / f"{table}_{MOMENT}.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(records[0]))
        writer.writeheader()
        writer.writerows(records)


@pytest.fixture(scope="module")
def story(builder: Builder) -> Story:
    company = simulated(builder.root / "restated", people=300, seed=5)
    land(company)
    builder.build(company, select=MODELS)
    before = copied(company, "before")
    publish(company, "20260401T000000000Z-a")
    builder.build(company, select=MODELS, as_of=LOOKED_BACK)
    publish(company, "20260401T120000000Z-back")

    # one opportunity is deleted, the winning of another moved back to the month of the change before it, two leads merged, a response comes late: all of different people
    deals = rows(
        before,
        "SELECT person_key, crm_opportunity_id, is_won FROM conformed.con_opportunities"
        " WHERE is_countable AND currency = 'JPY' AND person_key IS NOT NULL"
        " QUALIFY count(*) OVER (PARTITION BY person_key) = 1 ORDER BY crm_opportunity_id",
    )
    deleted = next(deal for deal in deals if not deal[2])
    won = rows(
        before,
        "SELECT crm_opportunity_id, history_id, strftime(earlier_at + INTERVAL 1 HOUR, '%Y-%m-%dT%H:%M:%S') FROM ("
        " SELECT *, lag(changed_at) OVER (PARTITION BY crm_opportunity_id ORDER BY changed_at) AS earlier_at FROM contract.crm_opportunity_history)"
        " JOIN conformed.opportunity_changes AS moves USING (crm_opportunity_id, history_id, changed_at)"
        " WHERE moves.stage_code = 'won' AND month(earlier_at) <> month(changed_at) AND list_contains(?, crm_opportunity_id) ORDER BY 1",
        [deal[1] for deal in deals if deal[2]],
    )[0]
    used = [deal[0] for deal in deals]
    singles = rows(
        before,
        "SELECT person_key, max(record_id) FILTER (WHERE record_type = 'crm_lead') AS lead, max(record_id) FILTER (WHERE record_type = 'ma_person') AS ma"
        " FROM conformed.person_records JOIN definitions.countable_people USING (person_key)"
        " WHERE is_countable AND NOT list_contains(?, person_key)"
        " GROUP BY person_key HAVING count(*) = 2 AND lead IS NOT NULL AND ma IS NOT NULL AND NOT bool_or(is_deleted) ORDER BY person_key",
        used,
    )
    loser, master, late = singles[:3]
    at = {"LastModifiedDate": "2026-04-01T10:00:00.000+0000", "SystemModstamp": "2026-04-01T10:00:00.000+0000"}
    deliver(
        company, "opportunities", [delivered(company, "opportunities", "Id", deleted[1]) | at | {"IsDeleted": "true"}]
    )
    deliver(
        company,
        "leads",
        [delivered(company, "leads", "Id", loser[1]) | at | {"IsDeleted": "true", "MasterRecordId": master[1]}],
    )
    deliver(
        company,
        "opportunity_history",
        [delivered(company, "opportunity_history", "Id", won[1]) | {"CreatedDate": f"{won[2]}.000+0000"}],
    )
    response = {"conversion_id": "came-late", "contact_id": late[2], "timestamp": f"{LATE_MONTH}T03:00:00.000Z"}
    (company.exports / "hubspot" / f"form_submissions_{MOMENT}.jsonl").write_text(
        json.dumps(response) + "\n", encoding="utf-8"
    )
    settle(company.exports)
    seeds = company.config.seeds_dir
    assert seeds is not None
    (seeds / "fx_rates.csv").write_text(FX, encoding="utf-8")
    (seeds / "hot_lead_thresholds.csv").write_text(HOT, encoding="utf-8")
    (seeds / "gross_margins.csv").write_text("valid_from,valid_to,margin\n,,0.55\n", encoding="utf-8")
    land(company)
    builder.build(company, select=MODELS, as_of=AS_OF)
    after = copied(company, "after")
    publish(company, "20260402T000000000Z-b")

    company.warehouse.unlink()
    builder.build(company, select=MODELS, as_of=AS_OF)
    rebuilt = copied(company, "rebuilt")
    weights = (seeds / "attribution_weights.csv").read_text(encoding="utf-8")
    assert U_SHAPED in weights
    (seeds / "attribution_weights.csv").write_text(
        weights.replace(U_SHAPED, "u_shaped,100000,800000,100000"), encoding="utf-8"
    )
    builder.build(company, select=EDITED, as_of="2026-03-31 14:00:00")
    return Story(
        before,
        after,
        rebuilt,
        company.warehouse,
        late[0],
        deleted[1],
        (loser[0], master[0]),
        won[0],
    )


def causes(story: Story, kpi: str, subject: str) -> set[tuple[str, str]]:
    """How and why a subject's monthly numbers in the shared view were restated."""
    found = rows(
        story.after,
        "SELECT DISTINCT change, cause FROM marts.kpi_restatement_rows"
        " WHERE kpi_code = ? AND subject_id = ? AND grain = 'month' AND view = 'shared'",
        kpi,
        subject,
    )
    return {(change, cause) for change, cause in found}


def opportunity(story: Story, record: str) -> str:
    ((found,),) = rows(
        story.before, "SELECT opportunity_id FROM conformed.con_opportunities WHERE crm_opportunity_id = ?", record
    )
    return str(found)


def test_the_first_publish_restates_nothing(story: Story) -> None:
    assert rows(story.before, "SELECT count(*) FROM marts.kpi_restatements") == [(0,)]
    assert rows(story.before, "SELECT count(*) FROM ledger.kpi_values")[0][0] > 1000


def test_a_version_that_looks_back_restates_nothing(story: Story) -> None:
    """March was over, and as of a day in February is not: its numbers were neither deleted then nor late in the next version."""
    assert rows(story.after, "SELECT DISTINCT publish_no, previous_as_of FROM marts.kpi_restatements") == [
        (3, datetime(2026, 3, 31, 15))
    ]


def test_each_planted_change_is_found_under_its_cause(story: Story) -> None:
    ((late,),) = rows(story.after, "SELECT response_id FROM kpis.responses WHERE activity_id LIKE '%came-late'")
    assert causes(story, "inquiry_cnt", late) == {("entered", "late_row")}
    assert causes(story, "opp_cnt", opportunity(story, story.deleted)) == {("left", "delete")}
    assert causes(story, "won_cnt", opportunity(story, story.backdated)) == {
        ("left", "backdated_change"),
        ("entered", "backdated_change"),
    }
    merged = [cause for person in story.merged for cause in causes(story, "research_share", person)]
    assert merged and {cause for _, cause in merged} == {"merge"}


def test_a_changed_rate_moves_foreign_deals_only(story: Story) -> None:
    deals = rows(
        story.before,
        "SELECT opportunity_id, amount, amount_base, currency FROM conformed.con_opportunities"
        " WHERE is_countable AND won_on BETWEEN DATE '2024-01-01' AND DATE '2026-03-31' AND amount_base IS NOT NULL",
    )
    foreign = {deal: amount * 250 - base for deal, amount, base, currency in deals if currency == "USD"}
    found = rows(
        story.after,
        "SELECT subject_id, sum(numerator_difference) FROM marts.kpi_restatement_rows"
        " WHERE kpi_code = 'won_amt' AND view = 'shared' AND grain = 'month' AND cause = 'exchange_rate' GROUP BY ALL",
    )
    assert foreign and dict(found) == foreign


# by month of the handover: leads that are hot, and those that the threshold before would take
HOT_BY_MONTH = (
    "SELECT CAST(date_trunc('month', f.handed_over_on) AS date), count(*) FROM definitions.lead_facts AS f JOIN definitions.hot_leads AS h USING (lead_id)"
    " WHERE f.is_countable AND f.handed_over_on < DATE '2026-04-01' AND {} GROUP BY ALL"
)
HOT_BEFORE = HOT_BY_MONTH.format(f"h.is_hot AND f.handed_over_on < DATE '{CHANGED_ON}'")
HOT_WITHOUT_CHANGE = HOT_BY_MONTH.format(
    f"f.handed_over_on >= DATE '{CHANGED_ON}' AND h.score >= 60 AND h.is_target AND h.last_response_at + INTERVAL 30 DAY >= h.evaluated_at"
)


def test_a_raised_threshold_takes_the_leads_below_it(story: Story) -> None:
    taken = dict(rows(story.after, HOT_WITHOUT_CHANGE))
    restated = rows(
        story.after,
        "SELECT period_start, numerator_difference, denominator_difference, left_cnt FROM marts.kpi_restatements"
        " WHERE kpi_code = 'hot_lead_cnt' AND segment = 'all' AND grain = 'month' AND view = 'shared' AND cause = 'definition_change' ORDER BY ALL",
    )
    assert taken and restated == [(month, -taken[month], 0, taken[month]) for month in sorted(taken)]


def test_where_no_definition_changed_nothing_is_counted_twice(story: Story) -> None:
    assert rows(story.before, "SELECT count(*) FROM rereads.kpi_rereads") == [(0,)]
    assert rows(story.before, "SELECT count(*) FROM rereads.kpi_rows_reread") == [(0,)]
    codes = {code for (code,) in rows(story.after, "SELECT DISTINCT kpi_code FROM marts.kpi_values_redefined")}
    assert "hot_lead_share" in codes and not codes & {"lead_new", "mql_cnt", "won_amt", "accept_rate"}


def test_today_s_threshold_for_the_whole_past_is_a_step_of_the_bridge(story: Story) -> None:
    """Under a threshold that nobody reaches, all that were hot before it are taken away by the step."""
    hot = dict(rows(story.after, HOT_BEFORE))
    steps = rows(
        story.after,
        "SELECT period_start, reason, amount, count FROM marts.kpi_bridge WHERE kpi_code = 'hot_lead_share' AND component = 'numerator'"
        " AND grain = 'month' AND segment = 'all' AND side = 'as_now'",
    )
    assert hot and {month: -amount for month, reason, amount, _ in steps if reason == "definition_change"} == hot
    assert {(amount, count) for _, reason, amount, count in steps if reason == "as_now"} == {(0, 0)}
    redefined = rows(
        story.after,
        "SELECT period_start, as_was_numerator FROM marts.kpi_values_redefined WHERE definition_basis = 'as_now' AND kpi_code = 'hot_lead_share'"
        " AND grain = 'month' AND segment = 'all' AND basis = 'cohort' AND view = 'shared' AND numerator = 0 AND as_was_numerator > 0",
    )
    assert dict(redefined) == hot


def test_the_threshold_before_runs_on_beside_the_new_one(story: Story) -> None:
    hot = dict(rows(story.after, HOT_WITHOUT_CHANGE))
    found = rows(
        story.after,
        "SELECT period_start, numerator, as_was_numerator FROM marts.kpi_values_redefined WHERE definition_basis = 'as_before'"
        " AND kpi_code = 'hot_lead_cnt' AND grain = 'month' AND segment = 'all' AND view = 'shared' ORDER BY ALL",
    )
    assert hot and found == [(month, hot[month], None) for month in sorted(hot)]


def test_a_rule_without_days_runs_on_from_the_publish_that_changed_it(story: Story) -> None:
    columns = "member, segment, segment_value, numerator"
    place = "kpi_code = 'attr_rev' AND grain = 'fiscal_year' AND period_start = DATE '2025-04-01' ORDER BY ALL"
    before = rows(story.rebuilt, f"SELECT {columns} FROM marts.kpi_values WHERE {place}")
    running_on = rows(
        story.edited,
        f"SELECT {columns} FROM marts.kpi_values_redefined WHERE definition_basis = 'as_before' AND is_counted AND {place}",
    )
    assert before == running_on != rows(story.edited, f"SELECT {columns} FROM marts.kpi_values WHERE {place}")
    codes = {
        code
        for (code,) in rows(
            story.edited, "SELECT kpi_code FROM rereads.kpi_rereads WHERE definition_basis = 'as_before'"
        )
    }
    assert codes == {"attr_rev"}


@pytest.fixture
def log(story: Story) -> Iterator[duckdb.DuckDBPyConnection]:
    """A private copy of the log."""
    with duckdb.connect() as con:
        con.execute(f"ATTACH '{story.after}' AS w (READ_ONLY); CREATE SCHEMA marts")
        for mart in ("kpi_restatements", "kpi_restatement_rows"):
            con.execute(f"CREATE TABLE marts.{mart} AS FROM w.marts.{mart}")
        yield con


def test_causes_add_up_all_are_seen_and_nothing_is_unexplained(log: duckdb.DuckDBPyConnection) -> None:
    assert rows_of_data_test(log, "kpi_restatements_add_up") == 0
    seen = {cause for (cause,) in log.execute("SELECT DISTINCT cause FROM marts.kpi_restatements").fetchall()}
    assert seen >= {
        "late_row",
        "delete",
        "merge",
        "backdated_change",
        "exchange_rate",
        "definition_change",
        "input_change",
        "follows",
    }
    assert "unexplained" not in seen
    entered = log.execute(
        "SELECT DISTINCT kpi_code FROM marts.kpi_restatements WHERE cause = 'input_change'"
    ).fetchall()
    assert {code for (code,) in entered} <= {"ltv", "payback", "ltv_cac", "gp_contrib"}, (
        "no other KPI has a margin in it"
    )


@pytest.mark.parametrize(
    "fault",
    [
        "DELETE FROM marts.kpi_restatements WHERE cause = 'merge'",
        "UPDATE marts.kpi_restatements SET numerator_difference = numerator_difference + 1 WHERE cause = 'late_row' AND segment = 'channel'",
        "UPDATE marts.kpi_restatements SET denominator_difference = denominator_difference - 1 WHERE cause = 'delete' AND segment = 'all'",
        "UPDATE marts.kpi_restatements SET new_numerator = new_numerator + 1 WHERE kpi_code = 'won_amt'",
        "DELETE FROM marts.kpi_restatement_rows WHERE cause = 'exchange_rate' AND kpi_code = 'won_amt'",
    ],
)
def test_causes_that_do_not_add_up_are_caught(log: duckdb.DuckDBPyConnection, fault: str) -> None:
    log.execute(fault)
    assert rows_of_data_test(log, "kpi_restatements_add_up")


def test_every_differing_value_of_a_closed_period_is_in_the_log(story: Story) -> None:
    keys = "kpi_code, view, basis, member, grain, period_start, segment, segment_value, statistic"
    side = (
        f"SELECT {keys}, coalesce(numerator, 0) AS numerator, coalesce(denominator, 0) AS denominator, CASE WHEN basis IN ('duration', 'derived') THEN value END AS value"
        " FROM {0}.marts.kpi_values WHERE definition_basis = 'as_was' AND grain IN ('month', 'fiscal_quarter', 'fiscal_year')"
        " AND period_start < DATE '2026-04-01'"
    )
    with duckdb.connect() as con:
        con.execute(f"ATTACH '{story.before}' AS before (READ_ONLY); ATTACH '{story.after}' AS later (READ_ONLY)")
        sides = [side.format(name) for name in ("before", "later")]
        differing = (
            f"SELECT DISTINCT {keys} FROM (({sides[0]} EXCEPT {sides[1]}) UNION ALL ({sides[1]} EXCEPT {sides[0]}))"
            " WHERE NOT (numerator = 0 AND denominator = 0 AND value IS NULL)"
        )
        logged = f"SELECT DISTINCT {keys} FROM later.marts.kpi_restatements"
        assert con.execute(f"SELECT * FROM ({differing} EXCEPT {logged})").fetchall() == []


def test_landing_zone_and_ledger_alone_make_the_same_log(story: Story) -> None:
    with duckdb.connect() as con:
        con.execute(f"ATTACH '{story.after}' AS l (READ_ONLY); ATTACH '{story.rebuilt}' AS r (READ_ONLY)")
        for mart in ("kpi_restatements", "kpi_restatement_rows"):
            counts = [con.execute(f"SELECT count(*) FROM {side}.marts.{mart}").fetchone() for side in "lr"]
            differing = con.execute(
                f"(FROM l.marts.{mart} EXCEPT ALL FROM r.marts.{mart}) UNION ALL (FROM r.marts.{mart} EXCEPT ALL FROM l.marts.{mart})"
            ).fetchall()
            assert counts[0] == counts[1] and counts[0] != (0,) and differing == []
        for table in ("kpi_rows", "kpi_values", "subjects", "persons", "definitions"):
            assert con.execute(f"SELECT count(*) FROM r.ledger.{table}").fetchone() == (0,), (
                f"{table} is recorded twice"
            )
