"""What each system can deliver, read from the dbt source YAMLs beside its staging models."""

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
        for source in _read(file).get("sources") or []:
            tables = catalogue.setdefault(source["name"], {})
            for table in source.get("tables") or []:
                tables[table["name"]] = _source_table(file, source, table)
    return catalogue


def _read(file: Path) -> dict[str, Any]:
    try:
        content = yaml.load(file.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader) or {}
    except yaml.YAMLError as error:
        raise CatalogueError(f"{file}: not valid YAML: {error}") from error
    if not isinstance(content, dict):
        raise CatalogueError(f"{file}: expected `sources:` at the top")
    return content


def _source_table(file: Path, source: dict[str, Any], table: dict[str, Any]) -> SourceTable:
    meta = {**_meta(source), **_meta(table)}
    where = f"{file}: table {table['name']}"
    delivery = meta.get("delivery", "snapshot")
    if delivery not in DELIVERIES:
        raise CatalogueError(f"{where}: delivery is {delivery!r}; write one of {', '.join(DELIVERIES)}")
    key = meta.get("key") or []
    key = [key] if isinstance(key, str) else key
    columns = table.get("columns") or []
    return SourceTable(
        system=source["name"],
        table=table["name"],
        columns=tuple(column["name"] for column in columns),
        aliases=tuple((column["name"], _meta(column)["alias_of"]) for column in columns if "alias_of" in _meta(column)),
        made_of=tuple(
            (column["name"], tuple(_meta(column)["made_of"])) for column in columns if "made_of" in _meta(column)
        ),
        delivery=delivery,
        key=tuple(key),
        sets_as_of=bool(meta.get("sets_as_of", True)),
        files=meta.get("files"),
    )


def _meta(node: dict[str, Any]) -> dict[str, Any]:
    return {**(node.get("meta") or {}), **((node.get("config") or {}).get("meta") or {})}
