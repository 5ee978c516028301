"""DuckDB for Great Expectations, which has no support of its own.

DuckDB's results are read lazily from their connection; Great Expectations closes a connection before it reads. Here one
connection stays open for the whole validation. This leans on a private attribute (`_connection`): GX is pinned, and a
test holds it.
"""

import builtins
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

import great_expectations as gx
from great_expectations.data_context import EphemeralDataContext
from great_expectations.data_context.types.base import ProgressBarsConfig
from great_expectations.datasource.fluent import SQLDatasource
from great_expectations.execution_engine import SqlAlchemyExecutionEngine
from sqlalchemy import Connection
from sqlalchemy.pool import NullPool


class DuckDBExecutionEngine(SqlAlchemyExecutionEngine):
    """Keeps one connection open until the datasource is closed."""

    @contextmanager
    def get_connection(self) -> Iterator[Connection]:
        """The one connection."""
        if not self._connection:
            self._connection = self.engine.connect()
        yield self._connection


class DuckDBDatasource(SQLDatasource):
    """A DuckDB file. Subclassing registers `context.data_sources.add_duckdb`."""

    type: Literal["duckdb"] = "duckdb"  # type: ignore[assignment]

    @property
    def execution_engine_type(self) -> builtins.type[SqlAlchemyExecutionEngine]:
        """The engine class above."""
        return DuckDBExecutionEngine


@contextmanager
def open_datasource(database: Path) -> Iterator[tuple[EphemeralDataContext, DuckDBDatasource]]:
    """A read-only datasource on a DuckDB file, closed at the end so that others may open the file."""
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    datasource = context.data_sources.add_duckdb(  # type: ignore[attr-defined]
        "candidate",
        connection_string=f"duckdb:///{database}",
        kwargs={"connect_args": {"read_only": True}, "poolclass": NullPool},
    )
    try:
        yield context, datasource
    finally:
        engine = datasource.get_execution_engine()
        if engine._connection:
            engine._connection.close()
        engine.engine.dispose()
        datasource.get_engine().dispose()
