"""`tasuki digest`: the week's brief for both teams, at most a page: what changed, what is at stake, what was mended, what is due.

It reads the current published version only. Every value of an export is text: escaped in Markdown and in HTML.
"""

# ruff: noqa: S608

import html
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, Literal

from orchestration.atomic import write_text
from orchestration.config import Config
from orchestration.landing.sql import literal
from orchestration.mismatches import OPEN
from orchestration.notify import Incident
from orchestration.query import run_query

Language = Literal["ja", "en"]
HEADLINES = ("lead_new", "mql_cnt", "handoff_b1_cnt", "opp_cnt", "won_cnt", "won_amt")
TOP, DUE, REASONS, DAYS = 10, 10, 3, 7
_OPENING = (
    "mismatch_id || ' ' || strftime(opened_at, '%Y-%m-%dT%H:%M:%S')"  # SQL: a mismatch, once per time that it came up
)
WORDS: dict[str, dict[Language, str]] = {
    "title": {"ja": "今週のすり合わせ", "en": "The week's alignment brief"},
    "as_of": {"ja": "基準時点", "en": "as of"},
    "numbers": {"ja": "数字の動き（直近の確定週と前週）", "en": "Numbers (last whole week and the one before)"},
    "gaps": {
        "ja": "両部門の数字の差とその理由（直近の確定月）",
        "en": "The teams' two numbers, and why (last whole month)",
    },
    "restated": {
        "ja": "公開済みの月の数字のうち、この一週間で変わったもの",
        "en": "Published months whose numbers changed this week, and why",
    },
    "stake": {"ja": "金額の大きい不一致", "en": "Mismatches with the most money at stake"},
    "solved": {"ja": "不一致の発生と解消", "en": "Mismatches raised and resolved"},
    "first_week": {
        "ja": "最初の週: 見つかったものをすべて発生に数える",
        "en": "the first week: all that was found counts as raised",
    },
    "due": {"ja": "対応期限が近いリード", "en": "Leads about to miss their agreed time"},
    "none": {"ja": "ありません。", "en": "None."},
    "kpi": {"ja": "指標", "en": "KPI"},
    "week": {"ja": "当週", "en": "that week"},
    "before": {"ja": "前週", "en": "week before"},
    "month": {"ja": "月", "en": "month"},
    "published": {"ja": "公開時", "en": "as published"},
    "now": {"ja": "現在", "en": "now"},
    "causes": {"ja": "原因", "en": "causes"},
    "marketing": {"ja": "マーケティング", "en": "marketing"},
    "shared": {"ja": "共通定義", "en": "shared"},
    "sales": {"ja": "営業", "en": "sales"},
    "why": {"ja": "主な理由", "en": "main reasons"},
    "rule": {"ja": "不一致", "en": "mismatch"},
    "team": {"ja": "担当", "en": "team"},
    "last_known": {"ja": "前回確認時点", "en": "as last known"},
    "records": {"ja": "レコード", "en": "records"},
    "cnt": {"ja": "件数", "en": "count"},
    "amount": {"ja": "金額", "en": "at stake"},
    "action": {"ja": "すること", "en": "what to do"},
    "raised": {"ja": "発生", "en": "raised"},
    "resolved": {"ja": "解消", "en": "resolved"},
    "open": {"ja": "未解消", "en": "open"},
    "lead": {"ja": "リード", "en": "lead"},
    "owner": {"ja": "担当者", "en": "owner"},
    "due_at": {"ja": "期限", "en": "due"},
    "value": {"ja": "期待価値", "en": "expected value"},
}


@dataclass(frozen=True)
class Section:
    """A heading and a table; no rows say that there is nothing."""

    heading: str
    columns: tuple[str, ...]
    rows: list[tuple[str, ...]]


@dataclass(frozen=True)
class Digest:
    """One language's brief."""

    title: str
    subtitle: str
    nothing: str
    sections: list[Section]


