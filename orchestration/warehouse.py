"""What a build of the warehouse is made from: settings for dbt, merged seeds, as_of, checksums, and how far it got."""

import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from orchestration.atomic import fsync_path, read_json, read_json_if_whole, write_json, write_text
from orchestration.config import PROJECT_DIR, Config
from orchestration.definitions_lock import LOCK
from orchestration.seeds import problems_of

DBT_DIR = PROJECT_DIR / "dbt_project"
SEEDS_DIR = PROJECT_DIR / "seeds"
TOOLS = ("tasuki", "dbt-core", "dbt-duckdb", "duckdb", "dagster", "great-expectations")
DBT_CODE = (DBT_DIR / "models", DBT_DIR / "macros", DBT_DIR / "tests", DBT_DIR / "dbt_project.yml")
SEEDS_HOME = ".home"  # in a folder of merged seeds: which company's they are
PYTHON_CODE = (PROJECT_DIR / "expectations", PROJECT_DIR / "orchestration")


NOTHING_LANDED = "nothing has landed yet"


class WarehouseError(Exception):
    """The warehouse cannot be built; the message says why and what to do."""


@dataclass(frozen=True)
class Workspace:
    """Where one company's build lives."""

    config: Config

    @property
    def warehouse(self) -> Path:
        """The DuckDB file that dbt writes; it holds personal data, so its folder is for its owner alone."""
        return self.config.warehouse_dir / "warehouse.duckdb"

    @property
    def seeds(self) -> Path:
        """The project's seeds with the company's own laid over them.

        Inside the dbt project, one folder per company: dbt writes what it made of a seed to the seed's path below its
        target, and a path that leads out of the project can end on the CSV itself. Its name differs from one copy of
        the project to another: what dbt keeps of a parse says where the seeds lay, and dbt parses anew when it changes.
        """
        return DBT_DIR / ".seeds" / hashlib.sha256(f"{self.config.home_dir}\0{DBT_DIR}".encode()).hexdigest()[:12]

    @property
    def target(self) -> Path:
        """dbt's artefacts."""
        return self.config.home_dir / "dbt_target"

    @property
    def logs(self) -> Path:
        """dbt's logs, and the output of the last run."""
        return self.config.home_dir / "logs"

    @property
    def lock(self) -> Path:
        """The lock of this company's runs."""
        return self.config.home_dir / "run.lock"

    @property
    def build_state(self) -> Path:
        """How far the warehouse's latest build got."""
        return self.config.warehouse_dir / "build.json"


def dbt_environment(workspace: Workspace, as_of: str) -> dict[str, str]:
    """Environment variables for dbt. `as_of` is `YYYY-MM-DD HH:MM:SS` in UTC."""
    return {
        "TASUKI_LANDING": str(workspace.config.landing_dir),
        "TASUKI_WAREHOUSE": str(workspace.warehouse),
        "TASUKI_SEEDS": os.path.relpath(workspace.seeds, DBT_DIR),
        "TASUKI_AS_OF": as_of,
        "TASUKI_THREADS": str(min(os.cpu_count() or 2, 8)),
        "TASUKI_MEMORY": memory_limit(),
        "DBT_TARGET_PATH": str(workspace.target),
        "DBT_LOG_PATH": str(workspace.logs),
        "DBT_LOG_LEVEL_FILE": "info",  # its debug log took a fifth of the build's time
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "0",
        "DO_NOT_TRACK": "1",
    }


def memory_limit() -> str:
    """What DuckDB may hold of this machine's memory before it goes to disk: six tenths, since it takes more than it counts,
    and other programs run."""
    return f"{os.sysconf('SC_PHYS_PAGES') * os.sysconf('SC_PAGE_SIZE') * 6 // 10 // 2**20}MiB"


def activate_environment() -> None:
    """Put this environment's programs (dbt) on PATH, as activating it would."""
    bin_dir = str(Path(sys.executable).parent)
    paths = os.environ.get("PATH", os.defpath).split(os.pathsep)
    if bin_dir not in paths:
        os.environ["PATH"] = os.pathsep.join([bin_dir, *paths])


def dbt_vars(config: Config) -> str:
    """The company's settings as dbt's --vars. They do not change between runs, so that dbt need not parse again."""
    zones = {name: system.timezone for name, system in config.systems.items() if system.timezone}
    for name, system in config.systems.items():
        zones |= {f"{name}.{table}": feed.timezone for table, feed in system.feeds.items() if feed.timezone}
    deliveries = {
        feed.name: feed.delivery
        for feed in config.feeds
        if feed.delivery != config.catalogue[feed.system][feed.table].delivery
    }
    return json.dumps(
        {
            "business_timezone": config.company.timezone,
            "fiscal_year_start_month": config.company.fiscal_year_start_month,
            "base_currency": config.company.base_currency,
            "kpi_segments": config.kpis.segments,
            "kpi_side_by_side_months": config.kpis.side_by_side_months,
            "record_urls": {name: system.record_url for name, system in config.systems.items() if system.record_url},
            "source_timezones": zones,
            "feed_deliveries": deliveries,
        },
        sort_keys=True,
    )


