"""How a file's columns differ from the feed's previous batch: notes for people, never values."""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from orchestration.landing.feed import Feed

SAMPLE_ROWS = 1_000
FEW_ROWS = 20  # a key that fewer JSON lines lack may be one that is only written where it has a value

# As staging reads them (macros/staging/parse.sql): a value that is written in another of these forms is of the same kind.
_KINDS = {
    "boolean": re.compile(r"(?i)true|false"),
    "number": re.compile(r"[+▲△-]?[¥\\]?[+-]?(?:\d{1,3}(?:,\d{3})+|\d+|(?=\.\d))(?:\.\d*)?(?:[eE][+-]?\d+)?円?"),
    "date or time": re.compile(
        r"(?:\d{4}|(?:令和|平成|昭和|[RHS])(?:\d{1,2}|元))[-/.年]\d{1,2}[-/.月]\d{1,2}日?"
        r"(?:[T ]\d{1,2}[:時]\d{1,2}[:分]?(?:\d{1,2}(?:\.\d+)?秒?)?\s*(?:Z|[+-]\d{2}:?\d{2})?)?"
    ),
}


@dataclass(frozen=True)
class Shape:
    """The columns of a file in its order, and the kind of value each was seen to hold (absent: nothing seen)."""

    columns: tuple[str, ...]
    kinds: Mapping[str, str] = field(default_factory=dict)
    is_ordered: bool = True  # False where a format has no column order (JSON lines)

    def tells(self, rows: int) -> bool:
        """Whether a file of so many records shows which columns its feed has."""
        return bool(self.columns) and (self.is_ordered or rows >= FEW_ROWS)


def missing_keys(columns: Iterable[str], feed: Feed) -> list[str]:
    """The key columns that a file has under none of their names, nor the first column of what they are made of.

    Without the first of its parts, dbt makes no hash.
    """
    there = set(columns)
    parts = dict(feed.made_of)

    def is_there(column: str) -> bool:
        return column in there or any(other in there for other, name in feed.aliases if name == column)

    return [key for key in feed.key if not any(map(is_there, (key, *parts.get(key, ())[:1])))]


def infer_kinds(columns: Sequence[str], rows: Iterable[Sequence[str | None]]) -> dict[str, str]:
    """The kind of each column that has a value in the sampled rows: boolean, number, date or time, text."""
    kinds: dict[str, str] = {}
    for row in rows:
        for column, value in zip(columns, row, strict=False):
            if value and (known := kinds.get(column)) != "text":
                plain = unicodedata.normalize("NFKC", value).strip()
                if known is None:
                    kinds[column] = next((kind for kind in _KINDS if _KINDS[kind].fullmatch(plain)), "text")
                elif not _KINDS[known].fullmatch(plain):
                    kinds[column] = "text"
    return kinds


def drift_notes(shape: Shape, rows: int, previous: Shape | None, feed: Feed) -> list[str]:
    """What changed since the previous batch; for a feed's first batch, what differs from the declaration.

    A column is there under any of its names; what a connector adds of its own (`_…`) is nobody's to miss.
    """
    if not shape.columns:
        return []  # JSON lines without a line
    aliases = dict(feed.aliases)
    there = set(shape.columns) | {aliases[column] for column in shape.columns if column in aliases}
    made = {column: parts for column, parts in feed.made_of if there.intersection(parts[:1])}
    if previous is None:
        there |= made.keys()
        undeclared = [c for c in shape.columns if c not in feed.declared]
        absent = [c for c in feed.declared if c not in there and c not in aliases and not c.startswith("_")]
        notes = [f"not declared in the source YAML, landed as text: {', '.join(undeclared)}"] if undeclared else []
        return notes + ([f"declared but not in the file, read as null: {', '.join(absent)}"] if absent else [])
    new = [c for c in shape.columns if c not in previous.columns]
    missing = [c for c in previous.columns if c not in shape.columns]
    notes = []
    is_one_for_one = shape.is_ordered and len(new) == len(missing) == 1 and new[0] not in feed.declared
    if is_one_for_one and shape.columns.index(new[0]) == previous.columns.index(missing[0]):
        notes.append(
            f"column {missing[0]} seems renamed to {new[0]} (same position): "
            f"if so, map its header to {missing[0]} under `columns` in tasuki.toml"
        )
        new, missing = [], []
    notes += [f"new column {column}" for column in new]
    if shape.tells(rows):
        for column in missing:
            instead = f"made of {', '.join(made[column])}" if column in made else "read as null"
            notes.append(f"column {column} is missing, {instead}")
    elif missing:
        notes.append(f"no value in {rows} rows: {', '.join(missing)}")
    common = [c for c in previous.columns if c in shape.columns]
    if shape.is_ordered and common != [c for c in shape.columns if c in previous.columns]:
        notes.append("columns came in another order (values follow their names)")
    for column in common:
        before, now = previous.kinds.get(column), shape.kinds.get(column)
        if before and now and before != now and before != "text":
            notes.append(f"column {column} held only {before} values, now {now}")
    return notes


def shrink_notes(rows: int, rows_before: int | None) -> list[str]:
    """That a snapshot holds less than half of the one before it, which is what a cut export looks like."""
    if rows_before is None or rows_before < FEW_ROWS or rows * 2 >= rows_before:
        return []
    return [
        f"{rows:,} rows where the file before held {rows_before:,}: what is missing is taken as deleted; "
        "if the export was cut short, export it again"
    ]
