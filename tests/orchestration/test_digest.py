"""The week's brief and the alert on new S1 mismatches: filled from a published version, and no value of an export is more than text."""

import shutil
from pathlib import Path

import duckdb
import pytest

from orchestration.atomic import write_json
from orchestration.config import Config, load_config
from orchestration.digest import (
    WORDS,
    Digest,
    Section,
    make_digest,
    open_incidents,
    to_chat,
    to_html,
    to_markdown,
    unresolved,
    write_digests,
)
from orchestration.notify import TEXT_LIMIT, incidents_found
from orchestration.publish import MARTS_FILE, publish
from orchestration.query import QueryError
from orchestration.warehouse import Workspace
from tests.orchestration.conftest import audited_candidate, build
from tests.support import REPO, Built

HOSTILE = "<img src=x onerror=alert(1)> | [pay](http://evil.example) @channel `x`"


def test_the_brief_is_filled_in_both_languages(sample_company: Built, tmp_path: Path) -> None:
    digests = write_digests(sample_company.config, tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {
        f"digest.{language}.{kind}" for language in ("ja", "en") for kind in ("md", "html")
    }
    filled = {section.heading for section in digests["en"].sections if section.rows}
    numbers = "Numbers (last whole week and the one before): 2026-03-23 – 03-29"  # as of midnight of Wednesday, 1 April
    assert {"Mismatches with the most money at stake", numbers} <= filled
    assert any(heading.startswith("The teams' two numbers") for heading in filled)
    sections = {section.heading: section.rows for section in digests["en"].sections}
    reasons = [row[4] for row in sections[WORDS["gaps"]["en"] + ": 2026-03"]]
    assert all(reason.startswith(("marketing: ", "sales: ")) for reason in reasons)
    first = f"{WORDS['solved']['en']}: 2026-03-30 – 04-05 ({WORDS['first_week']['en']})"
    assert all(row[1] == row[3] for row in sections[first]), "no publish before this week's: all is raised in it"
    stake = sections[WORDS["stake"]["en"]]
    due = sections[WORDS["due"]["en"]]
    with duckdb.connect(str(sample_company.config.published_dir / "current" / MARTS_FILE), read_only=True) as con:
        known = con.execute("SELECT out_record_id FROM marts.handoffs WHERE boundary = 'B1'").fetchall()
        (earliest,) = con.execute(
            "SELECT strftime(min(sla_due_at) + INTERVAL 9 HOUR, '%Y-%m-%d %H:%M') FROM marts.handed_over_leads"
            " WHERE is_countable AND is_sla_met IS NULL AND first_attempt_at IS NULL AND closed_at IS NULL"
        ).fetchone() or ("",)
    assert any(", " in row[0] for row in stake), "several rules at one deal are one row"
    assert len({row[2] for row in stake}) == len(stake)
    assert due and {row[0].split(" / ")[0] for row in due} <= {record for (record,) in known}
    assert due[0][2] == earliest, "in the company's time"
    assert len((tmp_path / "digest.en.md").read_text(encoding="utf-8").splitlines()) < 80  # a page
    assert len(to_chat(digests["ja"])) < TEXT_LIMIT and to_chat(digests["ja"]).index(due[0][0]) < 200, (
        "nothing is cut off"
    )
    for language in ("ja", "en"):
        page = (tmp_path / f"digest.{language}.html").read_text(encoding="utf-8")
        assert "<script" not in page and "src=" not in page
    assert [len(section.rows) for section in digests["ja"].sections] == [
        len(one.rows) for one in digests["en"].sections
    ]


RESTATED = [
    # publish, days ago, KPI, basis, statistic, old, of, new, of, cause, its difference above and below the line
    (2, 9, "mql_cnt", "flow", "sum", 5, None, 4, None, "delete", -1, 0),  # a week ago it was told
    (3, 6, "hot_lead_share", "cohort", "rate", 9, 20, 7, 20, "definition_change", -2, 0),
    (4, 0, "hot_lead_share", "cohort", "rate", 7, 20, 6, 19, "delete", -1, -1),
    (4, 0, "won_amt", "flow", "sum", None, None, 1500.5, None, "late_row", 1500.5, 0),
    (4, 0, "ltv", "derived", "value", 3000, 10, 3600, 10, "input_change", 600, 0),  # a margin entered anew
    (4, 0, "mql_rate", "cohort", "rate", 3, 10, 4, 10, "elapsed", 1, 0),  # it only grew older
    (4, 0, "velocity", "derived", "value", 3, 10, 4, 10, "follows", 1, 0),
    (3, 6, "won_cnt", "flow", "sum", 5, None, 4, None, "definition_change", -1, 0),  # taken back in the same week
    (4, 0, "won_cnt", "flow", "sum", 4, None, 5, None, "definition_change", 1, 0),
    (4, 0, "persona_gap", "derived", "value", None, None, None, None, "definition_change", 0, 0),  # it is no quotient
]


def restated_version(company: Built, root: Path) -> Config:
    """The company's published version once more below `root`, in which RESTATED is the restatement log."""
    folder = root / "published" / "versions" / "v"
    folder.mkdir(parents=True)
    (root / "tasuki.toml").write_text('[company]\nname = "試験"\n[paths]\nhome = "."\n', encoding="utf-8")
    config = load_config(root / "tasuki.toml")
    shutil.copyfile(company.config.published_dir / "current" / MARTS_FILE, folder / MARTS_FILE)
    write_json({"version": "v"}, folder / "manifest.json")
    (config.published_dir / "current").symlink_to(folder)
    with duckdb.connect(str(folder / MARTS_FILE)) as con:
        con.execute("CREATE TABLE names AS FROM read_csv(?)", [str(REPO / "seeds" / "restatement_causes.csv")])
        for publish, days, kpi, basis, statistic, *numbers, cause, above, below in RESTATED:
            con.execute(
                "INSERT INTO marts.kpi_restatements BY NAME"
                " SELECT ? AS publish_no, (SELECT max(as_of) FROM marts.data_status) - to_days(?) AS as_of, ? AS kpi_code, ? AS basis, ? AS statistic,"
                " 'shared' AS view, '' AS member, 'month' AS grain, DATE '2026-02-01' AS period_start, 'all' AS segment, 'all' AS segment_value,"
                " ? AS old_numerator, ? AS old_denominator, ? AS new_numerator, ? AS new_denominator, cause, name_ja AS cause_name_ja,"
                " name_en AS cause_name_en, ? AS numerator_difference, ? AS denominator_difference FROM names WHERE cause = ?",
                [publish, days, kpi, basis, statistic, *numbers, above, below, cause],
            )
        con.execute(
            "UPDATE marts.kpi_restatements SET old_value = 0.25, new_value = 0.5 WHERE kpi_code = 'persona_gap'"
        )
        con.execute("DROP TABLE names")
    return config


def test_it_tells_what_published_months_became_this_week_and_why(sample_company: Built, tmp_path: Path) -> None:
    config = restated_version(sample_company, tmp_path)
    told = {
        language: next(section.rows for section in make_digest(config, language).sections if section.heading == heading)
        for language, heading in WORDS["restated"].items()
    }
    deleted, changed = "Record deleted -1 / -1", "Definition or threshold changed -2"
    assert told["en"] == [
        ("Bookings", "2026-02", "–", "1,500.50", "Row arrived late +1,500.50"),
        ("Persona gap", "2026-02", "0.25", "0.50", "Definition or threshold changed"),
        ("Hot lead share", "2026-02", "9 / 20", "6 / 19", f"{changed}, {deleted}"),
        (
            "Lifetime value",
            "2026-02",
            "3,000 / 10",
            "3,600 / 10",
            "Costs, margins, forecasts or targets entered anew +600",
        ),
    ]
    assert [row[1:4] for row in told["ja"]] == [row[1:4] for row in told["en"]]
    assert told["ja"][2][4] == "定義・しきい値の変更 -2, 削除 -1 / -1"


def test_what_a_stale_system_hides_stays_at_stake(sample_company: Built, tmp_path: Path) -> None:
    """Each subject by itself, not as the one incident that the stale system is."""
    config = restated_version(sample_company, tmp_path)

    def stake() -> list[tuple[str, ...]]:
        return next(one.rows for one in make_digest(config, "en").sections if one.heading == WORDS["stake"]["en"])

    before = stake()
    with duckdb.connect(str(config.published_dir / "current" / MARTS_FILE)) as con:
        con.execute(
            "UPDATE marts.mismatches SET status = 'not_evaluated', root_cause_group = 'I01 crm-ma'"
            " WHERE status IN ('new', 'persisting', 'reopened')"
        )
    after = stake()
    assert len(after) == len(before) > 1 and after[0][4] == before[0][4]
    assert all(row[0].endswith(" (as last known)") for row in after)
    with duckdb.connect(str(config.published_dir / "current" / MARTS_FILE)) as con:
        con.execute(
            "INSERT INTO marts.mismatches"
            " SELECT * REPLACE ('x' AS mismatch_id, 'x' AS root_cause_group, 'persisting' AS status, 'G01' AS rule_code) FROM marts.mismatches"
            " WHERE status = 'not_evaluated' AND subject_id IS NOT NULL ORDER BY amount_at_stake DESC NULLS LAST, mismatch_id LIMIT 1"
        )
    assert [row[4] for row in stake()] == [row[4] for row in after], (
        "what is seen now stands with what is not, the money once"
    )


def test_what_a_definition_would_count_now_parts_no_teams(sample_company: Built, tmp_path: Path) -> None:
    config = restated_version(sample_company, tmp_path)
    before = make_digest(config, "en")
    with duckdb.connect(str(config.published_dir / "current" / MARTS_FILE)) as con:
        con.execute(
            "INSERT INTO marts.kpi_bridge SELECT * REPLACE ('as_now' AS side, 'definition_change' AS reason, 9 AS step_no, 999 AS count, 999 AS amount)"
            " FROM marts.kpi_bridge WHERE reason = 'sales'"
        )
    assert make_digest(config, "en").sections[1] == before.sections[1]


@pytest.mark.parametrize(
    ("as_of", "week", "month"),
    [
        ("2026-03-29 14:59:59", "2026-03-16 – 03-22", "2026-02"),  # Sunday, its last second
        ("2026-03-29 21:00:00", "2026-03-23 – 03-29", "2026-02"),  # Monday at six: yesterday's week is over
        ("2026-03-31 14:59:59", "2026-03-23 – 03-29", "2026-02"),
        ("2026-03-31 15:00:00", "2026-03-23 – 03-29", "2026-03"),
    ],
)
def test_a_week_and_a_month_end_by_the_companys_clock(
    sample_company: Built, tmp_path: Path, as_of: str, week: str, month: str
) -> None:
    config = restated_version(sample_company, tmp_path)
    with duckdb.connect(str(config.published_dir / "current" / MARTS_FILE)) as con:
        con.execute("UPDATE marts.data_status SET as_of = ?", [as_of])
    numbers, gaps = make_digest(config, "en").sections[:2]
    assert numbers.heading.endswith(week) and gaps.heading.endswith(month) and numbers.rows and gaps.rows


def test_values_are_text() -> None:
    digest = Digest("title", "as of", "none", [Section("heading", ("a",), [(HOSTILE,)])])
    page, text = to_html(digest, "en"), to_markdown(digest)
    assert "<img" not in page and "&lt;img" in page
    assert "<img" not in text and "\\|" in text and "\\[pay\\]" in text and "\\@channel" in text and "\\`x" in text


def test_an_incident_is_told_once(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    """That of two rules has one rule's names, and each subject's money once. What the webhook did not take is told with the next version, what it
    took not again with that version's as_of or a later one, unless it was resolved and came back."""
    posted, answers = [], iter([False, True, True, True])

    def post(_: Config, text: str) -> bool:
        posted.append(text.splitlines()[1:])
        return next(answers)

    def tell(*statements: str) -> list[list[str]]:
        """What is posted of the company's mismatches after the statements."""
        posted.clear()
        faults.extend(statements)
        publishes.append(f"r{len(publishes)}")
        build(workspace, publishes[-1], tuple(faults))
        audited_candidate(workspace, publishes[-1])
        publish(workspace)
        incidents_found(config, open_incidents(config), unresolved(config))
        return list(posted)

    monkeypatch.setattr("orchestration.notify.post", post)
    config = workspace.config
    faults: list[str] = []
    publishes: list[str] = []
    first, second, third = (
        "B04, G01 リレー / Relay (CS, OPS): 3, 2,000 JPY",
        "B01 連携漏れ / Not in the CRM (OPS): 2, 2,000 JPY",
        "B01 連携漏れ / Not in the CRM (OPS): 1, 1,000 JPY",
    )
    assert tell() == [[first, second, third]], "the webhook is away"
    assert tell() == [[first, second, third]]
    assert tell() == [], "published again"
    more = "INSERT INTO marts.mismatches SELECT * REPLACE ('m8' AS mismatch_id) FROM marts.mismatches WHERE mismatch_id = 'm2'"
    assert tell(more, "UPDATE marts.mismatches SET status = 'persisting' WHERE status = 'new'") == [], (
        "one more of an incident that was told"
    )
    assert tell("UPDATE marts.mismatches SET status = 'not_evaluated' WHERE root_cause_group = 'g4'") == []
    assert tell("UPDATE marts.mismatches SET status = 'persisting' WHERE root_cause_group = 'g4'") == []
    assert tell("UPDATE marts.mismatches SET status = 'resolved' WHERE root_cause_group = 'g4'") == []
    back = "UPDATE marts.mismatches SET status = 'reopened', opened_at = opened_at + INTERVAL 2 DAY WHERE root_cause_group = 'g4'"
    assert tell(back) == [[third]]


def test_the_money_of_a_deal_and_its_lead_is_at_stake_once(workspace: Workspace) -> None:
    faults = (
        "UPDATE marts.opportunities SET is_closed = false",
        "INSERT INTO marts.mismatches SELECT * REPLACE ('m9' AS mismatch_id, 'g9' AS root_cause_group, 'C02' AS rule_code,"
        " 'lead_cycle' AS subject_type, 'l1' AS subject_id) FROM marts.mismatches WHERE mismatch_id = 'm1'",
    )
    build(workspace, "r", faults)
    audited_candidate(workspace, "r")
    publish(workspace)
    told = [incident.text for incident in open_incidents(workspace.config)]
    assert told[0] == "B04, G01 リレー / Relay (CS, OPS): 3, 2,000 JPY"
    assert told[-1] == "C02 あいうえお / A contract is missing (CS): 1"


def test_no_incident_is_no_message(workspace: Workspace, caplog: pytest.LogCaptureFixture) -> None:
    assert not incidents_found(workspace.config, [], set())
    assert not caplog.text


def test_without_a_version_it_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "tasuki.toml").write_text('[company]\nname = "試験"\n', encoding="utf-8")
    with pytest.raises(QueryError, match="tasuki run"):
        make_digest(load_config(tmp_path / "tasuki.toml"), "ja")
