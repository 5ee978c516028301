"""dbt's unit tests, the cases that would break each rule, run with all else that tests."""

from tests.support import Builder, Built


def test_unit_tests_pass(builder: Builder, conflicted: Built) -> None:
    builder.unit_tests(conflicted)
