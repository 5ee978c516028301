"""Write, audit, publish: a candidate is copied from the warehouse, audited, and switched in as one whole version.

    published/candidates/<run_id>/   tasuki.duckdb, parquet/<table>.parquet, manifest.json, audit.json, ledger/<table>.parquet
    published/versions/<version>/    the same, published
    published/current             -> versions/<version>
    restricted/versions/<version>/   tasuki_restricted.duckdb, for the owner alone
    restricted/current            -> versions/<version>

A version is never changed after it was published, and a file is never replaced in place: readers keep what they opened.
"""

import hashlib
import os
import shlex
from datetime import UTC, datetime, timedelta
from importlib.metadata import version as tool_version
from pathlib import Path
from typing import Any

import duckdb

from orchestration.atomic import (
    empty_trash,
    fsync_path,
    fsync_tree,
    read_json,
    read_json_if_whole,
    remove_trees,
    switch_symlink,
    write_json,
)
from orchestration.config import Config
from orchestration.kept import forget, keep
from orchestration.landing.sql import identifier, literal
from orchestration.ledger import ledger_dir, record_event, record_version, write_tables
from orchestration.warehouse import TOOLS, Workspace, is_built

# Not named after their schemas: DuckDB calls a catalog after its file, and `marts.leads` would be ambiguous.
MARTS_FILE = "tasuki.duckdb"
RESTRICTED_FILE = "tasuki_restricted.duckdb"
SCHEMAS = {"marts": MARTS_FILE, "restricted": RESTRICTED_FILE}
STORAGE_VERSION = "v1.4.0"  # what the BI drivers in use can read


class PublishRefused(Exception):
    """This candidate may not be published; the message says why."""


def write_candidate(workspace: Workspace, run_id: str, comments: dict[str, dict[str, str]] | None = None) -> Path:
    """Copy schemas marts and restricted from the warehouse to a new candidate. Returns its folder.

    `comments`: table -> column -> description, "" for the table itself. Raises PublishRefused where the warehouse's
    latest build did not end well or has no marts.
    """
    build = _finished_build(workspace)
    config = workspace.config
    discard_candidates(config)
    candidate = config.published_dir / "candidates" / run_id
    (candidate / "parquet").mkdir(parents=True)
    private = _restricted_candidate(config, run_id)
    private.mkdir(parents=True)
    for folder in (config.restricted_dir, private.parent, private):
        folder.chmod(0o700)
    con = duckdb.connect(config={"autoinstall_known_extensions": False})
    try:
        con.execute(f"attach {literal(str(workspace.warehouse))} as warehouse (read_only)")
        marts = _copy(con, "marts", candidate / MARTS_FILE, comments or {})
        restricted = _copy(con, "restricted", private / RESTRICTED_FILE, comments or {})
        keep(con, workspace, private)
        write_tables(con, candidate)
        for table in marts:
            _write_parquet(con, table, candidate)
    finally:
        con.close()
    (private / RESTRICTED_FILE).chmod(0o600)
    if not marts:
        raise PublishRefused(f"{workspace.warehouse} has no table in schema marts")
    write_json(
        {
            "run_id": run_id,
            "build": build["run_id"],
            "as_of": build["as_of"],
            "inputs": build["inputs"],
            "batches": build["batches"],
            "warnings": build.get("warnings", []),
            "tools": {tool: tool_version(tool) for tool in TOOLS},
            "rows": marts,
            "restricted_rows": restricted,
        },
        candidate / "manifest.json",
    )
    return candidate


def _finished_build(workspace: Workspace) -> dict[str, Any]:
    if not (workspace.build_state.exists() and workspace.warehouse.exists()):
        raise PublishRefused("the warehouse was never built; run the job refresh")
    if not is_built(workspace):
        raise PublishRefused(
            "the warehouse's latest build did not end, left out models or tests, or a blocking test failed in it; run the job refresh"
        )
    return read_json(workspace.build_state)


def _restricted_candidate(config: Config, run_id: str) -> Path:
    return config.restricted_dir / "candidates" / run_id