def make_digest(config: Config, language: Language) -> Digest:
    """The brief on the current version. Raises QueryError where nothing is published."""

    def word(name: str) -> str:
        return WORDS[name][language]

    def table(heading: str, columns: str, query: str, period: str = "") -> Section:
        rows = [tuple(_text(value, config) for value in row) for row in run_query(config, query).rows()]
        return Section(word(heading) + period, tuple(word(column) for column in columns.split()), rows)

    ((as_of,),) = run_query(config, "select max(as_of) from marts.data_status").rows()
    today = config.company.clock(as_of).date()  # not in the week and month that are over
    week = today - timedelta(days=today.weekday() + 7)
    month = (today.replace(day=1) - timedelta(days=1)).replace(day=1)
    ((solved, first),) = run_query(config, _solved_weeks(week)).rows()
    return Digest(
        f"{word('title')} · {config.company.name}",
        f"{word('as_of')} {_text(as_of, config)} {config.company.timezone}",
        word("none"),
        [
            table("numbers", "kpi week before", _numbers(language, week), f": {_week(week)}"),
            table("gaps", "kpi marketing shared sales why", _gaps(language, month), f": {month:%Y-%m}"),
            table("restated", "kpi month published now causes", _restated(language)),
            table("stake", "rule team records cnt amount action", _at_stake(language)),
            table(
                "solved",
                "team raised resolved open",
                _solved(solved),
                f": {_week(solved)}" + (f" ({word('first_week')})" if solved == first else ""),
            ),
            table("due", "lead owner due_at value", _due()),
        ],
    )


def _numbers(language: Language, week: date) -> str:
    """What nothing was counted of in either week is left out."""
    return f"""
        with weeks as (
            select kpi_code, numerator, period_start = {_day(week)} as is_last
            from marts.kpi_values
            where kpi_code in ({_codes()}) and grain = 'week' and view = 'shared' and segment = 'all'
                and definition_basis = 'as_was' and period_start in ({_day(week)}, {_day(week - timedelta(days=7))})
        )
        select catalogue.name_{language},
            coalesce(sum(numerator) filter (where is_last), 0), coalesce(sum(numerator) filter (where not is_last), 0)
        from weeks join marts.kpi_catalogue as catalogue on weeks.kpi_code = catalogue.kpi_code
        group by catalogue.name_{language}, weeks.kpi_code
        order by list_position([{_codes()}], weeks.kpi_code)"""


def _week(first: date) -> str:
    return f"{first} – {first + timedelta(days=6):%m-%d}"


def _day(day: date) -> str:
    return f"date '{day}'"


def _gaps(language: Language, month: date) -> str:
    """A reason may part both teams from what they share: it says whose step it is."""
    name = f"name_{language}"
    side = f"case side when 'marketing' then {literal(WORDS['marketing'][language])} else {literal(WORDS['sales'][language])} end"
    return f"""
        with steps as (
            select bridge.*, coalesce(bridge.amount, bridge.count) as n, reasons.{name} as reason_name
            from marts.kpi_bridge as bridge
            left join marts.kpi_bridge_reasons as reasons on bridge.reason = reasons.reason
            where kpi_code in ({_codes()}) and grain = 'month' and segment = 'all' and component = 'numerator'
                and period_start = {_day(month)}
        ),
        numbers as (
            select kpi_code,
                max(n) filter (where reason = 'marketing') as marketing,
                max(n) filter (where reason = 'shared') as shared,
                max(n) filter (where reason = 'sales') as sales,
                list({side} || ': ' || reason_name || ' ' || {_signed("n")} order by abs(n) desc, step_no)
                    filter (where reason_name is not null and n <> 0 and side in ('marketing', 'sales')) as reasons
            from steps
            group by kpi_code
        )
        select catalogue.{name}, marketing, shared, sales, array_to_string(reasons[1:{REASONS}], ', ')
        from numbers join marts.kpi_catalogue as catalogue on numbers.kpi_code = catalogue.kpi_code
        where marketing <> shared or sales <> shared
        order by list_position([{_codes()}], numbers.kpi_code)"""


