"""What a run came to, for the person who started it."""

import shlex
from pathlib import Path
from typing import IO, Any

import duckdb
from rich.console import Console
from rich.table import Table
from rich.text import Text

from orchestration.config import Config
from orchestration.landing.sql import literal
from orchestration.ledger import publish_no
from orchestration.progress import Report, few, visible
from orchestration.publish import MARTS_FILE
from orchestration.warehouse import Workspace


def print_failure(report: Report, out: IO[str], log: Path) -> None:
    """Which check failed, what it says, and the keys of a few rows."""
    print("Nothing was published; readers keep the version they have. What failed:", file=out)
    for problem in report.problems:
        print(f"  {problem.check}: {problem.message}", file=out)
        for row in problem.rows:
            print("    " + ", ".join(f"{name}={value}" for name, value in row.items()), file=out)
        if problem.more_rows:
            print(f"    and {problem.more_rows:,} more", file=out)
    print(f"The whole output is in {log}", file=out)


def print_summary(config: Config, report: Report, manifest: dict[str, Any], console: Console) -> None:
    """Rows landed, what was published, mismatches, seconds per step, and where to look next."""
    folder = config.published_dir / "versions" / manifest["version"]
    con = duckdb.connect(config={"autoinstall_known_extensions": False})
    try:
        con.execute(f"attach {literal(str(folder / MARTS_FILE))} as tasuki (read_only)")
        con.execute("use tasuki")
        console.print(f"\n[bold]{config.company.name}[/bold], as of {manifest['as_of']} UTC")
        _print_late(con, config.expectations.late_hours, console)
        _print_landed(report, console)
        _print_failed_casts(Workspace(config).warehouse, report, console)
        _print_leads(con, manifest, console)
        _print_handoffs(con, console)
        _print_mismatches(con, console)
        _print_kpis(con, console)
        _print_restatements(con, publish_no(config.landing_dir), console)
    finally:
        con.close()
    steps = ", ".join(f"{name} {seconds:.1f} s" for name, seconds in report.seconds.items())
    console.print(f"\nTime: {steps}; together {sum(report.seconds.values()):.1f} s")
    if manifest["failed_checks"]:
        console.print(
            f"{manifest['failed_checks']} check(s) that do not block failed; see audit.json and manifest.json"
        )
    _print_next(config, manifest["version"], console)


def _print_next(config: Config, version: str, console: Console) -> None:
    """Commands that can be pasted: whole lines, with paths as a shell takes them."""
    option = f" --config {shlex.quote(str(config.path))}" if config.path != Path("tasuki.toml").absolute() else ""
    for line in (
        f"Published version {version} in {config.published_dir / 'current'}",
        f'Look next:  tasuki sql "from marts.handoffs limit 20"{option}',
        f"            tasuki versions{option}",
    ):
        console.print(line, markup=False, highlight=False, soft_wrap=True)


def _print_landed(report: Report, console: Console) -> None:
    landed = [result for result in report.landed if result.batches or result.error]
    if not landed:
        console.print("No new rows were landed.")
        return
    table = Table("raw table", "rows in", "landed", "rejected", "", box=None, pad_edge=False, header_style="dim")
    for column in table.columns[1:4]:
        column.justify = "right"
    for result in landed:
        counts = (result.rows_in, result.rows_landed, result.rows_rejected)
        notes = [result.error] if result.error else result.drift[:3]
        told = Text(visible("; ".join(filter(None, notes))))
        table.add_row(f"{result.system}.{result.table}", *(f"{n:,}" for n in counts), told)
    console.print(table)


def _print_late(con: duckdb.DuckDBPyConnection, late_hours: int, console: Console) -> None:
    """Which feeds hold as_of back by more than they may."""
    rows = con.execute(
        "select system || '.' || table_name, lag_hours, last_extracted_at from marts.data_status where lag_hours > ? "
        "order by 2 desc, 1",
        [late_hours],
    ).fetchall()
    if rows:
        console.print("What happened later is not counted, because of feeds that stay behind the freshest one:")
    for line in few(
        [f"  {name}: {hours:,.0f} hours, last extracted {at:%Y-%m-%d %H:%M:%S} UTC" for name, hours, at in rows]
    ):
        console.print(line, markup=False, highlight=False)
    if rows:
        console.print(
            "  Deliver them as often as the others (nothing new: a file with a header alone), or set sets_as_of = false for them",
            markup=False,
            highlight=False,
        )


