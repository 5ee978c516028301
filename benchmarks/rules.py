"""What each rule of the mismatch catalogue costs alone, and how it grows with the company.

The rules are no tables of their own: their compiled SQL runs once more over the warehouse that the benchmark built.
"""

import json
import re
import time
from pathlib import Path
from typing import Any

import duckdb

COMPILED = "compiled/tasuki/models/mismatches"
LEAST = 0.02  # s of cpu at the larger company: below it a rule's time is the query's planning


def measure_rules(warehouse: Path, target: Path) -> dict[str, float]:
    """Rule -> cpu seconds. Raises ValueError where dbt left no compiled rule."""
    files = sorted(path for path in (target / COMPILED).glob("*.sql") if re.match(r"[a-i]\d\d_", path.name))
    if not files:
        raise ValueError(f"{target / COMPILED} holds no compiled rule: build the mismatches first")
    costs = {}
    with duckdb.connect(str(warehouse), read_only=True, config={"autoinstall_known_extensions": False}) as con:
        con.execute("set enable_progress_bar = false")
        for path in files:
            begin = time.process_time()
            con.execute(f"create or replace temp table found as {path.read_text(encoding='utf-8')}")
            costs[path.stem[:3].upper()] = time.process_time() - begin
    return costs


def growth(result: dict[str, Any], results: Path) -> tuple[int, list[tuple[str, float]]] | None:
    """People of the nearest other size measured with as many activities, and rule -> how many times more it costs a person at the
    larger of both sizes, worst first. None where no other size was measured."""
    others = [json.loads(path.read_text(encoding="utf-8")) for path in results.glob("*.json")]
    others = [
        o
        for o in others
        if o["people"] != result["people"] and o["activities"] == result["activities"] and "rules" in o
    ]
    if not others:
        return None
    other = min(others, key=lambda o: abs(o["people"] - result["people"]))
    small, large = sorted((other, result), key=lambda one: one["people"])
    more_people = large["people"] / small["people"]
    grown = [
        (rule, cost / max(small["rules"][rule], LEAST / more_people) / more_people)
        for rule, cost in large["rules"].items()
        if cost >= LEAST and rule in small["rules"]
    ]
    return other["people"], sorted(grown, key=lambda item: -item[1])