def _restated(language: Language) -> str:
    """Of the shared view, the headlines first. A value that only grew older, follows from others or is as it was, is no news."""

    def number(column: str) -> str:
        whole = (
            f"case when statistic = 'median' then {column}_value else coalesce({column}_numerator, {column}_value) end"
        )
        below = f"case when statistic <> 'median' then {column}_denominator end"
        return f"coalesce({_shown(whole)}, '–') || coalesce(' / ' || {_shown(below)}, '')"

    return f"""
        with restated as (
            select restated.*, catalogue.name_{language} as name, {number("old")} as published, {number("new")} as now,
                abs(coalesce(new_value, 0) - coalesce(old_value, 0)) / nullif(abs(old_value), 0) as moved
            from marts.kpi_restatements as restated
            join marts.kpi_catalogue as catalogue on restated.kpi_code = catalogue.kpi_code and restated.basis = catalogue.kind
            where restated.as_of > (select max(as_of) from marts.data_status) - interval {DAYS} day
                and view = 'shared' and segment = 'all' and grain = 'month' and statistic <> 'p90'
        ),
        by_cause as (
            select kpi_code, member, period_start, statistic, cause, cause_name_{language} as cause_name,
                sum(numerator_difference) as n, sum(denominator_difference) as d
            from restated
            group by all
        ),
        causes as (
            select kpi_code, member, period_start,
                string_agg(
                    cause_name || case when statistic <> 'median' and (n <> 0 or d <> 0) then ' ' || {_signed("n")} || case when d <> 0 then ' / ' || {_signed("d")} else '' end else '' end,
                    ', ' order by abs(n) desc, cause
                ) as causes
            from by_cause
            group by all
            having bool_or(cause not in ('elapsed', 'follows'))
        ),
        numbers as (
            select kpi_code, member, period_start, name, first(published order by publish_no) as published, last(now order by publish_no) as now,
                max(moved) as moved
            from restated
            group by all
            having first(published order by publish_no) <> last(now order by publish_no)
        )
        select trim(name || ' ' || member), strftime(period_start, '%Y-%m'), published, now, causes
        from numbers join causes using (kpi_code, member, period_start)
        order by list_position([{_codes()}], kpi_code) nulls last, moved desc nulls last, period_start desc, kpi_code, member
        limit {TOP}"""


def _shown(number: str) -> str:
    """SQL that writes a number with all that it has: whole, or with two decimals."""
    return (
        f"case when {number} = round({number}) then format('{{:,}}', cast({number} as bigint)) "
        f"else format('{{:,.2f}}', cast({number} as double)) end"
    )


def _signed(number: str) -> str:
    return f"case when {number} > 0 then '+' else '' end || {_shown(number)}"


