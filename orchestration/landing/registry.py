"""What is derived from the batches at will: the registry, zero-row declared tables, no stray files, one reading a file."""

import contextlib
import fcntl
from collections.abc import Iterator
from datetime import datetime
from operator import itemgetter
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from orchestration.atomic import has_schema
from orchestration.landing.batches import (
    BATCH_COLUMNS,
    REJECT_SCHEMA,
    landed_schema,
    list_batches,
    put_aside,
    read_metadata,
    write_table,
)
from orchestration.landing.catalogue import Catalogue
from orchestration.landing.files import FileState

# When the feed was last known to be as this batch says: an equal file extracted later is no batch, but tells so. Null
# where no record of the file could be read: nothing is known of that extraction.
CONFIRMED = "confirmed_at"
_TIMES = ("extracted_at", "loaded_at", CONFIRMED)
_COUNTS = ("seq", "rows_in", "rows_landed", "rows_rejected")
_FLAGS = ("is_complete", "sets_as_of")
REGISTRY_SCHEMA = pa.schema(
    [
        (
            name,
            pa.timestamp("us")
            if name in _TIMES
            else pa.int64()
            if name in _COUNTS
            else pa.bool_()
            if name in _FLAGS
            else pa.string(),
        )
        for name in (*BATCH_COLUMNS, CONFIRMED)
    ]
)


@contextlib.contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold a lock file; others wait. The system frees it when its holder dies."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def declare_tables(landing_dir: Path, catalogue: Catalogue) -> None:
    """Give every source table a zero-row `_declared.parquet`, so that reading it never fails for want of a file
    and declared columns that no batch has are null. Raw rows are personal data: the landing zone is its owner's alone."""
    landing_dir.mkdir(parents=True, exist_ok=True)
    landing_dir.chmod(0o700)
    for system, tables in catalogue.items():
        for table, source in tables.items():
            target = landing_dir / system / table / "_declared.parquet"
            schema = landed_schema(source.columns)
            if not has_schema(target, schema):
                write_table(schema.empty_table(), target)
    empty = landing_dir / "_rejects" / "_empty.parquet"
    if not has_schema(empty, REJECT_SCHEMA):
        write_table(REJECT_SCHEMA.empty_table(), empty)


def write_registry(landing_dir: Path, catalogue: Catalogue) -> dict[str, datetime]:
    """Rewrite `_batches.parquet`, one row per batch, from the batches' own metadata (the old registry is a cache).

    A batch whose file was read again under other settings is put aside first: the same record, of whose columns an id
    is made, may have another id now, and would count twice.

    Returns `system.table` -> when that feed was last known to be as landed, naive UTC.
    """
    target = landing_dir / "_batches.parquet"
    with locked(landing_dir / "_registry.lock"):
        old = read_registry(landing_dir)
        known = {(row["system"], row["table_name"], row["batch_id"]): row for row in old}
        rows = []
        for table_dir in sorted(path for path in landing_dir.glob("[!_.]*/[!_.]*") if path.is_dir()):
            rows += _rows_of_table(table_dir, known)
        if rows != old or not target.exists():
            write_table(pa.Table.from_pylist(rows, schema=REGISTRY_SCHEMA), target)
    known_rows = sorted((row for row in rows if row[CONFIRMED]), key=itemgetter(CONFIRMED))
    return {f"{row['system']}.{row['table_name']}": row[CONFIRMED] for row in known_rows}


def _rows_of_table(table_dir: Path, known: dict[tuple[str, str, str], dict[str, Any]]) -> list[dict[str, Any]]:
    # A file that was corrected is as complete as its newest batch: what was rejected before does not keep that
    # extraction from being a whole snapshot.
    rows: list[dict[str, Any]] = []
    is_complete: dict[tuple[str, datetime], bool] = {}
    paths = list_batches(table_dir)
    for batch_id, path in paths.items():
        row = known.get((table_dir.parent.name, table_dir.name, batch_id))
        if row is None:
            batch = read_metadata(path)[0]
            row = {name: getattr(batch, name) for name in BATCH_COLUMNS}
        is_known = row["rows_landed"] > 0 or row["rows_rejected"] == 0
        rows.append({**row, CONFIRMED: row["extracted_at"] if is_known else None})
        is_complete[row["source_file"], row["extracted_at"]] = row["is_complete"]
    rows, replaced = _by_reading(rows)
    for row in replaced:
        put_aside(paths[row["batch_id"]])
    for row in rows:
        row["is_complete"] = is_complete[row["source_file"], row["extracted_at"]]
    if newest := next((row for row in reversed(rows) if row[CONFIRMED]), None):
        again = FileState(table_dir / "_files.json").last_extracted(newest["sha256"])
        newest[CONFIRMED] = max(newest["extracted_at"], again or newest["extracted_at"])
    return rows


def _by_reading(rows: list[dict[str, Any]]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    # The batches in force, and those of a file that was read again later. A reading that brought nothing replaces none.
    in_force: list[dict[str, Any]] = []
    replaced: list[dict[str, Any]] = []
    readings: dict[tuple[str, str], str] = {}
    for row in reversed(rows):
        content = row["source_file"], row["sha256"]
        (in_force if readings.get(content, row["reading"]) == row["reading"] else replaced).append(row)
        if row[CONFIRMED]:
            readings.setdefault(content, row["reading"])
    return in_force[::-1], replaced


def read_registry(landing_dir: Path) -> list[dict[str, Any]]:
    """The registry's rows, one per batch; none before the first landing, and where it is damaged: the next one rewrites it."""
    target = landing_dir / "_batches.parquet"
    if not target.exists():
        return []
    try:
        table = pq.read_table(target)
    except (pa.ArrowException, OSError):
        return []
    return table.to_pylist() if table.schema.remove_metadata().equals(REGISTRY_SCHEMA) else []


def remove_strays(table_dir: Path, rejects_dir: Path) -> None:
    """Remove what a killed run left of a table: temporary files, and rejects whose batch never came or was replaced."""
    for directory in (table_dir, rejects_dir):
        for stray in directory.glob(".*"):
            if stray.suffix in (".tmp", ".scratch"):
                stray.unlink()
    batches = list_batches(table_dir)
    for rejects in rejects_dir.glob("*.parquet"):
        if rejects.stem not in batches:
            rejects.unlink()
