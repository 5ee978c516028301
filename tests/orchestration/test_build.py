"""The step that runs dbt, and the metadata of landing: what they do where Dagster or dbt would leave a riddle."""

import datetime as dt
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import dagster as dg
import pytest

from orchestration.defs import build
from orchestration.defs.land import land_assets
from orchestration.failures import reason
from orchestration.landing import land_all
from orchestration.warehouse import Workspace, is_built
from tests.orchestration.conftest import make_workspace

MODEL = {
    "unique_id": "model.tasuki.leads",
    "resource_type": "model",
    "name": "leads",
    "fqn": ["tasuki", "marts", "leads"],
    "original_file_path": "models/marts/leads.sql",
    "description": "One row per lead.",
    "raw_code": "select 1",
    "columns": {},
    "config": {"materialized": "table", "enabled": True, "meta": {}, "schema": "marts"},
    "depends_on": {"nodes": []},
    "schema": "marts",
    "database": "warehouse",
    "tags": [],
    "meta": {},
}

TEST = {
    "unique_id": "test.tasuki.not_null_leads_lead_id.0",
    "resource_type": "test",
    "name": "not_null_leads_lead_id",
    "fqn": ["tasuki", "marts", "not_null_leads_lead_id"],
    "original_file_path": "models/marts/_marts.yml",
    "description": "",
    "config": {"severity": "ERROR", "enabled": True, "meta": {}},
    "depends_on": {"nodes": [MODEL["unique_id"]]},
    "attached_node": MODEL["unique_id"],
    "tags": [],
    "meta": {},
}
MANIFEST = {
    "nodes": {MODEL["unique_id"]: MODEL, TEST["unique_id"]: TEST},
    **{kind: {} for kind in ("sources", "exposures", "metrics", "semantic_models", "saved_queries", "selectors")},
    "parent_map": {MODEL["unique_id"]: [], TEST["unique_id"]: [MODEL["unique_id"]]},
    "child_map": {MODEL["unique_id"]: [TEST["unique_id"]], TEST["unique_id"]: []},
    "metadata": {"adapter_type": "duckdb", "project_name": "tasuki"},
}


class FakeDbt:
    """Stands for the dbt resource: its dbt ends at once, and speaks of a node that no manifest has."""

    def __init__(self, exit_code: int, events: list[Any]) -> None:
        self._exit_code, self._events = exit_code, events

    def cli(self, args: list[str], **settings: Any) -> Any:
        """One invocation."""

        def to_events(**_: Any) -> Iterator[Any]:
            raise KeyError("model.tasuki.new")
            yield

        events = [
            SimpleNamespace(raw_event=e, is_result_event=False, to_default_asset_events=to_events) for e in self._events
        ]
        return SimpleNamespace(
            stream_raw_events=lambda: iter(events),
            process=subprocess.Popen([sys.executable, "-c", f"raise SystemExit({self._exit_code})"]),
            manifest={},
            dagster_dbt_translator=None,
            context=None,
            target_path=None,
            project=None,
        )


def landed(root: Path) -> Workspace:
    """A company with one file landed."""
    workspace = make_workspace(root)
    (root / "exports" / "ma_person_20260301.csv").write_text("ma_id\n1\n", encoding="utf-8")
    land_all(workspace.config)
    return workspace


