"""The run ledger in landing/_runs: one immutable record per published version, and events such as rollbacks.

A version's record is its manifest; the ledger's copy outlives the version.
"""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from orchestration.atomic import read_json, write_json


def ledger_dir(landing_dir: Path) -> Path:
    """Where the records lie."""
    return landing_dir / "_runs"


def record_version(landing_dir: Path, manifest: dict[str, Any]) -> None:
    """Keep a published version's manifest for good. A record that is there already stays as it is."""
    target = ledger_dir(landing_dir) / f"{manifest['version']}.json"
    if not target.exists():
        write_json(manifest, target)


def record_event(landing_dir: Path, kind: str, detail: dict[str, Any]) -> None:
    """Keep what happened to `published/current` beside publishing, such as a rollback."""
    at = datetime.now(UTC)
    content = {"kind": kind, "at": at.isoformat(timespec="seconds"), **detail}
    write_json(content, ledger_dir(landing_dir) / "events" / f"{at:%Y%m%dT%H%M%S%fZ}-{kind}.json")


def records(landing_dir: Path) -> list[dict[str, Any]]:
    """The records of all versions ever published, oldest first."""
    return [read_json(path) for path in sorted(ledger_dir(landing_dir).glob("*.json"))]
