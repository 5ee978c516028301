"""Damaged CSV: every record that is whole lands, every other goes to the rejects with its line and reason.

The foot that Salesforce writes under a report is no damage: it is left out. A record is tried at each physical line in turn. A quote left open takes in the following lines only if that makes a
whole record of the right width; otherwise its first line alone is rejected and reading goes on at the next.
"""

import csv
from collections import deque
from collections.abc import Iterator
from typing import NamedTuple

from orchestration.landing.batches import BatchWriter, Job, ReadOutcome
from orchestration.landing.drift import SAMPLE_ROWS, Shape, infer_kinds
from orchestration.landing.encoding import Line, physical_lines
from orchestration.landing.names import ColumnNames

MAX_RECORD = 16 << 20  # bytes; a longer line is damage
_MAX_LINES = 1_000  # of one quoted value
_MAX_FOOT = 20  # lines under a report
csv.field_size_limit(MAX_RECORD)


class Record(NamedTuple):
    """One record: the line it starts on, and its fields or the reason why it cannot be read."""

    line: Line
    raw: str
    fields: list[str] | None
    reason: str


def parse_record(text: str, delimiter: str) -> list[str] | str:
    """The fields of a record, 'open' where a quote is still open at its end, else the reason why it is not CSV."""
    body = text.rstrip("\r\n")
    if '"' not in body:
        return body.split(delimiter) if "\r" not in body and "\n" not in body else "a line end outside quotes"
    try:
        rows = list(csv.reader([text], delimiter=delimiter, strict=True))
    except csv.Error as error:
        return "open" if "unexpected end of data" in str(error) else f"quotes do not match: {error}"
    return rows[0] if len(rows) == 1 else "more than one record"


def land_damaged(
    job: Job,
    encoding: str,
    delimiter: str,
    names: ColumnNames,
    header: list[str],
    header_lines: int,
    trouble: str,
) -> ReadOutcome:
    """Write the batch of a damaged CSV file from its whole records, the rest to the rejects."""
    job.rejects.clear()
    writer = BatchWriter(job, names.names)
    sample: list[list[str]] = []
    count = nul_records = 0
    lines = _Lookahead(line for line in physical_lines(job.source, encoding) if line.number > header_lines)
    for count, record in enumerate(_records(lines, encoding, delimiter, header), start=1):
        if record.fields is None:
            job.rejects.add(record.line.number, record.reason, record.raw)
            continue
        if "\0" in record.raw:
            nul_records += 1
            record.fields[:] = [value.replace("\0", "") for value in record.fields]
        if len(sample) < SAMPLE_ROWS:
            sample.append(record.fields)
        writer.add([value or None for value in record.fields], count)
    has_foot = lines.peek(0) is not None
    notes = [*names.notes]
    if has_foot:
        notes.append("the foot of the report is left out")
    if not has_foot or job.rejects.count or nul_records:
        notes.append(f"damaged file, read record by record ({trouble})")
    if nul_records:
        notes.append(f"NUL bytes removed from {nul_records:,} records")
    shape = Shape(tuple(names.names), infer_kinds(names.names, sample))
    return writer.finish(lambda landed: ReadOutcome(landed + job.rejects.count, landed, shape, encoding, notes))


def _records(lines: "_Lookahead", encoding: str, delimiter: str, header: list[str]) -> Iterator[Record]:
    # The records; what is left of the lines then is the foot.
    while line := lines.next():
        if line.text is not None:
            line = Line(line.number, line.text.removeprefix("\ufeff"), line.raw)
            if not line.text or not line.text.strip("\r\n\x1a"):
                if len(header) > 1 and _is_foot(lines, delimiter):
                    return
                continue
        yield _record(line, lines, encoding, delimiter, header)


def _is_foot(lines: "_Lookahead", delimiter: str) -> bool:
    # To the end of the file: the report's name, the copyright, who exported it. Only the copyright is always worded alike.
    foot = [line.text for line in lines.peeked(_MAX_FOOT)]
    if len(foot) == _MAX_FOOT or not any(text and "salesforce" in text.lower() for text in foot):
        return False
    return all(
        text is not None and isinstance(parts := parse_record(text, delimiter), list) and len(parts) == 1
        for text in foot
    )


def _record(line: Line, lines: "_Lookahead", encoding: str, delimiter: str, header: list[str]) -> Record:
    if line.text is None:
        return Record(line, line.shown, None, f"bytes that are not {encoding}")
    if len(line.raw) > MAX_RECORD:
        return Record(line, line.shown, None, f"a line longer than {MAX_RECORD:,} bytes")
    fields, taken = _fields(line.text, lines, delimiter, len(header))
    raw = line.text
    if taken:
        raw += "".join(following.text or "" for following in lines.peeked(taken))
    if isinstance(fields, list) and _fits(fields, len(header)):
        del fields[len(header) :]
        lines.drop(taken)
        if fields[0] == header[0] and len(header) > 1 and fields == header:
            return Record(line, raw.rstrip("\r\n"), None, "the header again: several exports in one file")
        return Record(line, raw, fields, "")
    if taken and not any(_is_whole(following, delimiter, len(header)) for following in lines.peeked(taken)):
        lines.drop(taken)
    else:
        raw = line.text
    if fields == "open":
        return Record(line, raw.rstrip("\r\n"), None, "a quote is never closed")
    if isinstance(fields, str):
        return Record(line, raw.rstrip("\r\n"), None, fields)
    few_or_many = "too few" if len(fields) < len(header) else "too many"
    return Record(line, raw.rstrip("\r\n"), None, f"{few_or_many} fields: {len(fields)} of {len(header)}")


def _fields(text: str, lines: "_Lookahead", delimiter: str, width: int) -> tuple[list[str] | str, int]:
    # The fields and how many following lines they take in; 0 lines for what never becomes a record.
    fields, taken, size = parse_record(text, delimiter), 0, len(text)
    while fields == "open":
        following = lines.peek(taken)
        size += len(following.raw) if following else 0
        if following is None or following.text is None or taken >= _MAX_LINES or size > MAX_RECORD:
            return "open", 0
        taken += 1
        text += following.text
        if '"' in following.text:
            fields = parse_record(text, delimiter)
    if isinstance(fields, list):
        return fields, taken
    return ("open" if taken else fields), 0


def _is_whole(line: Line, delimiter: str, width: int) -> bool:
    fields = parse_record(line.text or "", delimiter)
    return isinstance(fields, list) and _fits(fields, width)


def _fits(fields: list[str], width: int) -> bool:
    # A delimiter after the last field is no damage, for DuckDB neither.
    return len(fields) == width or (len(fields) == width + 1 and not fields[-1])


class _Lookahead:
    """The lines of a file, some of which may be looked at before they are taken."""

    def __init__(self, lines: Iterator[Line]) -> None:
        self._lines = lines
        self._ahead: deque[Line] = deque()

    def peek(self, offset: int) -> Line | None:
        while len(self._ahead) <= offset:
            line = next(self._lines, None)
            if line is None:
                return None
            self._ahead.append(line)
        return self._ahead[offset]

    def peeked(self, count: int) -> list[Line]:
        return [line for line in (self.peek(offset) for offset in range(count)) if line]

    def drop(self, count: int) -> None:
        for _ in range(count):
            self._ahead.popleft()

    def next(self) -> Line | None:
        return self._ahead.popleft() if self._ahead else next(self._lines, None)
