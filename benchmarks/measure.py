"""What a child process costs: processor time and memory of the whole child and of all it started."""

import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Cost:
    """Seconds of processor and of wall clock, and the most memory of one process of the stage, in MiB."""

    cpu: float
    wall: float
    peak_mib: float

    def __add__(self, other: "Cost") -> "Cost":
        return Cost(self.cpu + other.cpu, self.wall + other.wall, max(self.peak_mib, other.peak_mib))


class StageFailed(Exception):
    """A child ended with an error; the message names its log."""


def measure(
    arguments: Sequence[str | Path], log: Path, *, cwd: Path | None = None, env: Mapping[str, str] | None = None
) -> Cost:
    """Run a child to its end. Raises StageFailed where it fails; what it prints is in `log`."""
    began = time.monotonic()
    with log.open("wb") as out:
        child = subprocess.Popen(
            [str(argument) for argument in arguments],
            cwd=cwd,
            env={**os.environ, **(env or {})},
            stdout=out,
            stderr=subprocess.STDOUT,
        )
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode != 0:
        tail = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()[-15:]
        raise StageFailed("\n".join([f"{arguments[0]} ended with {child.returncode}; its log is {log}", *tail]))
    unit = 1 if sys.platform == "darwin" else 1024  # ru_maxrss: bytes on macOS, KiB elsewhere
    return Cost(usage.ru_utime + usage.ru_stime, time.monotonic() - began, usage.ru_maxrss * unit / 2**20)
