"""A company whose warehouse is made by hand: enough marts for the audit and for publishing, without dbt."""

from pathlib import Path

import duckdb
import pytest

from orchestration.atomic import write_json
from orchestration.config import load_config
from orchestration.publish import record_audit, write_candidate
from orchestration.warehouse import Workspace

MARTS = {
    "accounts": "select 'a1' as account_key",
    "people": "select 'p' || n as person_key, 'a1' as account_key, true as is_countable, timestamp '2026-01-04' as first_seen_at, date '2026-01-04' as first_seen_on from range(3) as r(n)",
    "leads": """
        select 'l' || n as lead_id, 'p' || n as person_key, 'a1' as account_key, 1 as cycle_no, true as is_countable,
            cast(null as varchar) as exclusion_reason, timestamp '2026-01-05' as mql_at,
            timestamp '2026-01-06' as handed_over_at, cast(null as timestamp) as won_at, cast(null as timestamp) as closed_at,
            date '2026-01-04' as first_seen_on, 'manager' as persona, 'web' as channel
        from range(3) as r(n)""",
    "handed_over_leads": """
        select 'l' || n as lead_id, 'm' || n as out_record_id, 'c' || n as in_record_id, true as is_countable,
            timestamp '2026-03-20' as handed_over_at, 'manager' as persona,
            'u1' as owner_id, false as is_opted_out, true as is_hot, 60 as score, timestamp '2026-03-19' as last_response_at,
            timestamp '2026-03-23' as sla_due_at, true as is_sla_met, date '2026-03-24' as rejected_on, true as has_reject_reason
        from range(3) as r(n)""",
    "calendar": """
        select cast(d as date) as date_on, dayofweek(d) between 1 and 5 as is_business_day
        from range(date '2025-12-01', date '2026-04-01', interval 1 day) as r(d)""",
    "opportunities": """
        select 'o1' as opportunity_id, 'd1' as crm_opportunity_id, 'l1' as lead_id, 'p1' as person_key, 'a1' as account_key, true as is_countable,
            true as is_won,
            timestamp '2026-02-01' as won_at, true as is_closed, timestamp '2026-02-01' as closed_at, cast(null as varchar) as loss_reason""",
    "stage_events": """
        select 's' || n as stage_event_id, 'l' || n as lead_id, 'mql' as stage, timestamp '2026-01-05' as occurred_at
        from range(3) as r(n)""",
    "handoffs": """
        select 'h' || n as handoff_id, 'B1' as boundary, 'delivered' as classification, 'l' || n as lead_id,
            timestamp '2026-01-06' as out_at, timestamp '2026-01-06' as in_at
        from range(3) as r(n)""",
    "relay_ledger": """
        select 'B1' as boundary, date '2026-01-01' as month_start_on, 0 as transit_open, 0 as transit,
            0 as stock_open, 3 as stock, 0 as transit_residual, 0 as stock_residual, 3 as out""",
    "mismatches": """
        select 'm' || row_number() over () as mismatch_id, code as rule_code, 'S1' as severity, team, status, 'g' || n as root_cause_group,
            'opportunity' as subject_type, subject as subject_id, ja as rule_name_ja, en as rule_name_en,
            '' as action_ja, '' as action_en, '' as ma_record_id, subject as crm_record_id, timestamp '2026-03-31 15:00:00' as opened_at, cast(1000 as decimal(18, 2)) as amount_at_stake
        from (values
            (1, 'new', 'o1', 'G01', 'CS', 'あいうえお', 'A contract is missing'), (1, 'new', 'o1', 'B04', 'OPS', 'リレー', 'Relay'),
            (1, 'new', 'o2', 'B04', 'OPS', 'リレー', 'Relay'),
            (2, 'new', 'o3', 'B01', 'OPS', '連携漏れ', 'Not in the CRM'), (2, 'persisting', 'o4', 'B01', 'OPS', '連携漏れ', 'Not in the CRM'),
            (3, 'resolved', 'o5', 'B01', 'OPS', '連携漏れ', 'Not in the CRM'), (4, 'new', 'o6', 'B01', 'OPS', '連携漏れ', 'Not in the CRM')
        ) as v(n, status, subject, code, team, ja, en)""",
    "kpi_catalogue": "select unnest(['lead_new', 'mql_cnt', 'handoff_b1_cnt', 'won_cnt']) as kpi_code",
    "kpi_values": """
        select code as kpi_code, 1 as definition_version, 'as_was' as definition_basis, 'shared' as view, '' as basis,
            '' as member, 'month' as grain, date '2026-01-01' as period_start, 'all' as segment,
            'all' as segment_value, 'count' as statistic, n as numerator, cast(null as bigint) as denominator
        from (values ('lead_new', 3), ('mql_cnt', 3), ('handoff_b1_cnt', 3), ('won_cnt', 1)) as v(code, n)""",
    "data_status": """
        select 'generic' as system, 'ma_person' as table_name, timestamp '2026-03-31 15:00:00' as as_of,
            cast(null as timestamp) as published_at, cast(0 as bigint) as failed_checks, 3 as rows_in,
            3 as rows_landed, 0 as rows_rejected, 0 as lag_hours""",
}
TOML = '[company]\nname = "試験"\n[retention]\nversions = {versions}\n[systems.generic]\nfolder = "exports"\n'


def make_workspace(root: Path, versions: int = 10) -> Workspace:
    """A company below `root` with a finished build of MARTS."""
    (root / "exports").mkdir(exist_ok=True)
    (root / "tasuki.toml").write_text(TOML.format(versions=versions), encoding="utf-8")
    workspace = Workspace(load_config(root / "tasuki.toml"))
    build(workspace, "build-1")
    return workspace


def build(workspace: Workspace, build_id: str, faults: tuple[str, ...] = (), leads: int = 3) -> None:
    """Make the warehouse anew; `faults` are statements run on it before it counts as finished."""
    workspace.warehouse.parent.mkdir(parents=True, exist_ok=True)
    workspace.warehouse.unlink(missing_ok=True)
    with duckdb.connect(str(workspace.warehouse)) as con:
        con.execute("create schema marts; create schema restricted")
        for table, query in MARTS.items():
            con.execute(f"create table marts.{table} as {query.replace('range(3)', f'range({leads})')}")
        con.execute("update marts.relay_ledger set out = ?", [leads])
        con.execute("update marts.kpi_values set numerator = ? where kpi_code <> 'won_cnt'", [leads])
        con.execute("create table restricted.people_contacts as select 'p1' as person_key, 'taro@example.jp' as email")
        for fault in faults:
            con.execute(fault)
    state = {"run_id": build_id, "state": "built", "as_of": "2026-03-31 15:00:00", "inputs": {}, "batches": []}
    write_json({**state, "warnings": []}, workspace.build_state)


def audited_candidate(workspace: Workspace, run_id: str, passed: bool = True) -> Path:
    """A candidate whose audit is said to have ended so."""
    candidate = write_candidate(workspace, run_id)
    failed = {"check": "leads: lead_id is unique", "passed": False, "blocks": True, "table": "leads", "message": ""}
    record_audit(candidate, passed, [] if passed else [failed])
    return candidate


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return make_workspace(tmp_path)
