"""Ten publishes in which mismatches appear, last, are fixed, come back, are excepted and lie in a stale system: dbt's fold of the run ledger
against one written in Python from docs/mismatches.md."""

import random
import shutil
from datetime import datetime, timedelta
from pathlib import Path

import duckdb
import pytest

from orchestration.ledger import declare_records
from tests.history.publishes import Run, fold, record
from tests.support import Builder, Built, sample_config

LEDGER = " ".join(
    f"{told}_{table}"
    for told in ("new", "recorded")
    for table in ("evaluated_rules", "open_mismatches", "publish_times")
)
MODELS = f"run_parameters publishes {LEDGER} mismatch_evaluations mismatch_spells mismatch_states"
RULES = ("R1", "R2", "R3")
FOUND = """
    mismatch_id VARCHAR, severity VARCHAR, rule_code VARCHAR, subject_type VARCHAR, subject_id VARCHAR, ma_table VARCHAR,
    ma_record_id VARCHAR, crm_table VARCHAR, crm_record_id VARCHAR, ma_value VARCHAR, crm_value VARCHAR, detail VARCHAR,
    amount_at_stake DECIMAL(18, 2), occurred_at TIMESTAMP, differs_since TIMESTAMP, is_in_transit BOOLEAN,
    accepted_until DATE, accepted_by VARCHAR, accepted_reason VARCHAR
"""


def ten_runs(seed: int) -> list[Run]:
    """Daily, but one is of the day before and one of the same instant as the run before it."""
    chance = random.Random(seed)
    days = [1, 2, 3, 4, 4, 6, 5, 7, 8, 9]
    runs = []
    for day in days:
        evaluated = {rule for rule in RULES if rule == "R1" or chance.random() < 0.75}
        run = Run(datetime(2026, 4, day, 15), evaluated)
        for rule in sorted(evaluated):
            run.found |= {(rule, f"{rule}-{n}"): chance.random() < 0.2 for n in range(12) if chance.random() < 0.55}
        runs.append(run)
    return runs


def put(company: Built, run: Run) -> None:
    """The tables that the history is folded from, as the rules would leave them."""
    company.warehouse.parent.mkdir(parents=True, exist_ok=True)
    with duckdb.connect(str(company.warehouse)) as con:
        con.execute("CREATE SCHEMA IF NOT EXISTS mismatches")
        for table in ("mismatches_found", "mismatch_findings"):
            con.execute(f"CREATE OR REPLACE TABLE mismatches.{table} ({FOUND})")
        con.execute("CREATE OR REPLACE TABLE mismatches.mismatch_definitions (rule_code VARCHAR, is_evaluated BOOLEAN)")
        con.execute(
            "CREATE OR REPLACE TABLE mismatches.mismatch_amounts (subject_type VARCHAR, subject_id VARCHAR, amount DECIMAL(18, 2))"
        )
        for rule in RULES:
            con.execute("INSERT INTO mismatches.mismatch_definitions VALUES (?, ?)", [rule, rule in run.evaluated])
        # what may be in transit is recorded and opens nothing
        for rule in RULES:
            con.execute(
                "INSERT INTO mismatches.mismatch_findings (mismatch_id, rule_code, detail, is_in_transit) VALUES (?, ?, '', true)",
                [f"{rule}-transit", rule],
            )
        for (rule, name), is_excepted in run.found.items():
            until = run.as_of.date() + timedelta(days=1) if is_excepted else None
            con.execute(
                "INSERT INTO mismatches.mismatches_found (mismatch_id, rule_code, detail, ma_value, accepted_until) VALUES (?, ?, '', ?, ?)",
                [name, rule, f"as of {run.as_of}", until],
            )


def states(company: Built) -> dict[str, tuple[object, ...]]:
    with duckdb.connect(str(company.warehouse), read_only=True) as con:
        rows = con.execute(
            "SELECT mismatch_id, status, first_seen_at, opened_at, last_seen_at, resolved_at, ma_value FROM history.mismatch_states"
        ).fetchall()
    return {row[0]: row[1:] for row in rows}


@pytest.mark.parametrize(
    "seed", [1, pytest.param(2, marks=pytest.mark.prove), pytest.param(3, marks=pytest.mark.prove)]
)
def test_ten_publishes_tell_the_history_that_happened(builder: Builder, tmp_path: Path, seed: int) -> None:
    sample_config(tmp_path)
    company = Built(tmp_path)
    landing = company.config.landing_dir
    declare_records(landing)
    runs = ten_runs(seed)
    seen: set[str] = set()
    for number, run in enumerate(runs, start=1):
        put(company, run)
        builder.build(company, select=MODELS, as_of=f"{run.as_of:%Y-%m-%d %H:%M:%S}")
        wanted = fold(runs[:number])
        found = states(company)
        assert {name: state[:5] for name, state in found.items()} == wanted
        assert all(state[5] == f"as of {state[3]}" for state in found.values()), "what was last seen is shown"
        seen |= {state[0] for state in wanted.values()}
        record(company, number)
    assert seen == {"new", "persisting", "reopened", "accepted", "resolved", "not_evaluated"}

    shutil.rmtree(company.warehouse.parent)
    put(company, runs[-1])
    builder.build(company, select=MODELS, as_of=f"{runs[-1].as_of:%Y-%m-%d %H:%M:%S}")
    assert states(company) == found, "the same ledger, its last record included, gives the same history"
