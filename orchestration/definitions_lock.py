"""definitions.lock: which version of which definition both teams signed, and the checksums of what they signed.

A definition is a model of the dbt project with `meta.kpi` or `meta.definition` in its YAML. Its checksum covers its own SQL, that of the
models of the same rooms it is made of that are no definitions themselves, and the project's macros that any of these call, without
comments and formatting, of a KPI also its kind and whether it has a period basis, and apart from it the thresholds and mappings they read
from seeds; what people enter in the course of business, such as exchange rates or costs (`meta: validity: input`), is no part of a
definition. What adds up every KPI alike is one definition, `kpi_values`. Neither dbt nor a company is needed.
"""

import csv
import hashlib
import re
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from orchestration.atomic import write_text

LOCK = "definitions.lock"
TEAMS = ("marketing", "sales")
TOKEN = re.compile(
    r"(?P<comment>\{#.*?#\}|/\*.*?\*/|--[^\n]*)|(?P<string>'(?:[^']|'')*'|\"[^\"]*\")|(?P<word>\w+)|\S", re.DOTALL
)
MACRO = re.compile(r"\{%-?\s*macro\s+(\w+)\s*\(.*?\{%-?\s*endmacro\s*-?%\}", re.DOTALL)
NAMED = r"""['"](\w+)['"]"""
REF = re.compile(rf"""\bref \( (?:['"]\w+['"] , )?{NAMED}""")  # the package may stand before the name
ROOMS = ("definitions", "kpis", "relay", "views")
VIEWS = "_views"  # the teams' own ways of counting a KPI are signed with it
VALUES = "kpi_values"
ADDING_UP = ("kpi_", "numbered_")  # what adds up every KPI alike, and defines none: signed as VALUES
ROWS = "kpi_rows"  # what it adds up
LISTS = ("kpi_list", "kpi_catalogue_rows")  # macros that list the KPIs: each is signed itself
KIND = ("kind", "period_basis")  # what of a KPI's YAML decides how it is added up
HEADER = """\
# What both teams signed: the version of each definition, with checksums of its SQL and of its thresholds.
# Written by `tasuki lock`; a definition that no longer fits fails `make test`.
"""


class DefinitionsError(Exception):
    """A file of the definitions cannot be read; the message says which, why and what to do."""


@dataclass(frozen=True)
class Definition:
    """A definition as it stands in the project. `changes` are its YAML's, one dict per version."""

    name: str
    sql_path: Path
    yaml_path: Path
    version: int
    changes: tuple[dict[str, Any], ...]
    sql: str
    thresholds: str


def definitions(project: Path, own_seeds: Path | None = None) -> dict[str, Definition]:
    """Every definition of the project (the folder that holds dbt_project/ and seeds/), by name.

    `own_seeds`: a company's own; the thresholds in it are in force there in place of the project's. Raises DefinitionsError
    where a YAML cannot be read.
    """
    dbt = project / "dbt_project"
    macros = {
        match[1]: match[0]
        for path in sorted((dbt / "macros").rglob("*.sql"))
        for match in MACRO.finditer(path.read_text(encoding="utf-8"))
        if match[1] not in LISTS
    }
    yamls = {path: _models(path) for path in sorted((dbt / "models").rglob("*.yml"))}
    helpers = {
        path.stem: path.with_suffix(".sql").read_text(encoding="utf-8")
        for path, models in yamls.items()
        if (path.parent.name in ROOMS or path.stem == ROWS)
        and not path.stem.endswith(VIEWS)
        and not any(map(_signed, models))
    }
    adding_up = {name: helpers.pop(name) for name in list(helpers) if name.startswith(ADDING_UP)}
    found = {}
    for yaml_path, models in yamls.items():
        for model in models:
            if signed := _signed(model):
                for version in _versions(model):
                    sql_path = yaml_path.parent / f"{version}.sql"
                    views = yaml_path.parent / "views" / f"{version}{VIEWS}.sql"
                    own = [path.read_text(encoding="utf-8") for path in (sql_path, views) if path.exists()]
                    read = helpers
                    if version == VALUES:
                        own, read = [*own, *adding_up.values()], {}
                    texts = own + _made_of(own, read, macros)
                    kind = [f"{key}: {signed[key]}" for key in KIND if signed.get(key)]
                    found[version] = Definition(
                        name=version,
                        sql_path=sql_path.relative_to(project),
                        yaml_path=yaml_path.relative_to(project),
                        version=int(signed["version"]),
                        changes=tuple(signed.get("changes", ())),
                        sql=_digest([*map(normalised, texts), *kind]),
                        thresholds=_digest(_threshold_rows(project / "seeds", own_seeds, " ".join(texts), signed)),
                    )
    return found


