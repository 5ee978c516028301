"""One row per person, without names and addresses."""

from great_expectations.expectations import Expectation

from expectations.common import WARNING, key, no_rows, parent
from expectations.limits import Limits

PERSONAL = ("email", "full_name", "last_name", "first_name", "phone")


def expectations(limits: Limits) -> list[Expectation]:
    """The suite."""
    return [
        *key("person_key"),
        parent("account_key", "accounts"),
        no_rows(
            "every person that counts has a day of first appearance: without one it is in no month",
            "集計対象の人物には初回出現日がある (なければどの月にも数えられない)",
            "select person_key from {batch} where is_countable and first_seen_on is null",
            WARNING,
        ),
        no_rows(
            "no column of the marts is one of " + ", ".join(PERSONAL),
            "公開データに氏名・メールアドレス・電話番号の列はない",
            "select table_name, column_name from information_schema.columns "  # noqa: S608
            f"where table_schema = 'marts' and column_name in {PERSONAL!r} and (select count(*) from {{batch}}) >= 0",
        ),
    ]
