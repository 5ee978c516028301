"""Leads handed over lately: marketing owes sales an owner, a persona, consent, and why the lead is hot."""

from great_expectations.expectations import Expectation

from expectations.common import RECORDS, promise, within_days
from expectations.limits import Limits


def expectations(limits: Limits) -> list[Expectation]:
    """The suite."""
    lately = f"is_countable and {within_days('handed_over_at', limits.promise_days)}"
    hot = f"{lately} and is_hot"
    return [
        promise(
            "every handed-over lead has an owner", "引き渡したリードには担当者がいる",
            key=RECORDS, among=lately, keeps="owner_id is not null",
        ),
        promise(
            "every handed-over lead has a persona", "引き渡したリードにはペルソナが付いている",
            key=RECORDS, among=lately, keeps="persona is not null and persona <> 'other'",
        ),
        promise(
            "nobody who has withdrawn consent is handed over", "配信停止を申し出た人は引き渡さない",
            key=RECORDS, among=lately, keeps="not is_opted_out",
        ),
        promise(
            "every hot lead comes with its evidence: score and last response", "ホットリードには根拠 (スコアと直近の反応) がある",
            key=RECORDS, among=hot, keeps="score is not null and last_response_at <= handed_over_at",
        ),
        promise(
            "what is handed over is hot", "引き渡すリードはホットリードである",
            key=RECORDS, among=lately, keeps="is_hot",
        ),
    ]  # fmt: skip
