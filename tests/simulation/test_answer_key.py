"""The answer key: it agrees with itself and with what was planted."""

import csv
from collections import Counter
from datetime import UTC, date, datetime
from pathlib import Path

from orchestration.simulation.clock import BusinessHours, day_of, from_date, to_date
from orchestration.simulation.key_kpis import period_start
from orchestration.simulation.seeds import FROZEN_SEEDS, Seeds
from tests.simulation.reading import contacts, export_rows, key_rows

PLANTED = {
    "lost": "lost_in_transit", "invented": "invented", "double_entry": "double_entry",
    "delivered_late": "delivered_late", "recovered": "recovered",
}  # fmt: skip
INFLOWS = ("delivered", "recovered", "declared_non_relay", "recycled_in", "reopened", "invented", "double_entry")
OUTFLOWS = ("converted", "rejected", "disqualified", "recycled_out", "lost_deals", "deleted", "merged_away")


def test_every_planted_conflict_is_classified_as_such_and_nothing_else_is(default_company: Path) -> None:
    planted = Counter((row["boundary"], PLANTED[row["kind"]]) for row in key_rows(default_company, "conflicts"))
    found = Counter(
        (row["boundary"], row["classification"])
        for row in key_rows(default_company, "handoffs")
        if row["classification"] in PLANTED.values()
    )
    assert found == planted
    assert {boundary for boundary, _ in planted} == {"B1", "B2", "B3"}
    assert {kind for _, kind in planted} == set(PLANTED.values())


def test_a_company_without_conflicts_has_none(clean_company: Path) -> None:
    assert key_rows(clean_company, "conflicts") == []
    kinds = {row["classification"] for row in key_rows(clean_company, "handoffs")}
    assert {"delivered", "grain_merged", "declared_non_relay"} <= kinds
    assert kinds <= {"delivered", "in_transit", "grain_merged", "declared_non_relay"}


def test_the_ledger_closes_in_every_month(default_company: Path) -> None:
    rows = key_rows(default_company, "relay_ledger")
    closes: dict[str, tuple[int, int]] = {}
    for row in rows:
        number = {name: int(value) for name, value in row.items() if name not in ("boundary", "month_start_on")}
        transit = number["transit_open"] + number["out"] - number["delivered"] - number["grain_merged"] - number["lost"]
        stock = number["stock_open"] + sum(number[n] for n in INFLOWS) - sum(number[n] for n in OUTFLOWS)
        assert (transit, stock) == (number["transit"], number["stock"]), row
        opened = (number["transit_open"], number["stock_open"])
        assert closes.get(row["boundary"], (0, 0)) == opened
        closes[row["boundary"]] = (number["transit"], number["stock"])
    assert len(rows) == 3 * 25


def test_a_cycle_runs_forward_in_time(default_company: Path) -> None:
    last_closed: dict[str, str] = {}
    for row in key_rows(default_company, "cycles"):
        assert row["closed_at"] == "" or row["opened_at"] <= row["closed_at"]
        assert row["opened_at"] >= last_closed.get(row["person_number"] or row["cycle"], "")
        last_closed[row["person_number"] or row["cycle"]] = row["closed_at"] or "9"
        if row["handed_over_at"]:
            assert row["opened_at"] <= row["mql_at"] <= row["handed_over_at"]
            assert row["received_at"] == "" or row["received_at"] >= row["handed_over_at"]
        assert row["first_attempt_at"] == "" or row["first_attempt_at"] >= (row["handed_over_at"] or row["received_at"])


def test_every_ending_and_every_way_in_occurs(default_company: Path) -> None:
    reasons = {row["close_reason"] for row in key_rows(default_company, "cycles")}
    assert reasons == {"", "won", "lost", "rejected", "disqualified", "recycled", "idle"}
    origins = {row["origin"] for row in key_rows(default_company, "handoffs")}
    assert {"relay", "sgl", "tgl", "partner", "direct", "existing", "recycled", "reopened"} <= origins
    excluded = {row["exclusion_reason"] for row in key_rows(default_company, "people")}
    assert excluded == {"", "test", "internal", "competitor", "vendor", "research", "deleted"}


def test_every_record_belongs_to_one_person(default_company: Path) -> None:
    keys = [(row["record_type"], row["record_id"]) for row in key_rows(default_company, "people")]
    assert len(keys) == len(set(keys))
    merged = {row["vid_to_merge"] for row in export_rows(default_company, "hubspot", "contact_merges")}
    shown = {row["id"] for row in contacts(default_company)}
    assert {ident for kind, ident in keys if kind == "ma_person"} == shown | merged
    for kind, table in (("crm_lead", "leads"), ("crm_contact", "contacts")):
        exported = {row["Id"] for row in export_rows(default_company, "salesforce", table)}
        assert {ident for record_type, ident in keys if record_type == kind} == exported