def _incidents(severities: str, statuses: str = "'new', 'persisting', 'reopened'") -> str:
    """SQL: what is open, by incident. It goes by its gravest rule. Money is at stake once: of what several rules say of one subject, and of
    a deal, its lead and its person, where it is their only one.

    What a stale system keeps from being looked at is no incident of its own: it stays with its subject.
    """
    first = "(severity, rule_code, mismatch_id)"
    return f"""
        select incident, bool_and(status = 'not_evaluated') as is_last_known, string_agg(distinct rule_code, ', ' order by rule_code) as rules,
            min_by(rule_name_ja, {first}) as name_ja, min_by(rule_name_en, {first}) as name_en,
            min_by(action_ja, {first}) as action_ja, min_by(action_en, {first}) as action_en,
            string_agg(distinct team, ', ' order by team) as teams, min_by(records, {first}) as records,
            count(*) as cnt, sum(amount_at_stake) filter (where is_its_money) as amount,
            list({_OPENING}) as openings
        from (
            select *, concat_ws(' / ', ma_record_id, crm_record_id) as records,
                row_number() over (
                    partition by coalesce(lies_in, subject_type || ' ' || subject_id, mismatch_id)
                    order by amount_at_stake desc nulls last, severity, rule_code, mismatch_id
                ) = 1 as is_its_money
            from (
                select mismatches.*, money.lies_in, case
                    when status <> 'not_evaluated' and (
                        root_cause_group <> mismatch_id
                        or not bool_or(status = 'not_evaluated') over (partition by subject_type, coalesce(subject_id, mismatch_id))
                    ) then root_cause_group
                    else coalesce(subject_type || ' ' || subject_id, mismatch_id)
                end as incident
                from marts.mismatches
                left join ({_only_money()}) as money using (subject_type, subject_id)
                where status in ({statuses}) and severity in ({severities})
            ) as chosen
        ) as unresolved
        group by incident"""


def _only_money() -> str:
    """SQL: the one open deal of a lead, person or account; of a person without deals the one open lead."""
    deals = "marts.opportunities where is_countable and not is_closed"
    of_one = " union all ".join(
        f"select '{subject}' as subject_type, {key} as subject_id, 'opportunity ' || min(opportunity_id) as lies_in from {deals} "
        f"group by {key} having count(*) = 1"
        for subject, key in (("lead_cycle", "lead_id"), ("person", "person_key"), ("account", "account_key"))
    )
    return f"""
        {of_one}
        union all
        select 'person', person_key, 'lead_cycle ' || min(lead_id) from marts.leads
        where closed_at is null and person_key not in (select person_key from {deals} and person_key is not null)
        group by person_key having count(*) = 1"""


def _at_stake(language: Language) -> str:
    """All that is open; what a stale system keeps from being looked at as it was last known."""
    statuses = ", ".join(map(literal, OPEN))
    return f"""
        select rules || ' ' || name_{language} || case when is_last_known then {literal(f" ({WORDS['last_known'][language]})")} else '' end,
            teams, records, cnt, amount, action_{language}
        from ({_incidents("'S1', 'S2', 'S3', 'S4'", statuses)}) as incidents
        order by amount desc nulls last, incident
        limit {TOP}"""


def _solved_weeks(week: date) -> str:
    """The last week that is over, where a mismatch was found by then, and the first of all."""
    return f"""
        select coalesce(max(week_start_on) filter (where week_start_on <= {_day(week)}), max(week_start_on), {_day(week)}), min(week_start_on)
        from marts.mismatch_trend"""


def _solved(week: date) -> str:
    return f"""
        select team, raised_cnt, resolved_cnt, open_cnt
        from marts.mismatch_trend
        where team <> 'all' and rule_code = 'all' and week_start_on = {_day(week)}
        order by team"""


def _due() -> str:
    """Leads by the records that both teams know them by."""
    return f"""
        select concat_ws(' / ', out_record_id, in_record_id), owner_id, sla_due_at, expected_value
        from marts.handed_over_leads
        where is_countable and is_sla_met is null and first_attempt_at is null and closed_at is null and sla_due_at is not null
        order by sla_due_at, lead_id
        limit {DUE}"""


def _codes() -> str:
    return ", ".join(literal(code) for code in HEADLINES)


def _text(value: Any, config: Config) -> str:
    """A value for people; marts keep instants in UTC."""
    if value is None:
        return "–"
    if isinstance(value, datetime):
        return f"{config.company.clock(value):%Y-%m-%d %H:%M}"
    if isinstance(value, str):
        return value
    return f"{value:,.0f}" if value == int(value) else f"{value:,.2f}"


