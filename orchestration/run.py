"""Run the Dagster job `refresh` in this process, on the company's own persistent Dagster instance."""

import contextlib
import os
import sys
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from orchestration.atomic import write_text
from orchestration.config import Config
from orchestration.failures import reason
from orchestration.lock import RunLock
from orchestration.progress import Problem, Report, listen
from orchestration.warehouse import NOTHING_LANDED, WarehouseError, Workspace, check_seeds, registry_rows

if TYPE_CHECKING:
    from dagster import DagsterEvent

DAGSTER_YAML = """# Written by tasuki where there is none; yours to edit.
telemetry:
  enabled: false
concurrency:
  runs:
    max_concurrent_runs: 1 # one writer: a second run waits in the queue
run_monitoring:
  enabled: true # a run whose process died is ended, and told
nux:
  enabled: false # no invitation to leave an e-mail address
event_log_storage: # Dagster's default, without waiting for the disk after each of a run's thousands of events
  module: orchestration.event_log
  class: EventLog
"""


INTERRUPTED = "DagsterExecutionInterruptedError"  # what Dagster makes of Ctrl-C within a step


def dagster_home(config: Config) -> Path:
    """The company's Dagster home, with a dagster.yaml."""
    config.dagster_dir.mkdir(parents=True, exist_ok=True)
    settings = config.dagster_dir / "dagster.yaml"
    if not (settings.exists() and settings.stat().st_size):  # Dagster would take an empty one for consent to telemetry
        write_text(DAGSTER_YAML, settings)
    return config.dagster_dir


def refresh(
    config: Config,
    report: Report,
    *,
    as_of: str | None = None,
    full_refresh: bool = False,
    backfill: tuple[str, str] | None = None,
) -> bool:
    """Run the job from landing to publishing. Returns whether a version was published; `report` says why not.

    `as_of` is `YYYY-MM-DD HH:MM:SS` in UTC, `backfill` a first and last day. What dbt and Dagster print goes to
    logs/run.log below the company's home. Raises RunActive where another run holds the lock, WarehouseError where
    nothing can be built, KeyboardInterrupt where somebody ended it.
    """
    workspace = Workspace(config)
    check_seeds(config)
    with RunLock(workspace.lock):
        listen(report)
        workspace.logs.mkdir(parents=True, exist_ok=True)
        try:
            report.step("start")
            with _output_to(workspace.logs / "run.log"):
                success = _execute(workspace, report, as_of, full_refresh, backfill)
        finally:
            report.step(None)
            listen(Report())
    return success


def _execute(
    workspace: Workspace, report: Report, as_of: str | None, full_refresh: bool, backfill: tuple[str, str] | None
) -> bool:
    os.environ["DAGSTER_HOME"] = str(dagster_home(workspace.config))
    import dagster as dg
    from sqlalchemy.exc import DatabaseError

    from orchestration.defs import resources
    from orchestration.defs.automation import JOB
    from orchestration.defs.company import build_definitions

    job = build_definitions(workspace).resolve_job_def(JOB)
    tags = {resources.STARTED_BY_TAG: "command line"}
    tags |= {resources.AS_OF_TAG: as_of} if as_of else {}
    tags |= {resources.FULL_REFRESH_TAG: "true"} if full_refresh else {}
    tags |= {resources.BACKFILL_TAG: "/".join(backfill)} if backfill else {}
    try:
        with dg.DagsterInstance.get() as instance:
            result = job.execute_in_process(instance=instance, tags=tags, raise_on_error=False)
    except DatabaseError as error:
        raise WarehouseError(
            f"Dagster's history in {workspace.config.dagster_dir} cannot be used: {error.orig}; make room if the disk is full, "
            "else remove that folder (it holds no more than the history of runs), and run again"
        ) from error
    failures = result.filter_events(lambda event: event.is_step_failure)
    errors = [event.step_failure_data.error for event in failures]
    if any(error is not None and error.cls_name == INTERRUPTED for error in errors):
        raise KeyboardInterrupt
    if not report.problems:  # no check said more about it
        report.problems = [_step_problem(event) for event in failures]
    if not result.success and not registry_rows(workspace.config):
        _tell_why_nothing_landed(report)
    return bool(result.success)


def _tell_why_nothing_landed(report: Report) -> None:
    """What kept the feeds from landing goes before what came of it; raises WarehouseError where nothing did."""
    errors = [Problem("step land", result.error) for result in report.landed if result.error]
    if errors:
        report.problems = errors
    elif all(problem.message.startswith(NOTHING_LANDED) for problem in report.problems):
        raise WarehouseError(report.problems[0].message)


def _step_problem(event: "DagsterEvent") -> Problem:
    return Problem(f"step {event.step_key}", reason(event.step_failure_data.error))


@contextlib.contextmanager
def _output_to(log: Path) -> Iterator[None]:
    """Everything that this process and its children print goes to a file meanwhile; a crash is told there too."""
    sys.stdout.flush()
    sys.stderr.flush()
    saved = os.dup(1), os.dup(2)
    with log.open("w", encoding="utf-8") as file:
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
        try:
            yield
        except Exception:
            traceback.print_exc()
            raise
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            for number, original in zip((1, 2), saved, strict=True):
                os.dup2(original, number)
                os.close(original)