def _print_failed_casts(warehouse: Path, report: Report, console: Console) -> None:
    """What of this run's batches was not understood or left out: how many values or rows, and where the first stands. Never the text."""
    batches = [batch.batch_id for result in report.landed for batch in result.batches]
    with duckdb.connect(str(warehouse), read_only=True, config={"autoinstall_known_extensions": False}) as con:
        rows = con.execute(
            """
            select system || '.' || table_name || '.' || column_name, reason, count(*),
                min_by(source_file || ' row ' || row_number, (source_file, row_number))
            from staging.cast_failures where batch_id in (select unnest(?)) group by all order by 3 desc, 1, 2
            """,
            [batches],
        ).fetchall()
    if rows:
        console.print(
            f"Values that were not understood, rows that were left out (staging.cast_failures of {warehouse}):"
        )
    for line in few([f"  {name}: {count:,} {reason}, the first in {first}" for name, reason, count, first in rows]):
        console.print(line, markup=False, highlight=False)


def _print_leads(con: duckdb.DuckDBPyConnection, manifest: dict[str, Any], console: Console) -> None:
    row = con.execute(
        "select count(*), count(*) filter (where is_countable), count(mql_at), count(handed_over_at), count(won_at) "
        "from marts.leads"
    ).fetchone()
    assert row is not None
    console.print(
        f"\nLeads: {row[0]:,} cycles of {manifest['rows'].get('people', 0):,} people "
        f"({row[1]:,} countable; {row[2]:,} MQL, {row[3]:,} handed over, {row[4]:,} won)"
    )


def _print_handoffs(con: duckdb.DuckDBPyConnection, console: Console) -> None:
    rows = con.execute(
        "select boundary, classification, count(*) from marts.handoffs group by all order by 1, 2"
    ).fetchall()
    if not rows:
        return
    boundaries = sorted({row[0] for row in rows})
    counts = {(row[0], row[1]): row[2] for row in rows}
    table = Table("handoffs", *boundaries, box=None, pad_edge=False, header_style="dim")
    for column in table.columns[1:]:
        column.justify = "right"
    for name in sorted({row[1] for row in rows}):
        table.add_row(name, *(f"{counts.get((boundary, name), 0):,}" for boundary in boundaries))
    console.print(table)


def _print_mismatches(con: duckdb.DuckDBPyConnection, console: Console) -> None:
    rows = con.execute(
        """
        select severity, count(*), count(*) filter (where status in ('new', 'reopened')), sum(amount_at_stake)
        from marts.mismatches
        where status in ('new', 'persisting', 'reopened', 'not_evaluated')
        group by severity
        order by severity
        """
    ).fetchall()
    total = sum(row[1] for row in rows)
    console.print(f"Mismatches: {total:,} open" + ("; see them with: tasuki mismatches" if total else ""))
    for severity, count, fresh, amount in rows:
        console.print(f"  {severity}  {count:,} ({fresh:,} new), {amount or 0:,.0f} at stake")


def _print_kpis(con: duckdb.DuckDBPyConnection, console: Console) -> None:
    rows = con.execute(
        """
        with months as (
            select max(period_start) as last_full
            from marts.kpi_values
            where grain = 'month' and period_start + interval 1 month <= as_of + interval 1 day
        )
        select period_start, kpi_code, member, basis, statistic, numerator, denominator, value
        from marts.kpi_values, months
        where grain = 'month' and segment = 'all' and view = 'shared' and period_start = last_full
        order by kpi_code, member, basis, statistic
        """
    ).fetchall()
    if not rows:
        return
    table = Table(f"KPIs {rows[0][0]:%Y-%m}", "", "numerator", "denominator", "value", box=None, pad_edge=False)
    for column in table.columns[2:]:
        column.justify = "right"
    for _, code, member, basis, statistic, numerator, denominator, value in rows:
        kind = " ".join(filter(None, (member, basis, statistic)))
        table.add_row(code, kind, _number(numerator), _number(denominator), _number(value))
    console.print(table)


def _print_restatements(con: duckdb.DuckDBPyConnection, number: int, console: Console) -> None:
    """How many totals of closed periods this version publishes otherwise than the one before, and why."""
    rows = con.execute(
        """
        with restated as (
            select *, (kpi_code, view, basis, member, grain, period_start, statistic) as restated_value
            from marts.kpi_restatements where publish_no = ? and segment = 'all'
        )
        select cause_name_en, count(distinct restated_value), (select count(distinct restated_value) from restated)
        from restated group by cause_name_en order by 2 desc, 1
        """,
        [number],
    ).fetchall()
    causes = ", ".join(f"{name} {count:,}" for name, count, _ in rows)
    console.print(f"Restated values of closed periods: {f'{rows[0][2]:,} ({causes})' if rows else 'none'}")


def _number(value: Any) -> str:
    if value is None:
        return ""
    return f"{value:,.0f}" if value == int(value) or abs(value) >= 1000 else f"{value:,.3f}"
