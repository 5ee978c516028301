"""Reading what a simulation wrote."""

import csv
import hashlib
import json
from pathlib import Path


def key_rows(company: Path, name: str) -> list[dict[str, str]]:
    """The rows of one file of the answer key."""
    with (company / "answer_key" / f"{name}.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def planted(company: Path, rule: str, name: str = "mismatches") -> set[str]:
    """The records of the answer key's mismatches of a rule, or of its near misses."""
    rows = [row for row in key_rows(company, name) if row["rule_code"] == rule]
    return {row[column] for row in rows for column in ("ma_record_id", "crm_record_id")} - {""}


def export_rows(company: Path, system: str, table: str) -> list[dict[str, str]]:
    """The rows of one exported CSV table over all drops, in order of extraction."""
    rows = []
    for path in sorted((company / "exports" / system).glob(f"{table}_2*.csv")):
        with path.open(encoding="cp932" if system == "cs" else "utf-8-sig", newline="") as file:
            if system == "cs":
                file.readline(), file.readline()
            rows += list(csv.DictReader(file))
    return rows


def contacts(company: Path) -> list[dict[str, str]]:
    """The MA contacts of the newest snapshot, properties and id in one."""
    newest = sorted((company / "exports" / "hubspot").glob("contacts_2*.jsonl"))[-1]
    objects = [json.loads(line) for line in newest.read_text(encoding="utf-8").splitlines()]
    return [{"id": entry["id"], "archived": entry["archived"], **entry["properties"]} for entry in objects]


def checksums(company: Path) -> dict[str, str]:
    """SHA-256 of every file by its place."""
    files = sorted(path for path in company.rglob("*") if path.is_file())
    return {path.relative_to(company).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}
