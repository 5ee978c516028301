"""Land: each raw table of each configured system is an asset."""

import collections
import contextlib
import itertools
import time
from collections.abc import Iterator
from datetime import UTC

import dagster as dg

from orchestration.config import Config
from orchestration.landing import Feed, FeedResult, FolderError, land_all, land_feed, unclaimed_files
from orchestration.progress import current, few
from orchestration.warehouse import Workspace, registry_rows

ATTEMPTS = 3
WAIT_SECONDS = 1.0
RETRY = dg.RetryPolicy(max_retries=2, delay=5, backoff=dg.Backoff.EXPONENTIAL)
CHECK = "landed"


def land_assets(workspace: Workspace) -> list[dg.AssetsDefinition]:
    """One step per system, with an asset per raw table; a table that cannot be landed does not stop the others."""
    by_system = itertools.groupby(workspace.config.feeds, key=lambda feed: feed.system)
    return [_system_assets(workspace, system, list(feeds)) for system, feeds in by_system]


def asset_key(feed: Feed) -> dg.AssetKey:
    """The asset of a raw table; dbt's source of the same name depends on it."""
    return dg.AssetKey([feed.system, feed.table])


def _system_assets(workspace: Workspace, system: str, feeds: list[Feed]) -> dg.AssetsDefinition:
    by_key = {asset_key(feed): feed for feed in feeds}

    @dg.multi_asset(
        name=f"land_{system}",
        specs=[
            dg.AssetSpec(
                key,
                group_name="land",
                kinds={"parquet"},
                description=f"Raw table {feed.table} of {system}: immutable batches in the landing zone.",
                metadata={"delivery": feed.delivery, "key": ", ".join(feed.key), "sets_as_of": feed.sets_as_of},
            )
            for key, feed in by_key.items()
        ],
        check_specs=[
            dg.AssetCheckSpec(CHECK, asset=key, description="Every new file of the feed could be read.")
            for key in by_key
        ],
        can_subset=True,
        required_resource_keys={"run_lock"},
        retry_policy=RETRY,
    )
    def land(context: dg.AssetExecutionContext) -> Iterator[dg.MaterializeResult]:
        report = current()
        report.step("land")
        wanted = [feed for key, feed in by_key.items() if key in context.selected_asset_keys]
        results = _land(workspace.config, feeds, wanted)
        rows = collections.Counter[str]()
        for batch in registry_rows(workspace.config):
            rows[f"{batch['system']}.{batch['table_name']}"] += batch["rows_landed"]
        with contextlib.suppress(FolderError):  # told with each feed
            if files := [file for file in unclaimed_files(workspace.config.feeds) if file.startswith(f"{system}: ")]:
                report.unclaimed(files)
                context.log.warning(f"no feed takes {'; '.join(few(files))}")
        for feed, result in zip(wanted, results, strict=True):
            report.feed(feed, result)
            if result.error:
                context.log.warning(result.error)
            yield _materialization(feed, result, rows[feed.name])

    return land


def _land(config: Config, feeds: list[Feed], wanted: list[Feed]) -> list[FeedResult]:
    if wanted == feeds:
        results = land_all(config.model_copy(update={"feeds": tuple(feeds)}))
    else:
        results = [land_feed(config, feed) for feed in wanted]
    return [_land_again(config, feed, result) for feed, result in zip(wanted, results, strict=True)]


def _land_again(config: Config, feed: Feed, result: FeedResult) -> FeedResult:
    """Try a feed in error again (a share may have been away for a moment), keeping what was landed before."""
    for _ in range(ATTEMPTS - 1):
        if result.error is None:
            break
        time.sleep(WAIT_SECONDS)
        again = land_feed(config, feed)
        again.batches = result.batches + again.batches
        again.skipped = result.skipped + again.skipped
        again.first_rejects = result.first_rejects + again.first_rejects
        result = again
    return result


def _materialization(feed: Feed, result: FeedResult, rows: int) -> dg.MaterializeResult:
    """What the run landed, and with it how many rows the table's batches hold together."""
    metadata: dict[str, dg.MetadataValue] = {
        "dagster/row_count": dg.MetadataValue.int(rows),
        "rows_in": dg.MetadataValue.int(result.rows_in),
        "rows_landed": dg.MetadataValue.int(result.rows_landed),
        "rows_rejected": dg.MetadataValue.int(result.rows_rejected),
        "batches": dg.MetadataValue.int(len(result.batches)),
        "files_skipped": dg.MetadataValue.int(len(result.skipped)),
    }
    lists = {
        "files": [f"{batch.source_file} ({batch.encoding})" for batch in result.batches],
        "files_left": result.left,
        "files_refused": result.refused,
        "first_rejects": result.first_rejects,
        "drift": result.drift,
    }
    for name, lines in lists.items():
        if lines:
            metadata[name] = dg.MetadataValue.md("\n".join(f"- {line}" for line in lines))
    if result.freshness:
        metadata["freshness"] = dg.MetadataValue.timestamp(result.freshness.replace(tzinfo=UTC))
    check = dg.AssetCheckResult(
        passed=result.error is None,
        asset_key=asset_key(feed),
        check_name=CHECK,
        severity=dg.AssetCheckSeverity.WARN,  # the other feeds go on; the feed's last batches stay in force
        description=result.error,
    )
    return dg.MaterializeResult(asset_key=asset_key(feed), metadata=metadata, check_results=[check])
