"""dbt in a process forked from one that has imported it: of a small company's build, the imports were a tenth."""

import gc
import multiprocessing
import os
import tempfile
from pathlib import Path

_forkserver = multiprocessing.get_context("forkserver")
_forkserver.set_forkserver_preload(["dbt.cli.main", "dbt.adapters.duckdb"])


def run_dbt(args: list[str], *, cwd: Path, env: dict[str, str]) -> None:
    """One dbt command. Raises AssertionError with dbt's words where it fails."""
    with tempfile.NamedTemporaryFile() as said:
        process = _forkserver.Process(target=_invoke, args=(args, cwd, env, said.name), daemon=True)
        process.start()
        process.join()
        assert process.exitcode == 0, f"dbt ended with {process.exitcode}:\n{Path(said.name).read_text('utf-8')}"


def _invoke(args: list[str], cwd: Path, env: dict[str, str], said: str) -> None:
    output = os.open(said, os.O_WRONLY | os.O_APPEND)
    os.dup2(output, 1)
    os.dup2(output, 2)
    os.environ.clear()
    os.environ.update(env)
    os.chdir(cwd)
    gc.disable()  # a tenth of dbt's time; the process ends before its memory matters

    from dbt.adapters.duckdb.connections import DuckDBConnectionManager
    from dbt.cli.main import dbtRunner

    done = dbtRunner().invoke(args)
    DuckDBConnectionManager.close_all_connections()  # else what was written stays in the write-ahead log
    if done.exception is not None:
        print(done.exception)
    raise SystemExit(0 if done.success else 1)
