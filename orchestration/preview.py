"""`tasuki preview`: what changed definitions would change, on the data of the current version, before anybody else sees it.

The changed models are built into a scratch file with the version's kept tables attached read-only (orchestration/kept.py), so
neither the warehouse nor a run that writes it is touched. What is built is compared with what the version holds.
"""

# The SQL is put together from names of the project's own models and columns.
# ruff: noqa: S608

import gc
import gzip
import json
import os
import re
import shutil
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb

from orchestration.atomic import read_json
from orchestration.config import Config
from orchestration.kept import KEPT_FILE, MANIFEST_FILE, VALUES, definition_names
from orchestration.landing.sql import identifier, literal
from orchestration.publish import MARTS_FILE, command, current_version, damaged_versions
from orchestration.warehouse import (
    DBT_DIR,
    WarehouseError,
    Workspace,
    dbt_environment,
    dbt_vars,
    merge_seeds,
)

DATABASE = "kept"  # the name under which the version's tables are attached
SHOWN_IDS = 20
# What a company's data can give does not change with a definition; it reads tables that are not kept.
NOT_BUILT = {"model.tasuki.kpi_definitions"}
LEFT_OUT = "left_out"  # schema of the empty tables that stand for the KPIs that nobody asked about
NO_TABLE = ("view", "ephemeral")  # such models are in no file
DBT_OPTIONS = ["--quiet", "--log-level", "none", "--no-write-json"]
COUNTED = ("kpi_subjects", "kpi_values_derived")  # models that put all KPIs together
FACTS = {  # what is known of a subject: table and key
    "lead_cycle": ("definitions.lead_facts", "lead_id"),
    "person": ("definitions.lead_facts", "person_key"),
    "opportunity": ("conformed.con_opportunities", "opportunity_id"),
    "contract": ("conformed.con_contracts", "contract_id"),
    "handoff": ("relay.relay_handoffs", "handoff_id"),
    "meeting": ("kpis.meetings", "meeting_id"),
    "response": ("kpis.responses", "response_id"),
    "survey": ("kpis.surveys", "survey_id"),
    "stage_change": ("kpis.stage_changes", "stage_change_id"),
}
SERIES = "kpi_code, view, basis, member, statistic, grain, period_start, segment, segment_value"
SIDES = ("old", "new")
VIEWS = "_views"  # what the model of the teams' own ways of counting a KPI is called after the KPI
# what a row of a KPI adds to a number; the teams' rows name records beside it
COUNTS = ("counted_on", "converted_on", "left_on", "grain", "numerator", "denominator", "measure", "is_censored")


class PreviewError(Exception):
    """There is nothing to compare, or the change is invalid; the message names file and line where it can."""


@dataclass
class Subject:
    """A subject that enters, leaves or changes. `why`: column -> [old, new] of the values that decide."""

    kpi_code: str
    view: str
    member: str
    subject_type: str
    subject_id: str
    change: str
    why: dict[str, list[str | None]] = field(default_factory=dict)


@dataclass
class Preview:
    """What the change does. `values`: one dict per KPI, month and segment that differs; `sla`: handed-over leads judged otherwise."""

    version: str
    as_of: str
    changed: list[str]
    values: list[dict[str, Any]]
    counts: list[dict[str, Any]]
    subjects: list[Subject]
    sla: dict[str, int]
    notes: list[str]
    seconds: dict[str, float]


