"""The mismatch catalogue on the simulated company: every planted fault is reported by its rule, and nothing else is."""

import shutil
from typing import Literal

import pytest

from tests.mismatches.catalogue import Verdict, table, verdicts
from tests.support import Builder, Built, land, simulated

# Rules without a case in the simulated company: the test that has one, or why there is none.
_BY_HAND = "tests/mismatches/test_by_hand.py"
ELSEWHERE: dict[str, str] = {
    "B15": "tests/mismatches/test_load_log.py",
    "F06": _BY_HAND,
    "H04": "tests/mismatches/test_lock.py",
    "H06": _BY_HAND,
    "H07": _BY_HAND,
    "H08": _BY_HAND,
    "H09": _BY_HAND,
    "H10": _BY_HAND,
    "I01": _BY_HAND,
    "I06": _BY_HAND,
    "I07": _BY_HAND,
}


def assert_exact(found: list[Verdict]) -> None:
    wrong = [verdict for verdict in found if verdict.missed or verdict.false or verdict.reported_near]
    assert not wrong, "\n" + table(wrong)


def test_every_planted_mismatch_is_reported_and_nothing_else(conflicted: Built) -> None:
    found = verdicts(conflicted)
    print("\n" + table(found))
    assert_exact(found)
    unplanted = {verdict.rule for verdict in found if not verdict.planted}
    assert unplanted <= set(ELSEWHERE), "a rule that nobody breaks here proves nothing"


def test_a_company_without_conflicts_is_silent(clean: Built) -> None:
    found = verdicts(clean)
    assert sum(sum(verdict.planted.values()) for verdict in found) == 0
    assert_exact(found)


@pytest.mark.prove
@pytest.mark.parametrize("conflicts", ["default", "none"])
@pytest.mark.parametrize("seed", range(1, 6))
def test_five_seeds(builder: Builder, seed: int, conflicts: Literal["default", "none"]) -> None:
    company = simulated(builder.root / f"catalogue-{conflicts}-{seed}", people=2500, seed=seed, conflicts=conflicts)
    land(company)
    builder.build(company)
    found = verdicts(company)
    print(f"\nseed {seed}, conflicts {conflicts}\n{table(found)}")
    assert_exact(found)
    if conflicts == "default":
        few = {
            v.rule: sum(v.planted.values()) for v in found if v.rule not in ELSEWHERE and sum(v.planted.values()) < 5
        }
        assert not few, f"planted less than five times: {few}"
    shutil.rmtree(company.root)
