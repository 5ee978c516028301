"""`tasuki mismatches` and `tasuki explain`: the work queue of the current version, and all that is known of one of its rows."""

# ruff: noqa: S608

import re
from datetime import datetime
from pathlib import Path
from typing import IO, Any

import duckdb
from rich.console import Console
from rich.table import Table
from rich.text import Text

from orchestration.config import PROJECT_DIR, Config
from orchestration.landing.sql import literal
from orchestration.ledger import ledger_dir
from orchestration.progress import visible
from orchestration.query import Answer, QueryError, run_query
from orchestration.warehouse import Workspace

TEAMS = ("MKT", "IS", "FS", "CS", "OPS", "DE")
SEVERITIES = ("S1", "S2", "S3", "S4")
OPEN = ("new", "persisting", "reopened", "not_evaluated")
STATUSES = (*OPEN, "accepted", "resolved")
SIDES = ("ma", "crm")
# the columns of the ids of the tables of the input contract in which records lie
IDS = {
    "ma_person": "ma_id",
    "ma_deal": "deal_id",
    "ma_campaign": "campaign_id",
    "ma_campaign_member": "member_id",
    "ma_activity": "activity_id",
    "crm_lead": "crm_lead_id",
    "crm_contact": "crm_contact_id",
    "crm_account": "crm_account_id",
    "crm_opportunity": "crm_opportunity_id",
    "crm_activity": "activity_id",
    "cs_contract": "contract_id",
}
# the input contract shows the MA's activities of the last batches only; all lie here
PLACES = {"ma_activity": "conformed.activities_ma"}
PERSONAL = {
    "email",
    "last_name",
    "first_name",
    "full_name",
    "phone",
    "name",
    "customer_name",
    "website",
    "first_url",
    "sync_error",
    # typed by people about people
    "authority",
    "budget",
    "need",
    "timeline",
    "purpose",
    "handover_promises",
    "handover_scope",
    "handover_stakeholders",
}


