"""When it runs by itself: daily in the business time zone, and when new files have come; and who hears of a failure."""

import contextlib
import hashlib
import time

import dagster as dg
from dagster._core.events import JobFailureData

from orchestration.defs.resources import STARTED_BY_TAG
from orchestration.failures import reason
from orchestration.landing import pending_files
from orchestration.lock import RunActive, RunLock
from orchestration.notify import post, run_failed
from orchestration.warehouse import Workspace

SENSOR_SECONDS = 20  # a run begins at the second look
ATTEMPTS = 3
DEAD_SECONDS = 600  # without an event: far more than a run takes before it has the lock and after, or the week's brief
DEAD = "its process died before it ended; nothing needs repair: the next run begins where it is needed"
FILES_TAG = "tasuki/files"  # state of the files that a run was started for
JOB = "refresh"
DIGEST_JOB = "weekly_digest"


def daily_schedule(workspace: Workspace) -> dg.ScheduleDefinition:
    """`schedule.cron` of the configuration, on the business clock."""
    return dg.ScheduleDefinition(
        name="daily",
        job_name=JOB,
        cron_schedule=workspace.config.schedule.cron,
        execution_timezone=workspace.config.company.timezone,
        description=f"Daily refresh, {workspace.config.schedule.cron} on the clock of {workspace.config.company.timezone}.",
        default_status=dg.DefaultScheduleStatus.RUNNING,
    )


def digest_job(workspace: Workspace) -> dg.JobDefinition:
    """Writes the week's brief to `digests` in the home folder and posts it, in Japanese, where a webhook is configured."""

    @dg.op(name="digest", description="The week's brief for both teams.")
    def digest() -> None:
        from orchestration.digest import to_chat, write_digests

        digests = write_digests(workspace.config, workspace.config.home_dir / "digests")
        post(workspace.config, to_chat(digests["ja"]))

    @dg.job(name=DIGEST_JOB, executor_def=dg.in_process_executor, description="Write and send the week's brief.")
    def weekly() -> None:
        digest()

    return weekly


def digest_schedule(workspace: Workspace) -> dg.ScheduleDefinition:
    """`schedule.digest_cron` of the configuration, on the business clock."""
    return dg.ScheduleDefinition(
        name="weekly_digest",
        job_name=DIGEST_JOB,
        cron_schedule=workspace.config.schedule.digest_cron,
        execution_timezone=workspace.config.company.timezone,
        default_status=dg.DefaultScheduleStatus.RUNNING,
    )


def new_files_sensor(workspace: Workspace) -> dg.SensorDefinition:
    """Starts a run when new files are there and nothing about them has changed since the last look."""

    @dg.sensor(
        name="new_files",
        job_name=JOB,
        minimum_interval_seconds=SENSOR_SECONDS,
        description="Starts a run when new files lie in the exports' folders and no longer change.",
        default_status=dg.DefaultSensorStatus.RUNNING,
    )
    def new_files(context: dg.SensorEvaluationContext) -> dg.SensorResult | dg.SkipReason:
        _end_dead_runs(workspace, context.instance)
        state = _state_of_pending(workspace)
        if state is None:
            return dg.SkipReason("no new file")
        if state != context.cursor:
            context.update_cursor(state)
            return dg.SkipReason("new files have come; waiting one look for them to be complete")
        try:
            with RunLock(workspace.lock):  # it may land these very files
                pass
        except RunActive as active:
            return dg.SkipReason(str(active))
        tags = {FILES_TAG: state}
        failed = dg.RunsFilter(tags=tags, statuses=[dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.CANCELED])
        failures = context.instance.get_runs_count(failed)
        if failures == ATTEMPTS:
            return dg.SkipReason(f"{ATTEMPTS} runs failed before they landed these files; the daily run tries again")
        # Files that cannot be landed stay pending after a good run: its key keeps them from starting another.
        return dg.SensorResult(run_requests=[dg.RunRequest(run_key=f"{state}-{failures}", tags=tags)], cursor=state)

    return new_files


def _end_dead_runs(workspace: Workspace, instance: dg.DagsterInstance) -> None:
    """End the runs that died with Dagster's own processes, in a power cut or a restart: Dagster does not notice, and its
    queue would wait for them for ever. That none of them lives, the run lock says."""
    started = instance.get_runs(dg.RunsFilter(statuses=[dg.DagsterRunStatus.STARTED]))
    if silent := [run for run in started if _seconds_silent(instance, run.run_id) > DEAD_SECONDS]:
        with contextlib.suppress(RunActive), RunLock(workspace.lock):
            for run in silent:
                instance.report_run_failed(run, DEAD)


def _seconds_silent(instance: dg.DagsterInstance, run_id: str) -> float:
    newest = instance.get_records_for_run(run_id, limit=1, ascending=False).records
    return time.time() - newest[0].timestamp if newest else 0.0


def _state_of_pending(workspace: Workspace) -> str | None:
    """A hash over the names, sizes and times of the pending files; None where there is none."""
    pending = pending_files(workspace.config)
    if not pending:
        return None
    folders = {feed.name: feed.folder for feed in workspace.config.feeds}
    digest = hashlib.sha256()
    for entry in pending:
        feed, _, name = entry.partition(": ")
        try:
            stat = (folders[feed] / name).stat()
        except OSError:
            stat = None
        digest.update(f"{entry} {stat and (stat.st_size, stat.st_mtime_ns)}\n".encode())
    return digest.hexdigest()


def failure_sensor(workspace: Workspace) -> dg.SensorDefinition:
    """Logs and posts each failed run that the command line did not start (it tells for itself)."""

    @dg.run_failure_sensor(
        name="run_failed",
        default_status=dg.DefaultSensorStatus.RUNNING,
        minimum_interval_seconds=SENSOR_SECONDS,
        description="Logs each failed run and posts it to the webhook of notify.webhook_env.",
    )
    def on_failure(context: dg.RunFailureSensorContext) -> None:
        if STARTED_BY_TAG not in context.dagster_run.tags:
            steps = [
                f"step {event.step_key}: {reason(event.step_failure_data.error)}"
                for event in context.get_step_failure_events()
            ]
            end = context.failure_event.event_specific_data
            ended = reason(end.error) if isinstance(end, JobFailureData) else ""
            message = "; ".join(steps) or ended or context.failure_event.message or ""
            run_failed(workspace.config, context.dagster_run.run_id, f"Failed: {message}")

    return on_failure
