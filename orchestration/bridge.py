"""`tasuki bridge`: why marketing and sales have two numbers for one KPI, as a sheet that both can hold."""

# ruff: noqa: S608

from dataclasses import dataclass
from datetime import date
from typing import IO, Any

from orchestration.config import Config
from orchestration.landing.sql import literal
from orchestration.query import Answer, QueryError, run_query

GRAINS = {"month": "month_start_on", "fiscal_quarter": "fiscal_quarter_start_on", "fiscal_year": "fiscal_year_start_on"}
NUMBERS = {
    "marketing": ("マーケティングの数字", "Marketing's number"),
    "shared": ("共通定義の数字", "Shared number"),
    "sales": ("営業の数字", "Sales's number"),
    "as_now": ("現在の定義の数字", "Under today's definition"),
}
COMPONENTS = {"numerator": "分子 / numerator", "denominator": "分母 / denominator"}
OF_DURATIONS = {
    "numerator": "時間の合計 / total time of those that ended",
    "denominator": "終わった件数 / how many ended",
    "censored": "まだ終わっていない件数 / how many have not ended",
}


@dataclass(frozen=True)
class Place:
    """A KPI, the period of it and the segment of that."""

    kpi_code: str
    grain: str
    period_start: date
    segment: str = "all"
    segment_value: str = "all"


def check(config: Config, place: Place) -> None:
    """Raises QueryError, in one line, where the current version has no such bridge."""
    kpis = _column(config, "select distinct kpi_code from marts.kpi_bridge order by 1")
    if place.kpi_code not in kpis:
        raise QueryError(
            f"{place.kpi_code}: no two ways of counting it, and no changed definition; there is a bridge for {', '.join(kpis)}"
        )
    segments = _column(config, "select distinct segment from marts.kpi_bridge order by 1")
    if place.segment not in segments:
        raise QueryError(f"--segment {place.segment}: write name=value with a name of {', '.join(segments)}")
    values = _column(
        config,
        f"select distinct segment_value from marts.kpi_bridge where segment = {literal(place.segment)} order by 1",
    )
    if place.segment_value not in values:
        raise QueryError(
            f"--segment {place.segment}={place.segment_value}: nothing has that value; there is {', '.join(values)}"
        )
    start = literal(place.period_start.isoformat())
    if not _column(config, f"select 1 from marts.calendar where {GRAINS[place.grain]} = {start} limit 1"):
        raise QueryError(f"{place.period_start} is not the first day of a {place.grain.replace('_', ' ')}")


def steps(config: Config, place: Place) -> Answer:
    """The bridge step by step, with both names of each."""
    numbers = ", ".join(f"({', '.join(map(literal, (reason, *names)))})" for reason, names in NUMBERS.items())
    return run_query(
        config,
        f"""
        select component, step_no, side, bridge.reason, name_ja, name_en, count, amount
        from marts.kpi_bridge as bridge
        join (select reason, name_ja, name_en from marts.kpi_bridge_reasons union all values {numbers}) as names
            on bridge.reason = names.reason
        where kpi_code = {literal(place.kpi_code)} and grain = {literal(place.grain)}
            and period_start = {literal(place.period_start.isoformat())}
            and segment = {literal(place.segment)} and segment_value = {literal(place.segment_value)}
        order by component desc, step_no
        """,
    )


def rows(config: Config, place: Place) -> Answer:
    """The records behind the steps."""
    part = "" if place.segment == "all" else f'and "{place.segment}" = {literal(place.segment_value)}'
    return run_query(
        config,
        f"""
        select component, side, reason, name_ja, name_en, counted_on, count, amount, subject_type, subject_id,
            source_system, source_record_type, source_record_id, ma_record_id, crm_record_id
        from marts.kpi_bridge_rows as differences
        join marts.kpi_bridge_reasons as reasons using (reason)
        join marts.calendar as calendar on differences.counted_on = calendar.date_on
        where kpi_code = {literal(place.kpi_code)}
            and {GRAINS[place.grain]} = {literal(place.period_start.isoformat())} {part}
        order by component desc, side, precedence, counted_on, source_record_id, subject_id
        """,
    )


