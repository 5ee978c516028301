"""One row per feed."""

from great_expectations.expectations import Expectation, ExpectColumnValuesToBeBetween

from expectations.common import WARNING, given, has_rows, keys, no_rows
from expectations.limits import Limits


def expectations(limits: Limits) -> list[Expectation]:
    """The suite."""
    return [
        keys("system", "table_name"),
        given("as_of"),
        has_rows(),
        no_rows(
            "rows in = landed + rejected, for each feed",
            "受け取った行 = 取り込んだ行 + 除外した行 (データ連携ごと)",
            "select system, table_name, rows_in as in_rows, rows_landed as landed_rows, rows_rejected as rejected_rows "
            "from {batch} where rows_in <> rows_landed + rows_rejected",
        ),
        ExpectColumnValuesToBeBetween(
            column="lag_hours",
            max_value=limits.late_hours,
            severity=WARNING,
            description=f"no feed is more than {limits.late_hours} hours behind",
            meta={"ja": f"{limits.late_hours}時間より遅れているデータ連携はない"},
        ),
    ]
