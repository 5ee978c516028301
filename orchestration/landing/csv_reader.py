"""CSV: undamaged files go through DuckDB at full speed, all others record by record through csv_repair.

Undamaged means: every byte decodes, the records that we count by quote parity are the records that DuckDB reads, each
with as many fields as the header. An empty field is null, quoted or not; all other text is kept as it is. Blank lines
are no records. Row numbers count the records of the file from 1, landed and rejected alike.

Plain UTF-8 below a header line is read where it lies; other encodings, title lines, blank lines and mixed line ends are
first written anew as plain UTF-8.
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

import duckdb
import numpy as np
import numpy.typing as npt

from orchestration.landing.batches import Job, ReadOutcome, reject_whole_file
from orchestration.landing.csv_repair import MAX_RECORD, land_damaged, parse_record
from orchestration.landing.csv_scan import scan_csv
from orchestration.landing.drift import SAMPLE_ROWS, Shape, infer_kinds
from orchestration.landing.encoding import Line, detect_encoding, physical_lines, utf8_blocks, without_lines
from orchestration.landing.names import ColumnNames
from orchestration.landing.sql import NO_VALUES_OF_FOLDERS, connect, copy_to_batch, identifier, literal

_FAST_RECORD = 4 << 20  # bytes; DuckDB keeps buffers of several times this
_HEADER_LINES = 50


@dataclass
class Header:
    """The header row: its fields, how many physical lines go before the first record, and its own text."""

    fields: list[str]
    lines: int
    text: str


@dataclass
class _Normaliser:
    """Turns UTF-8 CSV blocks into records that end with LF, without blank lines, and counts the records.

    Works on bytes outside quotes only, which are found by the parity of the quotes before them.
    """

    records: int = 0
    suspicion: str = ""
    header: bytes = b""
    _in_quotes: int = 0
    _after_record: bool = field(default=True)

    def block(self, block: bytes) -> bytes:
        """One block that ends with a line end (or the end of the file)."""
        if b"\0" in block:
            self.suspicion = "NUL bytes"
        if b"\xef\xbb\xbf" in block or self.header in block:
            self.suspicion = "a repeated header or byte order mark"
        needs_look = b"\r" in block or b"\n\n" in block or block[:1] == b"\n"
        if b'"' not in block and not self._in_quotes and not needs_look:
            self.records += block.count(b"\n")
            return block
        data = np.frombuffer(block, dtype=np.uint8)
        if b"\r" in block:
            data = self._line_feeds_only(data)
        quotes = np.flatnonzero(data == 34)
        ends = self._outside(np.flatnonzero(data == 10), quotes)
        previous = np.concatenate(([-1 if self._after_record else -2], ends[:-1]))
        blank = ends == previous + 1
        self.records += len(ends) - int(blank.sum())
        self._in_quotes = (self._in_quotes + len(quotes)) & 1
        self._after_record = not self._in_quotes
        return (np.delete(data, ends[blank]) if blank.any() else data).tobytes()

    def _outside(self, positions: npt.NDArray[np.int64], quotes: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        return positions[(np.searchsorted(quotes, positions) + self._in_quotes) & 1 == 0]

    def _line_feeds_only(self, data: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
        returns = self._outside(np.flatnonzero(data == 13), np.flatnonzero(data == 34))
        before_feed = data[np.minimum(returns + 1, len(data) - 1)] == 10
        data = data.copy()
        data[returns[~before_feed]] = 10
        return np.delete(data, returns[before_feed])

    def normalised(self, blocks: Iterator[bytes]) -> Iterator[bytes]:
        """All blocks, cut at line ends; the last record gets a line end if it has none."""
        rest = b""
        for block in blocks:
            rest += block
            cut = max(rest.rfind(b"\n"), rest.rfind(b"\r", 0, max(len(rest) - 1, 0))) + 1
            if cut:
                yield self.block(rest[:cut])
                rest = rest[cut:]
            if self.suspicion or len(rest) > MAX_RECORD:
                self.suspicion = self.suspicion or "an over-long line"
                return
        if rest:
            yield self.block(rest if rest.endswith((b"\n", b"\r")) else rest + b"\n")
        if self._in_quotes:
            self.suspicion = "a quote that is never closed"


@dataclass(frozen=True)
class _Plain:
    """Plain UTF-8 CSV for DuckDB: where it lies, its header lines (0 or 1), its records and whether they end with CRLF."""

    path: Path
    header_lines: int
    records: int
    is_crlf: bool


def land_csv(job: Job) -> ReadOutcome:
    """Write the batch of a CSV file; damaged records go to the rejects."""
    delimiter = job.feed.delimiter or ("\t" if job.source.suffix.lower() == ".tsv" else ",")
    return _land_in_place(job, delimiter) or _land_rewritten(job, delimiter)


def _land_in_place(job: Job, delimiter: str) -> ReadOutcome | None:
    # None for all that is not plain, or that DuckDB reads in another way than the scan.
    if job.feed.encoding not in ("auto", "utf-8") or job.feed.skip_lines:
        return None
    header = read_header(job.source, "utf-8", 0, delimiter)
    if isinstance(header, str) or header.lines != 1 or header.text.endswith("\r"):
        return None
    found = scan_csv(job.source, _repeatable(header), _FAST_RECORD)
    if found is None:
        return None
    names = ColumnNames.of(header.fields, dict(job.feed.columns), job.feed.declared)
    plain = _Plain(job.source, 1, found.records, found.is_crlf)
    try:
        return _land_undamaged(job, "utf-8", delimiter, names, plain)
    except (duckdb.Error, csv.Error, _NotReconciledError):
        return None  # read again below, with the reason noted


def _land_rewritten(job: Job, delimiter: str) -> ReadOutcome:
    encoding = detect_encoding(job.source, job.feed.encoding)
    header = read_header(job.source, encoding, job.feed.skip_lines, delimiter)
    if isinstance(header, str):
        return reject_whole_file(job, header, encoding, job.feed.skip_lines + 1)
    names = ColumnNames.of(header.fields, dict(job.feed.columns), job.feed.declared)
    trouble = ""
    try:
        records, trouble = _normalise(job, encoding, header)
        if not trouble:
            return _land_undamaged(job, encoding, delimiter, names, _Plain(job.scratch, 0, records, is_crlf=False))
    except UnicodeDecodeError:
        trouble = f"bytes that are not {encoding}"
    except duckdb.Error as error:
        trouble = _first_line(error)
    except (csv.Error, _NotReconciledError) as error:
        trouble = str(error)
    return land_damaged(job, encoding, delimiter, names, header.fields, header.lines, trouble)


def read_header(path: Path, encoding: str, skip_lines: int, delimiter: str) -> Header | str:
    """The header row after the title lines, or the reason why there is none."""
    text, lines = "", 0
    rows: Iterator[Line] = islice(physical_lines(path, encoding), skip_lines, skip_lines + _HEADER_LINES)
    for line in rows:
        lines = line.number
        if line.text is None:
            return f"the header line is not {encoding}: set `encoding` for this feed, or repair the file"
        if not text and not line.text.strip():
            continue
        if "\0" in line.text:
            return "the header line holds NUL bytes: if the file is UTF-16, set `encoding` for this feed"
        text += line.text
        fields = parse_record(text, delimiter)
        if isinstance(fields, list):
            return Header(fields, lines, text)
        if fields != "open":
            break
    if not text:
        return "no header: the file is empty" if not lines else "no header: the file ends before one"
    return "the header row cannot be read: a quote in it is never closed"


class _NotReconciledError(Exception):
    pass


def _repeatable(header: Header) -> bytes:
    # A repeated header is looked for as whole bytes; of a single column it could as well be a value.
    return header.text.rstrip("\r\n").encode("utf-8") if len(header.fields) > 1 else b"\0"


def _normalise(job: Job, encoding: str, header: Header) -> tuple[int, str]:
    normaliser = _Normaliser(header=_repeatable(header))
    with job.scratch.open("wb") as scratch:
        for block in normaliser.normalised(without_lines(utf8_blocks(job.source, encoding), header.lines)):
            scratch.write(block)
    return normaliser.records, normaliser.suspicion


def _land_undamaged(job: Job, encoding: str, delimiter: str, names: ColumnNames, plain: _Plain) -> ReadOutcome:
    with plain.path.open(encoding="utf-8-sig", newline="") as file:
        rows = csv.reader(file, delimiter=delimiter)
        sample = list(islice(rows, plain.header_lines, plain.header_lines + SAMPLE_ROWS))
    shape = Shape(tuple(names.names), infer_kinds(names.names, sample))
    outcome = ReadOutcome(plain.records, plain.records, shape, encoding, names.notes)
    columns = ", ".join(f"{literal(name)}: 'varchar'" for name in names.names)
    # DuckDB finds CRLF by itself, and reads nothing where it is told of it.
    new_line = "" if plain.is_crlf else "new_line = '\\n', "
    source = (
        f"read_csv({literal(str(plain.path), is_path=True)}, columns = {{{columns}}}, auto_detect = false, "
        f"header = {bool(plain.header_lines)}, delim = {literal(delimiter)}, quote = '\"', escape = '\"', "
        f"{new_line}null_padding = false, strict_mode = true, max_line_size = {_FAST_RECORD}, {NO_VALUES_OF_FOLDERS})"
    )
    with connect() as connection:
        landed = copy_to_batch(connection, job, [identifier(name) for name in names.names], source, outcome)
    if landed != plain.records:
        raise _NotReconciledError(f"{plain.records:,} records counted, {landed:,} read")
    return outcome


def _first_line(error: duckdb.Error) -> str:
    return str(error).split("\n", 1)[0]