def write_sheet(config: Config, place: Place, out: IO[str]) -> None:
    """Marketing's number, what leads to the shared one, what leads to sales's, and how much of the gap has a name."""
    from rich.console import Console

    answer = steps(config, place)
    found = [dict(zip(answer.columns, row, strict=True)) for row in answer.rows()]
    console = Console(file=out, highlight=False, markup=False) if out.isatty() else Console(file=out, width=120)
    names = f"select name_ja, name_en, unit, kind from marts.kpi_catalogue where kpi_code = {literal(place.kpi_code)}"
    name_ja, name_en, unit, kind = next(iter(run_query(config, names).rows()))
    segment = "" if place.segment == "all" else f"  {place.segment} = {place.segment_value}"
    period = f"{place.period_start:%Y-%m}" if place.grain == "month" else f"{place.grain} {place.period_start}"
    console.print(f"{place.kpi_code}  {name_ja} / {name_en} ({unit})  {period}{segment}", markup=False)
    if not found:
        console.print("どちらの部門も計上していません / Neither team counts anything here", markup=False)
    components = dict.fromkeys(step["component"] for step in found)
    for component in components:
        own = [step for step in found if step["component"] == component]
        titles = OF_DURATIONS if kind == "duration" else COMPONENTS
        console.print("\n" + titles[component] if len(components) > 1 else "", style="bold", markup=False)
        later = [step for step in own if step["side"] == "as_now"]
        if any(step["reason"] == "sales" for step in own):
            _print_steps(console, [step for step in own if step not in later])
            console.print(_gap(own), markup=False)
        if later:
            _print_steps(console, [step for step in own if step["reason"] == "shared"] + later)
    there = {step["reason"] for step in found}
    for way in (("marketing", "shared", "sales"), ("shared", "as_now")):
        if len(components) > 1 and there >= set(way):
            numbers = [f"{NUMBERS[name][0]} {_rate(found, name, unit)}" for name in way]
            console.print("\n" + ("平均 / mean  " if kind == "duration" else "") + " → ".join(numbers), markup=False)
    if kind == "duration" and "marketing" in there:
        medians = _medians(config, place)
        numbers = [f"{NUMBERS[name][0]} {medians.get(name, '-')}" for name in ("marketing", "shared", "sales")]
        console.print("中央値 / median  " + " → ".join(numbers), markup=False)


def _print_steps(console: Any, own: list[dict[str, Any]]) -> None:
    from rich import box
    from rich.table import Table
    from rich.text import Text

    has_money = any(step["amount"] != step["count"] for step in own)
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("理由")
    table.add_column("reason")
    table.add_column("件数 / count", justify="right")
    if has_money:
        table.add_column("金額 / amount", justify="right")
    for step in own:
        is_number = step["reason"] in NUMBERS
        indent, sign = ("", "") if is_number else ("  ", "+")
        cells = [indent + step["name_ja"], indent + step["name_en"], f"{step['count']:{sign},}"]
        cells += [f"{step['amount']:{sign},.0f}"] if has_money else []
        style = "bold" if is_number else "red" if step["reason"] == "unexplained" else None
        table.add_row(*map(Text, cells), style=style)
    console.print(table)


def _gap(own: list[dict[str, Any]]) -> str:
    """Marketing's number less sales's, and the share of it that has a name."""
    number = {step["reason"]: step["amount"] for step in own if step["reason"] in NUMBERS}
    gap = number["marketing"] - number["sales"]
    unexplained = -sum(step["amount"] for step in own if step["reason"] == "unexplained")
    share = f"{(gap - unexplained) / gap:.1%}" if gap else "-"
    return (
        f"差 / gap {gap:+,.0f}   説明できた割合 / explained {share}   説明できない差 / unexplained {unexplained:+,.0f}"
    )


def _medians(config: Config, place: Place) -> dict[str, str]:
    """The median of each view that has one. No steps lead from one to the next: it is not made of sums."""
    one = f"kpi_code = {literal(place.kpi_code)} and statistic = 'median'"
    answer = run_query(
        config,
        f"""
        select view, value from marts.kpi_values
        where {one} and grain = {literal(place.grain)} and period_start = {literal(place.period_start.isoformat())}
            and segment = {literal(place.segment)} and segment_value = {literal(place.segment_value)} and value is not null
            and member in (select member from marts.kpi_values where {one} and view = 'marketing')
        """,
    )
    return {view: f"{value:,.1f}" for view, value in answer.rows()}


def _rate(found: list[dict[str, Any]], name: str, unit: str) -> str:
    # what today's definition leaves as it is has no step of its own
    number = {
        step["component"]: step["amount"] for reason in ("shared", name) for step in found if step["reason"] == reason
    }
    if not number.get("denominator"):
        return "-"
    rate = number["numerator"] / number["denominator"]
    return f"{rate:.1%}" if unit == "%" else f"{rate:,.1f}"


def _column(config: Config, statement: str) -> list[Any]:
    return [row[0] for row in run_query(config, statement).rows()]
