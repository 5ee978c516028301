"""The files of a feed: which there are, when they were extracted, which are new, which are still being written."""

import difflib
import hashlib
import json
import os
import re
import time
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from zoneinfo import ZoneInfo

from orchestration.landing.batches import write_json
from orchestration.landing.feed import Feed

EXTENSIONS = ("csv", "tsv", "jsonl", "ndjson", "parquet")
SETTLED_SECONDS = 2.0  # a younger file may still be being written
WATCH_SECONDS = 3.0

_TEMPORARY = (".tmp", ".part", ".crdownload", "~")
_DATE_IN_NAME = re.compile(
    r"(?<!\d)(\d{4})[-_.]?(\d{2})[-_.]?(\d{2})"
    r"(?:[T_\- ]?(?!20\d\d[-_.]\d\d[-_.]\d\d)"  # a second date is no time of day
    r"([01]\d|2[0-3])[-:.]?([0-5]\d)(?:[-:.]?([0-5]\d))?(Z)?)?(?!\d)"
)
_YEARS = range(2000, 2100)  # of dates in names
_NOT_TEXT = "its name is not UTF-8: rename it"


@dataclass(frozen=True)
class SourceFile:
    """One file of a feed: its place relative to the system's folder, size in bytes, change and extraction time."""

    path: Path
    name: str
    size: int
    mtime_ns: int
    extracted_at: datetime  # naive UTC
    part: str  # of a snapshot in several files: the file's name where it carries no date, else empty

    @property
    def is_unchanged(self) -> bool:
        """Whether the file on disk is still this one."""
        try:
            stat = self.path.stat()
        except OSError:
            return False
        return (stat.st_size, stat.st_mtime_ns) == (self.size, self.mtime_ns)


@dataclass
class FolderListing:
    """The files of a system's folder: usable ones, and refused ones with the reason."""

    files: list[Path] = field(default_factory=list)
    refused: dict[str, str] = field(default_factory=dict)


class FolderError(Exception):
    """A folder that is away or cannot be read; the message names it and says what to do."""


def list_folder(folder: Path) -> FolderListing:
    """Every file below a system's folder but hidden and temporary ones, and those refused with the reason.

    Raises FolderError where the folder or one below it cannot be read: what lies there is not known to be nothing.
    """

    def stop(error: OSError) -> None:
        raise FolderError(
            f"the folder {_shown(error.filename)} cannot be read ({error.strerror}): connect it or grant the right to "
            "read it, and run again"
        ) from error

    listing, root = FolderListing(), folder.resolve()
    for directory, subdirectories, names in os.walk(folder, onerror=stop):
        here = Path(directory)
        subdirectories[:] = sorted(name for name in subdirectories if not name.startswith("."))
        for name in list(subdirectories):
            if reason := _why_not_entered(here / name):
                listing.refused[_shown((here / name).relative_to(folder).as_posix())] = reason
                subdirectories.remove(name)
        for name in sorted(names):
            path = here / name
            if name.startswith(".") or name.lower().endswith(_TEMPORARY):
                continue
            if reason := _why_not_taken(path, root):
                listing.refused[_shown(path.relative_to(folder).as_posix())] = reason
            elif path.is_file():
                listing.files.append(path)
    return listing


def _why_not_entered(path: Path) -> str:
    if path.is_symlink():
        return "a link to a folder: name that folder itself"
    return "" if _is_text(path.name) else _NOT_TEXT


def _why_not_taken(path: Path, root: Path) -> str:
    if not _is_text(path.name):
        return _NOT_TEXT
    try:
        real = path.resolve(strict=True)
    except (OSError, RuntimeError) as error:  # RuntimeError: links that lead to each other
        reason = error.strerror if isinstance(error, OSError) else "links that lead to each other"
        return f"cannot be read ({reason}): remove it, or grant the right to read it"
    return "" if real.is_relative_to(root) else "a link out of the folder: copy the file here"


def _is_text(name: str) -> bool:
    # Bytes of a name that are not UTF-8 (a name in CP932 from an old archive) come as half characters.
    return name.isascii() or not any("\ud800" <= character <= "\udfff" for character in name)


def _shown(name: str) -> str:
    return os.fsencode(name).decode("utf-8", "backslashreplace")


