"""The lock: a definition changes with a version, a note and both teams' approval, or the tests say what is missing."""

import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from orchestration import cli
from orchestration.definitions_lock import definitions, differences, normalised, read_lock, unsigned, write_lock
from orchestration.simulation.seeds import FROZEN_SEEDS

REPO = Path(__file__).parents[1]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """The project's definitions and seeds, to be changed, with a lock that fits. Of a fork with thresholds of its own too."""
    for folder in ("dbt_project/models", "dbt_project/macros", "seeds"):
        shutil.copytree(REPO / folder, tmp_path / folder)
    shutil.copytree(FROZEN_SEEDS, tmp_path / "seeds", dirs_exist_ok=True)
    write_lock(tmp_path / "definitions.lock", definitions(tmp_path))
    return tmp_path


def problems(project: Path) -> list[str]:
    return list(unsigned(definitions(project), read_lock(project / "definitions.lock")).values())


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text, f"{path} has no {old}"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def change(project: Path) -> int:
    """Change a KPI as it stands. Returns the version that it then needs."""
    path = project / "dbt_project/models/kpis/mql_cnt.sql"
    path.write_text(path.read_text(encoding="utf-8") + "limit 1\n", encoding="utf-8")
    return definitions(project)["mql_cnt"].version + 1


def test_what_is_committed_is_signed() -> None:
    found, locked = definitions(REPO), read_lock(REPO / "definitions.lock")
    assert unsigned(found, locked) == {}
    assert differences(found, locked) == [], "run `tasuki lock` and commit definitions.lock"


def test_formatting_and_comments_do_not_count(project: Path) -> None:
    path = project / "dbt_project/models/kpis/mql_cnt.sql"
    text = path.read_text(encoding="utf-8")
    path.write_text("-- why\n" + text.replace("    ", "\t").replace(" as ", "\n AS ") + "/* end */\n", encoding="utf-8")
    assert differences(definitions(project), read_lock(project / "definitions.lock")) == []


@pytest.mark.parametrize("sql", ["select 'A' as x", "select a - -b as x", 'select "A" as x'])
def test_what_counts_is_kept(sql: str) -> None:
    assert normalised(sql) != normalised(sql.replace("A", "a").replace("- -b", "+ b"))


def test_a_changed_definition_without_a_version_fails_and_says_what_to_do(project: Path) -> None:
    version = change(project)
    (problem,) = problems(project)
    assert f"mql_cnt.sql, what it is made of or its kind changed, but its version is still {version - 1}" in problem
    assert f"mql_cnt.yml raise `version` to {version}" in problem
    assert "tasuki lock" in problem


def test_a_version_without_note_or_approval_fails(project: Path) -> None:
    version = change(project)
    edit(project / "dbt_project/models/kpis/mql_cnt.yml", f"version: {version - 1}\n", f"version: {version}\n")
    note = (
        f"            - {{version: {version}, since: 2027-01-01, what: Hot only, approved_by: {{marketing: 佐藤%s}}}}\n"
    )
    assert "lacks a note or the approval of one person of each team" in problems(project)[0]
    changes = project / "dbt_project/models/kpis/mql_cnt.yml"
    edit(changes, "changes:\n", "changes:\n" + note % "")
    assert "lacks a note or the approval of one person of each team" in problems(project)[0]
    edit(changes, note % "", note % ", sales: 佐藤")
    assert "one person of each team" in problems(project)[0]
    edit(changes, note % ", sales: 佐藤", note % ", sales: 鈴木")
    assert problems(project) == []


def test_a_changed_threshold_is_a_changed_definition(project: Path) -> None:
    edit(project / "seeds/hot_lead_thresholds.csv", "60,", "70,")
    assert ["hot_leads" in problem and "threshold" in problem for problem in problems(project)] == [True]


@pytest.mark.parametrize(
    ("seed", "row"),
    [
        ("fx_rates", "EUR,2026-07-01,,171.50"),
        ("gross_margins", "2026-07-01,,0.7"),
        ("sales_costs", "2026-07-01,5000000"),
        ("forecasts", "2026-07-01,90000000"),
    ],
)
def test_what_is_entered_is_no_definition(project: Path, seed: str, row: str) -> None:
    with (project / "seeds" / f"{seed}.csv").open("a", encoding="utf-8") as file:
        file.write(row + "\n")
    locked = read_lock(project / "definitions.lock")
    assert problems(project) == [] and differences(definitions(project), locked) == []