def _models(yaml_path: Path) -> list[dict[str, Any]]:
    try:
        content = yaml.load(yaml_path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader) or {}
    except yaml.MarkedYAMLError as error:
        line = f", line {error.problem_mark.line + 1}" if error.problem_mark else ""
        raise DefinitionsError(f"{yaml_path}{line}: cannot be read as YAML ({error.problem}); correct it") from error
    return list(content.get("models", []))


def _signed(model: dict[str, Any]) -> dict[str, Any] | None:
    meta = model.get("config", {}).get("meta", {})
    return meta.get("kpi") or meta.get("definition")


def _versions(model: dict[str, Any]) -> list[str]:
    """The model's SQL files, without suffix: one, or one per dbt model version."""
    versions = model.get("versions")
    if not versions:
        return [model["name"]]
    return [str(version.get("defined_in", f"{model['name']}_v{version['v']}")) for version in versions]


@cache
def normalised(sql: str) -> str:
    """The SQL without comments and formatting: its tokens, one space apart, in lower case outside of quotes."""
    return " ".join(
        match[0] if match["string"] else match[0].lower() for match in TOKEN.finditer(sql) if not match["comment"]
    )


def _made_of(texts: list[str], helpers: dict[str, str], macros: dict[str, str]) -> list[str]:
    """The helpers that the texts read and the macros that they call, and those that these read and call."""
    found: dict[tuple[bool, str], str] = {}  # is a macro, name -> text
    waiting = list(texts)
    while waiting:
        text = waiting.pop()
        read = {(False, name): helpers[name] for name in _refs(text) & helpers.keys()}
        called = {(True, name): macros[name] for name in _called(text, macros)}
        new = {key: body for key, body in (read | called).items() if key not in found}
        found |= new
        waiting += new.values()
    return [found[key] for key in sorted(found)]


@cache
def _refs(sql: str) -> frozenset[str]:
    """The models and seeds that the SQL reads."""
    return frozenset(REF.findall(" ".join(_code(sql))))


def _called(text: str, macros: dict[str, str]) -> list[str]:
    """The macros that the text calls; a dispatched one is called by its name without the engine's prefix."""
    names = (full for name in _words(text) for full in (name, f"default__{name}", f"duckdb__{name}", f"spark__{name}"))
    return [full for full in names if full in macros and macros[full] != text]


@cache
def _words(sql: str) -> frozenset[str]:
    return frozenset(re.findall(r"\w+", " ".join(_code(sql))))


def _code(sql: str) -> Iterator[str]:
    return (match[0] for match in TOKEN.finditer(sql) if not match["comment"])


def _threshold_rows(seeds: Path, own_seeds: Path | None, text: str, signed: dict[str, Any]) -> Iterator[str]:
    """The rows of the seeds that the text reads, inputs left out; of a seed of named values only the rows that it names."""
    named = set(re.findall(NAMED, " ".join(_code(text)))) | {str(signed.get("window"))}
    for seed in sorted(_refs(text)):
        path = seeds / f"{seed}.csv"
        if not path.exists() or (validity := _validity(path.with_suffix(".yml"))) == "input":
            continue
        if own_seeds is not None and (own_seeds / path.name).exists() and validity == "definition":
            path = own_seeds / path.name
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = [{key: value.strip() for key, value in row.items() if value} for row in csv.DictReader(file)]
        if rows and "name" in rows[0] and any(row.get("name") in named for row in rows):
            rows = [row for row in rows if row.get("name") in named]
        yield from sorted(f"{seed}|{sorted(_meaning(row).items())}" for row in rows)