def claims(feed: Feed, relative: str) -> bool:
    """Whether a file, by its place below the system's folder, is one of the feed's."""
    relative = unicodedata.normalize("NFC", relative)  # macOS writes `ド` as two characters
    if feed.files is not None:
        glob = unicodedata.normalize("NFC", feed.files)
        return re.fullmatch(_glob_pattern(glob), relative, re.IGNORECASE) is not None
    table = _names_of(unicodedata.normalize("NFC", feed.table))
    pattern = table + r"(?:[-_.]?\d[\dTZ:_.\-]*)?\.(?:" + "|".join(EXTENSIONS) + ")"
    return re.fullmatch(pattern, PurePosixPath(relative).name, re.IGNORECASE) is not None


def _names_of(table: str) -> str:
    # lead_history is the vendor's LeadHistory too, opportunities its Opportunity
    *words, last = table.split("_")
    if last.endswith(("y", "ies")):
        stem, endings = last.removesuffix("ies").removesuffix("y"), "(?:y|ies)"
    else:
        stem, endings = last.removesuffix("s"), "s?"
    return "[-_ ]?".join(map(re.escape, [*words, stem])) + endings


def _glob_pattern(glob: str) -> str:
    parts = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    return "".join(parts.get(part, re.escape(part)) for part in re.split(r"(\*\*/|\*\*|\*|\?)", glob))


def feed_files(feed: Feed, feeds: Iterable[Feed], listing: FolderListing) -> tuple[list[SourceFile], list[str]]:
    """The feed's files in order of extraction, and its refused ones with reasons. `feeds` are all of the company.

    A glob goes before default names; a file that two globs match, or two systems would take, is refused, as no one can
    tell whose it is.
    """
    near = [
        other
        for other in feeds
        if other.name != feed.name
        and (feed.folder.is_relative_to(other.folder) or other.folder.is_relative_to(feed.folder))
    ]
    found, refused = [], []
    for relative in sorted(
        [path.relative_to(feed.folder).as_posix() for path in listing.files] + list(listing.refused)
    ):
        if not claims(feed, relative):
            continue
        path = feed.folder / relative
        rivals = [other for other in near if _takes(other, path)]
        named = [other for other in rivals if other.files is not None]
        if named and feed.files is None:
            continue
        rivals = named if feed.files is not None else [other for other in rivals if other.system != feed.system]
        if relative in listing.refused:
            refused.append(f"{relative}: {listing.refused[relative]}")
        elif rivals:
            names = ", ".join(sorted([feed.name, *(other.name for other in rivals)]))
            refused.append(f"{relative}: {names} would all take it: narrow `files` of all but one in tasuki.toml")
        else:
            found.append(_source_file(feed, relative))
    return sorted(found, key=lambda file: (file.extracted_at, file.name)), refused


def _takes(feed: Feed, path: Path) -> bool:
    return path.is_relative_to(feed.folder) and claims(feed, path.relative_to(feed.folder).as_posix())


def _source_file(feed: Feed, relative: str) -> SourceFile:
    path = feed.folder / relative
    stat = path.stat()
    dated = date_in_name(relative, feed.timezone)
    extracted = dated or datetime.fromtimestamp(stat.st_mtime, UTC).replace(tzinfo=None, microsecond=0)
    return SourceFile(path, relative, stat.st_size, stat.st_mtime_ns, extracted, part="" if dated else relative)


def unclaimed_files(feeds: Sequence[Feed]) -> list[str]:
    """`system: file: …` for what lies in the systems' folders and no feed takes: why it is refused, or what to do.

    `feeds` are all of the company: systems may share a folder.

    Raises FolderError where a folder cannot be read.
    """
    unclaimed = []
    for system, folder in {feed.system: feed.folder for feed in feeds}.items():
        listing = list_folder(folder)
        reasons = {path.relative_to(folder).as_posix(): "" for path in listing.files} | listing.refused
        tables = [feed.table for feed in feeds if feed.system == system]
        unclaimed += [
            f"{system}: {name}: {reason or _how_to_claim(name, system, tables)}"
            for name, reason in reasons.items()
            if not any(_takes(feed, folder / name) for feed in feeds)
        ]
    return unclaimed


def _how_to_claim(relative: str, system: str, tables: list[str]) -> str:
    path = PurePosixPath(relative.lower())
    close = difflib.get_close_matches(path.stem.rstrip("0123456789-_. "), tables, 1)
    is_usable = path.suffix.removeprefix(".") in EXTENSIONS
    if path.suffix in (".gz", ".zip"):
        return f"unpack it: {path.suffix} is not read"
    name = f"{close[0] if close else tables[0]}_20260401{path.suffix if is_usable else '.csv'}"
    what = "name it" if is_usable else "export it as CSV, named"
    section = f"systems.{system}.feeds.{close[0] if close else '<table>'}"
    return f"{what} after its table, such as {name}, or set `files` in [{section}]"


