"""JSON lines: one object per line, as vendors' APIs and connectors write them.

Scalars land as text, numbers exactly as written, nested values as JSON text. What lies under `properties` (HubSpot) is
lifted to the top; Salesforce's `attributes` goes. A line that is no JSON object goes to the rejects.
"""

import json
from collections.abc import Iterator
from typing import Any

from orchestration.landing.batches import BatchWriter, Job, ReadOutcome, reject_whole_file
from orchestration.landing.drift import SAMPLE_ROWS, Shape, infer_kinds
from orchestration.landing.encoding import Line, detect_encoding, physical_lines
from orchestration.landing.names import ColumnNames

_FIRST_LOOK = 10_000  # lines from which the columns are taken; later news costs one more reading


class _Number(str):
    """A number as it was written."""


_DECODER = json.JSONDecoder(parse_float=_Number, parse_int=_Number, parse_constant=_Number)


class _NewColumnError(Exception):
    pass


def land_jsonl(job: Job) -> ReadOutcome:
    """Write the batch of a JSON-lines file."""
    encoding = detect_encoding(job.source, job.feed.encoding)
    if job.source.stat().st_size == 0:
        return reject_whole_file(job, "the file is empty", encoding)
    names = ColumnNames(dict(job.feed.columns))
    _learn_columns(job, encoding, names, _FIRST_LOOK)
    try:
        return _land(job, encoding, names)
    except _NewColumnError:
        _learn_columns(job, encoding, names, None)
        return _land(job, encoding, names)


def _learn_columns(job: Job, encoding: str, names: ColumnNames, limit: int | None) -> None:
    for number, (_, content) in enumerate(_records(job, encoding)):
        if number == limit:
            return
        if isinstance(content, dict):
            for path, _ in _flat(content):
                names.add(path, path[-1])


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
        else:
            yield line, content


def _flat(content: dict[str, Any]) -> Iterator[tuple[tuple[str, str], Any]]:
    # The values by path. Top-level names come first, so that a clash gives the property the suffix.
    properties = content.get("properties")
    lifted: dict[str, Any] = properties if isinstance(properties, dict) else {}
    for key, value in content.items():
        if key != "attributes" and not (key == "properties" and value is lifted):
            yield ("", key), value
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