def test_a_changed_mapping_is_a_changed_definition(project: Path) -> None:
    edit(project / "seeds/opportunity_stages.csv", "needs analysis,30,true", "needs analysis,30,false")
    assert [problem.split(":")[0] for problem in problems(project)] == [
        "regress_rate",
        "stage_cr",
        "won_amt",
        "won_cnt",
    ]


def test_only_the_readers_of_a_named_value_change_with_it(project: Path) -> None:
    edit(project / "seeds/windows.csv", "acceptance,7,", "acceptance,8,")
    assert [problem.split(":")[0] for problem in problems(project)] == ["accept_rate"]


def test_a_changed_macro_changes_its_callers(project: Path) -> None:
    edit(project / "dbt_project/macros/kpis/counts_when.sql", "then 1 else 0", "then 1 else null")
    names = {problem.split(":")[0] for problem in problems(project)}
    assert {"mql_rate", "win_rate_close"} <= names
    assert "mql_cnt" not in names


def test_a_changed_helper_changes_what_is_made_of_it(project: Path) -> None:
    edit(
        project / "dbt_project/models/kpis/contract_levels.sql", "select", "select distinct"
    )  # account_periods reads it
    edit(project / "dbt_project/models/relay/relay_pairs.sql", "select", "select distinct")
    # a macro, won_views, reads won_records; another, timed_views, reads relay_handoffs, which is made of relay_pairs
    edit(project / "dbt_project/models/kpis/views/won_records.sql", "select", "select distinct")
    names = {problem.split(":")[0] for problem in problems(project)}
    of_contracts = {"arr", "grr", "logo_churn", "nrr"}
    of_the_relay = {"accept_rate", "handoff_b1_cnt", "is_stock_cnt", "relay_integrity", "untouched_cnt"}
    of_views = {
        "hot_lead_cnt",
        "hot_lead_share",
        "opp_rate",
        "stl_attempt",
        "stl_contact",
        "won_amt",
        "won_cnt",
    }
    assert names == of_contracts | of_the_relay | of_views


@pytest.mark.parametrize("ref", ['ref("{0}")', "ref('tasuki', '{0}')", "ref('{0}', v=1)", 'ref("tasuki", "{0}", v=1)'])
def test_a_ref_counts_however_it_is_written(project: Path, ref: str) -> None:
    models = project / "dbt_project/models"
    edit(models / "kpis/account_periods.sql", "ref('contract_levels')", ref.format("contract_levels"))
    edit(models / "definitions/hot_leads.sql", "ref('hot_lead_thresholds')", ref.format("hot_lead_thresholds"))
    write_lock(project / "definitions.lock", definitions(project))
    edit(models / "kpis/contract_levels.sql", "select", "select distinct")
    edit(project / "seeds/hot_lead_thresholds.csv", "60,", "70,")
    assert {"grr", "hot_leads"} <= {problem.split(":")[0] for problem in problems(project)}


def test_a_name_counts_in_either_quote(project: Path) -> None:
    edit(
        project / "dbt_project/models/kpis/accept_rate.sql",
        "with ",
        '{% set other = named_window("lead_to_mql") %}with ',
    )
    before = definitions(project)["accept_rate"]
    edit(project / "seeds/windows.csv", "lead_to_mql,90,", "lead_to_mql,91,")
    assert definitions(project)["accept_rate"].thresholds != before.thresholds


@pytest.mark.parametrize(
    ("old", "new"), [("kind: cohort", "kind: period"), ("period_basis: true", "period_basis: false")]
)
def test_how_a_kpi_is_added_up_is_part_of_it(project: Path, old: str, new: str) -> None:
    edit(project / "dbt_project/models/kpis/mql_rate.yml", old, new)
    (problem,) = problems(project)
    assert problem.startswith("mql_rate: ") and "or its kind changed, but its version is still 1" in problem


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("models/kpis/kpi_values_duration.sql", "percentile_cont(0.5)", "percentile_cont(0.6)"),
        ("models/kpis/kpi_sums.sql", "denominator <> 0", "denominator > 1"),
        ("models/kpis/kpi_calendar.sql", "'-364'", "'-371'"),
        ("models/marts/kpi_rows.sql", "select * from final", "select * from final where denominator <> 2"),
        ("macros/kpis/kpi_subjects.sql", "'numerator': 'amount'", "'numerator': '2 * amount'"),
    ],
)
def test_what_adds_up_every_kpi_is_one_definition(project: Path, file: str, old: str, new: str) -> None:
    edit(project / "dbt_project" / file, old, new)
    assert [problem.split(":")[0] for problem in problems(project)] == ["kpi_values"]


