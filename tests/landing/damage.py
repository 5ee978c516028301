"""Damaged variants of an export, deterministic by number: what was done, the bytes, and the rows it cannot have touched.

The export has one row per physical record and an id in its first column. `intact` holds the ids of the rows whose
bytes are as they were, None where the damage takes the whole file (a header or a Parquet page cannot be guessed).
"""

import io
import json
import random
from collections.abc import Callable
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.parquet as pq

HEADER = ["id", "email", "company", "note"]
ROWS = 60


@dataclass
class Variant:
    """One damaged file: its name, its content, and the ids of rows that must still land unchanged."""

    name: str
    file_name: str
    content: bytes
    intact: set[str] | None


def clean_rows() -> list[list[str]]:
    """The undamaged rows, by header."""
    return [
        [str(n), f"user{n}@x.jp", f"株式会社髙島{n}", f'第{n}, "特" 記' if n % 3 else f"改行\n{n}"] for n in range(ROWS)
    ]


def variant(number: int) -> Variant:
    """The variant of a number; every third number is CSV, JSON lines or Parquet, every CSV in one of two encodings."""
    rng = random.Random(number)
    if number % 6 == 5:
        return _parquet(rng, number)
    if number % 3 == 1:
        return _lines(rng, number, "jsonl", "utf-8", None, [_jsonl_line(row) for row in clean_rows()], _JSONL)
    codec = ("utf-8", "cp932")[number % 2]
    records = [",".join(_quoted(value) for value in row) for row in clean_rows()]
    damage = {**_CSV, **(_HEADERS if rng.random() < 0.3 else {})}
    return _lines(rng, number, "csv", codec, ",".join(HEADER), records, damage)


def _quoted(value: str) -> str:
    return '"' + value.replace('"', '""') + '"' if any(c in value for c in ',"\n') else value


def _jsonl_line(row: list[str]) -> str:
    return json.dumps(dict(zip(HEADER, row, strict=True)), ensure_ascii=False)


Damage = Callable[[random.Random, bytes], bytes]


def _at(rng: random.Random, line: bytes) -> int:
    return rng.randrange(len(line))


def _truncate(rng: random.Random, line: bytes) -> bytes:
    return line[: _at(rng, line)]


def _flip(rng: random.Random, line: bytes) -> bytes:
    at = _at(rng, line)
    return line[:at] + bytes([line[at] ^ (1 << rng.randrange(8))]) + line[at + 1 :]


def _insert(what: bytes) -> Damage:
    def damage(rng: random.Random, line: bytes) -> bytes:
        at = _at(rng, line)
        return line[:at] + what + line[at:]

    return damage


def _remove(what: bytes) -> Damage:
    return lambda rng, line: line.replace(what, b"", 1)


_LINE: dict[str, Damage] = {
    "truncated record": _truncate,
    "flipped bit": _flip,
    "NUL bytes": _insert(b"\0\0"),
    "bytes of no encoding": _insert(b"\xff\xfe\x80"),
    "byte order mark inside": _insert(b"\xef\xbb\xbf"),
    "line end inside": _insert(b"\n"),
    "carriage return inside": _insert(b"\r"),
    "huge value": _insert(b"x" * 300_000),
    "stray quote": _insert(b'"'),
}
_CSV: dict[str, Damage] = {
    **_LINE,
    "delimiter removed": _remove(b","),
    "delimiter doubled": lambda rng, line: line.replace(b",", b",,", 1),
    "unclosed quote": lambda rng, line: line + b',"open',
    "empty record": lambda rng, line: b"",
    "the file cut off": _truncate,
    "header repeated": lambda rng, line: ",".join(HEADER).encode(),
    "record twice": lambda rng, line: line + b"\n" + line,
    "other line ends": lambda rng, line: line,
}
_JSONL: dict[str, Damage] = {
    **_LINE,
    "brace removed": _remove(b"}"),
    "two objects in a line": lambda rng, line: line + line,
    "not an object": lambda rng, line: b"[" + line + b"]",
    "the file cut off": _truncate,
    "other line ends": lambda rng, line: line,
}
_HEADERS: dict[str, Damage] = {
    "header: columns swapped": lambda rng, line: b"email,id,company,note",
    "header: column dropped": lambda rng, line: b"id,email,company",
    "header: column doubled": lambda rng, line: b"id,email,company,email",
    "header: stray quote": _insert(b'"'),
    "header: gone": lambda rng, line: b"",
}


def _lines(
    rng: random.Random,
    number: int,
    suffix: str,
    codec: str,
    header: str | None,
    records: list[str],
    kinds: dict[str, Damage],
) -> Variant:
    name = rng.choice(sorted(kinds))
    lines = [record.encode(codec) for record in records]
    hurt = sorted(rng.sample(range(ROWS), 1 if name.startswith(("the file", "stray quote", "huge")) else 3))
    head = [header.encode(codec)] if header else []
    intact: set[str] | None = {str(n) for n in range(ROWS)} - {str(n) for n in hurt}
    if name.startswith("header:"):
        head, intact = [kinds[name](rng, head[0])], None
    elif name == "other line ends":
        intact = {str(n) for n in range(ROWS)}
        lines = [line + rng.choice([b"", b"\r"]) for line in lines]
    else:
        for n in hurt:
            lines[n] = kinds[name](rng, lines[n])
        if name == "the file cut off":
            lines, intact = lines[: hurt[0] + 1], {str(n) for n in range(hurt[0])}
    ending = b"\n" if rng.random() < 0.7 and name != "the file cut off" else b""
    return Variant(
        f"{number} {suffix} {codec} {name} in {hurt}", f"contacts.{suffix}", b"\n".join(head + lines) + ending, intact
    )


def _parquet(rng: random.Random, number: int) -> Variant:
    file = io.BytesIO()
    table = pa.table(dict(zip(HEADER, zip(*clean_rows(), strict=True), strict=True)))
    pq.write_table(table, file, row_group_size=20)
    content = file.getvalue()
    name = rng.choice(["truncated", "flipped bytes", "appended", "emptied"])
    if name == "truncated":
        content = content[: rng.randrange(len(content))]
    elif name == "flipped bytes":
        changed = bytearray(content)
        for _ in range(rng.randrange(1, 30)):
            changed[rng.randrange(len(changed))] ^= 1 << rng.randrange(8)
        content = bytes(changed)
    else:
        content = content + b"more" if name == "appended" else b""
    return Variant(f"{number} parquet {name}", "contacts.parquet", content, None)
