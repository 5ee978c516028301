"""Landing: new files of a feed become immutable batches, in the order of their extraction."""

from __future__ import annotations

import errno
import functools
import os
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from orchestration.landing.batches import (
    BatchError,
    Job,
    ReadOutcome,
    RejectWriter,
    first_rejects,
    list_batches,
    put_in_place,
    read_metadata,
    reject_whole_file,
)
from orchestration.landing.drift import Shape, drift_notes, missing_keys, shrink_notes
from orchestration.landing.encoding import why_no_text
from orchestration.landing.feed import Feed, FeedResult, LandedBatch
from orchestration.landing.files import (
    FileState,
    FolderError,
    FolderListing,
    SourceFile,
    feed_files,
    list_folder,
    sha256_of,
    still_being_written,
)
from orchestration.landing.registry import declare_tables, locked, remove_strays, write_registry
from orchestration.ledger import declare_records

if TYPE_CHECKING:
    from orchestration.config import Config

_DIGITS = 8  # of the SHA-256 in a batch's id
Progress = Callable[[Feed, FeedResult | None], None]


def land_all(config: Config, *, now: datetime | None = None, progress: Progress | None = None) -> list[FeedResult]:
    """Land what is new in every feed. A feed that fails has `error` set in its result; the others go on.

    `progress` is called before each feed with None and after it with its result.
    """
    now = now or datetime.now(UTC)
    declare_tables(config.landing_dir, config.catalogue)
    declare_records(config.landing_dir)
    look = functools.cache(list_folder)
    results = []
    for feed in config.feeds:
        if progress:
            progress(feed, None)
        results.append(_land_feed(config, feed, now, look))
        if progress:
            progress(feed, results[-1])
    _tell_freshness(config, results)
    return results


def land_feed(config: Config, feed: Feed, *, now: datetime | None = None) -> FeedResult:
    """Land what is new in one feed, and bring the registry up to date. `now` (zoned) becomes `_loaded_at`."""
    declare_tables(config.landing_dir, {feed.system: {feed.table: config.catalogue[feed.system][feed.table]}})
    result = _land_feed(config, feed, now or datetime.now(UTC), list_folder)
    _tell_freshness(config, [result])
    return result


def _tell_freshness(config: Config, results: list[FeedResult]) -> None:
    known_at = write_registry(config.landing_dir, config.catalogue)
    for result in results:
        result.freshness = known_at.get(f"{result.system}.{result.table}")


def pending_files(config: Config) -> list[str]:
    """`system.table: file` for each file that the next landing would land or look at again. Reads, never writes.

    A folder that cannot be read is pending too: the landing says so with the feed.
    """
    pending = []
    look = functools.cache(list_folder)
    for feed in config.feeds:
        try:
            files, _ = feed_files(feed, config.feeds, look(feed.folder))
        except FolderError:
            pending.append(f"{feed.name}: its folder, which cannot be read")
            continue
        state = FileState(config.landing_dir / feed.system / feed.table / "_files.json")
        pending += [f"{feed.name}: {file.name}" for file in files if _is_pending(state, file, feed.reading)]
    return pending


def _is_pending(state: FileState, file: SourceFile, reading: str) -> bool:
    if state.is_known(file, reading):
        return False
    seen = state.get(file.name)
    if seen is None or not seen.was_read_as(reading) or seen.size != file.size:
        return True
    try:
        return seen.sha256 != sha256_of(file.path)
    except OSError:
        return True  # the landing says why it cannot be read


def _land_feed(config: Config, feed: Feed, now: datetime, look: Callable[[Path], FolderListing]) -> FeedResult:
    result = FeedResult(feed.system, feed.table)
    table_dir = config.landing_dir / feed.system / feed.table
    file_name = "its folder"
    try:
        with locked(table_dir / "_lock"):
            landing = _FeedLanding(feed, table_dir, config.landing_dir / "_rejects" / feed.system / feed.table, now)
            files, result.refused = feed_files(feed, config.feeds, look(feed.folder))
            try:
                new = landing.to_look_at(files)
                changing = still_being_written(new)
                for file in new:
                    file_name = file.name
                    if file.name in changing:
                        result.left.append(file.name)
                    else:
                        landing.land(file, result)
            finally:
                landing.state.save()
    except (FolderError, BatchError) as error:
        result.error = f"{feed.name}: {error}"
    except Exception as error:  # one feed's fault is reported with its result and must not stop the others
        is_full = os.strerror(errno.ENOSPC) in str(error)  # DuckDB says no more than this text
        cure = "make room" if is_full else f"correct or remove the file in {feed.folder}"
        result.error = (
            f"{feed.name}: {file_name} cannot be landed: {type(error).__name__}: {error}. "
            f"Nothing of it was landed; {cure} and run again."
        )
    return result


