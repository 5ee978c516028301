"""The command line. Light commands import neither dbt nor Dagster nor Great Expectations."""

import errno
import os
import re
import shlex
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, Any, NoReturn

import click
import typer
from typer.core import TyperGroup

from orchestration.config import PROJECT_DIR, Config, ConfigError, load_config

BUSY, FAILED, WRONG_USE, INTERRUPTED = 75, 1, 2, 130
SIMULATED = ".simulated.json"
NO_ROOM, NO_RIGHT = (errno.ENOSPC, errno.EDQUOT), (errno.EACCES, errno.EPERM, errno.EROFS)


class Commands(TyperGroup):
    """The commands. What the file system refuses one of them is told in one line."""

    def main(self, *args: Any, **kwargs: Any) -> Any:
        """Where the caller closed an output, what it would have taken goes nowhere, rather than into the next file opened."""
        for number, name in enumerate(("stdin", "stdout", "stderr")):
            if getattr(sys, name) is None:
                free = os.open(os.devnull, os.O_RDWR)  # the least free number
                setattr(sys, name, os.fdopen(free, "w" if number else "r", encoding="utf-8", closefd=False))
        return super().main(*args, **kwargs)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command that was asked for."""
        try:
            return super().invoke(ctx)
        except OSError as error:
            if error.filename is None and error.errno not in (*NO_ROOM, *NO_RIGHT):
                raise
            _drop_output()
            _stop(_refused(error, ctx.obj), FAILED)


app = typer.Typer(
    cls=Commands,
    help="Tasuki: marketing and sales read the same numbers.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
ConfigOption = Annotated[
    Path, typer.Option("--config", envvar="TASUKI_CONFIG", help="The company's tasuki.toml.", show_default=True)
]
DEFAULT_CONFIG = Path("tasuki.toml")


@app.command()
def run(
    config: ConfigOption = DEFAULT_CONFIG,
    as_of: Annotated[
        str | None,
        typer.Option(
            help="Cut events after this instant: 2026-03-31, or 2026-03-31T15:00:00Z. A date: the end of that day."
        ),
    ] = None,
    full_refresh: Annotated[bool, typer.Option(help="Rebuild everything from the landing zone.")] = False,
) -> None:
    """Land what is new, build, check, publish. Does nothing where nothing is new."""
    company = _load(config)
    _run(company, as_of=None if as_of is None else _instant(company, as_of), full_refresh=full_refresh)


@app.command()
def backfill(
    first: Annotated[str, typer.Option("--from", help="First day of the period, such as 2026-01-01.")],
    last: Annotated[str, typer.Option("--to", help="Last day of the period.")],
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    """Rebuild a period of the incremental tables from the landing zone, then check and publish."""
    period = _day(first, "--from"), _day(last, "--to")
    if period[0] > period[1]:
        _stop(f"--from {first} is after --to {last}", WRONG_USE)
    _run(_load(config), backfill=(period[0].isoformat(), period[1].isoformat()))


@app.command()
def simulate(
    config: ConfigOption = DEFAULT_CONFIG,
    people: Annotated[int, typer.Option(min=1)] = 3000,
    months: Annotated[int, typer.Option(min=3, max=120)] = 24,
    seed: Annotated[int, typer.Option(min=0)] = 1,
    conflicts: Annotated[str, typer.Option(help="default, or none: no planted mismatch.")] = "default",
    activities: Annotated[
        float, typer.Option(min=0, help="Mean number of marketing e-mail events per MA record.")
    ] = 12,
    drops: Annotated[int, typer.Option(min=1, help="Deliver it in this many daily drops.")] = 1,
    out: Annotated[Path | None, typer.Option(help="Where to write; default var/sample beside the config.")] = None,
    parquet: Annotated[bool, typer.Option(help="Write Parquet rather than the vendors' export formats.")] = False,
    key: Annotated[bool, typer.Option(help="Write the answer key as well.")] = True,
    if_missing: Annotated[bool, typer.Option("--if-missing", help="Do nothing where there is one already.")] = False,
) -> None:
    """Make a company: raw exports as its tools would write them, and the answer key."""
    if conflicts not in ("default", "none"):
        _stop(f"--conflicts {conflicts}: write default or none", WRONG_USE)
    target = (out or config.absolute().parent / "var" / "sample").absolute()
    _works_below(target)
    marker = target / SIMULATED
    if if_missing and marker.exists() and (target / "seeds").is_dir():
        typer.echo(f"The simulated company is in {target} already.", err=True)
        return
    from orchestration.atomic import write_json
    from orchestration.simulation import simulate as make_company

    marker.unlink(missing_ok=True)

    def progress(done: int, of: int) -> None:
        typer.echo(f"  simulate {done:,}/{of:,} people", err=True)

    try:
        summary = make_company(
            target,
            people=people,
            months=months,
            seed=seed,
            conflicts="none" if conflicts == "none" else "default",
            activities_per_person=activities,
            drops=drops,
            fmt="parquet" if parquet else "export",
            key=key,
            progress=progress,
        )
    except ValueError as error:
        _stop(str(error), WRONG_USE)
    parameters = {"people": people, "months": months, "seed": seed, "conflicts": conflicts, "drops": drops}
    write_json(parameters, marker)
    rows, planted = sum(summary.rows.values()), sum(summary.conflicts.values())
    typer.echo(
        f"Simulated {people:,} people over {months} months, seed {seed}: {rows:,} raw rows, {planted:,} planted conflicts, "
        f"in {target} ({summary.seconds:.1f} s)",
        err=True,
    )
    if (target / "landing").is_dir():
        typer.echo(
            f"{target / 'landing'} keeps what landed of the company before, and a run would mix the two. "
            f"For this one alone: rm -r {shlex.quote(str(target))}, and simulate again",
            err=True,
        )


@app.command()
def sql(
    statement: Annotated[str, typer.Argument(help="One read-only statement; tables are marts.leads and so on.")],
    config: ConfigOption = DEFAULT_CONFIG,
    as_csv: Annotated[bool, typer.Option("--csv", help="CSV, UTF-8 with byte-order mark.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="JSON, a list of objects.")] = False,
) -> None:
    """Ask the current published version."""
    if as_csv and as_json:
        _stop("choose one of --csv and --json", WRONG_USE)
    company = _load(config, lands=False)
    from orchestration import query

    write = query.write_csv if as_csv else query.write_json if as_json else query.write_table
    sys.stdout.reconfigure(encoding="utf-8", newline="")  # type: ignore[union-attr]
    try:
        with _while_read():
            write(query.run_query(company, statement), sys.stdout)
    except query.QueryError as error:
        _stop(str(error), WRONG_USE)


@app.command()
def bridge(
    kpi: Annotated[str, typer.Argument(help="KPI that the teams count in their own ways, such as mql_cnt.")],
    month: Annotated[str | None, typer.Option(help="Month, such as 2026-03.")] = None,
    quarter: Annotated[str | None, typer.Option(help="First day of a fiscal quarter, such as 2026-01-01.")] = None,
    year: Annotated[str | None, typer.Option(help="First day of a fiscal year, such as 2025-04-01.")] = None,
    segment: Annotated[
        str | None, typer.Option(help="name=value, such as channel=paid_search; default the total.")
    ] = None,
    rows: Annotated[bool, typer.Option("--rows", help="The records behind the steps.")] = False,
    config: ConfigOption = DEFAULT_CONFIG,
    as_csv: Annotated[bool, typer.Option("--csv", help="CSV, UTF-8 with byte-order mark.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="JSON, a list of objects.")] = False,
) -> None:
    """Show why marketing and sales have two numbers for a KPI: what leads from one to the other."""
    if as_csv and as_json:
        _stop("choose one of --csv and --json", WRONG_USE)
    if month and not re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", month):
        _stop(f"--month {month}: write a month such as 2026-03", WRONG_USE)
    given = {"month": month and f"{month}-01", "fiscal_quarter": quarter, "fiscal_year": year}
    periods = [(grain, text) for grain, text in given.items() if text]
    if len(periods) != 1:
        _stop("write one of --month 2026-03, --quarter 2026-01-01 and --year 2025-04-01", WRONG_USE)
    ((grain, start),) = periods
    name, equals, value = (segment or "all=all").partition("=")
    if not equals:
        _stop(f"--segment {segment}: write name=value, such as channel=email", WRONG_USE)
    company = _load(config, lands=False)
    from orchestration import bridge as sheet
    from orchestration import query

    place = sheet.Place(kpi, grain, _day(start, "--month, --quarter, --year"), name, value)
    sys.stdout.reconfigure(encoding="utf-8", newline="")  # type: ignore[union-attr]
    try:
        sheet.check(company, place)
        if not (rows or as_csv or as_json):
            sheet.write_sheet(company, place, sys.stdout)
            return
        write = query.write_csv if as_csv else query.write_json if as_json else query.write_table
        write(sheet.rows(company, place) if rows else sheet.steps(company, place), sys.stdout)
    except query.QueryError as error:
        _stop(str(error), WRONG_USE)


@app.command()
def digest(
    config: ConfigOption = DEFAULT_CONFIG,
    language: Annotated[str, typer.Option(help="Language of what is printed: ja or en.")] = "ja",
    out: Annotated[Path | None, typer.Option(help="Folder for the files; default digests in the home folder.")] = None,
) -> None:
    """Write the week's brief for both teams (Markdown and HTML, Japanese and English) and print it."""
    if language not in ("ja", "en"):
        _stop(f"--language {language}: write ja or en", WRONG_USE)
    company = _load(config, lands=False)
    from orchestration.digest import to_markdown, write_digests
    from orchestration.progress import visible
    from orchestration.query import QueryError

    folder = (out or company.home_dir / "digests").absolute()
    try:
        digests = write_digests(company, folder)
    except QueryError as error:
        _stop(str(error), FAILED)
    except OSError as error:
        _stop(f"--out {folder}: cannot be written: {error.strerror}; name a folder of your own", WRONG_USE)
    typer.echo(visible(to_markdown(digests["ja" if language == "ja" else "en"])), nl=False)
    typer.echo(f"Written to {folder}", err=True)


