"""tasuki.toml: everything a company sets, checked whole before any work."""

import difflib
import hashlib
import json
import os
import re
import tomllib
import zoneinfo
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, Literal, get_args

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from expectations.limits import Limits
from orchestration.landing.catalogue import Catalogue, CatalogueError, SourceTable, read_catalogue
from orchestration.landing.feed import Feed
from orchestration.landing.names import LINEAGE

PROJECT_DIR = Path(__file__).resolve().parents[1]
STAGING_DIR = PROJECT_DIR / "dbt_project" / "models" / "staging"


class ConfigError(Exception):
    """Every problem of a configuration file at once: key, value and what to do, one per line."""


def _time_zone(name: str) -> str:
    if name not in zoneinfo.available_timezones():
        # an abbreviation is of many places, and Etc/GMT+9 is behind UTC
        places = [zone for zone in zoneinfo.available_timezones() if "/" in zone and not zone.startswith("Etc/")]
        close = difflib.get_close_matches(name, places, 1)
        raise ValueError(f"not a time zone; write an IANA name such as {close[0] if close else 'Asia/Tokyo'}")
    return name


def _currency(code: str) -> str:
    if not re.fullmatch("[A-Z]{3}", code):
        raise ValueError("not a currency code; write three capital letters such as JPY")
    return code


def _cron(expression: str) -> str:
    bounds = ((0, 59), (0, 23), (1, 31), (1, 12), (0, 7))
    fields = expression.split()
    if len(fields) != len(bounds) or not all(_is_cron_field(f, *b) for f, b in zip(fields, bounds, strict=True)):
        raise ValueError('not a schedule; write minute hour day month weekday, such as "0 6 * * *"')
    return expression


def _is_cron_field(field: str, low: int, high: int) -> bool:
    for part in field.split(","):
        match = re.fullmatch(r"(?:\*|(\d+)(?:-(\d+))?)(?:/([1-9]\d*))?", part)
        if match is None or any(not low <= int(number) <= high for number in match.groups()[:2] if number):
            return False
    return True


def _environment_name(name: str) -> str:
    if not re.fullmatch("[A-Za-z_][A-Za-z0-9_]*", name):
        raise ValueError("not the name of an environment variable; put the URL into one and write its name here")
    return name


def _one_byte(delimiter: str) -> str:
    if len(delimiter) != 1 or not delimiter.isascii() or delimiter in '"\r\n\0':
        raise ValueError("not a delimiter; write one ASCII character such as ','")
    return delimiter


def _record_url(template: str) -> str:
    if not re.fullmatch(r"https?://[^\s'\"{}]*\{id\}[^\s'\"{}]*", template):
        raise ValueError("not an address with {id}; write one such as https://example.my.salesforce.com/{id}")
    return template


def _column_map(columns: dict[str, str]) -> dict[str, str]:
    for header, name in columns.items():
        if not re.fullmatch(r"[^\W\dA-Z][^\WA-Z]*", name):
            raise ValueError(f"{header!r} maps to {name!r}; write a snake_case column name")
        if name in LINEAGE:
            raise ValueError(f"{header!r} maps to {name!r}, which landing fills itself; write another column name")
    if len(set(columns.values())) < len(columns):
        raise ValueError("two headers map to the same column; give each its own")
    return columns


def _each_once(names: list[str]) -> list[str]:
    if len(set(names)) < len(names):
        raise ValueError("a name stands there twice; write each once")
    return names


def _own_folder(folder: str) -> str:
    if re.search(r"[\x00-\x1f\x7f]", folder):
        raise ValueError("a control character in a path; between single quotes TOML reads a backslash as it stands")
    return folder


TimeZone = Annotated[str, AfterValidator(_time_zone)]
OwnFolder = Annotated[str, AfterValidator(_own_folder)] | None
Encoding = Literal["auto", "utf-8", "cp932", "utf-16"]
Delivery = Literal["snapshot", "upsert", "append"]
Segment = Literal["channel", "campaign", "persona", "industry", "company_size", "owner", "region"]


