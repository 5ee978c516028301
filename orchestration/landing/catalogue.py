"""What each system can deliver, read from the dbt source YAMLs beside its staging models."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

DELIVERIES = ("snapshot", "upsert", "append")


class CatalogueError(Exception):
    """A source YAML that cannot be used; the message names the file, the table and what to do."""


@dataclass(frozen=True)
class SourceTable:
    """One raw table as its source YAML declares it."""

    system: str
    table: str
    columns: tuple[str, ...]
    aliases: tuple[tuple[str, str], ...]  # other name, name: those of the columns that are other names of another
    made_of: tuple[tuple[str, tuple[str, ...]], ...]  # column, parts: what it is the hash of where it is absent
    delivery: str
    key: tuple[str, ...]
    sets_as_of: bool
    files: str | None  # glob of its usual file names, where they are not named after the table


Catalogue = dict[str, dict[str, SourceTable]]


def read_catalogue(staging_dir: Path) -> Catalogue:
    """Every source table below `staging_dir`, by system and table, from `<system>/_<system>__sources.yml`."""
    catalogue: Catalogue = {}
    for file in sorted(staging_dir.glob("*/_*__sources.yml")):
        for source in _named(str(file), "sources", _read(file).get("sources")):
            tables = catalogue.setdefault(source["name"], {})
            for table in _named(f"{file}: source {source['name']}", "tables", source.get("tables")):
                tables[table["name"]] = _source_table(file, source, table)
    return catalogue


def _read(file: Path) -> dict[str, Any]:
    try:
        content = yaml.load(file.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader) or {}
    except UnicodeDecodeError as error:
        raise CatalogueError(f"{file}: not UTF-8 (byte {error.start}); save it as UTF-8") from error
    except yaml.YAMLError as error:
        raise CatalogueError(f"{file}: not valid YAML: {error}") from error
    if not isinstance(content, dict):
        raise CatalogueError(f"{file}: expected `sources:` at the top")
    return content


def _named(where: str, what: str, node: Any) -> list[dict[str, Any]]:
    """The entries of a YAML list, each of which has a name."""
    entries = [] if node is None else node
    if not isinstance(entries, list):
        raise CatalogueError(f"{where}: `{what}` is no list; write its entries as `- name: …`")
    for entry in entries:
        if not isinstance(entry, dict) or not isinstance(entry.get("name"), str):
            raise CatalogueError(f"{where}: {entry!r} in `{what}` has no name; write `name: …`")
    return entries


def _source_table(file: Path, source: dict[str, Any], table: dict[str, Any]) -> SourceTable:
    where = f"{file}: table {table['name']}"
    meta = {**_meta(where, source), **_meta(where, table)}
    delivery = meta.get("delivery")
    if delivery not in DELIVERIES:
        raise CatalogueError(
            f"{where}: delivery is {delivery!r}; write one of {', '.join(DELIVERIES)} under `config: meta:`"
        )
    if not isinstance(meta.get("sets_as_of", True), bool):
        raise CatalogueError(f"{where}: sets_as_of is {meta['sets_as_of']!r}; write true or false")
    columns = {
        column["name"]: _meta(f"{where}: column {column['name']}", column)
        for column in _named(where, "columns", table.get("columns"))
    }
    aliases = {name: column["alias_of"] for name, column in columns.items() if "alias_of" in column}
    made_of = {name: column["made_of"] for name, column in columns.items() if "made_of" in column}
    for name, other in aliases.items():
        _declared(f"{where}: alias_of of column {name}", [other], columns)
    return SourceTable(
        system=source["name"],
        table=table["name"],
        columns=tuple(columns),
        aliases=tuple(aliases.items()),
        made_of=tuple(
            (name, _declared(f"{where}: made_of of column {name}", parts, columns)) for name, parts in made_of.items()
        ),
        delivery=delivery,
        key=_declared(f"{where}: key", meta.get("key") or [], columns),
        sets_as_of=meta.get("sets_as_of", True),
        files=meta.get("files"),
    )


def _declared(where: str, names: Any, columns: Mapping[str, Any]) -> tuple[str, ...]:
    """A list of names, all of which are declared columns."""
    if not isinstance(names, list):
        raise CatalogueError(f"{where} is {names!r}; write a list of columns such as [{names}]")
    for name in names:
        if not isinstance(name, str) or name not in columns:
            raise CatalogueError(f"{where} names {name!r}, which is not in `columns`; add it there or correct the name")
    return tuple(names)


def _meta(where: str, node: dict[str, Any]) -> dict[str, Any]:
    config = node.get("config") or {}
    if not isinstance(config, dict):
        raise CatalogueError(f"{where}: `config` is {config!r}; write `config: {{meta: {{…}}}}`")
    metas = [node.get("meta") or {}, config.get("meta") or {}]
    for meta in metas:
        if not isinstance(meta, dict):
            raise CatalogueError(f"{where}: `meta` is {meta!r}; write `meta: {{name: value}}`")
    return {**metas[0], **metas[1]}
