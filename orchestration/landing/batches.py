"""Batch files: their names, their writing, and the registry entry that each carries in its Parquet metadata.

A batch is one atomic file: written under a temporary name, synced, renamed. What the registry says of it lies in the
file's own key-value metadata, so that neither can exist without the other.
"""

import json
import os
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from orchestration.landing.drift import Shape
from orchestration.landing.feed import Feed, LandedBatch

CHUNK_ROWS = 50_000
RAW_TEXT_LIMIT = 4_000
FEW = 3  # rejects of a batch that are told at once
_METADATA_KEY = "tasuki"
_BATCH_FILE = re.compile(r"(\d{8}T\d{6}Z-(\d{6,})-[0-9a-f]{8})\.parquet")
_LINEAGE_FIELDS = [
    pa.field("_batch_id", pa.string()),
    pa.field("_loaded_at", pa.timestamp("us")),
    pa.field("_extracted_at", pa.timestamp("us")),
    pa.field("_source_file", pa.string()),
    pa.field("_row_number", pa.int64()),
]
REJECT_SCHEMA = pa.schema(
    [
        ("system", pa.string()),
        ("table_name", pa.string()),
        ("batch_id", pa.string()),
        ("source_file", pa.string()),
        ("line", pa.int64()),
        ("reason", pa.string()),
        ("raw_text", pa.string()),
    ]
)


def landed_schema(columns: Sequence[str]) -> pa.Schema:
    """The schema of a batch: the raw columns as text, then the lineage columns (times in UTC)."""
    return pa.schema([pa.field(column, pa.string()) for column in columns] + _LINEAGE_FIELDS)


def batch_name(file_name: str) -> tuple[str, int] | None:
    """Batch id and sequence number of a batch's file name; None for any other file."""
    match = _BATCH_FILE.fullmatch(file_name)
    return (match[1], int(match[2])) if match else None


def list_batches(table_dir: Path) -> dict[str, Path]:
    """The batches of a table by id, in the order in which they landed."""
    found = [(name[1], name[0], path) for path in table_dir.glob("*.parquet") if (name := batch_name(path.name))]
    return {batch_id: path for _, batch_id, path in sorted(found)}


@dataclass
class ReadOutcome:
    """What a reader found in one file. rows_in = rows_landed + rows_rejected, counted apart where a format allows."""

    rows_in: int
    rows_landed: int
    shape: Shape
    encoding: str
    notes: list[str] = field(default_factory=list)

    @property
    def rows_rejected(self) -> int:
        """Records rejected."""
        return self.rows_in - self.rows_landed


@dataclass(frozen=True)
class Job:
    """One file on its way to become one batch. Readers write `tmp` and `rejects`, land_feed puts them in place."""

    feed: Feed
    source: Path
    source_file: str
    part: str
    batch_id: str
    seq: int
    sha256: str
    extracted_at: datetime  # naive UTC
    loaded_at: datetime  # naive UTC
    had_rows: bool  # whether the feed's file before this one had any
    tmp: Path
    rejects: "RejectWriter"
    describe_drift: Callable[[Shape, int], list[str]]  # of a file's columns and records

    @property
    def scratch(self) -> Path:
        """A file beside the batch for intermediate text; removed after the batch."""
        return self.tmp.with_suffix(".scratch")

    def lineage(self) -> list[Any]:
        """The values of the lineage columns but the row number, in their order."""
        return [self.batch_id, self.loaded_at, self.extracted_at, self.source_file]

    def entry(self, outcome: ReadOutcome) -> LandedBatch:
        """The registry entry of this batch."""
        notes = self.describe_drift(outcome.shape, outcome.rows_in) + outcome.notes
        return LandedBatch(
            system=self.feed.system,
            table_name=self.feed.table,
            batch_id=self.batch_id,
            seq=self.seq,
            extracted_at=self.extracted_at,
            loaded_at=self.loaded_at,
            source_file=self.source_file,
            part=self.part,
            sha256=self.sha256,
            delivery=self.feed.delivery,
            encoding=outcome.encoding,
            rows_in=outcome.rows_in,
            rows_landed=outcome.rows_landed,
            rows_rejected=outcome.rows_rejected,
            is_complete=outcome.rows_rejected == 0,
            sets_as_of=self.feed.sets_as_of,
            drift="\n".join(notes),
            reading=self.feed.reading,
        )

    def metadata(self, outcome: ReadOutcome) -> dict[str, str]:
        """The key-value metadata of the batch file: registry entry and shape, as one JSON text."""
        entry = {k: v.isoformat() if isinstance(v, datetime) else v for k, v in asdict(self.entry(outcome)).items()}
        reading = entry.pop("reading")  # beside the entry, where earlier versions pass over it
        shape = {
            "columns": outcome.shape.columns,
            "kinds": dict(outcome.shape.kinds),
            "is_ordered": outcome.shape.is_ordered,
        }
        return {_METADATA_KEY: json.dumps({"batch": entry, "shape": shape, "reading": reading}, ensure_ascii=False)}


