"""`tasuki sql`: one read-only statement on the current published version, which can reach no other file."""

import csv
import datetime as dt
import decimal
import json
import math
from typing import IO, Any

import duckdb

from orchestration.config import Config
from orchestration.landing.sql import literal
from orchestration.progress import visible
from orchestration.publish import MARTS_FILE, current_version, why_no_version, why_unreadable

SHOWN_ROWS = 200
READING = (duckdb.StatementType.SELECT, duckdb.StatementType.EXPLAIN)
FORMULA_STARTS = tuple("=+-@\t\r\n＝＋－＠")  # noqa: RUF001  Japanese Excel takes the full-width ones too


class QueryError(Exception):
    """The statement cannot be run; one line."""


class Answer:
    """Column names and the rows, fetched as they are asked for."""

    def __init__(self, con: duckdb.DuckDBPyConnection, result: duckdb.DuckDBPyConnection) -> None:
        self._con = con
        self._result = result
        self.columns = [column[0] for column in result.description or []]

    def rows(self, size: int = 10_000) -> Any:
        """The rows, as tuples."""
        try:
            while chunk := self._result.fetchmany(size):
                yield from chunk
        except duckdb.Error as error:
            raise QueryError(_one_line(error)) from error


def run_query(config: Config, statement: str) -> Answer:
    """Run one statement on the current version, whose folder is fixed for as long as the answer is read.

    Raises QueryError where nothing whole is published or the statement fails.
    """
    version = current_version(config)
    if version is None:
        raise QueryError(why_no_version(config))
    if lack := why_unreadable(config, version):
        raise QueryError(lack)
    con = duckdb.connect(config={"autoinstall_known_extensions": False})
    try:
        con.execute(
            f"attach {literal(str(config.published_dir / 'versions' / version / MARTS_FILE))} as tasuki (read_only)"
        )
        con.execute("use tasuki.marts")  # so that `show tables` lists them
        con.execute("set enable_external_access = false")
        con.execute("set lock_configuration = true")
        statements = con.extract_statements(statement)
        if len(statements) != 1:
            pivot = "; of a pivot name the columns: `on … in (…)`" if "pivot" in statement.lower() else ""
            raise QueryError(f"write one statement, not {len(statements)}{pivot}")
        if statements[0].type not in READING:
            raise QueryError("write a statement that reads: select, from, with, describe, summarize, show or explain")
        return Answer(con, con.execute(statements[0]))
    except duckdb.Error as error:
        raise QueryError(_one_line(error)) from error


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())


def write_json(answer: Answer, out: IO[str]) -> None:
    """A list of objects; times in ISO 8601, decimals as numbers with every digit, what JSON cannot say (NaN, infinity) as
    null. Raises QueryError where two columns have one name: an object holds only one of them."""
    if twice := sorted({name for name in answer.columns if answer.columns.count(name) > 1}):
        raise QueryError(f"two columns are named {', '.join(twice)}; give each its own name")
    out.write("[")
    for number, row in enumerate(answer.rows()):
        out.write(",\n " if number else "\n ")
        out.write(_json(dict(zip(answer.columns, row, strict=True))))
    out.write("\n]\n")


def write_csv(answer: Answer, out: IO[str]) -> None:
    """Header and rows, with a byte-order mark so that Excel reads it as UTF-8. A text that a spreadsheet would take for a
    formula gets an apostrophe in front; numbers stay as they are."""
    out.write("\ufeff")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([_no_formula(name) for name in answer.columns])
    for row in answer.rows():
        writer.writerow(["" if value is None else _no_formula(value) for value in row])


def _no_formula(value: Any) -> str:
    text = _text(value)
    is_formula = isinstance(value, str) and text.startswith(FORMULA_STARTS)
    return f"'{text}" if is_formula else text


def write_table(answer: Answer, out: IO[str]) -> None:
    """For people: the first rows, and how many were left out."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console(file=out) if out.isatty() else Console(file=out, width=10_000)
    rows = list(answer.rows())
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in answer.columns:
        table.add_column(Text(visible(name)))
    for row in rows[:SHOWN_ROWS]:
        table.add_row(*(Text("" if value is None else visible(_text(value))) for value in row))
    console.print(table)
    if not rows:
        console.print("no rows")
    if len(rows) > SHOWN_ROWS:
        console.print(f"… {len(rows) - SHOWN_ROWS:,} more rows; see them all with --csv or --json")


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dt.datetime):
        return value.isoformat(sep=" ")
    if isinstance(value, (list, dict)):
        return _json(value)
    return str(value)


def _json(value: Any) -> str:
    if isinstance(value, decimal.Decimal):
        return f"{value:f}"  # json would go by way of float
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_json(str(name))}: {_json(item)}" for name, item in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(map(_json, value)) + "]"
    if isinstance(value, float) and not math.isfinite(value):
        return "null"
    if isinstance(value, (dt.date, dt.time)):
        return json.dumps(value.isoformat())
    plain = value if value is None or isinstance(value, (bool, int, float, str)) else str(value)
    return json.dumps(plain, ensure_ascii=False)
