"""Dagster's own event log in SQLite, with connections that stay open.

A run stores some thousand events, one by one, of more than a thousand assets and checks. Dagster opens up to three connections for each;
SQLite writes its journal back, waits for the disk and deletes it whenever the last connection closes.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from dagster._core.storage.event_log import SqliteEventLogStorage
from dagster._core.storage.sqlite import SQLITE_BUSY_TIMEOUT_SECONDS
from dagster._serdes import ConfigurableClassData
from sqlalchemy import Connection, Engine, create_engine, event

# Each run has a file of its own: a service that has seen many runs keeps the ones open that it looked at last.
MAX_OPEN = 8


class EventLog(SqliteEventLogStorage):
    """The default storage below $DAGSTER_HOME, which a dagster.yaml names as `event_log_storage`. The files are the same."""

    def __init__(self, base_dir: str, inst_data: ConfigurableClassData | None = None) -> None:
        self._engines: dict[str, Engine] = {}
        super().__init__(base_dir, inst_data)

    @classmethod
    def config_type(cls) -> Any:
        """No settings."""
        return {}

    @classmethod
    def from_config_value(cls, inst_data: ConfigurableClassData | None, config_value: Any) -> "EventLog":
        """The storage of this process's Dagster home. Raises KeyError where DAGSTER_HOME is not set."""
        return cls(str(Path(os.environ["DAGSTER_HOME"]) / "history" / "runs"), inst_data)

    @contextmanager
    def _connect(self, shard: str) -> Iterator[Connection]:
        with self._db_lock:
            engine = self._engine(shard)
            if shard not in self._initialized_dbs:
                self._initdb(engine)
                self._initialized_dbs.add(shard)
            with engine.begin() as connection:
                yield connection

    def _engine(self, shard: str) -> Engine:
        engine = self._engines.pop(shard, None)
        if engine is None:
            timeout = {"timeout": SQLITE_BUSY_TIMEOUT_SECONDS}
            engine = create_engine(self.conn_string_for_shard(shard), connect_args=timeout)
            event.listen(engine, "connect", _do_not_wait_for_the_disk)
            while len(self._engines) >= MAX_OPEN:
                self._engines.pop(next(iter(self._engines))).dispose()
        self._engines[shard] = engine
        return engine

    def dispose(self) -> None:
        """Close everything."""
        super().dispose()
        with self._db_lock:
            while self._engines:
                self._engines.popitem()[1].dispose()


def _do_not_wait_for_the_disk(connection: Any, _record: Any) -> None:
    # with a journal of its own a power cut may lose the last events, but never breaks the file
    connection.execute("pragma synchronous = normal")
