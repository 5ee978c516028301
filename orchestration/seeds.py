"""The seeds, as people keep them in CSV files: what is wrong with one, by file and line, before anything is built of it."""

import csv
import re
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import duckdb
import yaml

from orchestration.landing.sql import identifier, literal

SHOWN_PROBLEMS = 5  # of a file
INTEGERS = ("integer", "bigint")
PROJECT = Path(__file__).parent.parent / "dbt_project"
MACROS, KPIS = PROJECT / "macros", PROJECT / "models" / "kpis"
# what a column's `meta.names` says its values name: where they are listed, and how the column writes them
LISTS = {
    "rules": (MACROS / "mismatches" / "mismatch_list.sql", lambda model: model[:3].upper()),
    "kpis": (MACROS / "kpis" / "kpi_list.sql", lambda model: model),
}


def problems_of(files: dict[str, Path]) -> list[str]:
    """What is wrong with seeds, one text each: a file is not as its YAML declares it, names what there is not, or two rows are in force at once.

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
        header, open_line = _header(path)
    except UnicodeDecodeError:
        return [f"{path}: is not UTF-8; save it as CSV UTF-8"]
    if open_line:
        return [f'{path}:{open_line}: its quotes do not match; close each ", and write "" for one within a value']
    if header != list(types):
        return [f"{path}:1: the columns are {','.join(header) or '(none)'}; they have to be {','.join(types)}"]
    # read as an integer, 30.5 would be rounded without a word
    read_as = {name: "decimal(38,6)" if kind in INTEGERS else kind for name, kind in types.items()}
    columns = ", ".join(f"{literal(name)}: {literal(kind)}" for name, kind in read_as.items())
    try:
        con.execute(
            f"""
            create or replace temp table seed as
            from read_csv({literal(str(path), is_path=True)}, columns = {{{columns}}}, header = true, delim = ',', quote = '"', escape = '"', store_rejects = true)
            """
        )
    except duckdb.Error:
        return [f"{path}: cannot be read as CSV, such as for line ends of two kinds; save it anew as CSV UTF-8"]
    rejects = con.execute("select line, column_name, error_message from reject_errors order by line").fetchall()
    con.execute("drop table if exists reject_errors; drop table if exists reject_scans")
    if rejects:
        return [f"{path}:{line}: {_told(column, message)}" for line, column, message in rejects]
    return (
        _values(con, path, declared)
        or _series(con, path, types)
        or (_overlaps(con, path, declared) if "valid_from" in types else [])
    )


def _header(path: Path) -> tuple[list[str], int | None]:
    """The columns, and the first line of the first row whose quotes do not match."""
    line, header = 1, []
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = csv.reader(file, strict=True)
        try:
            header = next(rows, [])
            line = rows.line_num + 1
            for _ in rows:
                line = rows.line_num + 1
        except csv.Error:
            return header, line
    return header, None


def _told(column: str | None, message: str) -> str:
    first = message.splitlines()[0].removeprefix(f'Error when converting column "{column}". ')
    return f"{column}: {first}" if column else first


def _values(con: duckdb.DuckDBPyConnection, path: Path, declared: dict[str, Any]) -> list[str]:
    """Values that have to be there are there, and those of a list are of it."""
    problems = []
    for column in declared["columns"]:
        name, known = column["name"], _known(column)
        rows = con.table("seed").project(f"row_number() over () + 1, {identifier(name)}").fetchall()
        if "not_null" in column.get("data_tests", []):
            problems += [(line, f"{name} is empty") for line, value in rows if value is None]
        if declared["config"]["column_types"][name] in INTEGERS:
            problems += [
                (line, f"{name}: {value:f} is not a whole number")
                for line, value in rows
                if value is not None and value % 1
            ]
        if name == "source_value":
            problems += [
                (line, f"{name}: {value} is compared in lower case; write {value.strip().lower()}")
                for line, value in rows
                if value is not None and value != value.strip().lower()
            ]
        if known:
            problems += [
                (line, f"{name}: there is no {value}; {_meant(value, known)}")
                for line, value in rows
                if value is not None and value not in known
            ]
    return [f"{path}:{line}: {problem}" for line, problem in sorted(problems)]


def _series(con: duckdb.DuckDBPyConnection, path: Path, types: dict[str, str]) -> list[str]:
    """A row that names a KPI, a view and a variant names what is counted: any other would stand against nothing, or against 0."""
    if not {"kpi_code", "view", "member"} <= types.keys():
        return []
    rows = con.table("seed").project("row_number() over () + 1, kpi_code, view, member").fetchall()
    problems = []
    for line, kpi, view, member in rows:
        if view and view not in (views := _views(kpi)):
            problems.append(f"{path}:{line}: {kpi} has no view {view}; {_meant(view, views)}")
        members = _members(kpi)
        if member and members is not None and member not in members:
            problems.append(
                f"{path}:{line}: {kpi} has no member {member}; {_meant(member, members) if members else 'leave it empty'}"
            )
        if not member and members != []:
            stages = "a stage of opportunity_stages.csv"
            problems.append(
                f"{path}:{line}: {kpi} has members; write {'one of ' + ', '.join(members) if members else stages}"
            )
    return problems


def _views(kpi: str) -> list[str]:
    return ["shared", "marketing", "sales"] if (KPIS / "views" / f"{kpi}_views.sql").exists() else ["shared"]


def _members(kpi: str) -> list[str] | None:
    """The variants of a KPI; None where they are the company's own stages."""
    if kpi == "stage_cr":
        return None
    (model,) = yaml.load((KPIS / f"{kpi}.yml").read_bytes(), yaml.CSafeLoader)["models"]
    members: list[str] = model["config"]["meta"]["kpi"].get("members", [])
    return members


def _known(column: dict[str, Any]) -> list[str]:
    """The values that a column may have; empty where any."""
    if names := column.get("config", {}).get("meta", {}).get("names"):
        file, written = LISTS[names]
        return [
            written(model) for model in re.findall(r"^\s+'(\w+)',$", file.read_text(encoding="utf-8"), re.MULTILINE)
        ]
    tests = (test["accepted_values"] for test in column.get("data_tests", []) if "accepted_values" in test)
    return [value for test in tests for value in test["arguments"]["values"]]


def _meant(value: str, known: list[str]) -> str:
    folded = {one.casefold(): one for one in known}
    if close := get_close_matches(value.strip().casefold(), folded, n=1):
        return f"did you mean {folded[close[0]]}?"
    return f"write one of {', '.join(known)}"


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
