"""A small company with its own source YAML, whose folder tests fill with exports."""

import os
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import duckdb
import pytest

from orchestration.config import Config, load_config

SOURCES = """
version: 2
sources:
  - name: crm
    description: "{{ doc('crm') }}"
    tables:
      - name: contacts
        config: {meta: {delivery: upsert, key: [id]}}
        columns:
          - {name: id, data_type: varchar}
          - {name: email, data_type: varchar}
          - {name: company, data_type: varchar}
          - {name: account_name, config: {meta: {alias_of: company}}}
          - {name: _connector_deleted, data_type: boolean}
      - name: events
        config: {meta: {delivery: append, key: [id]}}
        columns:
          - {name: id, config: {meta: {made_of: [happened_at, contact]}}}
          - {name: event_id, config: {meta: {alias_of: id}}}
          - {name: happened_at}
          - {name: contact}
"""


def staging(folder: Path, system: str = "crm", text: str = SOURCES) -> Path:
    (folder / system).mkdir(parents=True, exist_ok=True)
    (folder / system / f"_{system}__sources.yml").write_text(text, encoding="utf-8")
    return folder


class Company(SimpleNamespace):
    """A company in a temporary folder: put files, land, look."""

    root: Path
    config: Config

    def put(self, name: str, content: bytes | str, age: float = 60) -> Path:
        path = self.root / "exports" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode("utf-8") if isinstance(content, str) else content)
        os.utime(path, (time.time() - age,) * 2)
        return path

    def configure(self, feed_settings: str = "") -> Config:
        (self.root / "tasuki.toml").write_text(
            '[company]\nname = "試験"\n[systems.crm]\nfolder = "exports"\n' + feed_settings, encoding="utf-8"
        )
        (self.root / "exports").mkdir(exist_ok=True)
        self.config = load_config(self.root / "tasuki.toml", staging_dir=staging(self.root / "staging"))
        return self.config

    def select(self, what: str, table: str = "contacts") -> list[tuple[Any, ...]]:
        files = self.config.landing_dir / "crm" / table / "*.parquet"
        query = f"select {what} from landed"  # noqa: S608
        return duckdb.read_parquet(str(files), union_by_name=True).query("landed", query).fetchall()

    def rejects(self, what: str = "line, reason") -> list[tuple[Any, ...]]:
        files = self.config.landing_dir / "_rejects" / "**" / "*.parquet"
        return duckdb.read_parquet(str(files)).order("line, source_file").project(what).fetchall()

    def registry(self, what: str = "*") -> list[tuple[Any, ...]]:
        file = self.config.landing_dir / "_batches.parquet"
        return duckdb.read_parquet(str(file)).order("system, table_name, seq").project(what).fetchall()


@pytest.fixture
def company(tmp_path: Path) -> Company:
    made = Company(root=tmp_path)
    made.configure()
    return made


@pytest.fixture
def make_company(tmp_path: Path) -> Callable[[str], Company]:
    """A company by name, each with a folder of its own."""

    def make(name: str) -> Company:
        made = Company(root=tmp_path / name)
        made.root.mkdir()
        made.configure()
        return made

    return make
