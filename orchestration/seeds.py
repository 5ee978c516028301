"""The seeds, as people keep them in CSV files: what is wrong with one, by file and line, before anything is built of it."""

import csv
from pathlib import Path
from typing import Any

import duckdb
import yaml

from orchestration.landing.sql import identifier, literal

SHOWN_PROBLEMS = 5  # of a file


def problems_of(files: dict[str, Path]) -> list[str]:
    """What is wrong with seeds, one text each: a file is not as its YAML declares it, or two rows are in force at once.

    `files`: name -> file, the CSVs and the YAMLs that declare them. Columns are read by their position, so that their names and
    order are the declared ones.
    """
    problems = []
    with duckdb.connect(config={"autoinstall_known_extensions": False}) as con:
        for path in sorted(files.values()):
            if path.suffix == ".csv":
                declared = yaml.load(files[f"{path.stem}.yml"].read_bytes(), yaml.CSafeLoader)["seeds"][0]
                problems += _problems_of(con, path, declared)[:SHOWN_PROBLEMS]
    return problems


def _problems_of(con: duckdb.DuckDBPyConnection, path: Path, declared: dict[str, Any]) -> list[str]:
    types: dict[str, str] = declared["config"]["column_types"]
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            header = next(csv.reader(file), [])
    except UnicodeDecodeError:
        return [f"{path}: is not UTF-8; save it as CSV UTF-8"]
    if header != list(types):
        return [f"{path}:1: the columns are {','.join(header) or '(none)'}; they have to be {','.join(types)}"]
    columns = ", ".join(f"{literal(name)}: {literal(kind)}" for name, kind in types.items())
    con.execute(
        f"""
        create or replace temp table seed as
        from read_csv({literal(str(path), is_path=True)}, columns = {{{columns}}}, header = true, delim = ',', quote = '"', escape = '"', store_rejects = true)
        """
    )
    rejects = con.execute("select line, column_name, error_message from reject_errors order by line").fetchall()
    con.execute("drop table if exists reject_errors; drop table if exists reject_scans")
    if rejects:
        return [f"{path}:{line}: {_told(column, message)}" for line, column, message in rejects]
    return _overlaps(con, path, declared) if "valid_from" in types else []


def _told(column: str | None, message: str) -> str:
    first = message.splitlines()[0].removeprefix(f'Error when converting column "{column}". ')
    return f"{column}: {first}" if column else first


def _overlaps(con: duckdb.DuckDBPyConnection, path: Path, declared: dict[str, Any]) -> list[str]:
    """Of the rows that are told apart by their dates alone, one is in force on a day."""
    (unique,) = (test["unique_combination"] for test in declared["data_tests"] if "unique_combination" in test)
    keys = [column for column in unique["arguments"]["columns"] if column != "valid_from"]
    partition = f"partition by {', '.join(map(identifier, keys))}" if keys else ""
    shown = ", ".join(map(identifier, keys)) or "''"
    first, last = "coalesce(valid_from, date '0001-01-01')", "coalesce(valid_to, date '9999-12-31')"
    found = con.execute(
        f"""
        with numbered as (select *, row_number() over () + 1 as line from seed)
        select line, concat_ws(', ', {shown}), valid_from, valid_to, lag(line) over spans,
            {last} < {first}
        from numbered
        window spans as ({partition} order by {first}, {last}, line)
        qualify {last} < {first} or {first} <= lag({last}) over spans
        order by line
        """  # noqa: S608
    ).fetchall()
    problems = []
    for line, key, valid_from, valid_to, other, is_backwards in found:
        span = f"{key + ' ' if key else ''}from {valid_from or 'ever'} to {valid_to or 'now'}"
        problems.append(
            f"{path}:{line}: {span}: ends before it begins"
            if is_backwards
            else f"{path}:{line}: {span}: line {other} is in force then; end the earlier row with valid_to the day before"
        )
    return problems
