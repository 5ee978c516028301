"""A preview for people and programs: on the terminal, as Markdown for a pull request, as JSON."""

import json
import re
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from orchestration.preview import Preview, Subject

SHOWN_VALUES = 40
HEADERS = ("KPI", "month", "segment", "old", "new", "difference")


def to_json(found: Preview) -> str:
    """Everything, as one object."""
    return json.dumps(asdict(found), ensure_ascii=False, indent=1, default=str) + "\n"


def print_preview(found: Preview, console: Console) -> None:
    """The totals by month, who enters and leaves with the first few reasons, what flips."""
    for line in _head(found):
        console.print(Text(line))
    totals = [row for row in found.values if row["segment"] == "all"]
    if totals:
        table = Table(*HEADERS, box=None, pad_edge=False, header_style="bold")
        for row in totals[:SHOWN_VALUES]:
            table.add_row(*map(Text, _value_cells(row)))
        console.print(table)
        hidden = len(totals) - SHOWN_VALUES
        if hidden > 0:
            console.print(
                f"… {hidden} more months; --json has them all, and {len(found.values) - len(totals)} by segment"
            )
    for line in _subject_lines(found):
        console.print(Text(line))
    for line in _tail(found):
        console.print(Text(line))


def to_markdown(found: Preview, source: str) -> str:
    """For a pull request. `source` says whose data it is."""
    lines = [
        "## What this change does to the numbers",
        "",
        _md(source),
        "",
        *(_md(line) + "  " for line in _head(found)),
    ]
    if found.values:
        lines += ["", f"| {' | '.join(HEADERS)} |", "|---|---|---|---:|---:|---:|"]
        rows = sorted(found.values, key=lambda row: row["segment"] != "all")
        lines += [f"| {' | '.join(map(_md, _value_cells(row)))} |" for row in rows[:SHOWN_VALUES]]
        if len(rows) > SHOWN_VALUES:
            lines.append(f"\n… {len(rows) - SHOWN_VALUES} more rows")
    subjects = list(_subject_lines(found))
    if subjects:
        lines += ["", "<details><summary>Who enters, leaves or changes, and why</summary>", ""]
        lines += [f"- {_md(line.strip())}" for line in subjects]
        lines += ["", "</details>"]
    return "\n".join([*lines, "", *(_md(line) + "  " for line in _tail(found))]) + "\n"


def _head(found: Preview) -> Iterator[str]:
    yield f"Compared with version {found.version}, as of {found.as_of} UTC."
    if found.changed:
        yield f"Changed: {', '.join(found.changed)}"
    yield from found.notes
    if found.changed and not found.values:
        yield "No value of any month (or quarter, of what has no months) changes."


def _tail(found: Preview) -> Iterator[str]:
    flips = [
        row for row in found.values if None not in (row["was_met"], row["is_met"]) and row["was_met"] != row["is_met"]
    ]
    for row in flips:
        met = "is met now" if row["is_met"] else "is no longer met"
        yield f"Target {met}: {_code(row)} {_period(row)} {_segment(row)} (target {_number(row['target'])})"
    if any(found.sla.values()):
        yield f"SLA: of the handed-over leads {found.sla['in_time']:,} are in time now and {found.sla['late']:,} late that were not."
    if found.seconds:
        slowest = sorted(found.seconds.items(), key=lambda item: -item[1])[:3]
        listed = ", ".join(f"{name} {seconds:.2f} s" for name, seconds in slowest)
        yield f"Built {len(found.seconds)} models in {sum(found.seconds.values()):.1f} s; slowest: {listed}"


def _code(row: dict[str, Any]) -> str:
    """A KPI with its member and, but for the shared one, its view."""
    return " ".join(filter(None, [row["kpi_code"], row["member"], "" if row["view"] == "shared" else row["view"]]))


def _period(row: dict[str, Any]) -> str:
    """Months and quarters go by their first month."""
    return f"{row['period_start']:%Y-%m}" + (" (quarter)" if row["grain"] == "fiscal_quarter" else "")


def _value_cells(row: dict[str, Any]) -> list[str]:
    code = _code(row)
    if row["statistic"] in ("median", "p90"):
        code += f" {row['statistic']}"
    if row["basis"] == "period" and row["old_denominator"] is not None:
        code += " (period)"
    sides = [_fraction(row, side) for side in ("old", "new")]
    return [code, _period(row), _segment(row), *sides, _number(row["difference"], sign=True)]


def _segment(row: dict[str, Any]) -> str:
    return "all" if row["segment"] == "all" else f"{row['segment']} = {row['segment_value']}"


def _fraction(row: dict[str, Any], side: str) -> str:
    value, numerator, denominator = (row[f"{side}_{part}"] for part in ("value", "numerator", "denominator"))
    if numerator is None:
        return _number(value)
    return _number(value) if denominator is None else f"{_number(value)} ({_number(numerator)}/{_number(denominator)})"


def _number(value: Any, *, sign: bool = False) -> str:
    if value is None:
        return "–"
    number = float(value)
    text = f"{number:{'+' if sign else ''},.0f}" if number == int(number) else f"{number:{'+' if sign else ''},.3f}"
    return text


def _subject_lines(found: Preview) -> Iterator[str]:
    for count in found.counts:
        yield f"{_code(count)}: {count['subjects']:,} {count['change'].replace('changes', 'change').replace('enters', 'enter').replace('leaves', 'leave')}"
        shown = [
            s
            for s in found.subjects
            if _series(s) == (count["kpi_code"], count["view"], count["member"], count["change"])
        ]
        for subject in shown[:3]:
            yield f"    {subject.subject_type} {subject.subject_id}: {_why(subject)}"


def _series(subject: Subject) -> tuple[str, str, str, str]:
    return subject.kpi_code, subject.view, subject.member, subject.change


def _why(subject: Subject) -> str:
    differing = [f"{name} {old or '–'} → {new or '–'}" for name, (old, new) in subject.why.items() if old != new]
    equal = [f"{name} {new or '–'}" for name, (old, new) in subject.why.items() if old == new]
    return ", ".join(differing + equal) or "no value of its own decides"


def _md(text: str) -> str:
    """Text as Markdown shows it: nothing in it is markup."""
    return re.sub(r"([\\`*_{}\[\]<>()#|~&!-])", r"\\\1", text.replace("\n", " "))