@app.command()
def mismatches(
    team: Annotated[
        list[str] | None, typer.Option(help="MKT, IS, FS, CS, OPS or DE; several times for several.")
    ] = None,
    rule: Annotated[list[str] | None, typer.Option(help="Rule, such as B01.")] = None,
    severity: Annotated[list[str] | None, typer.Option(help="S1 to S4.")] = None,
    status: Annotated[
        list[str] | None,
        typer.Option(help="new, persisting, reopened, not_evaluated, accepted or resolved; default what is open."),
    ] = None,
    config: ConfigOption = DEFAULT_CONFIG,
    as_csv: Annotated[bool, typer.Option("--csv", help="CSV, UTF-8 with byte-order mark.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="JSON, a list of objects.")] = False,
) -> None:
    """List the mismatches between the teams' records, urgent ones and most money first."""
    if as_csv and as_json:
        _stop("choose one of --csv and --json", WRONG_USE)
    company = _load(config, lands=False)
    from orchestration import mismatches as queue
    from orchestration import query

    asked = {"team": team, "rule_code": rule, "severity": severity, "status": status}
    chosen = {
        name: [value.lower() if name == "status" else value.upper() for value in values or []]
        for name, values in asked.items()
    }
    known = {"team": queue.TEAMS, "severity": queue.SEVERITIES, "status": queue.STATUSES}
    for name, values in known.items():
        if wrong := [value for value in chosen[name] if value not in values]:
            _stop(f"--{name} {wrong[0]}: write one of {', '.join(values)}", WRONG_USE)
    sys.stdout.reconfigure(encoding="utf-8", newline="")  # type: ignore[union-attr]
    try:
        answer = queue.listing(company, chosen, short=not (as_csv or as_json))
        write = query.write_csv if as_csv else query.write_json if as_json else query.write_table
        with _while_read():
            write(answer, sys.stdout)
    except query.QueryError as error:
        _stop(str(error), WRONG_USE)
    if not (as_csv or as_json):
        typer.echo("tasuki explain ID shows one of them with both records, the rule and its history", err=True)


@app.command()
def explain(
    mismatch_id: Annotated[str, typer.Argument(help="Id of a mismatch, or its beginning.")],
    personal: Annotated[
        bool, typer.Option("--personal", help="Names, addresses, telephone numbers and what people typed too.")
    ] = False,
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    """Show one mismatch: the rule in words and SQL, both records side by side, what is at stake, its history."""
    company = _load(config, lands=False)
    from orchestration import mismatches as queue
    from orchestration import query

    sys.stdout.reconfigure(encoding="utf-8", newline="")  # type: ignore[union-attr]
    try:
        queue.explain(company, mismatch_id, personal, sys.stdout)
    except query.QueryError as error:
        _stop(str(error), WRONG_USE)


@app.command()
def versions(config: ConfigOption = DEFAULT_CONFIG) -> None:
    """List the published versions that are kept, newest first."""
    company = _load(config, lands=False)
    from rich.console import Console
    from rich.table import Column, Table

    from orchestration.publish import current_version, damaged_versions, why_no_version
    from orchestration.publish import versions as kept

    found, damaged = kept(company), damaged_versions(company)
    for line in [*damaged.values()] + ([] if current_version(company) else [why_no_version(company)]):
        typer.echo(line, err=True)
    if not found:
        raise typer.Exit(FAILED)
    whole = Column("version", no_wrap=True)  # to be pasted into a rollback
    table = Table("", whole, "as of (UTC)", "published (UTC)", "leads", "rows", box=None, pad_edge=False)
    for manifest in found:
        published_at = datetime.fromisoformat(manifest["published_at"])
        table.add_row(
            "current" if manifest["is_current"] else "",
            manifest["version"],
            manifest["as_of"],
            f"{published_at:%Y-%m-%d %H:%M:%S}",
            f"{manifest['rows'].get('leads', 0):,}",
            f"{sum(manifest['rows'].values()):,}",
        )
    console = Console() if sys.stdout.isatty() else Console(width=200)
    console.print(table)


@app.command()
def rollback(
    version: Annotated[str, typer.Argument(help="One of `tasuki versions`.")], config: ConfigOption = DEFAULT_CONFIG
) -> None:
    """Make a kept version the current one again."""
    company = _load(config, lands=False)
    from orchestration.lock import RunActive, RunLock
    from orchestration.publish import PublishRefused
    from orchestration.publish import rollback as switch_back
    from orchestration.warehouse import Workspace

    try:
        with RunLock(Workspace(company).lock):
            manifest = switch_back(company, version)
    except RunActive as error:
        _stop(str(error), BUSY)
    except PublishRefused as error:
        _stop(str(error), WRONG_USE)
    typer.echo(
        f"Version {version} (as of {manifest['as_of']} UTC) is current. The next run publishes anew when its data or definitions differ from this version's."
    )


@app.command()
def lock(
    check: Annotated[bool, typer.Option("--check", help="Only say whether the definitions are as signed.")] = False,
    config: Annotated[Path | None, typer.Option(help="With --check: of the company's own thresholds too.")] = None,
) -> None:
    """Sign the definitions and KPIs as they stand: their versions and checksums go to definitions.lock."""
    company = _load(config) if config is not None else None
    from orchestration.definitions_lock import (
        LOCK,
        DefinitionsError,
        definitions,
        differences,
        read_lock,
        unsigned,
        write_lock,
    )

    path = PROJECT_DIR / LOCK
    try:
        found, locked = definitions(PROJECT_DIR), read_lock(path)
    except DefinitionsError as error:
        _stop(str(error), FAILED)
    if problems := unsigned(found, locked):
        _stop("\n".join(["Not signed:", *(f"  {problem}" for problem in problems.values())]), FAILED)
    changed = differences(found, locked)
    if check and changed:
        _stop("\n".join(["definitions.lock is behind; run `tasuki lock`:", *(f"  {line}" for line in changed)]), FAILED)
    if not check:
        write_lock(path, found)
    elif company is not None and (own := differences(definitions(PROJECT_DIR, company.seeds_dir), locked)):
        _stop(
            "\n".join(
                [
                    f"{company.seeds_dir} has thresholds of its own that nobody signed (rule H04):",
                    *(f"  {line}" for line in own),
                    "Move them to seeds/ and sign them with `tasuki lock`, or accept H04 with who and until when in mismatch_exceptions.csv.",
                ]
            ),
            FAILED,
        )
    typer.echo("\n".join([*changed, f"{len(found)} definitions are as signed in {path.name}"]), err=True)


@app.command()
def preview(
    config: ConfigOption = DEFAULT_CONFIG,
    kpi: Annotated[str | None, typer.Option(help="Only this KPI, such as mql_rate.")] = None,
    markdown: Annotated[Path | None, typer.Option(help="Also write it as Markdown, for a pull request.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print it as JSON.")] = False,
) -> None:
    """What the edited definitions would change, on the current version's data, before anybody else sees it."""
    company = _load(config)
    if markdown is not None and not os.access(markdown.parent, os.W_OK):
        _stop(f"--markdown {markdown}: there is no folder {markdown.parent} to write to; create it", WRONG_USE)
    from orchestration.preview import PreviewError
    from orchestration.preview import preview as compare
    from orchestration.preview_report import print_preview, to_json, to_markdown

    try:
        found = compare(company, kpi)
    except PreviewError as error:
        _stop(str(error), FAILED)
    if markdown is not None:
        source = f"On the data of {company.company.name}."
        markdown.write_text(to_markdown(found, source), encoding="utf-8")
    if as_json:
        typer.echo(to_json(found), nl=False)
    else:
        from rich.console import Console

        print_preview(found, Console() if sys.stdout.isatty() else Console(width=160))


@app.command()
def semantic(
    folder: Annotated[Path, typer.Argument(help="Where to write the project, such as semantic/.")],
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    """Write a dbt project that offers the published KPIs to MetricFlow (needs the extra `metricflow`)."""
    company = _load(config, lands=False)
    from orchestration.query import QueryError
    from orchestration.semantic import write_project

    try:
        count = write_project(company, folder)
    except QueryError as error:
        _stop(str(error), WRONG_USE)
    except OSError as error:
        _stop(f"{folder}: cannot be written: {error.strerror}; name another folder", WRONG_USE)
    typer.echo(
        f"{count} metrics in {folder}; try: cd {shlex.quote(str(folder))} && dbt parse --profiles-dir . && mf list metrics"
    )


@app.command()
def dagster_home(config: ConfigOption = DEFAULT_CONFIG) -> None:
    """Print the company's Dagster home (made where there is none), for Dagster's own commands."""
    company = _load(config)
    from orchestration.run import dagster_home as prepare

    typer.echo(prepare(company))


def _run(
    config: Config,
    *,
    as_of: str | None = None,
    full_refresh: bool = False,
    backfill: tuple[str, str] | None = None,
) -> None:
    from orchestration.landing import unclaimed_files
    from orchestration.lock import RunActive, RunLock
    from orchestration.progress import Report, few
    from orchestration.publish import PublishRefused, heal
    from orchestration.run import refresh
    from orchestration.status import why_run
    from orchestration.warehouse import WarehouseError, Workspace, check_seeds

    try:
        check_seeds(config)
        with RunLock(Workspace(config).lock):
            heal(config)
            if not full_refresh and backfill is None:
                reason = why_run(config, as_of)
                if reason is None:
                    typer.echo("Nothing new: the current version is up to date.", err=True)
                    for file in few(unclaimed_files(config.feeds)):
                        typer.echo(f"  unclaimed: {file}", err=True)
                    return
                typer.echo(f"Running for {config.company.name}: {reason}", err=True)
            # The job prints to a log; progress goes to the terminal as it was.
            out = os.fdopen(os.dup(2), "w", encoding="utf-8")
            report = Report(out)
            try:
                done = refresh(config, report, as_of=as_of, full_refresh=full_refresh, backfill=backfill)
            finally:
                with suppress(OSError):  # nobody reads it any more
                    out.close()
    except RunActive as error:
        _stop(str(error), BUSY)
    except (WarehouseError, PublishRefused) as error:
        _post_failure(config, str(error))
        _stop(str(error), FAILED)
    except OSError as error:
        _post_failure(config, _refused(error, config.home_dir))
        raise
    except KeyboardInterrupt:
        _stop("Interrupted. Nothing needs repair: run again", INTERRUPTED)
    from orchestration.summary import print_failure, print_summary

    if not done:
        print_failure(report, sys.stderr, Workspace(config).logs / "run.log")
        _post_failure(config, "; ".join(problem.check for problem in report.problems))
        raise typer.Exit(FAILED)
    from rich.console import Console

    from orchestration.publish import versions as kept

    console = Console() if sys.stdout.isatty() else Console(width=160)
    print_summary(config, report, next(manifest for manifest in kept(config) if manifest["is_current"]), console)


def _post_failure(config: Config, message: str) -> None:
    from orchestration.notify import run_failed

    if config.notify.webhook_env:
        run_failed(config, "from the command line", f"Failed: {message}")


def _load(path: Path, *, lands: bool = True) -> Config:
    try:
        company = load_config(path, lands=lands)
    except ConfigError as error:
        _stop(str(error), WRONG_USE)
    _works_below(company.home_dir)
    return company


def _works_below(folder: Path) -> None:
    """Remember where this command writes, for errors that do not name a file."""
    click.get_current_context().find_root().obj = folder


def _refused(error: OSError, folder: Path | None) -> str:
    """What cannot be written or read, why, and what to do. A full disk does not always say with which file."""
    name = error.filename2 or error.filename
    path = Path(os.fsdecode(name)) if isinstance(name, (str, bytes)) else None
    what = path or f"the output, or a file below {folder or Path.cwd()},"
    if error.errno in NO_ROOM:
        return f"{what} cannot be written: {error.strerror}; make room and run again"
    if error.errno not in NO_RIGHT:
        return f"{what} cannot be used: {error.strerror}; correct it and run again"
    if error.errno == errno.EROFS:
        return f"{what} cannot be written: {error.strerror}; name a folder elsewhere, or make this one writable, and run again"
    verb = "read" if path and path.exists() and not os.access(path, os.R_OK) else "written"
    return f"{what} cannot be {verb}: {error.strerror}; give your user the right to it and run again"


def _drop_output() -> None:
    """What the output could not take is not tried again when Python ends."""
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _instant(config: Config, text: str) -> str:
    """`YYYY-MM-DD HH:MM:SS` in UTC. A date is the end of that business day; a time without zone is on the business clock."""
    from zoneinfo import ZoneInfo

    zone = ZoneInfo(config.company.timezone)
    with suppress(ValueError, OverflowError):  # the year 1 or 9999 may lie outside the calendar in UTC
        at = datetime.fromisoformat(text)
        if "T" not in text and " " not in text:  # a day, also one written 20260331
            at = datetime.combine(at.date(), datetime.max.time().replace(microsecond=0))
        in_utc = (at if at.tzinfo else at.replace(tzinfo=zone)).astimezone(UTC).replace(tzinfo=None)
        if in_utc.year >= 1900:  # as of a time before which no value is a date nothing is known
            return in_utc.isoformat(sep=" ", timespec="seconds")
    _stop(f"--as-of {text}: write a date or time such as 2026-03-31 or 2026-03-31T15:00:00Z", WRONG_USE)


@contextmanager
def _while_read() -> Iterator[None]:
    """What is written within ends without a word where the reader, such as head, has had enough."""
    try:
        yield
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _day(text: str, option: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        _stop(f"{option} {text}: write a day such as 2026-01-31", WRONG_USE)


def _stop(message: str, code: int) -> NoReturn:
    typer.echo(message, err=True)
    raise typer.Exit(code)


if __name__ == "__main__":
    app()
