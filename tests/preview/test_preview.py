"""`tasuki preview`: an analyst's edit on the published version's data, without touching the warehouse."""

import json
import re
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest

from orchestration import preview as module
from orchestration import warehouse
from orchestration.config import load_config
from orchestration.kept import KEPT_FILE
from orchestration.preview import Preview, PreviewError, preview
from orchestration.preview_report import to_json, to_markdown
from tests.conftest import REPO, Company


class Analyst:
    """Someone with a copy of the dbt project and of a published company."""

    def __init__(self, company: Company, project: Path, config: Path) -> None:
        self.company, self.project, self.config = company, project, load_config(config)

    def edit(self, path: str, old: str, new: str) -> None:
        file = self.project / path
        text = file.read_text(encoding="utf-8")
        assert old in text, f"{path} has no {old}"
        file.write_text(text.replace(old, new, 1), encoding="utf-8")

    def see(self, kpi: str | None = None) -> Preview:
        return preview(self.config, kpi)


@pytest.fixture
def analyst(sample_company: Company, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Analyst:
    project = tmp_path / "project"
    shutil.copytree(
        REPO / "dbt_project", project / "dbt_project", ignore=shutil.ignore_patterns("target", ".seeds", "logs")
    )
    for room in (warehouse, module):
        monkeypatch.setattr(room, "DBT_DIR", project / "dbt_project")
    seeds = tmp_path / "seeds"
    own = sample_company.config.seeds_dir
    assert own is not None
    shutil.copytree(own, seeds)
    shutil.copyfile(REPO / "seeds" / "hot_lead_thresholds.csv", seeds / "hot_lead_thresholds.csv")
    config = sample_company.root / f"{tmp_path.name}.toml"
    text, lines = re.subn(r"(?m)^seeds = .*$", f'seeds = "{seeds}"', sample_company.toml.read_text(encoding="utf-8"))
    assert lines == 1
    config.write_text(text, encoding="utf-8")
    return Analyst(sample_company, project, config)


def test_an_unchanged_project_changes_nothing(analyst: Analyst) -> None:
    found = analyst.see()
    assert (found.changed, found.values, found.counts) == ([], [], [])
    assert found.notes == ["Nothing changed in the definitions."]


def test_a_lower_threshold_says_who_becomes_hot_and_why(analyst: Analyst) -> None:
    """Also while another process has the warehouse open for writing, as a run does."""
    assert analyst.config.seeds_dir is not None
    seed = analyst.config.seeds_dir / "hot_lead_thresholds.csv"
    text = seed.read_text(encoding="utf-8")
    before = max(map(int, re.findall(r"(?m)^(\d+),", text)))
    seed.write_text(re.sub(r"(?m)^\d+,", "40,", text), encoding="utf-8")
    with (analyst.config.seeds_dir / "targets.csv").open("a", encoding="utf-8") as targets:
        targets.write("opp_loss_amt,,untouched,,,fiscal_year,2025-04-01,1\n")  # good when low: never met
    file = warehouse.Workspace(analyst.config).warehouse
    hold = f"import duckdb, sys; c = duckdb.connect({str(file)!r}); print('held', flush=True); sys.stdin.read()"
    with subprocess.Popen([sys.executable, "-c", hold], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as run:
        assert run.stdout is not None and run.stdout.readline() == b"held\n"
        found = analyst.see()
        run.communicate(b"")
    assert found.changed == ["seeds/hot_lead_thresholds.csv", "seeds/targets.csv"]
    kept = analyst.config.restricted_dir / "current" / KEPT_FILE
    with duckdb.connect(str(kept), read_only=True) as con:
        expected = con.execute(
            "SELECT count(*) FROM definitions.lead_facts JOIN definitions.hot_leads AS h USING (lead_id)"
            " WHERE is_countable AND handed_over_on IS NOT NULL AND NOT h.is_hot AND h.score >= 40 AND h.is_target"
            " AND h.last_response_at >= h.evaluated_at - INTERVAL 30 DAY"
        ).fetchone()
    assert expected is not None and expected[0] > 0
    changes = {(row["kpi_code"], row["view"]): row for row in found.counts}
    assert changes["hot_lead_share", "shared"]["subjects"] == expected[0]
    subject = next(one for one in found.subjects if one.kpi_code == "hot_lead_share")
    assert subject.why["numerator"] == ["0.00", "1.00"]
    assert subject.why["hot_leads.is_hot"] == ["false", "true"]
    assert 40 <= float(subject.why["hot_leads.score"][1] or 0) < before
    total = [
        row
        for row in found.values
        if row["kpi_code"] == "hot_lead_share"
        and row["segment"] == "all"
        and row["basis"] == "cohort"
        and row["view"] == "shared"
    ]
    assert sum(row["new_numerator"] - row["old_numerator"] for row in total) == expected[0]
    losses = [row for row in found.values if row["kpi_code"] == "opp_loss_amt" and row["target"] is not None]
    assert losses and not any(row["is_met"] for row in losses if row["new_value"])
    # a hot lead is due sooner
    assert found.sla["late"] > 0 and found.sla["in_time"] == 0
    assert f"{found.sla['late']} late that were not" in to_markdown(found, "")
    page = to_markdown(found, "On the data of <the> company.")
    assert "hot\\_lead\\_share" in page and "<the>" not in page
    marketing = changes["hot_lead_share", "marketing"]["subjects"]
    assert f"hot\\_lead\\_share marketing: {marketing} change" in page
    assert json.loads(to_json(found))["changed"] == found.changed
    # alone it is what it is among all, marketing's own way of counting too, which reads the threshold by itself
    alone = analyst.see("hot_lead_share").values
    assert alone == [row for row in found.values if row["kpi_code"] == "hot_lead_share"]
    assert {"shared", "marketing"} <= {row["view"] for row in alone}


def test_one_kpi_alone(analyst: Analyst) -> None:
    analyst.edit(
        "dbt_project/models/kpis/mql_cnt.sql", "mql_on is not null", "mql_on is not null and not is_mql_inferred"
    )
    analyst.edit("dbt_project/models/kpis/views/opp_cnt_views.sql", "and fs_accepted_on is not null", "")
    analyst.edit(
        "dbt_project/models/kpis/coverage.sql", "cast(due_amt as decimal(28, 2))", "cast(2 * due_amt as decimal(28, 2))"
    )
    analyst.edit("dbt_project/macros/mismatches/mismatch_rows.sql", "{% macro record_table", "{% macro  record_table")
    found = analyst.see("mql_cnt")
    assert found.changed == ["dbt_project/models/kpis/mql_cnt.sql"]
    assert {row["kpi_code"] for row in found.values} == {"mql_cnt"}
    assert {row["change"] for row in found.counts} == {"leaves"}
    assert [row["view"] for row in found.values[:1]] == ["shared"]
    flips = [row for row in found.values if row["was_met"] and row["is_met"] is False]
    assert flips and to_markdown(found, "").count("Target is no longer met") == len(flips)
    assert all(row["old_value"] >= row["target"] > row["new_value"] for row in flips)
    # alone it is what it is among all
    among_all = analyst.see()
    assert found.values == [row for row in among_all.values if row["kpi_code"] == "mql_cnt"]
    assert found.subjects == [one for one in among_all.subjects if one.kpi_code == "mql_cnt"]
    # a team's own way of counting, a KPI that has quarters only, and what no preview can show
    opportunities = [row for row in among_all.counts if row["kpi_code"] == "opp_cnt"]
    assert [(row["view"], row["change"]) for row in opportunities] == [("sales", "enters")]
    assert any(one.kpi_code == "opp_cnt" and one.view == "sales" for one in among_all.subjects)
    quarters = [row for row in among_all.values if row["kpi_code"] == "coverage"]
    assert quarters and {row["grain"] for row in quarters} == {"fiscal_quarter"}
    assert all(row["new_numerator"] == 2 * row["old_numerator"] for row in quarters)
    assert "quarter" in to_markdown(replace(among_all, values=quarters), "")
    assert any("a run shows what they change" in note for note in among_all.notes)


def test_invalid_changes_are_named_by_file_and_line(analyst: Analyst) -> None:
    kpis = "dbt_project/models/kpis"
    analyst.edit(f"{kpis}/mql_cnt.sql", "mql_on as counted_on", "mql_onn as counted_on")
    analyst.edit(f"{kpis}/won_cnt.sql", "from opportunities", "frm opportunities")
    analyst.edit(f"{kpis}/opp_cnt.sql", "'' as member,", "")
    analyst.edit(
        f"{kpis}/handoff_b1_cnt.sql", "select * from final", "select * from final union all select * from final"
    )
    analyst.edit(
        f"{kpis}/mql_rate.sql", "cast(1 as decimal(18, 2)) as denominator", "cast(0.5 as decimal(18, 2)) as denominator"
    )
    analyst.edit(
        f"{kpis}/views/lead_new_views.sql", "select * from final", "select * from final union all select * from final"
    )
    analyst.edit(f"{kpis}/valid_opp_cnt.sql", "fs_accepted_on as counted_on", "cast(null as date) as counted_on")
    with pytest.raises(PreviewError) as told:
        analyst.see()
    for words in (
        r"mql_cnt.sql:12: .*mql_onn",
        r"won_cnt.sql:14: .*syntax error",
        r"[^_]opp_cnt.sql:6: wrong columns: member is missing",
        r"handoff_b1_cnt.sql:9: doubled subject",
        r"lead_new_views.sql:\d+: doubled subject",
        r"valid_opp_cnt.sql:12: counted_on is null: .* is in no period",
        r"mql_rate.sql:25: numerator outside its denominator",
    ):
        assert re.search(words, str(told.value)), words


def test_what_conformed_tables_take_from_definitions_follows(analyst: Analyst) -> None:
    """`con_opportunities` tells which ones are valid: what reads it there follows from the definition."""
    analyst.edit("dbt_project/models/definitions/valid_opportunities.sql", ">= limits.value", ">= limits.value + 1")
    found = analyst.see()
    changes = {(row["kpi_code"], row["view"]): row["change"] for row in found.counts}
    assert changes["valid_opp_cnt", "shared"] == "leaves"
    assert any(row["kpi_code"] == "valid_opp_cnt" and row["new_value"] < row["old_value"] for row in found.values)


def test_a_seed_that_is_read_before_the_definitions_is_told(analyst: Analyst) -> None:
    assert analyst.config.seeds_dir is not None
    for name, old, new in (
        ("lead_stage_mapping.csv", ",handed_over,", ",mql,"),
        ("channels.csv", ",webinar", ",event"),
    ):
        text = (REPO / "seeds" / name).read_text(encoding="utf-8")
        assert old in text
        (analyst.config.seeds_dir / name).write_text(text.replace(old, new, 1), encoding="utf-8")
    notes = "\n".join(analyst.see().notes)
    assert re.search(r"seeds/lead_stage_mapping.csv: read before the definitions too \(stage_events_", notes)
    assert re.search(r"seeds/channels.csv: read before the definitions too \(.*con_people", notes)
    assert "Nothing changed" not in notes


def test_a_raised_version_leaves_no_idle_months(analyst: Analyst) -> None:
    """A target stands against nothing only where nothing was counted, whatever the version."""
    analyst.edit("dbt_project/models/kpis/mql_cnt.sql", "final as (", "final as ( ")
    analyst.edit("dbt_project/models/kpis/mql_cnt.yml", "version: 1\n", "version: 2\n")
    found = analyst.see("mql_cnt")
    assert found.changed == ["dbt_project/models/kpis/mql_cnt.sql"]
    assert found.values == []


def test_a_target_alone_changes_no_value(analyst: Analyst) -> None:
    assert analyst.config.seeds_dir is not None
    with (analyst.config.seeds_dir / "targets.csv").open("a", encoding="utf-8") as targets:
        targets.write("opp_loss_amt,,untouched,,,fiscal_year,2025-04-01,1\n")
    found = analyst.see()
    assert found.changed == ["seeds/targets.csv"] and "kpi_values" in found.seconds
    assert found.counts == [] and not any(row["difference"] for row in found.values)


def test_an_unknown_kpi_is_told_at_once(analyst: Analyst) -> None:
    with pytest.raises(PreviewError, match="--kpi mql_count: no such KPI; known: accept_rate, .*mql_cnt, "):
        analyst.see("mql_count")


def test_a_change_before_the_definitions_needs_a_run(analyst: Analyst) -> None:
    analyst.edit("dbt_project/models/conformed/con_people.sql", "final as (", "final as (\n-- on purpose\n")
    with pytest.raises(PreviewError, match="con_people.sql: changed before the definitions"):
        analyst.see()