class _Table(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class Company(_Table):
    """Whose numbers these are, and how it reckons time and money."""

    name: str
    timezone: TimeZone = "Asia/Tokyo"
    fiscal_year_start_month: Annotated[int, Field(ge=1, le=12)] = 4
    base_currency: Annotated[str, AfterValidator(_currency)] = "JPY"
    seeds: str | None = None

    def clock(self, at: datetime) -> datetime:
        """An instant of a mart, UTC without zone, by the company's clock."""
        return at.replace(tzinfo=UTC).astimezone(zoneinfo.ZoneInfo(self.timezone))


class Paths(_Table):
    """Where the company's data lives, relative to tasuki.toml; each defaults to a folder below home."""

    home: OwnFolder = None
    landing: OwnFolder = None
    warehouse: OwnFolder = None
    published: OwnFolder = None
    restricted: OwnFolder = None
    dagster: OwnFolder = None


class Retention(_Table):
    """How many published versions stay."""

    versions: Annotated[int, Field(ge=1)] = 10


class Notify(_Table):
    """The environment variable that holds the webhook URL for failed runs."""

    webhook_env: Annotated[str, AfterValidator(_environment_name)] | None = None


class Schedule(_Table):
    """When the daily run starts and the week's brief is sent, in the business time zone."""

    cron: Annotated[str, AfterValidator(_cron)] = "0 6 * * *"
    digest_cron: Annotated[str, AfterValidator(_cron)] = "0 9 * * 1"


class Kpis(_Table):
    """How KPI values are split, and for how many months after a change the definition before it is published too."""

    segments: Annotated[list[Segment], AfterValidator(_each_once)] = Field(
        default_factory=lambda: list(get_args(Segment))
    )
    side_by_side_months: Annotated[int, Field(ge=0, le=60)] = 3


class FeedSettings(_Table):
    """What differs from the defaults for one raw table."""

    files: Annotated[str, Field(min_length=1)] | None = None
    delivery: Delivery | None = None
    encoding: Encoding = "auto"
    skip_lines: Annotated[int, Field(ge=0, le=1000)] = 0
    delimiter: Annotated[str, AfterValidator(_one_byte)] | None = None
    timezone: TimeZone | None = None
    sets_as_of: bool | None = None
    columns: Annotated[dict[str, str], AfterValidator(_column_map)] = Field(default_factory=dict)


class SystemSettings(_Table):
    """One source system: the folder of its exports and what is particular to its feeds."""

    folder: str
    timezone: TimeZone | None = None
    record_url: Annotated[str, AfterValidator(_record_url)] | None = None
    feeds: dict[str, FeedSettings] = Field(default_factory=dict)


class _File(_Table):
    company: Company
    paths: Paths = Paths()
    retention: Retention = Retention()
    notify: Notify = Notify()
    schedule: Schedule = Schedule()
    kpis: Kpis = Kpis()
    expectations: Limits = Limits()
    systems: dict[str, SystemSettings] = Field(default_factory=dict)


class Config(BaseModel):
    """A checked configuration with every path absolute and every feed of the configured systems resolved."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, arbitrary_types_allowed=True)

    path: Path
    company: Company
    retention: Retention
    notify: Notify
    schedule: Schedule
    kpis: Kpis
    expectations: Limits
    systems: dict[str, SystemSettings]
    feeds: tuple[Feed, ...]
    catalogue: Catalogue
    home_dir: Path
    landing_dir: Path
    warehouse_dir: Path
    published_dir: Path
    restricted_dir: Path
    dagster_dir: Path
    seeds_dir: Path | None
    checksum: str

    def feed(self, system: str, table: str) -> Feed:
        """One feed by name. KeyError where there is none."""
        for feed in self.feeds:
            if (feed.system, feed.table) == (system, table):
                return feed
        raise KeyError(f"{system}.{table}")


def load_config(path: Path, *, staging_dir: Path = STAGING_DIR, lands: bool = True) -> Config:
    """Read and check a tasuki.toml. Raises ConfigError with every problem found.

    Where nothing is to be landed (`lands`), the folders of exports may be away: what is published can be read all the same.
    The checksum is of the settings, not of the text: comments and layout do not change it.
    """
    path = path.absolute()
    raw = _read_toml(path)
    try:
        catalogue = read_catalogue(staging_dir)
    except CatalogueError as error:
        raise ConfigError(str(error)) from error
    problems: list[str] = []
    content: _File | None = None
    try:
        content = _File.model_validate(raw)
    except ValidationError as error:
        problems = [_explain(dict(detail)) for detail in error.errors()]
    problems += _missing_folders(raw, path.parent) if lands else []
    problems += _unknown_names(raw, catalogue, staging_dir)
    if problems or content is None:
        raise _all_problems(path, problems)
    config = _resolve(path, raw, content, catalogue)
    if problems := _unusable_names(config) + _overlaps(config):
        raise _all_problems(path, problems)
    return config


def _all_problems(path: Path, problems: list[str]) -> ConfigError:
    return ConfigError("\n".join([f"{path}: {len(problems)} problem(s)", *(f"  {p}" for p in problems)]))


def _read_toml(path: Path) -> dict[str, Any]:
    text = ""
    try:
        text = path.read_text(encoding="utf-8-sig")
        return tomllib.loads(text)
    except FileNotFoundError as error:
        raise ConfigError(f"{path}: there is no such file; name your tasuki.toml with --config") from error
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path}: not UTF-8 (byte {error.start}); save it as UTF-8") from error
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"at line (\d+)", str(error))
        bare = re.sub(r"\"[^\"]*\"|'[^']*'|#.*", "", text.splitlines()[int(line[1]) - 1]) if line else ""
        hint = (
            ""
            if bare.isascii()
            else ': write a header in other than plain letters in quotes, "契約番号" = "contract_id"'
        )
        raise ConfigError(f"{path}: not TOML: {error}{hint}") from error


def _explain(detail: dict[str, Any]) -> str:
    parts = [str(part) for part in detail["loc"]]
    key, value, kind = ".".join(parts), detail["input"], detail["type"]
    # a URL put there by mistake is a secret, and so may be one under a key that is misspelt or stands in a wrong table
    is_secret = parts[0] == "notify" or (kind == "extra_forbidden" and "://" in repr(value))
    shown = "(not shown)" if is_secret else repr(value)
    if kind == "missing":
        return f"{key}: missing; add it"
    if kind == "extra_forbidden":
        return f"{key} = {shown}: unknown key; {_suggest(parts[-1], _known_keys(parts[:-1]))}"
    message = detail["msg"].removeprefix("Value error, ")
    return f"{key} = {shown}: {message[:1].lower()}{message[1:]}"


def _known_keys(parents: list[str]) -> list[str]:
    model: type[BaseModel] = _File
    for part in parents:
        found = _model_of(model.model_fields[part].annotation) if part in model.model_fields else None
        model = found or model  # a part that is no field is a system's or feed's own name
    return list(model.model_fields)


def _model_of(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for argument in get_args(annotation) if (found := _model_of(argument))), None)


def _suggest(name: str, known: list[str]) -> str:
    close = difflib.get_close_matches(name, known, 1)
    return f"did you mean {close[0]}?" if close else f"known: {', '.join(sorted(known)) or 'none'}"


def _missing_folders(raw: Mapping[str, Any], base: Path) -> list[str]:
    company = raw.get("company")
    folders = [("company.seeds", company.get("seeds"))] if isinstance(company, dict) else []
    folders += [(f"systems.{name}.folder", system.get("folder")) for name, system in _tables(raw.get("systems"))]
    # os.path.isdir says no where Path.is_dir raises: below a folder that may not be looked into
    return [
        f"{key} = {folder!r}: there is no folder {base / folder}; create it or correct the path (relative to the toml file)"
        for key, folder in folders
        if isinstance(folder, str) and not os.path.isdir(base / folder)
    ]


# What the queries that read these folders take for a pattern, a quotation or a placeholder.
_NOT_IN_FOLDERS = "'[]{}*?"


def _unusable_names(config: Config) -> list[str]:
    return [
        f"paths.{name} = {str(folder)!r} holds {' '.join(found)}, which queries cannot read: choose a path without, or move the project"
        for name, folder in _own_folders(config).items()
        if (found := [sign for sign in _NOT_IN_FOLDERS if sign in str(folder)])
    ]


def _own_folders(config: Config) -> dict[str, Path]:
    names = ("landing", "warehouse", "published", "restricted", "dagster")
    return {name: getattr(config, f"{name}_dir") for name in names}


def _overlaps(config: Config) -> list[str]:
    """Folders that lie in one that Tasuki writes or hold it: what it wrote would be landed or published again."""
    systems = {f"systems.{feed.system}.folder": feed.folder for feed in config.feeds}
    own = {f"paths.{name}": folder for name, folder in _own_folders(config).items()}
    problems, others = [], dict(own)
    for name, folder in (systems | own).items():
        others.pop(name, None)
        rivals = [
            f"{other} = {str(path)!r}"
            for other, path in others.items()
            if path.is_relative_to(folder) or folder.is_relative_to(path)
        ]
        if rivals:
            problems.append(
                f"{name} = {str(folder)!r} is, lies in or holds {', '.join(rivals)}: give each a folder of its own"
            )
    return problems


def _unknown_names(raw: Mapping[str, Any], catalogue: Catalogue, staging_dir: Path) -> list[str]:
    problems = []
    for name, system in _tables(raw.get("systems")):
        if name not in catalogue:
            problems.append(
                f"systems.{name}: unknown system; {staging_dir.name}/ has: {', '.join(sorted(catalogue))}; any other tool is "
                "mapped as generic, or added (docs/adding-a-system.md)"
            )
            continue
        for feed, settings in _tables(system.get("feeds")):
            if feed not in catalogue[name]:
                hint = difflib.get_close_matches(feed, catalogue[name], 1)
                problems.append(
                    f"systems.{name}.feeds.{feed}: unknown feed; {f'did you mean {hint[0]}? ' if hint else ''}"
                    f"known: {', '.join(sorted(catalogue[name]))}"
                )
                continue
            known, columns = catalogue[name][feed].columns, settings.get("columns")
            problems += [
                f"systems.{name}.feeds.{feed}.columns: {header!r} maps to {column!r}, which {name}.{feed} does not have; "
                f"{_suggest(column, list(known))}"
                for header, column in (columns.items() if isinstance(columns, dict) else ())
                if isinstance(column, str) and column not in known
            ]
    return problems


def _tables(node: Any) -> list[tuple[str, dict[str, Any]]]:
    items = node.items() if isinstance(node, dict) else ()
    return [(name, value) for name, value in items if isinstance(value, dict)]


def _resolve(path: Path, raw: Mapping[str, Any], content: _File, catalogue: Catalogue) -> Config:
    base, paths = path.parent, content.paths
    home = (base / (paths.home or f"var/{path.stem}")).resolve()

    def below_home(name: str) -> Path:
        own = getattr(paths, name)
        return (base / own).resolve() if own else home / name

    feeds = tuple(
        _feed(content.company, base, system, system.feeds.get(table.table, FeedSettings()), table)
        for name, system in content.systems.items()
        for table in catalogue[name].values()
    )
    text = json.dumps(raw, sort_keys=True, ensure_ascii=False, default=str)
    return Config(
        path=path,
        company=content.company,
        retention=content.retention,
        notify=content.notify,
        schedule=content.schedule,
        kpis=content.kpis,
        expectations=content.expectations,
        systems=content.systems,
        feeds=feeds,
        catalogue=catalogue,
        home_dir=home,
        landing_dir=below_home("landing"),
        warehouse_dir=below_home("warehouse"),
        published_dir=below_home("published"),
        restricted_dir=below_home("restricted"),
        dagster_dir=below_home("dagster"),
        seeds_dir=(base / content.company.seeds).resolve() if content.company.seeds else None,
        checksum=hashlib.sha256(text.encode("utf-8")).hexdigest(),
    )


def _feed(company: Company, base: Path, system: SystemSettings, settings: FeedSettings, table: SourceTable) -> Feed:
    return Feed(
        system=table.system,
        table=table.table,
        folder=(base / system.folder).resolve(),
        files=settings.files or table.files,
        delivery=settings.delivery or table.delivery,
        key=table.key,
        encoding=settings.encoding,
        skip_lines=settings.skip_lines,
        delimiter=settings.delimiter,
        timezone=zoneinfo.ZoneInfo(settings.timezone or system.timezone or company.timezone),
        sets_as_of=table.sets_as_of if settings.sets_as_of is None else settings.sets_as_of,
        columns=tuple(settings.columns.items()),
        declared=table.columns,
        aliases=table.aliases,
        made_of=table.made_of,
    )