def _values(company: Path, **wanted: str) -> dict[tuple[str, str, str], dict[str, str]]:
    rows = [row for row in key_rows(company, "kpi_values") if all(row[name] == value for name, value in wanted.items())]
    return {(row["grain"], row["period_start"], row["segment_value"]): row for row in rows}


def test_flows_add_up_over_periods_and_channels(default_company: Path) -> None:
    for code in ("lead_new", "mql_cnt", "handoff_b1_cnt", "opp_cnt", "valid_opp_cnt", "won_cnt", "won_amt"):
        totals = _values(default_company, kpi_code=code, segment="all")
        by_grain: Counter[str] = Counter()
        for (grain, _, _), row in totals.items():
            by_grain[grain] += int(row["value"])
        assert by_grain["month"] == by_grain["fiscal_quarter"] == by_grain["fiscal_year"] > 0, code
        channels = _values(default_company, kpi_code=code, segment="channel")
        assert sum(int(row["value"]) for row in channels.values()) == 3 * by_grain["month"]


def test_every_kpi_has_values(default_company: Path) -> None:
    wanted = (
        "lead_new mql_cnt mql_rate hot_lead_share handoff_b1_cnt accept_rate stl_attempt sla_met approach_rate untouched_cnt"
        " opp_cnt opp_rate valid_opp_cnt win_rate_close win_rate_cohort won_cnt won_amt asp cycle_days logo_churn grr nrr"
        " relay_integrity"
    )
    rows = key_rows(default_company, "kpi_values")
    assert {row["kpi_code"] for row in rows} == set(wanted.split())
    for row in rows:
        if (
            row["statistic"] == "rate"
            and row["value"]
            and row["kpi_code"] not in ("asp", "nrr")
            and row["basis"] != "period"
        ):
            assert 0 <= float(row["value"]) <= 1, row


def test_the_funnel_narrows(default_company: Path) -> None:
    totals: Counter[str] = Counter()
    for code in ("lead_new", "mql_cnt", "handoff_b1_cnt", "won_cnt"):
        for (grain, _, _), row in _values(default_company, kpi_code=code, segment="all").items():
            totals[code] += int(row["value"]) if grain == "fiscal_year" else 0
    assert totals["lead_new"] > totals["mql_cnt"] > totals["handoff_b1_cnt"] > totals["won_cnt"] > 10


def test_a_clean_relay_is_whole(clean_company: Path) -> None:
    for row in _values(clean_company, kpi_code="relay_integrity").values():
        assert row["value"] == "1"


def test_business_hours_by_hand() -> None:
    hours = BusinessHours(FROZEN_SEEDS)

    def at(text: str) -> int:
        return int(datetime.fromisoformat(f"{text}+09:00").astimezone(UTC).timestamp())

    friday = at("2025-05-02 17:00")  # then a weekend and two holidays
    assert hours.between(friday, at("2025-05-07 10:30")) == 2.5 * 3600
    assert hours.after(friday, 4 * 3600) == at("2025-05-07 12:00")
    assert hours.after(friday, 3600) == at("2025-05-02 18:00")
    assert hours.after(at("2025-05-03 11:00"), 60) == at("2025-05-07 09:01")


def test_days_and_periods_by_hand() -> None:
    edge = int(datetime(2025, 3, 31, 15, tzinfo=UTC).timestamp())
    assert to_date(day_of(edge)) == date(2025, 4, 1)
    assert to_date(day_of(edge - 1)) == date(2025, 3, 31)
    starts = {
        grain: to_date(period_start(from_date(date(2025, 2, 14)), grain))
        for grain in ("month", "fiscal_quarter", "fiscal_year")
    }
    assert starts == {"month": date(2025, 2, 1), "fiscal_quarter": date(2025, 1, 1), "fiscal_year": date(2024, 4, 1)}


def test_seeds_answer_as_the_files_say() -> None:
    seeds = Seeds()
    assert seeds.persona("IT", 100, "情報システム部", "部長") == ("it_leader", True)
    assert seeds.persona("IT", 99, "情報システム部", "担当") == ("other", False)
    assert seeds.persona("IT", 5, "営業部", "取締役") == ("executive", True)
    assert seeds.to_base(10, "USD", from_date(date(2025, 6, 1))) == 148_000
    assert seeds.to_base(10, "GBP", from_date(date(2025, 6, 1))) is None
    assert (seeds.origin("Web", "New Business"), seeds.origin("", "Existing Business"), seeds.origin("?", "")) == (
        "relay", "existing", "undeclared",
    )  # fmt: skip


def test_the_key_names_its_columns_once(default_company: Path) -> None:
    for path in (default_company / "answer_key").glob("*.csv"):
        with path.open(encoding="utf-8") as file:
            header = next(csv.reader(file))
        assert len(header) == len(set(header)), path.name