class _FeedLanding:
    """One feed's batches and file state while its new files are landed."""

    def __init__(self, feed: Feed, table_dir: Path, rejects_dir: Path, now: datetime) -> None:
        self._feed, self._table_dir, self._rejects_dir = feed, table_dir, rejects_dir
        self._loaded_at = now.astimezone(UTC).replace(tzinfo=None)
        remove_strays(table_dir, rejects_dir)
        self.state = FileState(table_dir / "_files.json")
        self.state.adopt(feed.reading)
        paths = list_batches(table_dir)
        self._latest = read_metadata(list(paths.values())[-1])[0] if paths else None
        self._shape, self._had_rows = _last_shape(list(paths.values()))
        self._contents = {(_extracted_at(batch_id), batch_id[-_DIGITS:]) for batch_id in paths}
        self._in_parts: set[datetime] = set()
        self._landed = [read_metadata(path)[0] for path in paths.values()] if self.state.is_lost else []
        self._newest = max((_extracted_at(batch_id) for batch_id in paths), default=None)

    def to_look_at(self, files: list[SourceFile]) -> list[SourceFile]:
        """The files that are not known, and those known ones that were skipped but are parts of one snapshot with them.

        A snapshot may come in several dated files. What is in none of its parts was deleted, so that a part that is as
        the feed's latest batch is a batch again, whenever the other parts come.
        """
        new = {file.name: file for file in files if not self.state.is_known(file, self._feed.reading)}
        if self._feed.delivery != "snapshot":
            return list(new.values())
        parts = Counter(file.extracted_at for file in files if not file.part)
        self._in_parts = {at for at, count in parts.items() if count > 1}
        times = {file.extracted_at for file in new.values()} & self._in_parts
        return [file for file in files if file.name in new or (file.extracted_at in times and self._was_skipped(file))]

    def _was_skipped(self, file: SourceFile) -> bool:
        seen = self.state.get(file.name)
        return seen is not None and (file.extracted_at, seen.sha256[:_DIGITS]) not in self._contents

    def land(self, file: SourceFile, result: FeedResult) -> None:
        """Land, skip or leave one file."""
        sha256 = sha256_of(file.path)
        if self._is_dealt_with(file, sha256):
            self.state.put(file, sha256, self._feed.reading)
            result.skipped.append(file.name)
            return
        if self.state.is_changed:
            # A skip must not be forgotten once a newer batch stands: the file would look like a revert.
            self.state.save()
        batch = self._read(file, sha256)
        if batch is None:
            result.left.append(file.name)
            return
        self.state.put(file, sha256, self._feed.reading)
        result.batches.append(batch)
        if batch.rows_rejected:
            result.first_rejects += first_rejects(self._rejects_dir / f"{batch.batch_id}.parquet")

    def _is_dealt_with(self, file: SourceFile, sha256: str) -> bool:
        if file.extracted_at in self._in_parts and (file.extracted_at, sha256[:_DIGITS]) not in self._contents:
            return False
        reading = self._feed.reading
        seen = self.state.get(file.name)
        is_seen = seen is not None and seen.sha256 == sha256
        if seen is not None and is_seen and seen.reading == reading:
            return True
        if self._latest is not None and self._latest.sha256 == sha256:
            # A file known from other settings is read again, also where the batch does not say how it was read.
            return self._latest.reading == reading if is_seen else self._latest.was_read_as(reading)
        # Without a state, a file that was once landed or skipped is known by its content and age.
        return any(
            batch.sha256 == sha256
            and batch.was_read_as(reading)
            and (batch.source_file == file.name or (self._newest is not None and file.extracted_at <= self._newest))
            for batch in self._landed
        )

    def _read(self, file: SourceFile, sha256: str) -> LandedBatch | None:
        seq = self._latest.seq + 1 if self._latest else 1
        batch_id = f"{file.extracted_at:%Y%m%dT%H%M%S}Z-{seq:06d}-{sha256[:_DIGITS]}"
        target = self._table_dir / f"{batch_id}.parquet"
        rejects = RejectWriter(self._feed, batch_id, file.name, self._rejects_dir / f"{batch_id}.parquet")
        previous = self._shape
        complete = self._snapshot_before(file)
        ahead = []
        if file.extracted_at > self._loaded_at + timedelta(days=1):
            what, cure = (
                ("its last change", "give its name a date") if file.part else ("the date in its name", "rename it")
            )
            ahead = [
                f"{what} lies ahead ({file.extracted_at:%Y-%m-%d}), and no delivery before it counts: if it is a "
                f"mistake, {cure} and remove its batch {target.name}"
            ]
        job = Job(
            feed=self._feed,
            source=file.path,
            source_file=file.name,
            part=file.part,
            batch_id=batch_id,
            seq=seq,
            sha256=sha256,
            extracted_at=file.extracted_at,
            loaded_at=self._loaded_at,
            had_rows=self._had_rows,
            tmp=target.with_name(f".{batch_id}.tmp"),
            rejects=rejects,
            describe_drift=lambda shape, rows: (
                drift_notes(shape, rows, previous, self._feed) + shrink_notes(rows, complete) + ahead
            ),
        )
        try:
            outcome = read_file(job)
            if not file.is_unchanged:
                return None
            if outcome.rows_rejected != rejects.count:
                raise RuntimeError(f"{outcome.rows_rejected} records rejected, {rejects.count} rejects written")
            rejects.publish()
            put_in_place(job.tmp, target)
        finally:
            for stray in (job.tmp, job.scratch):
                stray.unlink(missing_ok=True)
        batch = job.entry(outcome)
        # The next file is compared with the last that told its columns: an unreadable one does not.
        self._shape = outcome.shape if outcome.shape.tells(outcome.rows_in) else previous or _known(outcome.shape)
        self._had_rows = outcome.rows_in > 0 if outcome.shape.columns else self._had_rows
        self._latest = batch
        self._contents.add((batch.extracted_at, sha256[:_DIGITS]))
        self._newest = max(self._newest or batch.extracted_at, batch.extracted_at)
        return batch

    def _snapshot_before(self, file: SourceFile) -> int | None:
        """The rows of the snapshot that a file replaces; None where it is a part of one, or the last was."""
        before = self._latest
        if before is None or self._feed.delivery != "snapshot" or file.part or before.part:
            return None
        if {file.extracted_at, before.extracted_at} & self._in_parts or file.extracted_at <= before.extracted_at:
            return None
        return before.rows_in