def check_seeds(config: Config) -> None:
    """Raise WarehouseError where the company's seeds folder has a CSV that the project does not know, or a seed is wrong."""
    if config.seeds_dir is not None:
        known = {path.name for path in SEEDS_DIR.glob("*.csv")}
        unknown = sorted(path.name for path in config.seeds_dir.glob("*.csv") if path.name not in known)
        if unknown:
            raise WarehouseError(
                f"company.seeds: {config.seeds_dir} has {', '.join(unknown)}, which is no seed of the project; "
                f"rename or remove it. Known: {', '.join(sorted(known))}"
            )
    if problems := problems_of(seeds_in_force(config)):
        raise WarehouseError("\n".join(["the seeds cannot be read:", *problems]))


def merge_seeds(workspace: Workspace) -> None:
    """Bring the merged seeds up to date. An unchanged file keeps its time, so that dbt need not parse it again."""
    check_seeds(workspace.config)
    _remove_seeds_of_removed_homes(workspace)
    wanted = seeds_in_force(workspace.config)
    workspace.seeds.mkdir(parents=True, exist_ok=True)
    home = workspace.seeds / SEEDS_HOME
    if not home.exists():
        write_text(str(workspace.config.home_dir), home)
    for stray in workspace.seeds.iterdir():
        if stray.name not in (*wanted, SEEDS_HOME):
            stray.unlink()
    for name, source in wanted.items():
        target = workspace.seeds / name
        if not (target.exists() and target.read_bytes() == source.read_bytes()):
            shutil.copyfile(source, target)


def _remove_seeds_of_removed_homes(workspace: Workspace) -> None:
    for note in workspace.seeds.parent.glob(f"*/{SEEDS_HOME}"):
        if note.parent != workspace.seeds and not Path(note.read_text(encoding="utf-8")).exists():
            shutil.rmtree(note.parent, ignore_errors=True)  # another company's run may be removing it as well


def checksum(files: Iterator[tuple[str, Path]]) -> str:
    """SHA-256 over names and contents, in the order of the names."""
    digest = hashlib.sha256()
    for name, path in sorted(files):
        digest.update(f"{name}\0".encode())
        digest.update(path.read_bytes())
        digest.update(b"\0")
    return digest.hexdigest()


def code_checksum(roots: tuple[Path, ...]) -> str:
    """Of the files below `roots`, but for the simulated company's."""
    return checksum(
        (str(path.relative_to(PROJECT_DIR)), path)
        for root in roots
        for path in ([root] if root.is_file() else root.rglob("*"))
        if path.is_file() and not {"simulation", "__pycache__"} & set(path.parts)
    )


def seeds_in_force(config: Config) -> dict[str, Path]:
    """name -> file: the project's seeds, with the company's own laid over them."""
    files = {path.name: path for path in SEEDS_DIR.iterdir() if path.suffix in (".csv", ".yml")}
    if config.seeds_dir is not None:
        files |= {path.name: path for path in config.seeds_dir.glob("*.csv")}
    return files


def seeds_checksum(config: Config) -> str:
    """Of the seeds in force."""
    return checksum(iter(seeds_in_force(config).items()))


def registry_rows(config: Config) -> list[dict[str, Any]]:
    """The landing zone's batches, one dict per batch; none before the first landing."""
    from orchestration.landing.registry import read_registry

    return read_registry(config.landing_dir)


def batch_ids(rows: list[dict[str, Any]]) -> list[str]:
    """`system/table/batch_id` of each batch, sorted."""
    return sorted(f"{row['system']}/{row['table_name']}/{row['batch_id']}" for row in rows)


def default_as_of(config: Config, rows: list[dict[str, Any]]) -> str:
    """The instant up to which every feed that sets as_of is known: the least of their newest extraction times.

    A file of which nothing could be read is no extraction. Returns `YYYY-MM-DD HH:MM:SS` in UTC. Raises WarehouseError
    where nothing that sets it has landed.
    """
    setting = {(feed.system, feed.table) for feed in config.feeds if feed.sets_as_of}
    newest: dict[tuple[str, str], datetime] = {}
    for row in rows:
        name = (row["system"], row["table_name"])
        if name in setting and row["confirmed_at"]:
            newest[name] = max(row["confirmed_at"], newest.get(name, row["confirmed_at"]))
    if any((row["system"], row["table_name"]) in setting for row in rows) and not newest:
        raise WarehouseError(
            "nothing could be read of the files that have landed: `landing/_rejects/` says why; correct the exports, or "
            "the settings of their feeds in tasuki.toml, and run again"
        )
    if not newest:
        folders = sorted({str(feed.folder) for feed in config.feeds}) or ["(no system is configured)"]
        raise WarehouseError(f"{NOTHING_LANDED}: put exports into {', '.join(folders)} and run again")
    return f"{min(newest.values()):%Y-%m-%d %H:%M:%S}"