class BatchError(Exception):
    """A batch that landed cannot be read; the message names it and says what to do."""


def read_metadata(path: Path) -> tuple[LandedBatch, Shape]:
    """Registry entry and shape of a batch file. Raises BatchError where it is damaged."""
    try:
        raw = pq.read_metadata(path).metadata or {}
    except pa.ArrowInvalid as error:
        raise BatchError(
            f"the batch {path} is damaged: copy it from your backup of the landing zone, or remove it and "
            f"{path.parent / '_files.json'}, so that its export lands again where it still lies in its folder"
        ) from error
    content = json.loads(raw[_METADATA_KEY.encode()])
    entry = content["batch"]
    for column in ("extracted_at", "loaded_at"):
        entry[column] = datetime.fromisoformat(entry[column])
    shape = content["shape"]
    return LandedBatch(**entry, reading=content.get("reading", "")), Shape(
        tuple(shape["columns"]), shape["kinds"], shape["is_ordered"]
    )


class BatchWriter:
    """Streams rows into the batch's temporary file, a row group at a time. One row per record, in column order."""

    def __init__(self, job: Job, columns: Sequence[str]) -> None:
        self._job = job
        self._schema = landed_schema(columns)
        self._width = len(columns)
        self._writer = pq.ParquetWriter(job.tmp, self._schema, compression="zstd")
        self._rows: list[Sequence[str | None]] = []
        self._numbers: list[int] = []
        self.rows = 0

    def add(self, row: Sequence[str | None], number: int) -> None:
        """Take one row with its record number in the file."""
        self._rows.append(row)
        self._numbers.append(number)
        if len(self._rows) >= CHUNK_ROWS:
            self._flush()

    def _flush(self) -> None:
        if not self._rows:
            return
        count = len(self._rows)
        columns = list(zip(*self._rows, strict=True)) if self._width else []
        arrays = [pa.array(values, pa.string()) for values in columns]
        for value, column in zip(self._job.lineage(), _LINEAGE_FIELDS, strict=False):
            arrays.append(pa.repeat(pa.scalar(value, column.type), count))
        arrays.append(pa.array(self._numbers, pa.int64()))
        self._writer.write_table(pa.Table.from_arrays(arrays, schema=self._schema))
        self.rows += count
        self._rows, self._numbers = [], []

    def finish(self, make_outcome: Callable[[int], ReadOutcome]) -> ReadOutcome:
        """Write what is left and the metadata of the outcome, which is made from the number of rows written."""
        self._flush()
        outcome = make_outcome(self.rows)
        self._writer.add_key_value_metadata(self._job.metadata(outcome))
        self._writer.close()
        return outcome

    def abandon(self) -> None:
        """Close without a batch; the temporary file is left to be overwritten."""
        self._writer.close()