@pytest.mark.parametrize(
    ("edited", "events", "said"),
    [
        ("before", [], "the dbt project changed during the run; run again"),
        ("during", [{"data": {}}], "the dbt project changed during the run; run again"),
        ("during", [], "the dbt project changed during the run; run again"),
        ("never", [{"data": {}}], "KeyError: 'model.tasuki.new'"),
        ("never", [], ""),
    ],
)
def test_an_edit_of_the_project_while_a_run_works_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, edited: str, events: list[Any], said: str
) -> None:
    workspace = landed(tmp_path)
    checksums = {"before": iter(["new", "new"]), "during": iter(["old", "new"]), "never": iter(["old", "old"])}[edited]
    monkeypatch.setattr(build, "code_checksum", lambda roots: next(checksums))
    monkeypatch.setattr(build, "prepare", lambda workspace: None)
    asset = build.dbt_definition(workspace, MANIFEST, "old", build.Translator(set()))
    with dg.DagsterInstance.ephemeral() as instance:
        result = dg.materialize(
            [asset],
            instance=instance,
            resources={"dbt": FakeDbt(0, events), "run_lock": dg.ResourceDefinition.none_resource()},
            raise_on_error=False,
        )
    failures = [event for event in result.all_events if event.event_type_value == "STEP_FAILURE"]
    told = [reason(event.step_failure_data.error) for event in failures]
    if said:
        assert told == [said]
        assert edited == "before" or not is_built(workspace)
    else:
        assert all("KeyError" not in text and "changed" not in text for text in told)
        assert is_built(workspace)


@pytest.mark.parametrize("with_tests", [True, False])
def test_a_build_whose_tests_were_left_out_may_not_be_published(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, with_tests: bool
) -> None:
    """Dagster can be asked for assets without their checks, and then has dbt leave its tests out."""
    workspace = landed(tmp_path)
    monkeypatch.setattr(build, "code_checksum", lambda roots: "old")
    monkeypatch.setattr(build, "prepare", lambda workspace: None)
    asset = build.dbt_definition(workspace, MANIFEST, "old", build.Translator(set()))
    assert len(list(asset.check_keys)) == 1
    chosen = dg.AssetSelection.assets(*asset.keys)
    with dg.DagsterInstance.ephemeral() as instance:
        dg.materialize(
            [asset],
            instance=instance,
            selection=chosen if with_tests else chosen.without_checks(),
            resources={"dbt": FakeDbt(0, []), "run_lock": dg.ResourceDefinition.none_resource()},
            raise_on_error=False,  # this dbt tells of nothing that it made
        )
    assert is_built(workspace) is with_tests


@pytest.mark.parametrize("damaged", ["manifest.json", "parsed.json"])
def test_the_project_is_parsed_anew_where_dbt_was_stopped_while_it_wrote(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, damaged: str
) -> None:
    workspace = landed(tmp_path)
    parses: list[str] = []

    def parse(*_: Any, **__: Any) -> subprocess.CompletedProcess[str]:
        parses.append("parsed")
        (workspace.target / "manifest.json").write_text('{"nodes": {}}', encoding="utf-8")
        return subprocess.CompletedProcess([], 0, "", "")

    monkeypatch.setattr(build.subprocess, "run", parse)
    monkeypatch.setattr(build, "merge_seeds", lambda workspace: None)
    build.ensure_manifest(workspace)
    build.ensure_manifest(workspace)
    assert parses == ["parsed"]
    (workspace.target / damaged).write_text('{"nod', encoding="utf-8")
    assert build.ensure_manifest(workspace)[0] == {"nodes": {}}
    assert parses == ["parsed", "parsed"]


def test_landing_says_how_fresh_a_feed_is_and_how_much_it_holds(tmp_path: Path) -> None:
    """An equal file delivered again lands nothing: the table keeps its rows, and is known to be as fresh as that file."""
    workspace = landed(tmp_path)
    text = (tmp_path / "exports" / "ma_person_20260301.csv").read_text(encoding="utf-8")
    (tmp_path / "exports" / "ma_person_20260305.csv").write_text(text, encoding="utf-8")
    with dg.DagsterInstance.ephemeral() as instance:
        result = dg.materialize(
            land_assets(workspace),
            instance=instance,
            resources={"run_lock": dg.ResourceDefinition.none_resource()},
            selection=[dg.AssetKey(["generic", "ma_person"])],
        )
    (event,) = result.asset_materializations_for_node("land_generic")
    said = {name: value.value for name, value in event.metadata.items()}
    assert (said["dagster/row_count"], said["rows_landed"], said["files_skipped"]) == (1, 0, 1)
    assert f"{dt.datetime.fromtimestamp(said['freshness'], dt.UTC):%Y-%m-%d %H:%M:%S}" == "2026-03-05 14:59:59"
