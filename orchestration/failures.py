"""What failed in a run, with the keys of a few rows. Only keys and counts: a failing row may hold personal data."""

from typing import TYPE_CHECKING, Any

import duckdb

from orchestration.atomic import read_json
from orchestration.landing.sql import identifier, literal
from orchestration.progress import Problem
from orchestration.warehouse import Workspace

if TYPE_CHECKING:
    from dagster_shared.error import SerializableErrorInfo

ROW_LIMIT = 5
FAILED = ("error", "fail", "runtime error")
_OUR_OWN = ("Failure", "WarehouseError", "DefinitionsError")  # errors whose message is written to be read
_KEY_ENDINGS = ("_id", "_key", "_code", "_cnt", "_share", "_on", "_at", "_no", "_residual", "rows")
_KEY_NAMES = {
    "unique_field",
    "from_field",
    "n_records",
    "mart",
    "fault",
    "counted",
    "wanted_type",
    "boundary",
    "channel",
    "classification",
    "grain",
    "segment",
    "statistic",
    "basis",
    "member",
    "period_start",
    "persona",
    "stage",
    "subject_type",
    "system",
    "source_system",
    "record_type",
    "table_name",
    "column_name",
    "problem",
    "model",
}


def reason(error: "SerializableErrorInfo | None") -> str:
    """Why a Dagster step or run failed: our own words where a step gave some, else its first cause."""
    found = error
    while found and found.cls_name not in _OUR_OWN and found.cause:
        found = found.cause
    if found is None:
        return ""
    text = found.message.strip().partition(": ")[2]
    return text if found.cls_name in _OUR_OWN else f"{found.cls_name}: {text}"


def dbt_problems(workspace: Workspace) -> tuple[list[Problem], list[dict[str, Any]]]:
    """Of dbt's last build: what failed, and as plain dicts the tests that only warned, with a few of their rows."""
    path = workspace.target / "run_results.json"
    if not path.exists():
        return [], []
    results = read_json(path)["results"]
    problems = [_problem(workspace, result) for result in results if result["status"] in FAILED]
    warnings = [
        {"check": one.check, "message": one.message, "rows": one.rows, "passed": False, "blocks": False}
        for one in (_problem(workspace, result) for result in results if result["status"] == "warn")
    ]
    return problems, warnings


def _name(result: dict[str, Any]) -> str:
    kind, _, name = result["unique_id"].split(".", 2)
    return f"{kind} {name.rsplit('.', 1)[0] if kind == 'test' and '.' in name else name}"


def _problem(workspace: Workspace, result: dict[str, Any]) -> Problem:
    message = " ".join((result["message"] or "").split())
    if result["status"] not in ("fail", "warn") or not result.get("compiled_code"):
        return Problem(_name(result), message)
    rows = failing_rows(workspace.warehouse.as_posix(), result["compiled_code"])
    return Problem(_name(result), message, rows, max((result["failures"] or 0) - len(rows), 0))


def key_columns(con: duckdb.DuckDBPyConnection, query: str) -> list[str]:
    """Which columns of a query may be shown: keys, counts, and what names a part of the marts. Raises duckdb.Error."""
    names = [row[0] for row in con.execute(f"describe {query}").fetchall()]
    return [name for name in names if name in _KEY_NAMES or name.endswith(_KEY_ENDINGS)]


def failing_rows(database: str, query: str) -> list[dict[str, Any]]:
    """The key columns of a few rows of a failing test's query."""
    con = duckdb.connect(config={"autoinstall_known_extensions": False})
    try:
        con.execute(f"attach {literal(database)} as warehouse (read_only)")
        con.execute("use warehouse")
        keys = key_columns(con, query)
        if not keys:
            return []
        columns = ", ".join(identifier(key) for key in keys)
        found = con.execute(f"select {columns} from ({query}) limit {ROW_LIMIT}").fetchall()  # noqa: S608
    except duckdb.Error:
        return []  # the rows are help, not the finding: the failure itself is reported all the same
    finally:
        con.close()
    plain = [
        [value if value is None or isinstance(value, (int, str)) else str(value) for value in row] for row in found
    ]
    return [dict(zip(keys, row, strict=True)) for row in plain]