@cache
def _validity(yaml_path: Path) -> str | None:
    """`definition`: a threshold. `input`: a company's data, such as costs. None: what maps its words to ours, in its own seeds how it is connected."""
    (seed,) = yaml.load(yaml_path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)["seeds"]
    validity: str | None = seed["config"].get("meta", {}).get("validity")
    return validity


def _meaning(row: dict[str, str]) -> dict[str, str]:
    """A row without what it is called."""
    return {key: value for key, value in row.items() if not key.startswith(("name_", "meaning_"))}


def _digest(parts: Iterable[str]) -> str:
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part.encode() + b"\0")
    return digest.hexdigest()[:16]


def read_lock(path: Path) -> dict[str, dict[str, Any]]:
    """definition -> {version, sql, thresholds}; empty where there is no lock yet. Raises DefinitionsError where it cannot be read."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    except tomllib.TOMLDecodeError as error:
        raise DefinitionsError(
            f"{path}: cannot be read ({error}); where a merge left both sides in it: git checkout --ours {path.name}, then `tasuki lock`"
        ) from error


def write_lock(path: Path, found: dict[str, Definition]) -> None:
    """Sign the definitions as they stand."""
    entries = [
        f'[{name}]\nversion = {one.version}\nsql = "{one.sql}"\nthresholds = "{one.thresholds}"\n'
        for name, one in sorted(found.items())
    ]
    write_text("\n".join([HEADER, *entries]), path)


def unsigned(found: dict[str, Definition], locked: dict[str, dict[str, Any]]) -> dict[str, str]:
    """Why the definitions may not be signed as they stand: a message for each that lacks something, by its name."""
    return {name: problem for name, one in sorted(found.items()) if (problem := _missing(one, locked.get(name)))}


def differences(found: dict[str, Definition], locked: dict[str, dict[str, Any]]) -> list[str]:
    """Where the definitions differ from what was signed: one line per definition."""
    lines = []
    for name in sorted(found.keys() | locked.keys()):
        if name not in found:
            lines.append(f"{name}: signed, but no longer in the project")
        elif name not in locked:
            lines.append(f"{name}: new ({found[name].sql_path})")
        elif what := _changed(found[name], locked[name]):
            lines.append(f"{name}: {what} changed ({found[name].sql_path})")
    return lines


def _changed(one: Definition, locked: dict[str, Any]) -> str:
    parts = [part for part in ("sql", "thresholds", "version") if getattr(one, part) != locked[part]]
    return " and ".join({"sql": "SQL", "thresholds": "thresholds", "version": "version"}[part] for part in parts)


def _missing(one: Definition, locked: dict[str, Any] | None) -> str | None:
    if locked is not None:
        what = [part for part in ("sql", "thresholds") if getattr(one, part) != locked[part]]
        if one.version < locked["version"]:
            return f"{one.name}: version {one.version} is older than the signed {locked['version']}; raise it in {one.yaml_path}"
        if one.version == locked["version"]:
            if not what:
                return None
            changed = " and ".join(
                {"sql": f"{one.sql_path}, what it is made of or its kind", "thresholds": "a threshold in seeds/"}[part]
                for part in what
            )
            return (
                f"{one.name}: {changed} changed, but its version is still {one.version}. In {one.yaml_path} raise `version` to "
                f"{one.version + 1}, add to `changes`: {_wanted(one.version + 1)}; then run `tasuki lock`"
            )
    if one.version == 1:
        return None  # a new definition: nobody relies on it yet
    entry = next((change for change in one.changes if change.get("version") == one.version), None)
    approved = (entry or {}).get("approved_by") or {}
    names = {str(approved.get(team) or "").strip() for team in TEAMS}
    if entry is None or not entry.get("what") or "" in names or len(names) < len(TEAMS):
        return (
            f"{one.name}: version {one.version} lacks a note or the approval of one person of each team. In {one.yaml_path} add to "
            f"`changes`: {_wanted(one.version)}; then run `tasuki lock`"
        )
    return None


def _wanted(version: int) -> str:
    return (
        f'{{version: {version}, since: "YYYY-MM-DD", what: "what changed and why", '
        "approved_by: {marketing: <name>, sales: <name>}}"
    )