def preview(config: Config, kpi: str | None = None) -> Preview:
    """Compare the definitions as they stand with the current version's. Raises PreviewError."""
    version = current_version(config)
    folder = config.restricted_dir / "versions" / (version or "")
    if version is None or not (folder / KEPT_FILE).exists():
        raise PreviewError(f"there is no version to compare with; run: {command(config, 'run')}")
    if damage := damaged_versions(config).get(version):
        raise PreviewError(damage)
    known = _kpis()
    if kpi is not None and kpi not in known:
        raise PreviewError(f"--kpi {kpi}: no such KPI; known: {', '.join(known)}")
    as_of = read_json(config.published_dir / "versions" / version / "manifest.json")["as_of"]
    old = _kept(config, folder)
    marts = config.published_dir / "versions" / version / MARTS_FILE
    with tempfile.TemporaryDirectory(prefix="preview-", dir=config.home_dir) as scratch, _environment():
        build = _Build(Workspace(config), folder, old, Path(scratch), as_of)
        changed = build.changed(kpi)
        if not changed:
            what = f"what {kpi} is made of" if kpi else "the definitions"
            nothing = [] if build.early else [f"Nothing changed in {what}."]
            return Preview(version, as_of, [], [], [], [], {}, [*nothing, *build.notes([])], {})
        seconds, failures, own = build.run(changed)
        with duckdb.connect(config={"autoinstall_known_extensions": False}) as con:
            con.execute("set timezone = 'UTC'")
            con.execute(f"attach {literal(str(folder / KEPT_FILE))} as old (read_only)")
            con.execute(f"attach {literal(str(marts))} as published (read_only)")
            con.execute(f"attach {literal(str(build.file))} as new (read_only)")
            comparison = _Comparison(con, build, changed)
            problems = comparison.problems()
            if problems := problems + [told for told in failures if own or not problems]:
                raise PreviewError("\n".join(problems))
            return Preview(
                version=version,
                as_of=as_of,
                changed=[build.path(name) for name in build.modified],
                values=comparison.values(),
                counts=comparison.counts(),
                subjects=comparison.subjects(),
                sla=comparison.sla(),
                notes=build.notes(changed),
                seconds=seconds,
            )


def _kpis() -> list[str]:
    """The KPIs of the project, without waiting for dbt: a KPI's YAML is named after it."""
    files = sorted((DBT_DIR / "models" / "kpis").glob("*.yml"))
    return [file.stem for file in files if re.search(r"(?m)^        kpi:", file.read_text(encoding="utf-8"))]


@contextmanager
def _environment() -> Iterator[None]:
    """dbt reads its settings from the environment and the working directory. What it builds in memory stays until the end: to look
    there for garbage takes a tenth of the time.
    """
    before, folder = dict(os.environ), Path.cwd()
    collects = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collects:
            gc.enable()
        os.environ.clear()
        os.environ.update(before)
        os.chdir(folder)


def _kept(config: Config, folder: Path) -> dict[str, Any]:
    """dbt's manifest of a version. Raises PreviewError where it, or the tables kept beside it, cannot be read."""
    try:
        duckdb.connect(str(folder / KEPT_FILE), read_only=True).close()
        manifest: dict[str, Any] = json.loads(gzip.decompress((folder / MANIFEST_FILE).read_bytes()))
    except (duckdb.Error, OSError, EOFError, ValueError, zlib.error) as error:
        raise PreviewError(
            f"{folder}, which keeps what to compare with, is damaged; publish anew: {command(config, 'run --full-refresh')}"
        ) from error
    return manifest


