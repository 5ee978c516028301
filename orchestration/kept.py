"""What a version's definitions were computed from, kept with it, so that a changed definition can be tried on the same data.

    restricted/versions/<version>/conformed.duckdb       inputs of definitions, relay and KPIs, and what they made of them
    restricted/versions/<version>/dbt_manifest.json.gz   the dbt project that made them

It holds names and addresses: it lies with the restricted file, for the owner alone.
"""

import gzip
import json
from pathlib import Path
from typing import Any

import duckdb

from orchestration.config import Config
from orchestration.landing.sql import identifier, literal
from orchestration.warehouse import Workspace

KEPT_FILE = "conformed.duckdb"
MANIFEST_FILE = "dbt_manifest.json.gz"
LAYERS = ("definitions", "relay", "kpis")
VALUES = ("kpi_rows", "kpi_values")  # marts that end them; the published file keeps these
# E-mail events are most of a large warehouse, and no definition counts them.
ONLY = {"activities": "is_response or is_human"}


def definition_names(nodes: dict[str, dict[str, Any]]) -> set[str]:
    """Of the nodes of dbt's manifest the models that definitions, relay and KPI values are, and the conformed ones made of these."""
    models = {name: node for name, node in nodes.items() if node["resource_type"] == "model"}
    found = {name for name, node in models.items() if node["fqn"][1] in LAYERS or node["name"] in VALUES}
    conformed = [name for name, node in models.items() if node["fqn"][1] == "conformed"]
    while more := {name for name in conformed if found & set(models[name]["depends_on"]["nodes"])} - found:
        found |= more
    return found


def kept_nodes(manifest: dict[str, Any]) -> list[dict[str, Any]]:
    """The tables that definitions are computed from, and the tables that they are."""
    nodes = manifest["nodes"]
    inside = definition_names(nodes)
    inputs = {parent for name in inside for parent in manifest["parent_map"][name] if parent in nodes} - inside
    tables = {name for name in inside if nodes[name]["config"]["materialized"] not in ("view", "ephemeral")}
    return [nodes[name] for name in sorted(inputs | tables) if nodes[name]["name"] not in VALUES]


def keep(con: duckdb.DuckDBPyConnection, workspace: Workspace, folder: Path) -> None:
    """Copy them from the warehouse, attached to `con` as `warehouse`, to `folder`. Nothing where dbt left no manifest."""
    if not (workspace.target / "manifest.json").exists():
        return
    text = (workspace.target / "manifest.json").read_text(encoding="utf-8")
    target = folder / KEPT_FILE
    con.execute(f"attach {literal(str(target))} as kept_file")
    for node in kept_nodes(json.loads(text)):
        schema, table = identifier(node["schema"]), identifier(node["alias"])
        con.execute(f"create schema if not exists kept_file.{schema}")
        only = f" where {ONLY[node['name']]}" if node["name"] in ONLY else ""
        con.execute(f"create table kept_file.{schema}.{table} as from warehouse.{schema}.{table}{only}")
    con.execute("detach kept_file")  # writes the checkpoint: no .wal is left behind
    target.chmod(0o600)
    with gzip.open(folder / MANIFEST_FILE, "wt", encoding="utf-8") as file:
        file.write(text)
    (folder / MANIFEST_FILE).chmod(0o600)


def forget(config: Config, kept: set[str | None]) -> None:
    """Remove it from every version but those of `kept`."""
    for name in (KEPT_FILE, MANIFEST_FILE):
        for path in (config.restricted_dir / "versions").glob(f"*/{name}"):
            if path.parent.name not in kept:
                path.unlink()
