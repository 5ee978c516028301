"""JSON lines: one object per line, as vendors' APIs and connectors write them.

Scalars land as text, numbers exactly as written, nested values as JSON text. What lies under `_airbyte_data` (Airbyte's files),
then under `properties` (HubSpot) is lifted to the top; of a field given with its type (kintone) the value lands; Salesforce's `attributes`
goes. A line that is no JSON object goes to the rejects.

A file that is plain throughout goes through DuckDB; it stands only if every value of the file was landed. All others are
read line by line.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.parquet as pq

from orchestration.landing.batches import BatchWriter, Job, ReadOutcome, reject_whole_file
from orchestration.landing.drift import SAMPLE_ROWS, Shape, infer_kinds
from orchestration.landing.encoding import Line, detect_encoding, physical_lines
from orchestration.landing.jsonl_scan import scan_jsonl
from orchestration.landing.names import ColumnNames
from orchestration.landing.sql import NO_VALUES_OF_FOLDERS, connect, copy_to_batch, identifier, literal

_FIRST_LOOK = 5_000  # lines from which the columns are taken; later news costs one more reading
_LONGEST = 16 << 20  # bytes; of a line that DuckDB is given


class _Number(str):
    """A number as it was written."""


_DECODER = json.JSONDecoder(parse_float=_Number, parse_int=_Number, parse_constant=_Number)


class _NewColumnError(Exception):
    pass


_Path = tuple[str, str]  # "properties" or "", and the key


def land_jsonl(job: Job) -> ReadOutcome:
    """Write the batch of a JSON-lines file. Without a line it says that nothing is new; but no snapshot is taken to hold nothing."""
    if job.source.stat().st_size == 0:
        return _land_nothing(job, detect_encoding(job.source, job.feed.encoding))
    if _is_array(job):
        return reject_whole_file(job, "the file is a JSON array: write each object on a line of its own, as JSON lines")
    outcome = _land_plain(job) or _land_by_line(job)
    return outcome if outcome.rows_in else _land_nothing(job, outcome.encoding)


def _is_array(job: Job) -> bool:
    # Written over several lines its last object alone would be one that can be read. In UTF-16 every second byte is NUL.
    with job.source.open("rb") as file:
        return file.read(64).replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n").startswith(b"[")


def _land_nothing(job: Job, encoding: str) -> ReadOutcome:
    if job.feed.delivery == "snapshot":
        return reject_whole_file(job, "the file is empty: as a snapshot it would delete every record", encoding)
    return BatchWriter(job, []).finish(lambda _: ReadOutcome(0, 0, Shape(()), encoding))


def _land_plain(job: Job) -> ReadOutcome | None:
    # None for what is not plain, or where the values landed are not those of the file.
    if job.feed.encoding not in ("auto", "utf-8"):
        return None
    found = scan_jsonl(job.source, _LONGEST)
    if found is None:
        return None
    names = ColumnNames(dict(job.feed.columns), job.feed.declared)
    columns, sample = _learn_columns(job, "utf-8", names, _FIRST_LOOK)
    if ("", "properties") in columns or not columns:
        return None
    rows = [[row.get(path) for path in columns] for row in sample]
    shape = Shape(tuple(names.names), infer_kinds(names.names, rows), is_ordered=False)
    outcome = ReadOutcome(found.lines, found.lines, shape, "utf-8", names.notes)
    try:
        landed = _copy_plain(job, columns, names, outcome)
    except (duckdb.Error, UnicodeEncodeError):
        return (
            None  # not JSON throughout, keys that differ in case alone, a key without a name or with half a surrogate
        )
    return outcome if landed == (found.lines, found.values) else None


def _copy_plain(job: Job, columns: list[_Path], names: ColumnNames, outcome: ReadOutcome) -> tuple[int, int]:
    # The rows and the values that DuckDB landed.
    top = [f"{literal(key)}: 'varchar'" for parent, key in columns if not parent]
    lifted = ", ".join(f"{identifier(key)} varchar" for parent, key in columns if parent)
    if lifted:
        top.append(f"'properties': {literal(f'struct({lifted})')}")
    source = (
        f"read_json({literal(str(job.source), is_path=True)}, format = 'newline_delimited', auto_detect = false, "
        f"columns = {{{', '.join(top)}}}, {NO_VALUES_OF_FOLDERS})"
    )
    values = [
        f"nullif({'properties.' if parent else ''}{identifier(key)}, '') as {identifier(name)}"
        for (parent, key), name in zip(columns, names.names, strict=True)
    ]
    with connect() as connection:
        landed = copy_to_batch(connection, job, values, source, outcome)
    return landed, _values(job.tmp, len(values))


def _values(batch: Path, columns: int) -> int:
    # How many values that are not null the first columns of a Parquet file hold, by its footer.
    footer = pq.read_metadata(batch)
    groups = [footer.row_group(number) for number in range(footer.num_row_groups)]
    return sum(
        group.num_rows - group.column(column).statistics.null_count for group in groups for column in range(columns)
    )


def _land_by_line(job: Job) -> ReadOutcome:
    encoding = detect_encoding(job.source, job.feed.encoding)
    for limit in (_FIRST_LOOK, None):
        names = ColumnNames(dict(job.feed.columns), job.feed.declared)
        _learn_columns(job, encoding, names, limit)
        try:
            return _land(job, encoding, names)
        except _NewColumnError:
            continue
    raise AssertionError("all lines were read and a new column came")


def _learn_columns(
    job: Job, encoding: str, names: ColumnNames, limit: int | None
) -> tuple[list[_Path], list[dict[_Path, str | None]]]:
    # The paths of the columns in order, and the first rows.
    paths: dict[_Path, None] = {}
    sample: list[dict[_Path, str | None]] = []
    for number, (_, content) in enumerate(_records(job, encoding)):
        if number == limit:
            break
        if isinstance(content, dict):
            flat = dict(_flat(content))
            paths.update(dict.fromkeys(flat))
            if len(sample) < SAMPLE_ROWS:
                sample.append({path: _text(value) for path, value in flat.items()})
    names.reserve(path[-1] for path in paths)
    for path in paths:
        names.add(path, path[-1])
    return list(paths), sample


def _land(job: Job, encoding: str, names: ColumnNames) -> ReadOutcome:
    job.rejects.clear()
    writer = BatchWriter(job, names.names)
    positions: dict[tuple[str, str], int] = {}
    sample: list[list[str | None]] = []
    count = 0
    for count, (line, content) in enumerate(_records(job, encoding), start=1):
        if isinstance(content, str):
            job.rejects.add(line.number, content, line.shown)
            continue
        row: list[str | None] = [None] * len(names.names)
        for path, value in _flat(content):
            if (position := positions.get(path)) is None:
                known = len(names.names)
                position = names.names.index(names.add(path, path[-1]))
                if position >= known or position >= len(row):
                    writer.abandon()
                    raise _NewColumnError
                positions[path] = position
            row[position] = (value or None) if type(value) is str else _text(value)
        if "\\u" in (line.text or ""):
            row = [value and _valid(value) for value in row]
        if len(sample) < SAMPLE_ROWS:
            sample.append(row)
        writer.add(row, count)
    shape = Shape(tuple(names.names), infer_kinds(names.names, sample), is_ordered=False)
    return writer.finish(lambda landed: ReadOutcome(count, landed, shape, encoding, names.notes))


def _records(job: Job, encoding: str) -> Iterator[tuple[Line, dict[str, Any] | str]]:
    # Each record with its object, or with the reason why it has none. Blank lines are no records.
    for line in physical_lines(job.source, encoding):
        if line.text is None:
            yield line, f"bytes that are not {encoding}"
            continue
        text = line.text.removeprefix("\ufeff").strip(" \t\r\n")
        if not text:
            continue
        try:
            content, end = _DECODER.raw_decode(text)
        except (ValueError, RecursionError) as error:
            yield line, f"not JSON: {error}"
            continue
        if end != len(text):
            yield line, f"not one JSON object: more text after column {end}"
        elif not isinstance(content, dict):
            yield line, "not a JSON object"
        elif isinstance(record := content.get("_airbyte_data"), dict):
            yield line, {key: value for key, value in content.items() if value is not record} | record
        else:
            yield line, content


def _flat(content: dict[str, Any]) -> Iterator[tuple[tuple[str, str], Any]]:
    # The values by path. Top-level names come first, so that a clash gives the property the suffix.
    properties = content.get("properties")
    lifted: dict[str, Any] = properties if isinstance(properties, dict) else {}
    for key, value in content.items():
        if key != "attributes" and not (key == "properties" and value is lifted):
            yield ("", key), value["value"] if type(value) is dict and value.keys() == {"type", "value"} else value
    for key, value in lifted.items():
        yield ("properties", key), value


def _text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value or None
    return "true" if value is True else "false" if value is False else _json(value)


def _valid(text: str) -> str:
    # A lone surrogate ("\ud83d" cut in half) has no UTF-8 form; the replacement is what a browser would show.
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def _json(value: Any) -> str:
    # json.dumps would put a number that is kept as text into quotes.
    if isinstance(value, dict):
        return "{" + ",".join(f"{json.dumps(k, ensure_ascii=False)}:{_json(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(_json, value)) + "]"
    return str(value) if isinstance(value, _Number) else json.dumps(value, ensure_ascii=False)
