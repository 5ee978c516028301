"""What a series of publishes tells of the mismatches: folded in Python from docs/mismatches.md, and recorded as publishing records."""

from dataclasses import dataclass, field
from datetime import datetime

import duckdb

from orchestration.ledger import record_version, write_tables
from tests.support import Built


@dataclass
class Run:
    """What one publish knows: up to when, which rules it evaluated, and what they found (mismatch -> excepted)."""

    as_of: datetime
    evaluated: set[str]
    found: dict[tuple[str, str], bool] = field(default_factory=dict)


def fold(runs: list[Run]) -> dict[str, tuple[str, datetime, datetime, datetime, datetime | None]]:
    """mismatch -> status, first seen, opened, last seen, resolved, as the last run must tell."""
    now = runs[-1]
    known = {run.as_of: run for run in runs if run.as_of < now.as_of} | {
        now.as_of: now
    }  # of several, the latest published
    told: dict[str, tuple[str, datetime, datetime, datetime, datetime | None]] = {}
    for rule, name in sorted({key for run in known.values() for key in run.found}):
        evaluations = [known[at] for at in sorted(known) if rule in known[at].evaluated]
        states = [run.found.get((rule, name)) for run in evaluations]  # None: not found; else whether excepted
        last = max(n for n, state in enumerate(states) if state is not None)
        begin = last
        while begin and states[begin - 1] is not None and states[begin - 1] == states[last]:
            begin -= 1
        first = next(n for n, state in enumerate(states) if state is not None)
        resolved = evaluations[last + 1].as_of if last + 1 < len(evaluations) else None
        if resolved is not None:
            status = "resolved"
        elif states[last]:
            status = "accepted"
        elif rule not in now.evaluated:
            status = "not_evaluated"
        elif begin < last:
            status = "persisting"
        else:
            status = "new" if begin == first else "reopened"
        told[name] = (status, evaluations[first].as_of, evaluations[begin].as_of, evaluations[last].as_of, resolved)
    return told


def record(company: Built, number: int) -> None:
    """Keep the warehouse's part of the run ledger as that of the n-th version published."""
    version = f"20260401T0000{number:02d}000Z-{number:08d}"
    folder = company.root / "versions" / version
    with duckdb.connect() as con:
        con.execute(f"ATTACH '{company.warehouse}' AS warehouse (READ_ONLY)")
        write_tables(con, folder)
    record_version(company.config.landing_dir, {"version": version}, folder)
