"""Olist's real funnel through the whole job: the published marts give the figures that others published from it."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from tests.conftest import REPO, Company
from tests.support import SHARED_DATA

OLIST = SHARED_DATA / "olist"
EXAMPLE = REPO / "docs" / "examples" / "olist.toml"

# Origin: leads, won, % won, mean days from first contact to won.
BY_ORIGIN: dict[str | None, tuple[int, int, str, str]] = {
    None: (60, 14, "23.33", "49.2"),
    "unknown": (1099, 179, "16.29", "41.3"),
    "paid_search": (1586, 195, "12.30", "56.6"),
    "organic_search": (2296, 271, "11.80", "50.0"),
    "direct_traffic": (499, 56, "11.22", "31.1"),
    "referral": (284, 24, "8.45", "32.5"),
    "social": (1350, 75, "5.56", "61.0"),
    "display": (118, 6, "5.08", "10.3"),
    "other_publicities": (65, 3, "4.62", "39.3"),
    "email": (493, 15, "3.04", "52.2"),
    "other": (150, 4, "2.67", "15.3"),
}
WON_PER_MONTH = (3, 73, 113, 147, 207, 122, 57, 37, 33, 23, 21, 6)  # 2017-12 to 2018-11
FIRST_MONTH = 2017 * 12 + 11

pytestmark = pytest.mark.skipif(not OLIST.is_dir(), reason=f"the Olist data is absent: {OLIST}")


@pytest.fixture(scope="module")
def olist(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    """The worked example, run in a folder of its own."""
    company = Company(tmp_path_factory.mktemp("olist"))
    text = EXAMPLE.read_text(encoding="utf-8")
    for written, meant in (("../../../shared/data/olist", OLIST), ("../../var/olist", Path("var") / "olist")):
        assert written in text
        text = text.replace(written, str(meant))
    company.toml.write_text(text, encoding="utf-8")
    done = company.tasuki("run")
    assert done.code == 0, done.err
    yield company
    company.close()


def test_leads_and_won(olist: Company) -> None:
    (row,) = olist.sql(
        "SELECT count(*) AS leads, count(won_at) AS won, cast(100.0 * count(won_at) / count(*) AS decimal(6, 3)) AS share"
        " FROM marts.leads WHERE is_countable"
    )
    assert (row["leads"], row["won"], Decimal(str(row["share"]))) == (8000, 842, Decimal("10.525"))
    (row,) = olist.sql("SELECT count(*) AS n FROM marts.leads")
    assert row["n"] == 8000


def test_days_from_first_contact_to_won(olist: Company) -> None:
    (row,) = olist.sql(
        """
        SELECT round(avg(days), 2) AS mean, median(days) AS median, max(days) AS longest, min(days) AS shortest
        FROM (SELECT date_diff('day', first_seen_at::date, won_at::date) AS days FROM marts.leads WHERE won_at IS NOT NULL)
        """
    )
    assert (row["mean"], row["median"], row["longest"], row["shortest"]) == (48.44, 14, 427, -2)


def test_conversion_by_origin(olist: Company) -> None:
    rows = olist.sql(
        """
        SELECT original_source, count(*) AS leads, count(won_at) AS won,
            sum(date_diff('day', first_seen_at::date, won_at::date)) AS days
        FROM marts.leads GROUP BY original_source
        """
    )
    found = {
        row["original_source"]: (
            row["leads"],
            row["won"],
            half_up(100 * row["won"], row["leads"], 2),
            half_up(int(row["days"]), row["won"], 1),
        )
        for row in rows
    }
    assert found == BY_ORIGIN


def half_up(numerator: int, denominator: int, places: int) -> str:
    """The quotient with that many decimal places, a half rounded up; exact, as integers divide exactly."""
    scaled = (2 * numerator * 10**places + denominator) // (2 * denominator)
    return f"{Decimal(scaled).scaleb(-places)}"


def test_won_per_month(olist: Company) -> None:
    wanted = {
        date((FIRST_MONTH + place) // 12, (FIRST_MONTH + place) % 12 + 1, 1).isoformat(): won
        for place, won in enumerate(WON_PER_MONTH)
    }
    leads = olist.sql(
        "SELECT date_trunc('month', won_at)::date AS month, count(*) AS won FROM marts.leads WHERE won_at IS NOT NULL GROUP BY 1"
    )
    assert {row["month"][:10]: row["won"] for row in leads} == wanted
    kpi = olist.sql(
        """
        SELECT period_start, cast(numerator AS bigint) AS won FROM marts.kpi_values
        WHERE kpi_code = 'won_cnt' AND view = 'shared' AND grain = 'month' AND segment = 'all' AND numerator > 0
        """
    )
    assert {row["period_start"][:10]: row["won"] for row in kpi} == wanted


def test_every_row_is_accounted_for(olist: Company) -> None:
    rows = olist.sql(
        "SELECT table_name, rows_in, rows_landed, rows_rejected FROM marts.data_status WHERE system = 'olist'"
    )
    found = {row["table_name"]: (row["rows_in"], row["rows_landed"], row["rows_rejected"]) for row in rows}
    assert sorted(found.values()) == [(842, 842, 0), (3095, 3095, 0), (8000, 8000, 0)], found


def test_revenue_is_refused_where_the_data_has_none(olist: Company) -> None:
    """The funnel holds no amount: every question about money says what it needs, and shows no 0 in place of an answer."""
    money = ["won_amt", "asp", "win_rate_amt", "pipe_created", "pipe_open", "mkt_sourced_pipe", "mkt_infl_pipe", "attr_rev",
             "lead_value", "velocity", "coverage", "gp_contrib", "arr", "nrr", "ltv", "cac"]  # fmt: skip
    listed = ", ".join(f"'{code}'" for code in money)
    said = olist.sql(f"SELECT kpi_code, availability FROM marts.kpi_catalogue WHERE kpi_code IN ({listed})")
    assert {row["kpi_code"] for row in said} == set(money)
    assert [row for row in said if not row["availability"].startswith("not available: needs ")] == []
    wanted = {row["kpi_code"]: row["availability"] for row in said}
    assert "amounts of opportunities" in wanted["won_amt"]
    (values,) = olist.sql(f"SELECT count(*) AS n FROM marts.kpi_values WHERE kpi_code IN ({listed})")
    (won,) = olist.sql("SELECT availability FROM marts.kpi_catalogue WHERE kpi_code = 'won_cnt'")
    assert (values["n"], won["availability"]) == (0, "available")


def test_money_is_named_in_the_company_s_currency(olist: Company) -> None:
    said = olist.sql(
        "SELECT kpi_code, unit FROM marts.kpi_catalogue WHERE kpi_code IN ('won_amt', 'velocity', 'lead_new')"
    )
    assert {row["kpi_code"]: row["unit"] for row in said} == {"won_amt": "BRL", "velocity": "BRL/日", "lead_new": "人"}
    assert olist.sql("SELECT kpi_code FROM marts.kpi_catalogue WHERE contains(unit, '円')") == []


def test_the_one_mismatch_is_the_win_before_first_contact(olist: Company) -> None:
    rows = olist.sql("SELECT rule_code, ma_record_id, crm_record_id, detail, status FROM marts.mismatches")
    lead = "b91cf8812365f50ff4bda4bcd6206b05"
    assert rows == [
        {
            "rule_code": "C03",
            "ma_record_id": lead,
            "crm_record_id": lead,
            "detail": "won before first contact",
            "status": "new",
        }
    ]