def _copy(
    con: duckdb.DuckDBPyConnection, schema: str, target: Path, comments: dict[str, dict[str, str]]
) -> dict[str, int]:
    """Copy one schema to a file of its own, with comments; a view stays one, on the copies. Returns rows per table."""
    rows: dict[str, int] = {}
    con.execute(f"attach {literal(str(target))} as {schema}_file (storage_version '{STORAGE_VERSION}')")
    con.execute(f"create schema {schema}_file.{schema}")
    names = con.execute(
        "select table_name, table_type = 'VIEW' from information_schema.tables "
        "where table_catalog = 'warehouse' and table_schema = ? order by 2, 1",
        [schema],
    ).fetchall()
    for name, is_view in names:
        copy = f"{schema}_file.{schema}.{identifier(name)}"
        if is_view:
            _copy_view(con, schema, name)
        else:
            con.execute(f"create table {copy} as from warehouse.{schema}.{identifier(name)}")
            rows[name] = _scalar(con, f"select count(*) from {copy}")  # noqa: S608
        columns = {row[0] for row in con.execute(f"describe {copy}").fetchall()}
        for column, text in comments.get(name, {}).items():
            if column in columns:
                con.execute(f"comment on column {copy}.{identifier(column)} is {literal(text)}")
            elif not column:
                con.execute(f"comment on {'view' if is_view else 'table'} {copy} is {literal(text)}")
    con.execute(f"detach {schema}_file")  # writes the checkpoint: no .wal is left behind
    if schema == "marts":
        con.execute(f"attach {literal(str(target))} as marts_file (read_only)")
    return rows


def _copy_view(con: duckdb.DuckDBPyConnection, schema: str, name: str) -> None:
    """A mart that says again what other marts hold takes no room: it may read tables of its own schema only."""
    row = con.execute(
        "select sql from duckdb_views() where database_name = 'warehouse' and schema_name = ? and view_name = ?",
        [schema, name],
    ).fetchone()
    assert row is not None
    con.execute(f"use {schema}_file")
    con.execute(row[0].replace(f"warehouse.{schema}.", f"{schema}."))
    con.execute("use memory")


def _write_parquet(con: duckdb.DuckDBPyConnection, table: str, candidate: Path) -> None:
    target = candidate / "parquet" / f"{table}.parquet"
    con.execute(
        f"copy marts_file.marts.{identifier(table)} to {literal(str(target))} (format parquet, compression zstd)"
    )


def _scalar(con: duckdb.DuckDBPyConnection, query: str) -> int:
    row = con.execute(query).fetchone()
    assert row is not None
    return int(row[0])


def record_audit(candidate: Path, passed: bool, results: list[dict[str, Any]]) -> None:
    """Keep what the audit found beside the candidate. Without it, or with passed = false, publishing is refused."""
    write_json(
        {"passed": passed, "audited_at": datetime.now(UTC).isoformat(timespec="seconds"), "results": results},
        candidate / "audit.json",
    )


def newest_candidate(config: Config) -> Path | None:
    """The candidate that waits to be published, if there is one."""
    found = [path.parent for path in config.published_dir.glob("candidates/*/manifest.json")]
    return max(found, key=lambda path: path.stat().st_mtime_ns, default=None)


def publish(workspace: Workspace, published_at: datetime | None = None) -> dict[str, Any]:
    """Make the candidate the current version. Returns its manifest. Raises PublishRefused where it may not."""
    config = workspace.config
    candidate = newest_candidate(config)
    if candidate is None:
        raise PublishRefused("there is nothing to publish: no candidate waits; run the job refresh")
    manifest = read_json(candidate / "manifest.json")
    private = _restricted_candidate(config, manifest["run_id"])
    if not private.exists():
        raise PublishRefused("the candidate is incomplete: its publishing was killed; run the job refresh")
    build = _finished_build(workspace)
    if manifest["build"] != build["run_id"]:
        raise PublishRefused("the candidate is older than the warehouse's latest build; run the job refresh")
    audit = read_json(candidate / "audit.json") if (candidate / "audit.json").exists() else None
    if audit is None:
        raise PublishRefused("the candidate was not audited; run the job refresh")
    if not audit["passed"]:
        failed = [result["check"] for result in audit["results"] if result["blocks"] and not result["passed"]]
        raise PublishRefused(f"the candidate failed its audit ({'; '.join(failed)}); correct the cause and run again")

    at = (published_at or datetime.now(UTC)).astimezone(UTC).replace(tzinfo=None)
    moment = max(at, _after_the_newest(config))
    version = f"{moment:%Y%m%dT%H%M%S}{moment.microsecond // 1000:03d}Z-{hashlib.sha256(manifest['run_id'].encode()).hexdigest()[:8]}"
    warnings = manifest["warnings"] + [r for r in audit["results"] if not r["passed"]]
    at = at.replace(microsecond=0)
    manifest |= {"version": version, "published_at": at.isoformat(), "failed_checks": len(warnings)}
    _stamp(candidate, at, len(warnings))
    readers = [candidate / MARTS_FILE, *sorted((candidate / "parquet").iterdir())]
    manifest["files"] = {path.relative_to(candidate).as_posix(): path.stat().st_size for path in readers}
    write_json(manifest, candidate / "manifest.json")
    _put_in_place(private, config.restricted_dir / "versions" / version)
    _put_in_place(candidate, config.published_dir / "versions" / version)
    previous = current_version(config)
    _switch(config, version)
    record_version(config.landing_dir, manifest, config.published_dir / "versions" / version)
    _retain(config, {version, previous})
    return manifest


