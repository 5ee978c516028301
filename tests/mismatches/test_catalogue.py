"""The mismatch catalogue on the simulated company: every planted fault is reported by its rule, and nothing else is."""

import shutil
from typing import Literal

import pytest

from tests.mismatches.catalogue import ELSEWHERE, Verdict, add_up, table, verdicts, write_down
from tests.support import Builder, Built, land, simulated


def assert_exact(found: list[Verdict]) -> None:
    wrong = [verdict for verdict in found if verdict.missed or verdict.false or verdict.reported_near]
    assert not wrong, "\n" + table(wrong)


def test_every_planted_mismatch_is_reported_and_nothing_else(conflicted: Built) -> None:
    found = verdicts(conflicted)
    print("\n" + table(found))
    assert_exact(found)
    unplanted = {verdict.rule for verdict in found if not verdict.planted}
    assert unplanted <= ELSEWHERE, "a rule that nobody breaks here proves nothing"


def test_a_company_without_conflicts_is_silent(clean: Built) -> None:
    found = verdicts(clean)
    assert sum(sum(verdict.planted.values()) for verdict in found) == 0
    assert_exact(found)


@pytest.mark.prove
def test_five_seeds(builder: Builder) -> None:
    """Writes what it counts to docs/mismatches-proved.md."""
    planted = [built_and_judged(builder, seed, "default") for seed in range(1, 6)]
    silent = [built_and_judged(builder, seed, "none") for seed in range(1, 6)]
    write_down("Simulated", add_up(planted))
    print("\n" + add_up(planted))
    for found in (*planted, *silent):
        assert_exact(found)
    assert not any(verdict.planted or verdict.found for found in silent for verdict in found)
    few = {v.rule for found in planted for v in found if v.rule not in ELSEWHERE and sum(v.planted.values()) < 3}
    assert not few, f"planted less than three times in one company: {few}"


def built_and_judged(builder: Builder, seed: int, conflicts: Literal["default", "none"]) -> list[Verdict]:
    company = simulated(builder.root / f"catalogue-{conflicts}-{seed}", people=600, seed=seed, conflicts=conflicts)
    land(company)
    builder.build(company)
    found = verdicts(company)
    shutil.rmtree(company.root)
    return found
