"""A feed (one raw table of one company) and what landing it came to."""

import hashlib
import json
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo


@dataclass(frozen=True)
class Feed:
    """One raw table: where its files lie and how to read them. Made by load_config."""

    system: str
    table: str
    folder: Path
    files: str | None  # glob below `folder`; None: files named after the table
    delivery: str  # snapshot, upsert or append
    key: tuple[str, ...]
    encoding: str  # auto, utf-8, cp932 or utf-16
    skip_lines: int
    delimiter: str | None  # None: a tab for .tsv, else a comma
    timezone: ZoneInfo  # of times in file names that name no zone
    sets_as_of: bool
    columns: tuple[tuple[str, str], ...]  # header map: header in the file, column name
    declared: tuple[str, ...]
    aliases: tuple[tuple[str, str], ...]  # declared other names, and what for
    made_of: tuple[tuple[str, tuple[str, ...]], ...]  # columns that may be absent, and what they are then the hash of

    @property
    def name(self) -> str:
        """`system.table`."""
        return f"{self.system}.{self.table}"

    @property
    def reading(self) -> str:
        """A fingerprint of the settings that decide what a file's bytes mean; other settings read the file again."""
        settings = json.dumps([self.encoding, self.skip_lines, self.delimiter, sorted(self.columns)])
        return hashlib.sha256(settings.encode("utf-8")).hexdigest()[:16]


@dataclass(frozen=True)
class LandedBatch:
    """One immutable batch, as its registry entry says (times are naive UTC; counts are records)."""

    system: str
    table_name: str
    batch_id: str
    seq: int
    extracted_at: datetime
    loaded_at: datetime
    source_file: str
    part: str  # empty, or the undated file whose newer versions replace this one in a snapshot
    sha256: str
    delivery: str
    encoding: str
    rows_in: int
    rows_landed: int
    rows_rejected: int
    is_complete: bool
    sets_as_of: bool
    drift: str
    reading: str = ""  # Feed.reading when it was landed; empty where an earlier version did not note it

    def was_read_as(self, reading: str) -> bool:
        """Whether it was read under these settings, as far as is known."""
        return self.reading in ("", reading)


@dataclass
class FeedResult:
    """What one landing of one feed did; `error` is set when it had to stop before its last file."""

    system: str
    table: str
    batches: list[LandedBatch] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)  # new or touched files with nothing new in them
    left: list[str] = field(default_factory=list)  # still being written: next run takes them
    refused: list[str] = field(default_factory=list)  # with the reason
    first_rejects: list[str] = field(default_factory=list)  # a few of each batch: file, line and reason, never the text
    freshness: datetime | None = None  # when it was last known to be as landed, naive UTC
    error: str | None = None

    @property
    def rows_in(self) -> int:
        """Records read."""
        return sum(batch.rows_in for batch in self.batches)

    @property
    def rows_landed(self) -> int:
        """Records landed."""
        return sum(batch.rows_landed for batch in self.batches)

    @property
    def rows_rejected(self) -> int:
        """Records that went to the rejects."""
        return sum(batch.rows_rejected for batch in self.batches)

    @property
    def drift(self) -> list[str]:
        """Notes on changed columns, each with its file."""
        return [f"{b.source_file}: {note}" for b in self.batches for note in b.drift.splitlines()]