def _after_the_newest(config: Config) -> datetime:
    """A moment after the name of every version so far: history folds them in the order of their names, which must be that
    of their publishing also where the clock was set back."""
    recorded = [path.stem for path in ledger_dir(config.landing_dir).glob("*.json")]
    newest = max([*recorded, *(manifest["version"] for manifest in versions(config))], default=None)
    if newest is None:
        return datetime.min
    return datetime.strptime(newest.partition("Z")[0], "%Y%m%dT%H%M%S%f") + timedelta(milliseconds=1)


def _stamp(candidate: Path, published_at: datetime, failed_checks: int) -> None:
    """Fill what only the publisher knows into the candidate's data_status, before anyone reads it."""
    con = duckdb.connect(config={"autoinstall_known_extensions": False})
    try:
        con.execute(f"attach {literal(str(candidate / MARTS_FILE))} as marts_file")
        tables = con.execute(
            "select 1 from information_schema.tables where table_catalog = 'marts_file' and table_name = 'data_status'"
        )
        if tables.fetchone():
            con.execute(
                "update marts_file.marts.data_status set published_at = ?, failed_checks = ?",
                [published_at, failed_checks],
            )
            con.execute("checkpoint marts_file")
            _write_parquet(con, "data_status", candidate)
        con.execute("detach marts_file")
    finally:
        con.close()


def _put_in_place(folder: Path, target: Path) -> None:
    fsync_tree(folder)
    leftover = [path.name for path in folder.glob("*.wal")]
    if leftover:
        raise PublishRefused(f"{folder} has an unfinished write: {', '.join(leftover)}")
    target.parent.mkdir(parents=True, exist_ok=True)
    os.rename(folder, target)
    fsync_path(target.parent)


def _switch(config: Config, version: str) -> None:
    # The marts last: what `published/current` names is the truth, and restricted is brought after it.
    if (config.restricted_dir / "versions" / version).exists():
        switch_symlink(config.restricted_dir / "current", f"versions/{version}")
    try:
        switch_symlink(config.published_dir / "current", f"versions/{version}")
    except OSError:
        _switch_restricted_alike(config)
        raise


def _switch_restricted_alike(config: Config) -> None:
    """`restricted/current` names the version that `published/current` names; nothing where that names none."""
    current, link = current_version(config), config.restricted_dir / "current"
    if current is None:
        link.unlink(missing_ok=True)
    elif (config.restricted_dir / "versions" / current).exists() and _named_by(link) != current:
        switch_symlink(link, f"versions/{current}")


def _named_by(link: Path) -> str | None:
    return Path(os.readlink(link)).name if link.is_symlink() else None


def current_version(config: Config) -> str | None:
    """The id of the published version; None before the first, and where somebody removed it."""
    link = config.published_dir / "current"
    return _named_by(link) if (link / "manifest.json").exists() else None


def versions(config: Config) -> list[dict[str, Any]]:
    """The manifests of the versions that are kept and whole, newest first, each with `is_current`."""
    current = current_version(config)
    found = sorted((config.published_dir / "versions").glob("[!.]*/manifest.json"), reverse=True)
    manifests = [manifest for path in found if (manifest := read_json_if_whole(path)) is not None]
    return [{**manifest, "is_current": manifest["version"] == current} for manifest in manifests]


def damaged_versions(config: Config) -> dict[str, str]:
    """Kept versions that are not as they were published -> what to do, in one line."""
    found = sorted(path.parent for path in (config.published_dir / "versions").glob("[!.]*/manifest.json"))
    damage = {folder: why_damaged(folder) for folder in found}
    return {folder.name: _about_damaged(config, folder, why) for folder, why in damage.items() if why}


def why_damaged(folder: Path) -> str | None:
    """What a version's folder does not hold as it was published; None where it holds all."""
    manifest = read_json_if_whole(folder / "manifest.json")
    if manifest is None:
        return "its manifest.json cannot be read"
    files = manifest.get("files", {MARTS_FILE: None})  # earlier versions noted none
    return next((why for name, size in files.items() if (why := _why_file_damaged(folder / name, size))), None)


