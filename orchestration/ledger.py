"""The run ledger in landing/_runs: an immutable record per published version, and events such as rollbacks.

    _runs/<version>.json                the version's manifest; written last: without it the record is none
    _runs/<table>/<version>.parquet     what marts of history fold: one folder per table
    _runs/<table>/_declared.parquet     no rows, but the columns, so that the first run can read the table
    _runs/events/                       rollbacks

The ledger outlives the versions. To record something more with every publish, in dbt_project/models/ledger: the table's columns in
_ledger__sources.yml; a model `new_<table>` with alias `<table>`, whose rows are what this run would add (so only what changed against
the records before); a view `recorded_<table>`, what every publish so far left. Both are read through the macros `recorded_rows` and
`ledger_rows` (macros/ledger.sql), each row with its `publish_no`; the model `publishes` tells when each was.
"""

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import yaml

from orchestration.atomic import fsync_path, has_schema, read_json, write_json

SCHEMA = "ledger"  # of the warehouse: what a version's record is made of
FOLDER = "ledger"  # of a version: the tables of its record, until it is published
SOURCES = Path(__file__).resolve().parents[1] / "dbt_project" / "models" / "ledger" / "_ledger__sources.yml"


def ledger_dir(landing_dir: Path) -> Path:
    """Where the records lie."""
    return landing_dir / "_runs"


def declare_records(landing_dir: Path) -> None:
    """Give every table of the ledger its zero-row `_declared.parquet`."""
    (source,) = yaml.safe_load(SOURCES.read_text(encoding="utf-8"))["sources"]
    with duckdb.connect(config={"autoinstall_known_extensions": False}) as con:
        for table in source["tables"]:
            columns = ", ".join(f'null::{column["data_type"]} as "{column["name"]}"' for column in table["columns"])
            empty = con.sql(f"select {columns} limit 0")
            target = ledger_dir(landing_dir) / table["name"] / "_declared.parquet"
            if not has_schema(target, empty.to_arrow_table().schema):
                _write(empty, target)


def write_tables(con: duckdb.DuckDBPyConnection, version_dir: Path) -> None:
    """Copy what the record will be made of from the warehouse, attached to `con` as `warehouse`. A table without rows is left out."""
    names = con.execute(
        "select table_name from information_schema.tables where table_catalog = 'warehouse' and table_schema = ? order by 1",
        [SCHEMA],
    ).fetchall()
    for (name,) in names:
        rows = con.sql(f'from warehouse.{SCHEMA}."{name}"')
        if rows.limit(1).fetchone():
            _write(rows, version_dir / FOLDER / f"{name}.parquet")


def record_version(landing_dir: Path, manifest: dict[str, Any], version_dir: Path) -> None:
    """Keep a published version's manifest and tables for good. A record that is there already stays as it is."""
    version = manifest["version"]
    target = ledger_dir(landing_dir) / f"{version}.json"
    if target.exists():
        return
    with duckdb.connect(config={"autoinstall_known_extensions": False}) as con:
        for path in sorted((version_dir / FOLDER).glob("*.parquet")):
            rows = con.sql("select ? as version, * from read_parquet(?)", params=[version, str(path)])
            _write(rows, ledger_dir(landing_dir) / path.stem / f"{version}.parquet")
    write_json(manifest, target)


def _write(rows: duckdb.DuckDBPyRelation, target: Path) -> None:
    """Write Parquet, whole or not at all."""
    target.parent.mkdir(parents=True, exist_ok=True)
    tmp = target.with_name(f".{target.name}.tmp")
    rows.write_parquet(str(tmp), compression="zstd")
    fsync_path(tmp)
    os.replace(tmp, target)
    fsync_path(target.parent)


def record_event(landing_dir: Path, kind: str, detail: dict[str, Any]) -> None:
    """Keep what happened to `published/current` beside publishing, such as a rollback."""
    at = datetime.now(UTC)
    content = {"kind": kind, "at": at.isoformat(timespec="seconds"), **detail}
    write_json(content, ledger_dir(landing_dir) / "events" / f"{at:%Y%m%dT%H%M%S%fZ}-{kind}.json")


def records(landing_dir: Path) -> list[dict[str, Any]]:
    """The records of all versions ever published, oldest first."""
    return [read_json(path) for path in sorted(ledger_dir(landing_dir).glob("*.json"))]


def publish_no(landing_dir: Path) -> int:
    """The number that marts of history give to the version published last."""
    return len(list((ledger_dir(landing_dir) / "publish_times").glob("[!_.]*.parquet")))