def test_a_further_kpi_changes_no_other(project: Path) -> None:
    edit(project / "dbt_project/macros/kpis/kpi_list.sql", "'appt_cnt',", "'appt_cnt', 'one_more',")
    assert problems(project) == []


def test_a_companys_own_thresholds_are_not_signed(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = tmp_path / "own"
    own.mkdir()
    for name in ("hot_lead_thresholds.csv", "gross_margins.csv", "channels.csv"):
        shutil.copyfile(project / "seeds" / name, own / name)
    toml = tmp_path / "tasuki.toml"
    toml.write_text('[company]\nname = "x"\nseeds = "own"\n[systems.generic]\nfolder = "own"\n', encoding="utf-8")
    monkeypatch.setattr(cli, "PROJECT_DIR", project)
    arguments = ["lock", "--check", "--config", str(toml)]
    assert CliRunner().invoke(cli.app, arguments).exit_code == 0
    with (own / "gross_margins.csv").open("a", encoding="utf-8") as margins:
        margins.write("2026-04-01,,0.7\n")
    edit(own / "channels.csv", "\n", "\nown,own,,,\n")
    assert CliRunner().invoke(cli.app, arguments).exit_code == 0, "a company's data, and how it is connected"
    edit(own / "hot_lead_thresholds.csv", "\n60,", "\n70,")
    told = CliRunner().invoke(cli.app, arguments)
    assert told.exit_code == 1 and "hot_leads: thresholds changed" in told.output and "H04" in told.output
    assert list(unsigned(definitions(project, own), read_lock(project / "definitions.lock"))) == ["hot_leads"]
    assert CliRunner().invoke(cli.app, ["lock", "--check"]).exit_code == 0


def test_the_command_refuses_to_sign_and_signs(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cli, "PROJECT_DIR", project)
    path = project / "definitions.lock"
    before = path.read_text(encoding="utf-8")
    version = change(project)
    runner = CliRunner()
    for arguments in (["lock"], ["lock", "--check"]):
        refused = runner.invoke(cli.app, arguments)
        assert refused.exit_code == 1
        assert "mql_cnt" in refused.output
        assert path.read_text(encoding="utf-8") == before
    edit(project / "dbt_project/models/kpis/mql_cnt.yml", f"version: {version - 1}\n", f"version: {version}\n")
    approved = f"changes:\n            - {{version: {version}, since: 2027-01-01, what: Hot only, approved_by: {{marketing: 佐藤, sales: 鈴木}}}}\n"
    edit(project / "dbt_project/models/kpis/mql_cnt.yml", "changes:\n", approved)
    behind = runner.invoke(cli.app, ["lock", "--check"])
    assert behind.exit_code == 1
    assert "tasuki lock" in behind.output
    assert runner.invoke(cli.app, ["lock"]).exit_code == 0
    assert runner.invoke(cli.app, ["lock", "--check"]).exit_code == 0


@pytest.mark.parametrize(
    ("file", "said"),
    [
        ("definitions.lock", "git checkout --ours definitions.lock, then `tasuki lock`"),
        ("dbt_project/models/kpis/mql_cnt.yml", "mql_cnt.yml, line 2: cannot be read as YAML"),
    ],
)
def test_what_a_merge_left_unsolved_is_told_in_one_line(
    project: Path, monkeypatch: pytest.MonkeyPatch, file: str, said: str
) -> None:
    monkeypatch.setattr(cli, "PROJECT_DIR", project)
    path = project / file
    text = path.read_text(encoding="utf-8")
    path.write_text(f"<<<<<<< HEAD\n{text}=======\n{text}>>>>>>> upstream/main\n", encoding="utf-8")
    told = CliRunner().invoke(cli.app, ["lock"])
    assert told.exit_code == 1
    assert said in told.output and len(told.output.splitlines()) == 1
