"""The answer key of a simulated company against its marts, section by section, to the row."""

# ruff: noqa: S608

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import duckdb

# What the marts say and what the key says, as queries of equal columns: `m` is the warehouse, schema `key` holds the key.
Queries = tuple[str, str]
KEYS = ("people", "accounts", "cycles", "opportunities", "handoffs", "relay_ledger", "kpi_values")

# A person is named by the least of its records, on both sides.
PERSON_OF_KEY = """
    SELECT person_key, min(source_system || record_type || record_id) AS person
    FROM m.conformed.person_records GROUP BY person_key
"""
PERSON_OF_NUMBER = """
    SELECT person_number, min(system || record_type || record_id) AS person FROM key.people GROUP BY person_number
"""


def open_company(warehouse: Path, answer_key: Path) -> duckdb.DuckDBPyConnection:
    """An in-memory database with the warehouse attached as `m` and the answer key's files as tables of schema `key`."""
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'")
    connection.execute(f"ATTACH '{warehouse}' AS m (READ_ONLY)")
    connection.execute("CREATE SCHEMA key")
    for name in KEYS:
        connection.execute(
            f"CREATE TABLE key.{name} AS SELECT * FROM read_csv('{answer_key / (name + '.csv')}', all_varchar = true)"
        )
    return connection


def differences(connection: duckdb.DuckDBPyConnection, section: str) -> list[tuple[object, ...]]:
    """Rows of one side and not of the other, each marked `marts` or `key`, as multisets. `section` is one of ALL."""
    ours, theirs = ALL[section]()
    return connection.execute(
        f"""
        SELECT 'marts' AS only_in, * FROM (({ours}) EXCEPT ALL ({theirs}))
        UNION ALL
        SELECT 'key', * FROM (({theirs}) EXCEPT ALL ({ours}))
        ORDER BY ALL
        """
    ).fetchall()


def compared_rows(connection: duckdb.DuckDBPyConnection, section: str) -> tuple[int, int]:
    """How many rows a section compares: of the marts, and of the key."""
    counts = [connection.execute(f"SELECT count(*) FROM ({query})").fetchone() for query in ALL[section]()]
    return tuple(count[0] for count in counts if count is not None)  # type: ignore[return-value]


def identities() -> Queries:
    """Records that the marts and the key put with different records: each is named by the least record of its person."""
    least = "min(source_system || record_type || record_id)"
    ours = f"""
        SELECT source_system, record_type, record_id, {least} OVER (PARTITION BY person_key) AS person
        FROM m.conformed.person_records
    """
    theirs = """
        SELECT system, record_type, record_id, min(system || record_type || record_id) OVER (PARTITION BY person_number)
        FROM key.people
    """
    return ours, theirs


def accounts() -> Queries:
    """CRM accounts that the marts and the key put with different accounts."""
    ours = """
        SELECT source_system, record_id, min(record_id) OVER (PARTITION BY account_key)
        FROM m.conformed.account_records WHERE record_type = 'crm_account'
    """
    theirs = """
        SELECT system, record_id, min(record_id) OVER (PARTITION BY company_number)
        FROM key.accounts WHERE record_type = 'crm_account'
    """
    return ours, theirs


def people() -> Queries:
    """Countability, persona, channel and first appearance, record by record."""
    ours = """
        SELECT r.source_system, r.record_type, r.record_id, p.is_countable, p.exclusion_reason, p.persona, p.channel, p.first_seen_at
        FROM m.conformed.person_records AS r JOIN m.marts.people AS p USING (person_key)
    """
    theirs = """
        SELECT system, record_type, record_id, is_countable::boolean, exclusion_reason, persona, channel, first_seen_at::timestamp
        FROM key.people
    """
    return ours, theirs


CYCLE_TIMES = (
    "mql_at, handed_over_at, accepted_at, first_attempt_at, first_contact_at, opportunity_created_at, won_at, closed_at"
)


