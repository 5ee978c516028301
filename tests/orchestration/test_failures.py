"""What a build's failed and warning tests tell."""

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import duckdb

from orchestration.failures import ROW_LIMIT, dbt_problems, key_columns
from orchestration.warehouse import Workspace
from tests.conftest import Company


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


def test_every_check_of_the_project_says_which_rows(sample_company: Company) -> None:
    """But for those of dbt that find nulls: their rows have no more than the null."""
    workspace = Workspace(sample_company.config)
    results = json.loads((workspace.target / "run_results.json").read_text(encoding="utf-8"))["results"]
    checks = [one for one in results if one["unique_id"].startswith("test.") and ".not_null_" not in one["unique_id"]]
    with duckdb.connect(str(workspace.warehouse), read_only=True) as con:
        shown = {one["unique_id"]: key_columns(con, one["compiled_code"]) for one in checks}
    assert len(shown) > 300 and [name for name, keys in shown.items() if not keys] == []
