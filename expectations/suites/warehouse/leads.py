"""One row per lead cycle."""

from great_expectations.expectations import Expectation

from expectations.common import SETTLED_ON, WARNING, has_rows, key, no_rows, parent
from expectations.limits import Limits


def expectations(limits: Limits) -> list[Expectation]:
    """The suite."""
    return [
        *key("lead_id"),
        has_rows(),
        parent("person_key", "people"),
        parent("account_key", "accounts"),
        no_rows(
            "a cycle that does not count has a reason, and only then",
            "集計から外すサイクルには理由があり、集計するものにはない",
            "select lead_id, exclusion_reason from {batch} where is_countable = (exclusion_reason is not null)",
        ),
        no_rows(
            "the cycles of a person are numbered without a gap",
            "一人のサイクルの番号は連続している",
            "select person_key, count(*) as lead_cnt, max(cycle_no) as cycle_no from {batch} "
            "where person_key is not null group by person_key having count(*) <> max(cycle_no) or min(cycle_no) <> 1",
        ),
        no_rows(
            "whoever was handed over is an MQL no later",
            "引き渡したリードは、その時点までにMQLである",
            "select lead_id, mql_at, handed_over_at from {batch} "
            "where handed_over_at is not null and (mql_at is null or mql_at > handed_over_at)",
        ),
        *(_mix(column, label, limits) for column, label in (("persona", "ペルソナ"), ("channel", "チャネル"))),
    ]


def _mix(column: str, label: str, limits: Limits) -> Expectation:
    """Half the sum of the differences between two distributions: the share of leads that moved. The row is the value that moved most."""
    return no_rows(
        f"last month's leads are of the same {column} mix as the three months before",
        f"先月のリードの{label}構成は、その前の三か月と変わらない",
        f"""
        with ends as (select date_trunc('month', {SETTLED_ON}) as month_end),
        counted as (
            select coalesce({column}, '(none)') as part,
                count(*) filter (where first_seen_on >= month_end - interval 1 month) as now_cnt,
                count(*) filter (where first_seen_on < month_end - interval 1 month) as before_cnt
            from {{batch}}, ends
            where is_countable and first_seen_on >= month_end - interval 4 month and first_seen_on < month_end
            group by all
        ),
        shares as (
            select part as {column}, now_cnt, sum(now_cnt) over () as of_cnt, before_cnt, sum(before_cnt) over () as of_before_cnt,
                now_cnt / sum(now_cnt) over () - before_cnt / sum(before_cnt) over () as moved_share
            from counted
        ),
        judged as (
            select *, sum(abs(moved_share)) over () / 2 as all_moved_share from shares
            where least(of_cnt, of_before_cnt) >= {limits.mix_min_leads}
        )
        select {column}, now_cnt, of_cnt, before_cnt, of_before_cnt, round(moved_share, 3) as moved_share,
            round(all_moved_share, 3) as all_moved_share, {limits.mix_shift} as limit_share
        from judged
        where all_moved_share > {limits.mix_shift}
        qualify row_number() over (order by abs(moved_share) desc, {column}) = 1
        """,  # noqa: S608
        WARNING,
    )
