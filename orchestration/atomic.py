"""Small file operations that are whole or not at all, whatever is killed."""

import json
import os
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pyarrow as pa


def fsync_path(path: Path) -> None:
    """Force a file or directory to disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def fsync_tree(root: Path) -> None:
    """Force a directory and all below it to disk."""
    for path in sorted(root.rglob("*")):
        fsync_path(path)
    fsync_path(root)


def read_json(path: Path) -> dict[str, Any]:
    """The object in a JSON file. FileNotFoundError where there is none."""
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return content


def read_json_if_whole(path: Path) -> dict[str, Any] | None:
    """The object in a JSON file; None where there is none, or what there is was cut off or damaged."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return None
    return content if isinstance(content, dict) else None


def has_schema(path: Path, schema: "pa.Schema") -> bool:
    """Whether a Parquet file is there, can be read and has these columns."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        return bool(pq.read_schema(path).remove_metadata().equals(schema))
    except (pa.ArrowException, OSError):
        return False


def write_text(content: str, target: Path) -> None:
    """Write a text file (UTF-8) atomically."""
    target.parent.mkdir(parents=True, exist_ok=True)
    tmp = target.with_name(f".{target.name}.tmp")
    tmp.write_text(content, encoding="utf-8")
    fsync_path(tmp)
    os.replace(tmp, target)
    fsync_path(target.parent)


def write_json(content: Mapping[str, Any], target: Path) -> None:
    """Write a JSON file atomically."""
    write_text(json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True) + "\n", target)


def switch_symlink(link: Path, target: str) -> None:
    """Point `link` at `target` (relative to the link's folder) in one atomic step."""
    tmp = link.with_name(f".{link.name}.tmp")
    tmp.unlink(missing_ok=True)
    os.symlink(target, tmp)
    os.replace(tmp, link)
    fsync_path(link.parent)


def remove_trees(paths: Iterable[Path]) -> None:
    """Remove directories. Each is renamed out of sight first, so that no half-removed one is taken for a whole one."""
    for path in paths:
        trash = path if path.name.startswith(".trash-") else path.with_name(f".trash-{path.name}")
        if trash != path:
            os.rename(path, trash)
        shutil.rmtree(trash)


def empty_trash(folder: Path) -> None:
    """Finish removals that a killed run began."""
    remove_trees(folder.glob(".trash-*"))