def to_markdown(digest: Digest) -> str:
    """For a terminal or a file."""
    lines = [f"# {_markdown(digest.title)}", "", _markdown(digest.subtitle)]
    for section in digest.sections:
        lines += ["", f"## {section.heading}", ""]
        if not section.rows:
            lines.append(digest.nothing)
            continue
        lines += [_row(section.columns, str), _row(section.columns, lambda _: "---")]
        lines += [_row(row, _markdown) for row in section.rows]
    return "\n".join(lines) + "\n"


def to_chat(digest: Digest) -> str:
    """For a chat, which shows no tables: what is due first."""
    lines = [digest.title, digest.subtitle]
    for section in [digest.sections[-1], *digest.sections[:-1]]:
        lines += ["", f"■ {section.heading}"]
        lines += (
            [" | ".join(section.columns), *(f"• {' | '.join(row)}" for row in section.rows)]
            if section.rows
            else [digest.nothing]
        )
    return "\n".join(lines) + "\n"


def _row(cells: tuple[str, ...], show: Callable[[str], str]) -> str:
    return "| " + " | ".join(show(cell) for cell in cells) + " |"


def _markdown(text: str) -> str:
    """Text that Markdown takes for text: no link, no table cell, no HTML, no mention."""
    escaped = re.sub(r"([\\`*_{}\[\]()#+!|~@])", r"\\\1", " ".join(text.split()))
    return escaped.replace("<", "&lt;").replace(">", "&gt;")


def to_html(digest: Digest, language: Language) -> str:
    """One page without anything from outside."""
    parts = [
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8"><title>{html.escape(digest.title)}</title>',
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; img-src data:\">",
        '<link rel="icon" href="data:,"><style>:root{color-scheme:light dark}',
        'body{font:15px/1.6 system-ui,"Hiragino Sans","Noto Sans JP",Meiryo,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}',
        "table{border-collapse:collapse;width:100%}th,td{text-align:left;padding:.3rem .6rem;border-top:1px solid #8886}",
        f"</style></head><body><h1>{html.escape(digest.title)}</h1><p>{html.escape(digest.subtitle)}</p>",
    ]
    for section in digest.sections:
        parts.append(f"<h2>{html.escape(section.heading)}</h2>")
        if not section.rows:
            parts.append(f"<p>{html.escape(digest.nothing)}</p>")
            continue
        head = "".join(f"<th>{html.escape(column)}</th>" for column in section.columns)
        body = "".join(
            "<tr>" + "".join(f"<td>{html.escape(cell)}</td>" for cell in row) + "</tr>" for row in section.rows
        )
        parts.append(f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>")
    return "".join([*parts, "</body></html>\n"])


def write_digests(config: Config, folder: Path) -> dict[Language, Digest]:
    """digest.<language>.md and .html in both languages below `folder`. Returns the briefs."""
    languages: tuple[Language, ...] = ("ja", "en")
    digests = {language: make_digest(config, language) for language in languages}
    for language, digest in digests.items():
        write_text(to_markdown(digest), folder / f"digest.{language}.md")
        write_text(to_html(digest, language), folder / f"digest.{language}.html")
    return digests


def open_incidents(config: Config) -> list[Incident]:
    """S1 mismatches that are open, one per incident, those with the most money at stake first."""
    found = run_query(
        config,
        f"""
        select rules, name_ja, name_en, teams, cnt, amount, openings
        from ({_incidents("'S1'")}) as incidents
        order by amount desc nulls last, incident""",
    )
    return [
        Incident(
            f"{rules} {ja} / {en} ({teams}): {count:,}"
            + (f", {amount:,.0f} {config.company.base_currency}" if amount else ""),
            frozenset(openings),
        )
        for rules, ja, en, teams, count, amount, openings in found.rows()
    ]


def unresolved(config: Config) -> set[str]:
    """The openings of all S1 mismatches that are not resolved, those of rules that were not evaluated too."""
    found = run_query(config, f"select {_OPENING} from marts.mismatches where severity = 'S1' and status <> 'resolved'")
    return {opening for (opening,) in found.rows()}