INSTANT = re.compile(r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d")

# `explain` takes the beginning of an id
SHORT = """left(mismatch_id, 10) as mismatch_id, rule_code as rule, severity, team, owner_id as owner, status, age_business_days as days,
            amount_at_stake, ma_record_id, crm_record_id, detail, rule_name_ja || ' / ' || rule_name_en as rule_name"""


def listing(config: Config, chosen: dict[str, list[str]], short: bool) -> Answer:
    """The queue, urgent ones and most money at stake first; `short` is what fits on a screen.

    `chosen`: column -> values wanted of it; without a status what is open. Raises QueryError where a rule is none.
    """
    if rules := chosen["rule_code"]:
        known = [
            str(row[0]) for row in run_query(config, "select rule_code from marts.mismatch_rules order by 1").rows()
        ]
        if wrong := [rule for rule in rules if rule not in known]:
            raise QueryError(f"--rule {wrong[0]}: there is no such rule; write one of {', '.join(known)}")
    wanted = {"status": list(OPEN)} | {column: values for column, values in chosen.items() if values}
    conditions = [f"{column} in ({', '.join(map(literal, values))})" for column, values in wanted.items()]
    return run_query(
        config,
        f"""
        select {SHORT if short else "*"}
        from marts.mismatches
        where {" and ".join(conditions)}
        order by severity, amount_at_stake desc nulls last, rule_code, mismatch_id
        """,
    )


def explain(config: Config, mismatch_id: str, personal: bool, out: IO[str]) -> None:
    """Print the rule, both records side by side and the history of one mismatch; an id may be cut short.

    Raises QueryError where there is none, or several. Names, addresses, telephone numbers and what people typed only where `personal`.
    """
    row = _one(config, mismatch_id)
    rule = next(
        iter(_dicts(run_query(config, f"from marts.mismatch_rules where rule_code = {literal(row['rule_code'])}")))
    )
    console = Console(file=out) if out.isatty() else Console(file=out, width=160)
    clock = config.company.clock

    def say(text: str = "") -> None:
        console.print(Text(visible(text)), soft_wrap=True)

    say(
        f"{row['rule_code']} {rule['name_ja']} / {rule['name_en']}  ({row['severity']}, {row['team']}, {row['status']})"
    )
    say(rule["rule_ja"])
    say(rule["rule_en"])
    say(f"{rule['sql_path']}" + (f"; tolerances: {rule['tolerance']}" if rule["tolerance"] else ""))
    say()
    console.print(_sides(config, row, personal))
    if row["detail"]:
        say(f"Detail{_zone(row['detail'])}: {row['detail']}")
    for name in ("ma_url", "crm_url"):
        if row[name]:
            say(row[name])
    money = "unknown" if row["amount_at_stake"] is None else f"{row['amount_at_stake']:,.0f}"
    facts = [f"At stake: {money}", f"{row['age_business_days']} business days old"]
    facts += [f"owner: {row['owner_id']}"] if row["owner_id"] else []
    facts += [f"arose {clock(row['occurred_at']):%Y-%m-%d %H:%M}"] if row["occurred_at"] else []
    facts += [f"incident: {row['root_cause_group']}"] if row["root_cause_group"] != row["mismatch_id"] else []
    if row["accepted_until"]:
        facts.append(f"accepted until {row['accepted_until']} by {row['accepted_by']}: {row['accepted_reason']}")
    say(f"\n{'; '.join(facts)}")
    say(f"対応: {row['action_ja']}")
    say(f"To do: {row['action_en']}")
    say(f"\nHistory ({config.company.timezone})")
    for as_of, what in _history(config, row):
        say(f"  {clock(as_of):%Y-%m-%d %H:%M}  {what}")
    say("\nSQL of the rule")
    say((PROJECT_DIR / "dbt_project" / rule["sql_path"]).read_text(encoding="utf-8").rstrip())


def _one(config: Config, mismatch_id: str) -> dict[str, Any]:
    query = f"from marts.mismatches where starts_with(mismatch_id, {literal(mismatch_id)}) order by mismatch_id limit 2"
    found = list(_dicts(run_query(config, query)))
    if len(found) != 1:
        problem = "several mismatches begin so; write more of the id" if found else "no such mismatch"
        raise QueryError(f"{mismatch_id}: {problem}; `tasuki mismatches` lists them")
    return found[0]


def _dicts(answer: Answer) -> list[dict[str, Any]]:
    return [dict(zip(answer.columns, row, strict=True)) for row in answer.rows()]


def _sides(config: Config, row: dict[str, Any], personal: bool) -> Table:
    sides = {side: _record(config, row[f"{side}_table"], row[f"{side}_record_id"]) for side in SIDES}
    table = Table(
        config.company.timezone,
        f"MA {row['ma_record_id'] or '-'}",
        f"CRM {row['crm_record_id'] or '-'}",
        box=None,
        pad_edge=False,
    )
    says = [row[f"{side}_value"] or "" for side in SIDES]
    table.add_row(f"says{_zone(*says)}", *(Text(visible(text)) for text in says))
    for name in dict.fromkeys(name for record in sides.values() for name in record):
        values = [sides[side].get(name) for side in SIDES]
        if any(value is not None for value in values):
            hidden = name in PERSONAL and not personal
            shown = [
                "" if value is None else "(--personal shows it)" if hidden else _text(config, value) for value in values
            ]
            table.add_row(name, *(Text(visible(text)) for text in shown))
    return table


def _text(config: Config, value: Any) -> str:
    """A value for people; the warehouse keeps instants in UTC."""
    return f"{config.company.clock(value):%Y-%m-%d %H:%M:%S}" if isinstance(value, datetime) else str(value)


def _zone(*texts: str) -> str:
    """What rules write is text, their instants in it as the warehouse keeps them."""
    return " (UTC)" if any(INSTANT.search(text) for text in texts) else ""


def _record(config: Config, table: str | None, record_id: str | None) -> dict[str, Any]:
    """The record as the warehouse has it; empty where there is none, or where no table of the input contract has such records."""
    warehouse = Workspace(config).warehouse
    if table is None or record_id is None or not warehouse.exists():
        return {}
    try:
        con = duckdb.connect(str(warehouse), read_only=True)
    except duckdb.Error as error:
        raise QueryError(f"{warehouse} is in use, probably by a run; ask again when it has ended") from error
    with con:
        place = PLACES.get(table, f"contract.{table}")
        found = con.execute(f"select * from {place} where {IDS[table]} = ? order by source_system", [record_id])
        names = [each[0] for each in found.description or []]
        record = found.fetchone()
    return dict(zip(names, record, strict=True)) if record else {}


def _history(config: Config, row: dict[str, Any]) -> list[tuple[Any, str]]:
    """(as_of, what) of every publish that evaluated the rule, from the first that saw the mismatch on."""
    folder = ledger_dir(config.landing_dir)
    tables = {
        name: literal(str(folder / name / "*.parquet"))
        for name in ("publish_times", "evaluated_rules", "open_mismatches")
    }
    if not all((Path(folder) / name).is_dir() for name in tables):
        return []
    with duckdb.connect(config={"autoinstall_known_extensions": False}) as con:
        return con.execute(
            f"""
            with seen as (
                select version, is_accepted, is_in_transit
                from read_parquet({tables["open_mismatches"]}, union_by_name=true)
                where mismatch_id = $id
            )
            select
                times.as_of,
                case
                    when seen.is_accepted then 'found, accepted'
                    when seen.is_in_transit then 'found, may be in transit'
                    when seen.version is not null then 'found'
                    else 'not found'
                end
            from read_parquet({tables["publish_times"]}) as times
            join read_parquet({tables["evaluated_rules"]}) as rules on times.version = rules.version and rules.rule_code = $rule
            left join seen on times.version = seen.version
            where times.as_of between $first and $now
            qualify row_number() over (partition by times.as_of order by times.version desc) = 1
            order by times.as_of
            """,
            {"id": row["mismatch_id"], "rule": row["rule_code"], "first": row["first_seen_at"], "now": row["as_of"]},
        ).fetchall()
