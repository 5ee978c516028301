"""Targets that name what is not counted are told by their row, with what to do."""

import duckdb
import jinja2
import pytest

from tests.support import DBT_DIR

SEGMENTS = ["channel", "owner"]  # what this company splits its values by
MACROS = {
    "config": lambda **_: "",
    "kpi_segments": lambda: SEGMENTS,
    "kpi_grains": lambda: {"day": "date_on", "month": "month_start_on"},
}
SERIES, VALUES = "targets_name_known_series", "targets_name_counted_values"


def told(row: str, test: str) -> list[str]:
    """What the dbt test says of a row of targets.csv, where web and (none) are counted."""
    segment, value = row.split(",")[3:5]
    sql = (DBT_DIR / "tests" / f"{test}.sql").read_text(encoding="utf-8")
    text = jinja2.Environment(autoescape=False).from_string(sql).render(ref="{}".format, **MACROS)  # noqa: S701
    with duckdb.connect() as con:
        con.execute(
            "CREATE TABLE con_calendar AS SELECT DATE '2026-03-01' AS date_on, DATE '2026-03-01' AS month_start_on"
        )
        con.execute("CREATE TABLE kpi_definitions AS SELECT 'won_cnt' AS kpi_code")
        con.execute(
            "CREATE TABLE numbered_segments AS SELECT * FROM (VALUES ('all', 'all', 0), ('channel', '(none)', 1), ('channel', 'web', 2)) AS v(segment, segment_value, segment_no)"
        )
        # a target's own value is numbered too, whether counted or not
        con.execute("INSERT INTO numbered_segments VALUES (?, ?, 3)", [segment, value])
        con.execute("CREATE TABLE kpi_values_numbered AS SELECT unnest([0, 1, 2, 2]) AS segment_no")
        con.execute(
            "CREATE TABLE targets (kpi_code VARCHAR, view VARCHAR, member VARCHAR, segment VARCHAR, segment_value VARCHAR,"
            " grain VARCHAR, period_start DATE, target DECIMAL(28, 2))"
        )
        # an empty field is null where dbt loads a seed
        con.execute("INSERT INTO targets VALUES (?, ?, ?, ?, ?, ?, ?, ?)", [field or None for field in row.split(",")])
        found = con.execute(text)
        assert found.description[-1][0] == "problem"
        return [line[-1] for line in found.fetchall()]


@pytest.mark.parametrize(
    ("row", "test", "problem"),
    [
        ("won_count,,,,,month,2026-03-01,5", SERIES, "there is no KPI won_count"),
        ("won_cnt,,,,,month,2026-03-02,5", SERIES, "period_start is not the first day of a month"),
        ("won_cnt,,,region,north,month,2026-03-01,5", SERIES, "values are not split by region; take the row out, or add"),
        ("won_cnt,,,,web,month,2026-03-01,5", SERIES, "segment is empty; write which one"),
        ("won_cnt,,,channel,,month,2026-03-01,5", SERIES, "segment_value is empty; write one of channel"),
        ("won_cnt,,,channel,Web ,month,2026-03-01,5", VALUES, 'nothing is counted under channel "Web "; write "web"'),
        ("won_cnt,,,owner,8,month,2026-03-01,5", VALUES, 'nothing is counted under owner "8" yet; correct the row if it is misspelt'),
    ],
)  # fmt: skip
def test_a_target_of_what_is_not_counted_is_told(row: str, test: str, problem: str) -> None:
    (found,) = told(row, test)
    assert found.startswith(f"targets.csv: {problem}")
    assert told(row, VALUES if test == SERIES else SERIES) == []


@pytest.mark.parametrize("where", [",", "all,all", "channel,web", "channel,(none)"])
def test_a_target_of_what_is_counted_is_right(where: str) -> None:
    row = f"won_cnt,,,{where},month,2026-03-01,5"
    assert told(row, SERIES) == told(row, VALUES) == []