def cycles() -> Queries:
    """Every cycle, found by its person's least record and its number: times, stages, hot, reason of closing."""
    ours = f"""
        SELECT coalesce(r.person, 'none'), l.cycle_no, l.is_countable, l.channel, {CYCLE_TIMES}, l.close_reason, l.is_hot, l.current_stage, l.max_stage
        FROM m.marts.leads AS l
        LEFT JOIN ({PERSON_OF_KEY}) AS r USING (person_key)
    """
    times = ", ".join(f"c.{name.strip()}::timestamp" for name in CYCLE_TIMES.split(","))
    theirs = f"""
        SELECT coalesce(r.person, 'none'), c.cycle_no::bigint, c.is_countable::boolean, c.channel, {times}, c.close_reason, c.is_hot::boolean, c.current_stage, c.max_stage
        FROM key.cycles AS c
        LEFT JOIN ({PERSON_OF_NUMBER}) AS r USING (person_number)
    """
    return ours, theirs


def opportunities() -> Queries:
    """Every opportunity: countable, dates, amount in base currency."""
    ours = """
        SELECT crm_opportunity_id, is_countable, created_on, fs_accepted_on, is_valid_opportunity, closed_on, won_on,
            case when is_won then amount_base end
        FROM m.conformed.con_opportunities
    """
    theirs = """
        SELECT crm_opportunity_id, is_countable::boolean, created_on::date, fs_accepted_on::date, is_valid::boolean, closed_on::date,
            won_on::date, case when won_on is not null then amount_base::decimal(18, 2) end
        FROM key.opportunities
    """
    return ours, theirs


def handoffs() -> Queries:
    """Every handoff by the records on both sides: times, classification, origin, exit.

    The marts name the receiver's record of a further OUT too (grain_merged); the key names it once, with the first.
    """
    once = [
        f"CASE WHEN classification <> 'grain_merged' THEN {name} END"
        for name in ("in_record_id", "in_at", "entered_at")
    ]
    ours = f"""
        SELECT boundary, out_record_id, out_at, {once[0]}, {once[1]}, classification, origin, {once[2]}, left_at, left_as
        FROM m.relay.relay_handoffs
    """
    theirs = """
        SELECT boundary, out_record_id, out_at::timestamp, in_record_id, in_at::timestamp, classification, origin,
            entered_at::timestamp, left_at::timestamp, left_as
        FROM key.handoffs
    """
    return ours, theirs


LEDGER_FLOWS = [
    "delivered",
    "grain_merged",
    "lost",
    "recovered",
    "declared_non_relay",
    "recycled_in",
    "reopened",
    "invented",
    "double_entry",
    "converted",
    "rejected",
    "disqualified",
    "recycled_out",
    "lost_deals",
    "deleted",
    "merged_away",
]


def ledger() -> Queries:
    """Every flow and stock of the ledger, per boundary and month; months in which nothing moved or stood may be absent."""
    flows = ", ".join(LEDGER_FLOWS)
    busy = " + ".join(f"abs({flow})" for flow in ["out", "transit", "stock", *LEDGER_FLOWS])
    ours = f"SELECT boundary, month_start_on, out, transit, stock, {flows} FROM m.marts.relay_ledger WHERE {busy} > 0"
    theirs = f"""
        SELECT * FROM (
            SELECT boundary, month_start_on::date, "out"::bigint AS out, transit::bigint AS transit, stock::bigint AS stock,
                {", ".join(f"{flow}::bigint AS {flow}" for flow in LEDGER_FLOWS)}
            FROM key.relay_ledger
        ) WHERE {busy} > 0
    """
    return ours, theirs


# The key counts these for the whole company only.
NO_CHANNEL = (
    "arr", "cac", "coverage", "cpl", "cpmql", "csat", "fcst_acc", "gp_contrib", "grr", "logo_churn", "ltv", "ltv_cac",
    "mismatch_rate", "new_customer_cnt", "nps", "nrr", "onboard_rate", "payback", "persona_gap", "relay_integrity",
    "view_gap",
)  # fmt: skip


