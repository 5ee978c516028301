"""Who listens to a run: nobody by default (Dagster's UI shows its own), the command line when it started the run."""

import time
from dataclasses import dataclass, field
from typing import IO, Any

from orchestration.landing.feed import Feed, FeedResult

DBT_LINE_EVERY_SECONDS = 2.0
FEW = 5  # lines of one kind


def few(texts: list[str], total: int | None = None) -> list[str]:
    """The first of many texts, and how many more there are; `total` where there are more than the texts."""
    more = (len(texts) if total is None else total) - len(texts[:FEW])
    return texts[:FEW] + ([f"and {more:,} more"] if more > 0 else [])


@dataclass
class Problem:
    """Why nothing was published: which check or model, what it says, and the keys of a few rows."""

    check: str
    message: str
    rows: list[dict[str, Any]] = field(default_factory=list)
    more_rows: int = 0


# Text from exports, names of files among it, must not steer the terminal that shows it: a control character is shown as its picture.
_CONTROLS = {
    **{sign: 0x2400 + sign for sign in range(32) if chr(sign) not in "\t\n"},
    0x7F: 0x2421,
    **dict.fromkeys(range(0x80, 0xA0), 0xFFFD),
}


def visible(text: str) -> str:
    """A text as a terminal may show it."""
    return text.translate(_CONTROLS)


@dataclass
class Report:
    """What a run did, gathered while it runs. Times are seconds; `out` takes progress lines."""

    out: IO[str] | None = None
    landed: list[FeedResult] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=dict)
    _step: tuple[str, float] | None = None
    _last_line: float = 0.0

    def line(self, text: str) -> None:
        """One line of progress."""
        if self.out is not None:
            try:
                print(visible(text), file=self.out, flush=True)
            except OSError:  # whoever read it has gone (`| head`), or takes no more: the run goes on unseen
                self.out = None

    def step(self, name: str | None) -> None:
        """A step begins (and the one before it ends); None: the last one has ended."""
        now = time.monotonic()
        if self._step is not None:
            ended, began = self._step
            self.seconds[ended] = self.seconds.get(ended, 0.0) + now - began
        self._step = (name, now) if name else None

    def feed(self, feed: Feed, result: FeedResult) -> None:
        """One feed was landed: its rows, the first of its rejects, and the files that were not taken."""
        self.landed.append(result)
        if result.error:
            self.line(f"  land     {result.error}")
        elif result.batches:
            rejected = f", {result.rows_rejected:,} rejected" if result.rows_rejected else ""
            self.line(f"  land     {feed.name}: {result.rows_landed:,} rows{rejected}")
        for reject in few(result.first_rejects, result.rows_rejected):
            self.line(f"             rejected: {reject}")
        for refused in few(result.refused):
            self.line(f"  land     {feed.name}: refused: {refused}")
        for left in few(result.left):
            self.line(f"  land     {feed.name}: still being written, left for the next run: {left}")

    def unclaimed(self, files: list[str]) -> None:
        """Files in a system's folder that no feed takes."""
        for file in few(files):
            self.line(f"  land     unclaimed: {file}")

    def dbt(self, done: int, total: int, name: str, status: str) -> None:
        """One dbt node has ended; a line for each failure, and every few seconds."""
        now = time.monotonic()
        if status in ("error", "fail", "warn") or done == total or now - self._last_line >= DBT_LINE_EVERY_SECONDS:
            self._last_line = now
            self.line(f"  build    {done}/{total} {name}" + ("" if status in ("success", "pass") else f": {status}"))


_current = Report()


def current() -> Report:
    """The report of the run in this process."""
    return _current


def listen(report: Report) -> None:
    """Make `report` the one of this process."""
    global _current
    _current = report