def inputs(config: Config) -> dict[str, str]:
    """Checksums of what, with the batches and as_of, decides the marts' content."""
    return {
        "config": config.checksum,
        "definitions": code_checksum((*DBT_CODE, *PYTHON_CODE, PROJECT_DIR / LOCK)),
        "seeds": seeds_checksum(config),
        "tools": ", ".join(f"{tool} {version(tool)}" for tool in TOOLS if tool != "tasuki"),
    }


def increments_checksum(config: Config) -> str:
    """Of what decides the rows of incremental models, besides the batches: a change of it makes what they hold stale."""
    roots = [DBT_DIR / "macros", DBT_DIR / "dbt_project.yml"]
    roots += [DBT_DIR / "models" / layer for layer in ("staging", "contract")]
    roots += [path for path in (DBT_DIR / "models").rglob("*.sql") if "incremental" in path.read_text(encoding="utf-8")]
    seeds = seeds_in_force(config)
    files = {"code": code_checksum(tuple(roots)), "seeds": checksum(iter([("types", seeds["activity_types.csv"])]))}
    return hashlib.sha256(json.dumps([files, config.checksum, inputs(config)["tools"]]).encode()).hexdigest()


def is_stale(workspace: Workspace) -> bool:
    """Whether the warehouse's last whole build was made by other code or settings, or by nobody knows which, so that
    increments would mix two meanings."""
    if not (workspace.warehouse.exists() and workspace.build_state.exists()):
        return False
    return bool(_build_state(workspace).get("increments") != increments_checksum(workspace.config))


def _build_state(workspace: Workspace) -> dict[str, Any]:
    return read_json_if_whole(workspace.build_state) or {}


def begin_build(workspace: Workspace, run_id: str, as_of: str) -> None:
    """Say that the warehouse is being rebuilt: until `finish_build`, nothing of it may be published."""
    write_json(
        {
            "increments": None if is_stale(workspace) else _build_state(workspace).get("increments"),
            "run_id": run_id,
            "state": "building",
            "as_of": as_of,
            "started_at": datetime.now(UTC).isoformat(timespec="seconds"),
            "inputs": inputs(workspace.config),
            "batches": batch_ids(registry_rows(workspace.config)),
        },
        workspace.build_state,
    )


def finish_build(workspace: Workspace, warnings: list[dict[str, Any]]) -> None:
    """Say that the warehouse is whole and its blocking tests hold. `warnings` are the failed tests that do not block."""
    state = read_json(workspace.build_state)
    made_by = {"increments": increments_checksum(workspace.config)}
    write_json({**state, **made_by, "state": "built", "warnings": warnings}, workspace.build_state)


def is_built(workspace: Workspace) -> bool:
    """Whether the warehouse is there and its latest build ended well."""
    return workspace.warehouse.exists() and _build_state(workspace).get("state") == "built"


def prepare(workspace: Workspace) -> None:
    """Make the warehouse ready for dbt: seeds, folders, no dbt of a killed run, no file that cannot be opened."""
    import duckdb

    config = workspace.config
    config.warehouse_dir.mkdir(parents=True, exist_ok=True)
    config.warehouse_dir.chmod(0o700)
    workspace.logs.mkdir(parents=True, exist_ok=True)
    merge_seeds(workspace)
    end_orphans(workspace)
    if not workspace.warehouse.exists():
        return
    try:
        duckdb.connect(str(workspace.warehouse)).close()
    except duckdb.Error as error:
        if "lock" in str(error).lower():
            raise WarehouseError(
                f"{workspace.warehouse} is open elsewhere; close it and run again ({error})"
            ) from error
        # A killed run damaged it. The landing zone is the truth: build it anew.
        for path in (workspace.warehouse, workspace.warehouse.with_name(workspace.warehouse.name + ".wal")):
            path.unlink(missing_ok=True)
        fsync_path(config.warehouse_dir)


def end_orphans(workspace: Workspace) -> None:
    """End a dbt that outlived its run, which was killed or terminated; the run lock says that no living run owns one."""
    mark = f" --log-path {workspace.logs} "
    orphans = [pid for pid, command in _processes() if mark in f"{command} " and pid != os.getpid()]
    for pid in orphans:
        os.kill(pid, signal.SIGKILL)
    deadline = time.monotonic() + 10
    while orphans and time.monotonic() < deadline:
        orphans = [pid for pid, command in _processes() if mark in f"{command} " and pid in orphans]
        time.sleep(0.05)


def _processes() -> Iterator[tuple[int, str]]:
    proc = Path("/proc")
    if (proc / "self" / "cmdline").exists():
        for folder in proc.glob("[0-9]*"):
            try:
                arguments = (folder / "cmdline").read_bytes()
            except OSError:  # it ended meanwhile
                continue
            yield int(folder.name), arguments.replace(b"\0", b" ").decode("utf-8", "replace")
        return
    listing = subprocess.run(["ps", "-axo", "pid=,command="], capture_output=True, text=True, check=True).stdout
    for line in listing.splitlines():
        pid, _, command = line.strip().partition(" ")
        yield int(pid), command