def kpi_values() -> Queries:
    """Every KPI value: code, view, basis, member, grain, period, segment, statistic with its figures. A null value of a
    derived KPI is no row, and only its value is compared: what stands above and below the line is no count."""
    columns = "kpi_code, view, basis, coalesce(member, '') AS member, grain, {0}, segment, segment_value, statistic"
    figures = """
        CASE WHEN basis <> 'derived' THEN numerator::decimal(28, 4) END,
        CASE WHEN basis <> 'derived' THEN denominator::decimal(28, 4) END,
        round(value::double, 6), CASE WHEN basis <> 'derived' THEN n::bigint END, coalesce(censored_cnt::bigint, 0)
    """
    ours = f"""
        SELECT {columns.format("period_start")}, {figures}
        FROM m.marts.kpi_values
        WHERE definition_basis = 'as_was' AND grain IN ('month', 'fiscal_quarter', 'fiscal_year')
            AND (segment = 'all' OR segment = 'channel' AND kpi_code NOT IN {NO_CHANNEL})
            AND (basis <> 'derived' OR value IS NOT NULL)
    """
    theirs = f"SELECT {columns.format('period_start::date')}, {figures} FROM key.kpi_values"
    return ours, theirs


def differing_kpis(connection: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """KPI, view and basis -> how many rows of marts and key have no equal on the other side."""
    rows = differences(connection, "KPI values")
    return dict(sorted(Counter(f"{row[1]} {row[2]} {row[3]}" for row in rows).items()))


def stage_events() -> Queries:
    """The first event of each stage that the key tells, per cycle, opportunity and contract."""
    ours = f"""
        SELECT 'lead_cycle' AS subject, coalesce(r.person, 'none') || ' ' || l.cycle_no AS subject_name, e.stage,
            min(e.occurred_at) AS occurred_at, min_by(e.is_inferred, e.occurred_at) AS is_inferred
        FROM m.marts.stage_events AS e
        JOIN m.marts.leads AS l ON e.subject_type = 'lead_cycle' AND e.subject_id = l.lead_id
        LEFT JOIN ({PERSON_OF_KEY}) AS r ON l.person_key = r.person_key
        WHERE e.stage IN ('mql', 'handed_over', 'received', 'accepted')
        GROUP BY ALL
        UNION ALL
        SELECT 'opportunity', source_record_id, stage, min(occurred_at), false
        FROM m.marts.stage_events WHERE subject_type = 'opportunity' AND stage = 'opportunity' GROUP BY ALL
        UNION ALL
        SELECT 'contract', source_record_id, stage, min(occurred_at), false
        FROM m.marts.stage_events WHERE subject_type = 'contract' AND stage = 'onboarded' GROUP BY ALL
    """
    cycles = " UNION ALL ".join(
        f"""
        SELECT 'lead_cycle', coalesce(r.person, 'none') || ' ' || c.cycle_no, '{stage}', c.{stage}_at::timestamp,
            {"c.is_mql_inferred::boolean" if stage == "mql" else "false"}
        FROM key.cycles AS c LEFT JOIN ({PERSON_OF_NUMBER}) AS r USING (person_number)
        WHERE c.{stage}_at IS NOT NULL
        """
        for stage in ("mql", "handed_over", "received", "accepted")
    )
    theirs = f"""
        {cycles}
        UNION ALL
        SELECT 'opportunity', crm_opportunity_id, 'opportunity', created_at::timestamp, false FROM key.opportunities
        UNION ALL
        SELECT 'contract', in_record_id, 'onboarded', min(in_at::timestamp), false
        FROM key.handoffs WHERE boundary = 'B3' AND in_record_id IS NOT NULL GROUP BY ALL
    """
    return ours, theirs


ALL: dict[str, Callable[[], Queries]] = {
    "identities": identities,
    "accounts": accounts,
    "people": people,
    "cycles": cycles,
    "stage events": stage_events,
    "opportunities": opportunities,
    "handoffs": handoffs,
    "relay ledger": ledger,
    "KPI values": kpi_values,
}