def read_file(job: Job) -> ReadOutcome:
    """Write a file's batch and rejects under their temporary names.

    A file without a key column is rejected whole: none of its rows can be told apart, and a snapshot that holds none of
    the known keys would delete every record. So would one without rows, as an export that failed
    often is, where the one before had any.
    """
    outcome = _read_format(job)
    if not outcome.shape.columns:  # rejected already, or no line in it
        return outcome
    if missing := missing_keys(outcome.shape.columns, job.feed):
        reason = (
            f"no column {', '.join(missing)}, the key of {job.feed.name}: name its header under `columns` in tasuki.toml, "
            "or correct `skip_lines` or `delimiter` there"
        )
    elif job.feed.delivery == "snapshot" and job.had_rows and not outcome.rows_in:
        reason = "the file has no rows: as a snapshot it would delete every record"
    else:
        return outcome
    return reject_whole_file(job, reason, outcome.encoding)


def _read_format(job: Job) -> ReadOutcome:
    # Imported here so that a check for new files does not load DuckDB.
    suffix = job.source.suffix.lower()
    if suffix == ".parquet":
        from orchestration.landing.parquet_reader import land_parquet

        return land_parquet(job)
    if reason := why_no_text(job.source):
        return reject_whole_file(job, reason)
    if suffix in (".jsonl", ".ndjson"):
        from orchestration.landing.jsonl_reader import land_jsonl

        return land_jsonl(job)
    from orchestration.landing.csv_reader import land_csv

    return land_csv(job)


def _last_shape(batches: list[Path]) -> tuple[Shape | None, bool]:
    """The columns of a feed as its newest telling batch shows them; whether the newest batch that was read had rows."""
    some, had_rows = None, False
    for path in reversed(batches):
        batch, shape = read_metadata(path)
        if some is None and shape.columns:
            some, had_rows = shape, batch.rows_in > 0
        if shape.tells(batch.rows_in):
            return shape, had_rows
    return some, had_rows


def _known(shape: Shape) -> Shape | None:
    return shape if shape.columns else None


def _extracted_at(batch_id: str) -> datetime:
    return datetime.strptime(batch_id.split("-", 1)[0], "%Y%m%dT%H%M%SZ")
