"""One run at a time per company: a lock file that the kernel frees when its holder dies, however it dies."""

import fcntl
import json
import os
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import IO

_held: dict[Path, tuple[IO[str], int]] = {}


class RunActive(Exception):
    """Another process holds the lock; the message names its pid and since when."""


class RunLock:
    """A context manager that holds `path`, or raises RunActive at once. Nested use within one process is free."""

    def __init__(self, path: Path) -> None:
        self._path = path.resolve()

    def __enter__(self) -> "RunLock":
        if self._path in _held:
            file, depth = _held[self._path]
            _held[self._path] = (file, depth + 1)
            return self
        self._path.parent.mkdir(parents=True, exist_ok=True)
        file = self._path.open("a+", encoding="utf-8")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            message = _describe(file)
            file.close()
            raise RunActive(message) from error
        file.truncate(0)
        file.write(json.dumps({"pid": os.getpid(), "since": datetime.now(UTC).isoformat(timespec="seconds")}))
        file.flush()
        _held[self._path] = (file, 1)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        file, depth = _held[self._path]
        if depth > 1:
            _held[self._path] = (file, depth - 1)
            return
        del _held[self._path]
        file.truncate(0)
        file.close()


def _describe(file: IO[str]) -> str:
    file.seek(0)
    try:
        holder = json.loads(file.read())
        return f"another run is active: process {holder['pid']}, since {holder['since']}"
    except (ValueError, KeyError, TypeError):  # its holder is just starting or ending, or found the disk full
        return "another run is active"
