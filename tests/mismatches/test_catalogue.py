"""The mismatch catalogue on the simulated company: every planted fault is reported by its rule, and nothing else is."""

# ruff: noqa: S608

import shutil
from typing import Literal

import duckdb
import pytest

from orchestration.mismatches import IDS, PLACES, SIDES
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


def test_a_rule_is_evaluated_where_nobody_has_its_fault_any_more(clean: Built) -> None:
    """What was open of it is resolved then: no bounce and no sync error is left, as it should be."""
    with duckdb.connect(str(clean.warehouse), read_only=True) as con:
        told = con.execute(
            "SELECT rule_code, is_evaluated FROM mismatches.mismatch_definitions WHERE rule_code IN ('B03', 'E06')"
        ).fetchall()
    assert dict(told) == {"B03": True, "E06": True}


def test_a_record_lies_in_the_table_that_its_mismatch_names(conflicted: Built) -> None:
    told, missing = set(), set()
    with duckdb.connect(str(conflicted.warehouse), read_only=True) as con:
        for side in SIDES:
            rows = con.execute(
                f"SELECT rule_code, {side}_table, {side}_record_id FROM mismatches.mismatches_found WHERE {side}_record_id IS NOT NULL"
            ).fetchall()
            for rule, name, record in rows:
                told.add(name)
                query = f"SELECT 1 FROM {PLACES.get(name, f'contract.{name}')} WHERE {IDS[name]} = ?"
                if not con.execute(query, [record]).fetchone():
                    missing.add(rule)
    assert told == set(IDS), "each table is named, and no other"
    assert not missing


def test_a_transit_is_of_a_pair_of_systems_or_of_hours_that_there_are(conflicted: Built) -> None:
    with duckdb.connect(str(conflicted.warehouse), read_only=True) as con:
        unknown = con.execute("""
            SELECT rule_code, transit FROM mismatches.mismatch_definitions
            WHERE transit NOT IN (
                SELECT pair FROM mismatches.mismatch_cutoffs
                UNION ALL SELECT name FROM mismatches.mismatch_tolerances_in_force WHERE unit = 'hours'
            )
        """).fetchall()
    assert not unknown, "it would be raised at once"


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
