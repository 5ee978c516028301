"""JSON lines that DuckDB may read: one flat object per line, at most with `properties`, no value it would write anew.

DuckDB takes in some things that are not JSON, passes over keys that it was not told of, and rounds numbers. The scan
finds them: it counts every key and every value by itself, so that what was landed can be held against it.
"""

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from orchestration.landing.bits import OverlongLineError, inside_quotes, line_blocks, padded

# What may stand outside strings once spaces are gone: whole numbers and the letters of true, false and null.
_OUTSIDE = b'{}":,\n0123456789-truefalsn'
_NOT_AS_WRITTEN = re.compile(rb"-0|\de|na|,\}")
_MAX_DEPTH = 2


@dataclass
class PlainJsonl:
    """The lines of a plain file, and its values that are neither null nor empty."""

    lines: int = 0
    values: int = 0


def scan_jsonl(path: Path, longest: int) -> PlainJsonl | None:
    """What a UTF-8 file holds; None where it is not plain throughout. `longest` is the limit of a line in bytes."""
    found = PlainJsonl()
    try:
        for block in line_blocks(path, longest):
            if not _add(found, block):
                return None
    except (OverlongLineError, UnicodeDecodeError):
        return None
    return found


def _add(found: PlainJsonl, block: bytes) -> bool:
    # Whether the block is plain; raises UnicodeDecodeError where it is not UTF-8.
    if not block.isascii():
        block.decode("utf-8")
    if b"\\" in block:
        block = block.replace(rb"\\", b"__").replace(rb"\"", b"__")
    data = padded(block)
    inside, ends_inside = inside_quotes(data)
    is_outside = np.unpackbits(~inside.view(np.uint8), bitorder="little").view(np.bool_)
    outside = data[: len(block)][is_outside[: len(block)]].tobytes().translate(None, b" \t")
    if ends_inside or outside.translate(None, _OUTSIDE) or _NOT_AS_WRITTEN.search(outside):
        return False
    lines, objects = outside.count(b"\n"), outside.count(b"{")
    if not outside.startswith(b"{") or outside.count(b"}\n{") != lines - 1:
        return False
    properties = block.count(b'"properties":{') + block.count(b'"properties": {')
    if not objects - lines == properties == block.count(b'"properties"'):
        return False
    if properties and _depth(outside) > _MAX_DEPTH:
        return False
    found.lines += lines
    found.values += outside.count(b'":') - properties - outside.count(b":null") - block.count(b'""')
    return True


def _depth(outside: bytes) -> int:
    brackets = np.frombuffer(outside, dtype=np.uint8)
    steps = (brackets == ord("{")).astype(np.int8) - (brackets == ord("}")).astype(np.int8)
    return int(np.cumsum(steps, dtype=np.int32).max())