class _Build:
    """dbt on a scratch file."""

    def __init__(self, workspace: Workspace, kept: Path, old: dict[str, Any], scratch: Path, as_of: str) -> None:
        from dbt.cli.main import dbtRunner

        self.scratch = scratch
        # dbt calls a database after its file: the scratch file must be called as the warehouse is
        self.file = scratch / workspace.warehouse.name
        self.vars = dbt_vars(workspace.config)
        try:
            merge_seeds(workspace)
        except WarehouseError as error:
            raise PreviewError(str(error)) from error
        target, state = scratch / "target", scratch / "state"
        target.mkdir()
        state.mkdir()
        if (workspace.target / "partial_parse.msgpack").exists():
            shutil.copyfile(workspace.target / "partial_parse.msgpack", target / "partial_parse.msgpack")
        os.environ.update(
            dbt_environment(workspace, as_of) | {"DBT_TARGET_PATH": str(target), "DBT_LOG_PATH": str(scratch / "logs")}
        )
        os.chdir(DBT_DIR)
        parsed: Any = dbtRunner().invoke([*DBT_OPTIONS, "parse", "--profiles-dir", ".", "--vars", self.vars])
        if not parsed.success:
            raise PreviewError(f"the dbt project does not parse:\n{parsed.exception}")
        self._manifest = parsed.result
        self.keys = self._take_tests()
        self.nodes: dict[str, dict[str, Any]] = {name: node.to_dict() for name, node in self._manifest.nodes.items()}
        self.macros = {name: macro.to_dict() for name, macro in self._manifest.macros.items() if _is_own(name)}
        self.definitions = definition_names(self.nodes)
        self.children: dict[str, list[str]] = {name: [] for name in self.nodes}
        for name, node in self.nodes.items():
            for parent in node["depends_on"].get("nodes", []):
                self.children.setdefault(parent, []).append(name)
        self._old = old
        self.old_nodes: dict[str, dict[str, Any]] = old["nodes"]
        self.old_macros: dict[str, dict[str, Any]] = old["macros"]
        self.state, self.kept = state, kept
        self.modified: list[str] = []
        self.unseen: list[str] = []  # changed files of which KPIs are made, but whose inputs no version keeps
        self.early: dict[str, list[str]] = {}  # changed seeds -> what reads them before the definitions
        self.asked: set[str] = set()  # the KPIs whose values are compared
        self.good_down: set[str] = set()  # those of them that are good when they are low
        self._left_out: set[str] = set()

    def _take_tests(self) -> dict[str, list[list[str]]]:
        """Take the tests out of dbt's manifest, where each costs time and none is run.

        Returns, by model, the columns that its YAML says tell its rows apart.
        """
        keys: dict[str, list[list[str]]] = {}
        for name, node in list(self._manifest.nodes.items()):
            if node.resource_type not in ("model", "seed"):
                del self._manifest.nodes[name]
                about = getattr(node, "test_metadata", None)
                if about and about.name in ("unique", "unique_combination"):
                    columns = about.kwargs.get("columns") or [about.kwargs["column_name"]]
                    keys.setdefault(node.attached_node, []).append(columns)
        self._manifest.unit_tests.clear()
        return keys

    def changed(self, kpi: str | None) -> list[str]:
        """The models and seeds to build: what was changed and all definitions that follow from it.

        `modified` are those whose own SQL, macros or rows changed. Raises PreviewError where the change lies before the definitions.
        """
        nodes = self.nodes
        self.modified = sorted(name for name in nodes if self._differs(name))
        early = [self.path(name) for name in self.modified if self._is_early(name)]
        if early:
            raise PreviewError(
                f"{', '.join(early)}: changed before the definitions, which are computed from it; a preview holds the data "
                "still. Run it on a copy of the company: tasuki run --config COPY"
            )
        wanted = self._made_of("kpi_values") - NOT_BUILT
        found = {
            name
            for name in self.modified
            if name in wanted and (nodes[name]["resource_type"] == "seed" or name in self.definitions)
        }
        self.unseen = [self.path(name) for name in self.modified if name in wanted - found]
        waiting = list(found)
        while waiting:
            for child in self.children.get(waiting.pop(), []):
                if child in wanted and child not in found and child in self.definitions:
                    found.add(child)
                    waiting.append(child)
        kpis = {name for name, node in nodes.items() if node["config"]["meta"].get("kpi")}
        if kpi is not None:
            found &= self._only(kpi)
            asked = self._made_of(kpi) | self._made_of(f"{kpi}{VIEWS}")
            wanted &= asked
            counted = {parent for model in COUNTED for parent in nodes[f"model.tasuki.{model}"]["depends_on"]["nodes"]}
            self._left_out = {
                name
                for name in counted - asked - found
                if name in self.old_nodes and (name in kpis or name.endswith(VIEWS))
            }
            kpis &= asked
        self.asked = {nodes[name]["name"] for name in kpis}
        self.good_down = {
            nodes[name]["name"] for name in kpis if nodes[name]["config"]["meta"]["kpi"]["good"] == "down"
        }
        self.modified = [name for name in self.modified if name in found]
        for name in self.modified:
            readers = [child for child in self.children[name] if child in wanted and self._is_early(child)]
            if nodes[name]["resource_type"] == "seed" and readers:
                self.early[self.path(name)] = sorted(nodes[reader]["name"] for reader in readers)
        return sorted(found) if self.modified and found & self.definitions else []

    def _is_early(self, name: str) -> bool:
        """Whether it is a model that definitions are computed from."""
        node = self.nodes[name]
        rooms = ("staging", "contract", "conformed")
        return node["resource_type"] == "model" and node["fqn"][1] in rooms and name not in self.definitions

    def path(self, name: str) -> str:
        """Where people edit a node, from the top of the project."""
        node = self.nodes[name]
        return (
            f"seeds/{node['name']}.csv"
            if node["resource_type"] == "seed"
            else f"dbt_project/{node['original_file_path']}"
        )

    def _made_of(self, model: str) -> set[str]:
        """The model, and what it is made of; nothing where there is no such model."""
        found = {f"model.tasuki.{model}"} & self.nodes.keys()
        waiting = list(found)
        while waiting:
            for parent in self.nodes[waiting.pop()]["depends_on"].get("nodes", []):
                if parent in self.nodes and parent not in found:
                    found.add(parent)
                    waiting.append(parent)
        return found

    def _only(self, kpi: str) -> set[str]:
        """What a KPI and the teams' views of it are made of, and what makes values of them, but no other KPI."""
        found = self._made_of(kpi) | self._made_of(f"{kpi}{VIEWS}")
        waiting = [name for name in (f"model.tasuki.{kpi}", f"model.tasuki.{kpi}{VIEWS}") if name in found]
        while waiting:
            for child in self.children.get(waiting.pop(), []):
                if child not in found and not self.nodes[child]["config"]["meta"].get("kpi"):
                    found.add(child)
                    waiting.append(child)
        # a model that the version does not have cannot be read from it
        return found | (self.nodes.keys() - self.old_nodes.keys())

    def _differs(self, name: str) -> bool:
        new, old = self.nodes[name], self.old_nodes.get(name)
        if old is None or new["checksum"] != old["checksum"]:
            return True
        called = self._called(new, self.macros) | self._called(old, self.old_macros)
        return any(_text(self.macros, macro) != _text(self.old_macros, macro) for macro in called)

    def _called(self, node: dict[str, Any], macros: dict[str, dict[str, Any]]) -> set[str]:
        """The project's macros that a node calls, and those that they call."""
        found: set[str] = set()
        waiting = list(node["depends_on"]["macros"])
        while waiting:
            name = waiting.pop()
            if _is_own(name) and name not in found:
                found.add(name)
                waiting += macros[name]["depends_on"]["macros"]
        return found

    def run(self, names: list[str]) -> tuple[dict[str, float], list[str], bool]:
        """Build them. Returns seconds per model, `file:line: message` of those that failed, and whether these were edited."""
        from dbt.adapters.duckdb.connections import DuckDBConnectionManager
        from dbt.cli.main import dbtRunner

        built = self._with_views(names)
        self._write_state(built)
        self._keep(built)
        os.environ["TASUKI_WAREHOUSE"] = str(self.file)
        os.environ["TASUKI_KEPT"] = str(self.kept / KEPT_FILE)
        arguments = [*DBT_OPTIONS, "--use-fast-test-edges", "build", "--profiles-dir", ".", "--vars", self.vars]
        arguments += [
            "--defer",
            "--favor-state",
            "--state",
            str(self.state),
            "--select",
            *(self.nodes[name]["name"] for name in built),
        ]
        done: Any = dbtRunner(manifest=self._manifest).invoke(arguments)
        DuckDBConnectionManager.close_all_connections()  # dbt keeps its connection for as long as the process lives
        if done.exception is not None:
            raise PreviewError(str(done.exception))
        failed = [result for result in done.result if result.status in ("error", "fail")]
        # what was edited, and only where nothing of it failed by itself what follows from it
        own = [result for result in failed if result.node.unique_id in self.modified]
        failures = [self._explain(result) for result in own or failed]
        return {result.node.name: round(result.execution_time, 2) for result in done.result}, failures, bool(own)

    def _with_views(self, names: list[str]) -> list[str]:
        """They, and what they read that is in no file kept for it: views, and the marts of `VALUES`."""
        found = set(names)
        waiting = list(found)
        while waiting:
            for parent in self.nodes[waiting.pop()]["depends_on"].get("nodes", []):
                node = self.nodes.get(parent)
                is_read = parent not in found and parent in self.definitions
                if node and is_read and (node["config"]["materialized"] in NO_TABLE or node["name"] in VALUES):
                    found.add(parent)
                    waiting.append(parent)
        return sorted(found)

    def _keep(self, built: list[str]) -> None:
        """Take out of dbt's manifest what is neither built nor read, where each node costs time."""
        nodes = self._manifest.nodes
        kept = {*built, *(parent for name in built for parent in self.nodes[name]["depends_on"].get("nodes", []))}
        for name in nodes.keys() - kept:
            del nodes[name]
        for name in nodes.keys() - set(built):
            if nodes[name].resource_type == "model":  # a seed depends on no node
                nodes[name].depends_on.nodes.clear()
        self._manifest.exposures.clear()

    def _write_state(self, names: list[str]) -> None:
        """The version's manifest, from which dbt learns where the tables lie that are not built: of what they read."""
        read = {parent for name in names for parent in self.nodes[name]["depends_on"].get("nodes", [])}
        nodes = {}
        for name in sorted(read & self.old_nodes.keys()):
            node = self.old_nodes[name]
            database, schema = (self.file.stem, LEFT_OUT) if name in self._left_out else (DATABASE, node["schema"])
            nodes[name] = node | {"database": database, "schema": schema}
            if node.get("relation_name"):
                nodes[name]["relation_name"] = ".".join(map(identifier, (database, schema, node["alias"])))
        others = {part: {} if isinstance(value, dict) else value for part, value in self._old.items()}
        state = others | {"metadata": self._old["metadata"], "nodes": nodes}
        (self.state / "manifest.json").write_text(json.dumps(state), encoding="utf-8")
        with duckdb.connect(str(self.file)) as con:
            con.execute(f"attach {literal(str(self.kept / KEPT_FILE))} as {DATABASE} (read_only)")
            con.execute(f"create schema {LEFT_OUT}")
            for name in sorted(self._left_out):
                table = identifier(self.old_nodes[name]["alias"])
                con.execute(f"create table {LEFT_OUT}.{table} as from {DATABASE}.kpis.{table} limit 0")

    def _explain(self, result: Any) -> str:
        """`file:line: message` of a failed model; the line is that which the message shows, else that of the first word it quotes."""
        text = str(result.message)
        numbered = re.search(r"CSV Error on Line: (\d+)", text)
        shown = re.findall(r"(?m)^ *LINE \d+: (?:\.\.\.)?(.*?)(?:\.\.\.)?$", text)
        name = result.node.unique_id
        words = [*map(str.strip, shown), *re.findall(r'"([^"]+)"', text)]
        line = int(numbered[1]) if numbered else _line(self.nodes[name], *words)
        return f"{self.path(name)}:{line}: {' '.join(text.split())}"

    def notes(self, names: list[str]) -> list[str]:
        """What a reader must know of the result's limits."""
        told = (
            [f"{', '.join(self.unseen)}: changed, but what they read is in no version; a run shows what they change."]
            if self.unseen
            else []
        )
        told += [
            f"{seed}: read before the definitions too ({', '.join(readers)}), where a preview holds the data still: what follows from "
            "that is not shown. Run it on a copy of the company: tasuki run --config COPY"
            for seed, readers in self.early.items()
        ]
        readers = sorted(
            self.nodes[name]["name"]
            for name in names
            if "model.tasuki.activities" in self.nodes[name]["depends_on"].get("nodes", [])
        )
        if readers:
            told.append(
                f"{', '.join(readers)}: of the activities a preview knows responses and human ones, no e-mail events."
            )
        return told


