"""Seeds as people keep them: what is wrong is told by file and line."""

from pathlib import Path

import pytest

from orchestration.seeds import problems_of
from orchestration.warehouse import SEEDS_DIR

EXCEPTIONS = "rule_code,ma_record_id,crm_record_id,detail,reason,accepted_by,accepted_until\n"
HOT = "min_score,requires_target_persona,recency_days,valid_from,valid_to\n"
TARGETS = "kpi_code,view,member,segment,segment_value,grain,period_start,target\n"
STAGES = "source_system,object,field,source_value,stage,valid_from,valid_to\n"
LIMITS = "name,value,valid_from,valid_to,meaning_ja,meaning_en\n"


def told(folder: Path, name: str, content: bytes) -> list[str]:
    """What is said of one seed that the company keeps, without the folder."""
    own = folder / name
    own.write_bytes(content)
    files = {path.name: path for path in SEEDS_DIR.iterdir() if path.suffix in (".csv", ".yml")}
    return [problem.removeprefix(f"{folder}/") for problem in problems_of(files | {name: own})]


@pytest.mark.parametrize(
    ("name", "text", "problem"),
    [
        ("mismatch_exceptions.csv", EXCEPTIONS + 'G01,,6,,"by\npost",Tanaka,2026-13-01\n', ":2: accepted_until: Could not convert string \"2026-13-01\" to 'DATE'"),
        ("mismatch_exceptions.csv", EXCEPTIONS + "G01,,6,,post,2026-04-01\n", ":2: accepted_until: Expected Number of Columns: 7 Found: 6"),
        ("mismatch_exceptions.csv", EXCEPTIONS.replace("reason,accepted_by", "accepted_by,reason"), ":1: the columns are rule_code,ma_record_id"),
        ("mismatch_exceptions.csv", "", ":1: the columns are (none); they have to be rule_code,ma_record_id"),
        ("hot_lead_thresholds.csv", HOT + "60,true,30,,\n70,true,30,2026-04-01,\n", ":3: from 2026-04-01 to now: line 2 is in force then; end the earlier row"),
        ("hot_lead_thresholds.csv", HOT + "60,true,30,2026-04-01,2026-03-01\n", ":2: from 2026-04-01 to 2026-03-01: ends before it begins"),
        ("mismatch_exceptions.csv", EXCEPTIONS + "g01,,6,,post,Tanaka,2026-04-01\n", ":2: rule_code: there is no g01; did you mean G01?"),
        ("mismatch_exceptions.csv", EXCEPTIONS + "G01,,6,,,Tanaka,2026-04-01\n", ":2: reason is empty"),
        ("targets.csv", TARGETS + "won_count,,,,,month,2026-04-01,5\n", ":2: kpi_code: there is no won_count; did you mean won_cnt?"),
        ("targets.csv", TARGETS + "won_cnt,,,,,quarter,2026-04-01,5\n", ":2: grain: there is no quarter; did you mean fiscal_quarter?"),
        ("targets.csv", TARGETS + "won_cnt,Sales,,,,month,2026-04-01,5\n", ":2: won_cnt has no view Sales; did you mean sales?"),
        ("targets.csv", TARGETS + "arr,sales,,,,month,2026-04-01,5\n", ":2: arr has no view sales; write one of shared"),
        ("targets.csv", TARGETS + "opp_loss_amt,,,,,month,2026-04-01,5\n", ":2: opp_loss_amt has members; write one of untouched, competitor"),
        ("targets.csv", TARGETS + "opp_loss_amt,,lost,,,month,2026-04-01,5\n", ":2: opp_loss_amt has no member lost; write one of untouched, competitor"),
        ("targets.csv", TARGETS + "won_cnt,,untouched,,,month,2026-04-01,5\n", ":2: won_cnt has no member untouched; leave it empty"),
        ("targets.csv", TARGETS + "stage_cr,,,,,month,2026-04-01,0.5\n", ":2: stage_cr has members; write a stage of opportunity_stages.csv"),
        ("hot_lead_thresholds.csv", HOT + "60,true,30,,2026-03-31\n70,true,30.5,2026-04-01,\n", ":3: recency_days: 30.500000 is not a whole number"),
        ("holidays.csv", 'holiday_on,name\n2026-05-03,x\n2026-05-04,"y\n', ":3: its quotes do not match; close each \", and write \"\" for one"),
        ("holidays.csv", 'holiday_on,name\n2026-05-03,"x\nz"\n2026-05-04,"y" z\n2026-05-05,w\n', ":4: its quotes do not match"),
        ("holidays.csv", '"holiday_on,name\n2026-05-03,x\n', ":1: its quotes do not match"),
        ("holidays.csv", "holiday_on,name\n2026-05-03,x\r\n\r2026-05-04,y\n", ": cannot be read as CSV, such as for line ends of two kinds"),
        ("limits.csv", LIMITS + "a,1,,2026-03-31,,\nb,1,,,,\na,2,2026-03-31,,,\n", ":4: a from 2026-03-31 to now: line 2 is in force then"),
        ("lead_stage_mapping.csv", STAGES + "generic,person,lifecycle_stage,MQL,mql,,\n", ":2: source_value: MQL is compared in lower case; write mql"),
        ("activity_types.csv", "source_system,object,source_value,activity_type,is_response,is_inbound\ngeneric,ma_activity,Form ,form_submission,true,true\n", ":2: source_value: Form  is compared in lower case; write form"),
        ("lead_stage_mapping.csv", STAGES + "generic,lead,status,商談化,opportunity,,\n", ":2: stage: there is no opportunity; write one of inquiry, mql, handed_over, received"),
        ("lead_stage_mapping.csv", STAGES + "generic,leads,status,新規,received,,\n", ":2: object: there is no leads; did you mean lead?"),
        ("origins.csv", "object,source_value,origin\nlead_source,テレアポ,outbound\n", ":2: origin: there is no outbound; write one of relay, sgl"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_by_line(tmp_path: Path, name: str, text: str, problem: str) -> None:
    (found,) = told(tmp_path, name, text.encode())
    assert found.startswith(name + problem)


def test_japanese_excels_own_encoding_is_told(tmp_path: Path) -> None:
    content = (EXCEPTIONS + "G01,,6,,郵送中,田中,2026-04-01\n").encode("cp932")
    assert told(tmp_path, "mismatch_exceptions.csv", content) == [
        "mismatch_exceptions.csv: is not UTF-8; save it as CSV UTF-8"
    ]


def test_a_spreadsheets_csv_and_the_projects_seeds_are_right(tmp_path: Path) -> None:
    text = EXCEPTIONS + 'G01,,6,,"by post, soon",田中,2026/4/1\n'
    assert told(tmp_path, "mismatch_exceptions.csv", text.replace("\n", "\r\n").encode("utf-8-sig")) == []
    series = "won_cnt,sales,,,,month,2026-04-01,5\nattr_rev,,linear,,,month,2026-04-01,5\nstage_cr,,qualification,,,month,2026-04-01,0.5\n"
    assert told(tmp_path, "targets.csv", (TARGETS + series).encode()) == []
    in_turn = LIMITS + "a,1,,2026-03-31,,\nb,1,,,,\na,2,2026-04-01,,,\n"
    assert told(tmp_path, "limits.csv", in_turn.encode()) == []