def date_in_name(relative: str, timezone: ZoneInfo) -> datetime | None:
    """The date (and time) in a file's name, else in a folder's: when it was extracted, naive UTC; None where there is none.

    Digits of another century are a number and no date. What is landed does not hang on the day of the landing.
    A name without zone is in the feed's time zone. A date alone means the last second of that day, so that no event of
    the day lies after the extraction. Of several dates the latest counts: an export of a period was made at its end.
    A file without date was extracted when it last changed.
    """
    for part in reversed(PurePosixPath(relative).parts):
        found = [_moment(match, timezone) for match in _DATE_IN_NAME.finditer(part)]
        if moments := [moment for moment in found if moment is not None]:
            return max(moments)
    return None


def _moment(match: re.Match[str], timezone: ZoneInfo) -> datetime | None:
    year, month, day = (int(group) for group in match.groups()[:3])
    if year not in _YEARS:
        return None
    is_day = match[4] is None
    hour, minute, second = (23, 59, 59) if is_day else (int(group or 0) for group in match.groups()[3:6])
    try:
        moment = datetime(year, month, day, hour, minute, second, tzinfo=UTC if match[7] else timezone)
        return moment.astimezone(UTC).replace(tzinfo=None)
    except (ValueError, OverflowError):
        return None  # digits that are no date


def still_being_written(files: list[SourceFile]) -> set[str]:
    """The names of those files that change while the young among them are watched (3 seconds at most)."""
    deadline = time.monotonic() + WATCH_SECONDS
    changing: set[str] = set()
    while True:
        changing |= {file.name for file in files if not file.is_unchanged}
        young = [f for f in files if f.name not in changing and time.time() - f.mtime_ns / 1e9 < SETTLED_SECONDS]
        if not young or time.monotonic() >= deadline:
            return changing
        time.sleep(0.1)


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@dataclass(frozen=True)
class SeenFile:
    """What was in a file when it was last landed or skipped, when it was extracted (naive UTC, ISO), how it was read."""

    size: int
    mtime_ns: int
    sha256: str
    extracted_at: str
    reading: str = ""  # Feed.reading; empty where an earlier version did not note it

    def was_read_as(self, reading: str) -> bool:
        """Whether it was read under these settings, as far as is known."""
        return self.reading in ("", reading)


class FileState:
    """The files of a feed that were dealt with, in `_files.json` beside its batches.

    It saves reading unchanged files again. Batches carry path and SHA-256 themselves, so a lost or stale state loses
    and doubles nothing.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self.is_lost = True
        self.is_changed = False
        self._seen: dict[str, SeenFile] = {}
        if path.exists():
            try:
                content = json.loads(path.read_text(encoding="utf-8"))
                self._seen = {name: SeenFile(**seen) for name, seen in content.items()}
                self.is_lost = False
            except (ValueError, TypeError, AttributeError):
                self._seen = {}  # a spoiled state is a lost one: rebuilt from the batches

    def get(self, name: str) -> SeenFile | None:
        """What is known of a file."""
        return self._seen.get(name)

    def adopt(self, reading: str) -> None:
        """Take what earlier versions noted as read under these settings, so that a later change of them is seen."""
        for name, seen in self._seen.items():
            if not seen.reading:
                self._seen[name] = replace(seen, reading=reading)
                self.is_changed = True

    def put(self, file: SourceFile, sha256: str, reading: str) -> None:
        """Note that this content of a file is dealt with under these settings."""
        self._seen[file.name] = SeenFile(file.size, file.mtime_ns, sha256, file.extracted_at.isoformat(), reading)
        self.is_changed = True

    def last_extracted(self, sha256: str) -> datetime | None:
        """When this content was extracted last; None where no file has it."""
        found = [seen.extracted_at for seen in self._seen.values() if seen.sha256 == sha256]
        return max(map(datetime.fromisoformat, found), default=None)

    def is_known(self, file: SourceFile, reading: str) -> bool:
        """Whether the file is the one dealt with under these settings, going by size and change time alone."""
        seen = self._seen.get(file.name)
        if seen is None or not seen.was_read_as(reading):
            return False
        return (seen.size, seen.mtime_ns) == (file.size, file.mtime_ns)

    def save(self) -> None:
        """Write what changed."""
        if self.is_changed or self.is_lost:
            write_json({name: asdict(seen) for name, seen in sorted(self._seen.items())}, self._path)
            self.is_changed = self.is_lost = False