def _text(macros: dict[str, dict[str, Any]], name: str) -> str | None:
    return macros[name]["macro_sql"] if name in macros else None


def _line(node: dict[str, Any], *wanted: str) -> int:
    """The line of a model's file in which the first of the words that it has comes first; else the first."""
    lines = (DBT_DIR / node["original_file_path"]).read_text(encoding="utf-8").splitlines()
    patterns = [rf"(?<!\w){re.escape(words)}(?!\w)" for words in wanted if words]
    return next((n for pattern in patterns for n, line in enumerate(lines, 1) if re.search(pattern, line)), 1)


def _is_own(macro: str) -> bool:
    """Whether it is a macro of the project, not dbt's."""
    return macro.startswith("macro.tasuki.")


class _Comparison:
    """Old (the version) and new (the scratch file), both attached to one connection."""

    def __init__(self, con: duckdb.DuckDBPyConnection, build: _Build, changed: list[str]) -> None:
        self.con, self.build = con, build
        kpis = {node["name"] for node in build.nodes.values() if node["config"]["meta"].get("kpi")}
        # the teams' views of them too
        self.kpis = [node for name in changed if (node := build.nodes[name])["name"].removesuffix(VIEWS) in kpis]
        self.definitions = [build.nodes[name] for name in changed if build.nodes[name]["fqn"][1] == "definitions"]
        self._tables: dict[tuple[str, str, str], list[str]] = {}
        for *table, column in con.execute(
            "select database_name, schema_name, table_name, column_name from duckdb_columns() "
            "order by database_name, schema_name, table_name, column_index"
        ).fetchall():
            self._tables.setdefault((table[0], table[1], table[2]), []).append(column)

    def _columns(self, side: str, schema: str, table: str) -> list[str]:
        return self._tables.get((side, schema, table), [])

    def problems(self) -> list[str]:
        """Where a definition that was built is not as its YAML says, or a KPI does not keep the contract of its kind."""
        problems = []
        for node in self.definitions + self.kpis:
            path, columns = self.build.path(node["unique_id"]), self._columns("new", node["schema"], node["name"])
            wanted = list(node["columns"])
            if not columns:
                continue  # it failed
            if sorted(wanted) != sorted(columns):
                missing, more = sorted(set(wanted) - set(columns)), sorted(set(columns) - set(wanted))
                problems.append(
                    f"{path}:{_line(node, *more, 'final as')}: wrong columns: {', '.join([f'{c} is missing' for c in missing] + [f'{c} is not in its YAML' for c in more])}"
                )
                continue
            table = f"new.{node['schema']}.{identifier(node['name'])}"
            for keys in self.build.keys.get(node["unique_id"], []):
                listed = ", ".join(map(identifier, keys))
                row = self.con.execute(
                    f"select {listed} from {table} group by all having count(*) > 1 order by all limit 1"
                ).fetchone()
                if row:
                    problems.append(
                        f"{path}:{_line(node, 'subject_id', *keys)}: doubled subject: {dict(zip(keys, map(str, row), strict=True))}"
                    )
            if "counted_on" in columns and node in self.kpis:
                row = self.con.execute(f"select subject_id from {table} where counted_on is null limit 1").fetchone()
                if row:
                    problems.append(f"{path}:{_line(node, 'counted_on')}: counted_on is null: {row[0]} is in no period")
            if node["config"]["meta"].get("kpi", {}).get("kind") == "cohort":  # a team's own way need not keep to it
                row = self.con.execute(
                    f"select subject_id, numerator, denominator from {table} where numerator > denominator or numerator < 0 limit 1"
                ).fetchone()
                if row:
                    problems.append(
                        f"{path}:{_line(node, 'as numerator')}: numerator outside its denominator: {row[1]} of {row[2]} for {row[0]}"
                    )
        return problems

    def values(self) -> list[dict[str, Any]]:
        """KPI x month (of KPIs that have none, fiscal quarter) x segment: old, new, difference and target, where they differ."""
        if not self._columns("new", "marts", "kpi_values"):
            return []
        asked = ", ".join(map(literal, sorted(self.build.asked)))
        down = ", ".join(["''", *map(literal, sorted(self.build.good_down))])
        sides = [
            f"(select * from {side}.marts.kpi_values where kpi_code in ({asked}) and grain = case when kpi_code in (select kpi_code from monthly) then 'month' else 'fiscal_quarter' end)"
            for side in ("published", "new")
        ]
        return self._dicts(
            f"""
            with monthly as (
                select kpi_code from published.marts.kpi_values where grain = 'month'
                union
                select kpi_code from new.marts.kpi_values where grain = 'month'
            ),
            differing as (
                select {SERIES}, o.numerator as old_numerator, o.denominator as old_denominator, o.value as old_value,
                    n.numerator as new_numerator, n.denominator as new_denominator, n.value as new_value,
                    -- what counts nobody is 0, where it adds up
                    case when statistic = 'sum' then coalesce(n.value, 0) - coalesce(o.value, 0) else n.value - o.value end as difference,
                    n.target
                from {sides[0]} as o full join {sides[1]} as n using ({SERIES})
                where (o.numerator, o.denominator, o.value) is distinct from (n.numerator, n.denominator, n.value)
            )
            select *,
                case when kpi_code in ({down}) then old_value <= target else old_value >= target end as was_met,
                case when kpi_code in ({down}) then new_value <= target else new_value >= target end as is_met
            from differing
            order by kpi_code, view <> 'shared', {SERIES}
            """
        )

    def _pairs(self, node: dict[str, Any]) -> str | None:
        """SQL of a KPI's subjects that differ: change, subject, view, member."""
        old, new = (self._columns(side, "kpis", node["name"]) for side in SIDES)
        keys = [key for key in ("view", "member", "subject_type", "subject_id") if key in new]
        if not old or "subject_id" not in keys:
            return None
        counted = (*keys, *COUNTS) if node["name"].endswith(VIEWS) else new
        shared = ", ".join(identifier(column) for column in new if column in old and column in counted)
        listed = ", ".join(keys)
        o, n = (f"select {shared} from {side}.kpis.{node['name']}" for side in SIDES)
        return f"""
            select {listed}, case when bool_and(is_new) then 'enters' when bool_or(is_new) then 'changes' else 'leaves' end as change
            from (
                select {listed}, true as is_new from ({n} except all {o})
                union all
                select {listed}, false from ({o} except all {n})
            ) group by {listed}
        """

    def counts(self) -> list[dict[str, Any]]:
        """How many subjects enter, leave and change, by KPI, view and member."""
        found = []
        for node in self.kpis:
            if pairs := self._pairs(node):
                found += self._dicts(
                    f"select '{node['name'].removesuffix(VIEWS)}' as kpi_code, view, member, change, count(*) as subjects from ({pairs}) group by all order by all"
                )
        return found

    def subjects(self) -> list[Subject]:
        """The first subjects of each KPI and change, with the values that decide."""
        found = []
        for node in self.kpis:
            if pairs := self._pairs(node):
                rows = self.con.execute(
                    f"select change, view, member, subject_type, subject_id from ({pairs}) "
                    f"qualify row_number() over (partition by change, view, member order by subject_id) <= {SHOWN_IDS} order by all"
                ).fetchall()
                named = node["name"].removesuffix(VIEWS)
                ones = [
                    Subject(named, view, member, kind, subject, change) for change, view, member, kind, subject in rows
                ]
                if ones:
                    self._say_why(node, ones)
                found += ones
        return found

    def sla(self) -> dict[str, int]:
        """How many handed-over leads are in time now, and how many late, that were not."""
        if not any(node["name"] == "sla_met" for node in self.kpis):
            return {}
        return self._dicts(
            """
            select count(*) filter (n.numerator > o.numerator) as in_time, count(*) filter (n.numerator < o.numerator) as late
            from new.kpis.sla_met as n join old.kpis.sla_met as o using (subject_id)
            """
        )[0]

    def _say_why(self, node: dict[str, Any], ones: list[Subject]) -> None:
        """What the KPI says of its subjects now; then, of changed definitions, what differs and stands with it; where nothing does, the
        columns that the KPI's SQL names.
        """
        table = f"kpis.{node['name']}"
        keys = [
            key
            for key in ("view", "member", "subject_type", "subject_id")
            if key in self._columns("new", *table.split("."))
        ]
        own = {
            side: self._values_of(side, table, {key: [getattr(one, key) for one in ones] for key in keys})
            for side in SIDES
        }
        for one in ones:
            old, new = (own[side].get(tuple(getattr(one, key) for key in keys), {}) for side in SIDES)
            both = new.keys() & old.keys() if one.change == "changes" else ()
            one.why = {
                column: [old[column], value] for column, value in new.items() if column in both and old[column] != value
            }
        words = set(re.findall(r"\w+", node["raw_code"]))
        for kind in {one.subject_type for one in ones} & FACTS.keys():
            (facts, key), these = FACTS[kind], [one for one in ones if one.subject_type == kind]
            decided = self._decided(facts, key, these)
            side = "new" if self._columns("new", *facts.split(".")) else "old"
            known = self._values_of(side, facts, {key: [one.subject_id for one in these]})
            for one in these:
                one.why |= decided[one.subject_id] or {
                    column: [value, value]
                    for column, value in known.get((one.subject_id,), {}).items()
                    if column in words and column != key
                }

    def _decided(self, facts: str, key: str, ones: list[Subject]) -> dict[str, dict[str, list[str | None]]]:
        """By subject: what stands in the changed definitions that say something else of it than before."""
        why: dict[str, dict[str, list[str | None]]] = {one.subject_id: {} for one in ones}
        for definition in self.definitions:
            columns, table = (
                self._columns("new", "definitions", definition["name"]),
                f"definitions.{definition['name']}",
            )
            if key not in columns or table == facts:
                continue
            values = [self._values_of(side, table, {key: list(why)}) for side in SIDES]
            for subject in why:
                old, new = (side.get((subject,), {}) for side in values)
                if old != new:
                    why[subject] |= {
                        f"{definition['name']}.{column}": [old.get(column), new.get(column)]
                        for column in columns
                        if column != key and (old.get(column) or new.get(column)) is not None
                    }
        return why

    def _values_of(
        self, side: str, table: str, keys: dict[str, list[str]]
    ) -> dict[tuple[str | None, ...], dict[str, str | None]]:
        """By key, what stands in the columns of its rows; several values one after the other. `keys`: column -> its value in each key."""
        if not self._columns(side, *table.split(".")):
            return {}
        each, listed = "columns(*)::varchar", ", ".join(map(identifier, keys))
        wanted = ", ".join(f"({', '.join(map(literal, values))})" for values in zip(*keys.values(), strict=True))
        rows = self._dicts(
            f"select string_agg(distinct {each}, ', ' order by {each}) from {side}.{table} where ({listed}) in (values {wanted}) group by {listed}"
        )
        return {tuple(row[key] for key in keys): row for row in rows}

    def _dicts(self, query: str) -> list[dict[str, Any]]:
        result = self.con.execute(query)  # values are written into it: to bind them, DuckDB would load pandas
        names = [column[0] for column in result.description or []]
        return [dict(zip(names, row, strict=True)) for row in result.fetchall()]
