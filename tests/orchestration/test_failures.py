"""What a build's failed and warning tests tell."""

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import duckdb

from orchestration.failures import ROW_LIMIT, dbt_problems
from orchestration.warehouse import Workspace


def test_tests_that_fail_or_warn_tell_the_keys_of_a_few_rows(tmp_path: Path) -> None:
    """Whatever else stands in the rows may be personal."""
    warehouse = tmp_path / "warehouse.duckdb"
    with duckdb.connect(str(warehouse)) as con:
        con.execute("CREATE TABLE leads AS SELECT 'l' || i AS lead_id, '佐藤' AS last_name FROM range(7) AS t(i)")

    def result(status: str) -> dict[str, Any]:
        query = "SELECT *, 'correct it' AS problem FROM leads ORDER BY lead_id"
        return {
            "unique_id": f"test.tasuki.{status}s.abc",
            "status": status,
            "message": "Got 7 results",
            "failures": 7,
            "compiled_code": query,
        }

    (tmp_path / "run_results.json").write_text(json.dumps({"results": [*map(result, ("fail", "warn", "pass"))]}))
    problems, warnings = dbt_problems(cast("Workspace", SimpleNamespace(target=tmp_path, warehouse=warehouse)))
    rows = [{"lead_id": f"l{i}", "problem": "correct it"} for i in range(ROW_LIMIT)]
    assert [(one.check, one.rows, one.more_rows) for one in problems] == [("test fails", rows, 2)]
    assert warnings == [
        {"check": "test warns", "message": "Got 7 results", "rows": rows, "passed": False, "blocks": False}
    ]