class RejectWriter:
    """Streams rejected records into a temporary file that `publish` renames; no file where nothing was rejected."""

    def __init__(self, feed: Feed, batch_id: str, source_file: str, target: Path) -> None:
        self._prefix = (feed.system, feed.table, batch_id, source_file)
        self._target = target
        self._tmp = target.with_name(f".{target.name}.tmp")
        self._writer: pq.ParquetWriter | None = None
        self._rows: list[tuple[Any, ...]] = []
        self.count = 0

    def add(self, line: int | None, reason: str, raw_text: str) -> None:
        """Take one rejected record: its physical line in the file (None: the whole file), why, and its raw text."""
        self._rows.append((*self._prefix, line, reason, raw_text[:RAW_TEXT_LIMIT].encode("utf-8", "replace").decode()))
        self.count += 1
        if len(self._rows) >= CHUNK_ROWS:
            self._flush()

    def clear(self) -> None:
        """Forget what was rejected, before a file is read in another way."""
        if self._writer:
            self._writer.close()
        self._writer, self._rows, self.count = None, [], 0

    def _flush(self) -> None:
        if self._writer is None:
            self._target.parent.mkdir(parents=True, exist_ok=True)
            self._writer = pq.ParquetWriter(self._tmp, REJECT_SCHEMA, compression="zstd")
        columns = zip(*self._rows, strict=True) if self._rows else ([] for _ in REJECT_SCHEMA)
        arrays = [pa.array(values, kind.type) for values, kind in zip(columns, REJECT_SCHEMA, strict=True)]
        self._writer.write_table(pa.Table.from_arrays(arrays, schema=REJECT_SCHEMA))
        self._rows = []

    def publish(self) -> None:
        """Put the rejects in place (before their batch is)."""
        if self.count:
            self._flush()
            assert self._writer is not None
            self._writer.close()
            put_in_place(self._tmp, self._target)


def first_rejects(path: Path) -> list[str]:
    """The first few of a batch's rejects as `file, line 3: reason`; never their text, which is personal data."""
    rows = next(pq.ParquetFile(path).iter_batches(FEW, columns=["source_file", "line", "reason"])).to_pylist()
    where = (f"{row['source_file']}, line {row['line']}" if row["line"] else row["source_file"] for row in rows)
    return [f"{place}: {row['reason']}" for place, row in zip(where, rows, strict=True)]


def reject_whole_file(job: Job, reason: str, encoding: str = "", line: int | None = None) -> ReadOutcome:
    """The outcome of a file of which nothing can be read: no row landed, one reject, so that it is not tried again."""
    job.rejects.clear()
    job.rejects.add(line, reason, "")
    return BatchWriter(job, []).finish(lambda _: ReadOutcome(1, 0, Shape(()), encoding))


def put_aside(batch: Path) -> None:
    """Move a batch to the folder `_replaced` beside it, where nothing reads it."""
    target = batch.parent / "_replaced" / batch.name
    target.parent.mkdir(exist_ok=True)
    put_in_place(batch, target)


def put_in_place(tmp: Path, target: Path) -> None:
    """Sync a finished temporary file and rename it, so that it is there whole or not at all, whatever is killed."""
    with tmp.open("rb") as file:
        os.fsync(file.fileno())
    os.replace(tmp, target)
    directory = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)


def write_table(table: pa.Table, target: Path) -> None:
    """Write a small Parquet file atomically."""
    target.parent.mkdir(parents=True, exist_ok=True)
    tmp = target.with_name(f".{target.name}.{os.getpid()}.tmp")
    pq.write_table(table, tmp, compression="zstd")
    put_in_place(tmp, target)


def write_json(content: Mapping[str, Any], target: Path) -> None:
    """Write a JSON file atomically."""
    target.parent.mkdir(parents=True, exist_ok=True)
    tmp = target.with_name(f".{target.name}.{os.getpid()}.tmp")
    tmp.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
    put_in_place(tmp, target)


BATCH_COLUMNS = tuple(column.name for column in fields(LandedBatch))