def _why_file_damaged(path: Path, size: int | None) -> str | None:
    if not path.exists():
        return f"its {path.name} is gone"
    return None if size in (None, path.stat().st_size) else f"its {path.name} is not as it was published"


def _about_damaged(config: Config, folder: Path, why: str) -> str:
    is_current = folder.name == current_version(config)
    advice = f"publish anew: {command(config, 'run')}" if is_current else f"remove it: rm -r {shlex.quote(str(folder))}"
    return f"{folder} is damaged: {why}; {advice}"


def command(config: Config, text: str) -> str:
    """A tasuki command for this company, as a shell takes it."""
    return f"tasuki {text} --config {shlex.quote(str(config.path))}"


def why_no_version(config: Config) -> str:
    """Why there is no current version to read, and what to do, in one line."""
    if config.published_dir.joinpath("current").is_symlink() and (kept := versions(config)):
        return (
            f"the current version's folder is gone from {config.published_dir / 'versions'}; "
            f"run: {command(config, 'rollback ' + kept[0]['version'])}"
        )
    return f"nothing is published yet in {config.published_dir}; run: {command(config, 'run')}"


def why_unreadable(config: Config, version: str) -> str | None:
    """Why the marts of the current version cannot be read, and what to do, in one line; None where they can."""
    folder = config.published_dir / "versions" / version
    files = (read_json_if_whole(folder / "manifest.json") or {}).get("files", {})
    why = _why_file_damaged(folder / MARTS_FILE, files.get(MARTS_FILE))
    if why is None:
        return None
    others = [manifest["version"] for manifest in versions(config) if not manifest["is_current"]]
    back = f", or {command(config, 'rollback ' + others[0])}" if others else ""
    return f"the current version is damaged: {why}; run: {command(config, 'run')}{back}"


def rollback(config: Config, version: str) -> dict[str, Any]:
    """Switch `current` back to a kept version. Returns its manifest. Raises PublishRefused where it is not kept.

    The caller holds the run lock: what a killed run left is healed first.
    """
    heal(config)
    kept = {manifest["version"]: manifest for manifest in versions(config)}
    if damage := damaged_versions(config).get(version):
        raise PublishRefused(damage)
    if version not in kept:
        raise PublishRefused(f"{version} is not kept; `tasuki versions` lists: {', '.join(kept) or 'none'}")
    previous = current_version(config)
    if version == previous:
        raise PublishRefused(f"{version} is current already")
    _switch(config, version)
    record_event(config.landing_dir, "rollback", {"from": previous, "to": version})
    return kept[version]


def discard_candidates(config: Config) -> None:
    """Remove candidates that were refused or left by a killed run."""
    for root in (config.published_dir, config.restricted_dir):
        empty_trash(root / "candidates")
        remove_trees(path for path in (root / "candidates").glob("[!.]*") if path.is_dir())


def heal(config: Config) -> None:
    """Finish what a killed run left half done: the ledger's record, the restricted switch, removals, and versions that
    nobody could read yet. The caller holds the run lock."""
    for root in (config.published_dir, config.restricted_dir):
        empty_trash(root / "versions")
    remove_trees(_never_current(config))
    published = {path.name for path in (config.published_dir / "versions").glob("[!.]*")}
    remove_trees(path for path in (config.restricted_dir / "versions").glob("[!.]*") if path.name not in published)
    _switch_restricted_alike(config)
    manifest = read_json_if_whole(config.published_dir / "current" / "manifest.json")
    if manifest is not None:
        record_version(config.landing_dir, manifest, config.published_dir / "versions" / manifest["version"])


def _never_current(config: Config) -> list[Path]:
    """Versions whose publishing was killed before the switch: newer than what `current` names, and without a record."""
    switched = _named_by(config.published_dir / "current") or ""
    recorded = {path.stem for path in ledger_dir(config.landing_dir).glob("*.json")}
    found = (config.published_dir / "versions").glob("[!.]*")
    return [path for path in found if path.name > switched and path.name not in recorded]


def _retain(config: Config, used: set[str | None]) -> None:
    """Remove versions beyond the newest N, but never the current one nor the one before it, which may still be read."""
    forget(config, used)
    ids = sorted(path.name for path in (config.published_dir / "versions").glob("[!.]*"))
    for version in ids[: -config.retention.versions]:
        if version not in used:
            for root in (config.published_dir, config.restricted_dir):
                remove_trees(path for path in [root / "versions" / version] if path.exists())
