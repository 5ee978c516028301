"""The dbt project keeps its own rules: read from its SQL and YAML, without running it. Each rule is also seen to catch its fault."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest
import yaml

REPO = Path(__file__).parents[2]
MAX_LINES = 120
CLOCK = re.compile(r"\b(current_date|current_timestamp|current_time|localtimestamp|getdate|now\s*\(|today\s*\()", re.I)
PLACES = re.compile(
    r"(?<![\w.}])/(?:work|tmp|home|root|mnt|Users)/|[A-Za-z]:\\\\|\blocalhost\b|https?://(?!(?:www\.)?(?:[\w-]+\.)*example\b)\w|\b\d{1,3}(?:\.\d{1,3}){3}\b"
)
MISMATCH_VALUES = {
    "level": {"record", "table", "build"},
    "severity": {"S1", "S2", "S3", "S4"},
    "team": {"MKT", "IS", "FS", "CS", "OPS", "DE"},
}
MISMATCH_KEYS = (
    *("code", "name_ja", "name_en", "systems", "rule_ja", "rule_en", "action_ja", "action_en", "tolerances"),
    *MISMATCH_VALUES,
)
JINJA_COMMENT = re.compile(r"\{#.*?#\}", re.S)


@dataclass(frozen=True)
class Model:
    """A model: its SQL file, its folder below models/, and its YAML entry ({} where it has none)."""

    name: str
    file: Path
    layer: str
    entry: dict[str, Any]

    @property
    def columns(self) -> list[dict[str, Any]]:
        columns: list[dict[str, Any]] = self.entry.get("columns", [])
        return columns

    @property
    def meta(self) -> dict[str, Any]:
        return meta_of(self.entry)

    @property
    def keys(self) -> set[str]:
        """Columns that alone tell rows apart."""
        return {column["name"] for column in self.columns if "unique" in names_of_tests(column)}


class Project:
    """A dbt project's files under `root`/dbt_project, with its seeds in `root`/seeds."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.dbt = root / "dbt_project"

    @cached_property
    def documents(self) -> dict[Path, dict[str, Any]]:
        files = [*self.dbt.glob("models/**/*.yml"), *self.root.glob("seeds/*.yml"), *self.dbt.glob("seeds/**/*.yml")]
        return {
            file: yaml.load(file.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader) or {} for file in sorted(files)
        }

    @cached_property
    def models(self) -> list[Model]:
        entries = {
            entry["name"]: entry for document in self.documents.values() for entry in document.get("models") or []
        }
        files = sorted(self.dbt.glob("models/**/*.sql"))
        return [
            Model(file.stem, file, file.relative_to(self.dbt / "models").parts[0], entries.get(file.stem, {}))
            for file in files
        ]

    def texts(self, *patterns: str) -> Iterator[tuple[Path, str]]:
        """(file, text without Jinja comments) of the files below dbt_project that match."""
        for pattern in patterns:
            for file in sorted(self.dbt.glob(pattern)):
                if "target" not in file.parts:  # what dbt wrote, run by hand
                    yield file, JINJA_COMMENT.sub("", file.read_text(encoding="utf-8"))

    def place(self, file: Path) -> str:
        return str(file.relative_to(self.root))


def meta_of(entry: dict[str, Any]) -> dict[str, Any]:
    meta: dict[str, Any] = (entry.get("config") or {}).get("meta") or {}
    return meta


def names_of_tests(entry: dict[str, Any]) -> set[str]:
    """Names of the data tests of a model or column."""
    return {test if isinstance(test, str) else next(iter(test)) for test in entry.get("data_tests") or []}


def described(project: Project) -> list[str]:
    """Every model has a YAML beside it, of the same name, with a description."""
    return [
        project.place(model.file)
        for model in project.models
        if not model.entry.get("description") or not model.file.with_suffix(".yml").exists()
    ]


def marts_labelled(project: Project) -> list[str]:
    """Every column of a mart is described, in Japanese too."""
    marts = [model for model in project.models if model.layer == "marts"]
    return [f"{model.name}: no columns" for model in marts if not model.columns] + [
        f"{model.name}.{column['name']}"
        for model in marts
        for column in model.columns
        if not column.get("description") or not meta_of(column).get("label_ja")
    ]


def keyed(project: Project) -> list[str]:
    """Every model tests what tells its rows apart, or says in `meta: no_key` why nothing does.

    Staging is tested as the input contract, a mismatch rule by the ids in mismatches_found.
    """
    return [
        project.place(model.file)
        for model in project.models
        if model.layer != "staging"
        and not model.meta.get("mismatch")
        and not model.keys
        and not names_of_tests(model.entry) & {"unique", "unique_combination"}
        and not model.meta.get("no_key")
    ]


def related(project: Project) -> list[str]:
    """A mart's column that names the key of another mart has a relationships test."""
    marts = [model for model in project.models if model.layer == "marts"]
    homes = {key: model.name for model in marts for key in model.keys if key.endswith(("_key", "_id"))}
    return [
        f"{model.name}.{column['name']} -> {homes[column['name']]}"
        for model in marts
        for column in model.columns
        if homes.get(column["name"], model.name) != model.name
        and column["name"] not in model.keys
        and "relationships" not in names_of_tests(column)
    ]


def short(project: Project) -> list[str]:
    """No model or test is longer than 120 lines."""
    return [
        project.place(file)
        for pattern in ("models/**/*.sql", "tests/**/*.sql")
        for file in project.dbt.glob(pattern)
        if len(file.read_text(encoding="utf-8").splitlines()) > MAX_LINES
    ]


def defined_once(project: Project) -> list[str]:
    """A KPI is one model in kpis/ that bears its code; nothing elsewhere is called so, model or column."""
    codes = {model.meta["kpi"]["code"]: model for model in project.models if model.meta.get("kpi")}
    found = [
        f"{project.place(model.file)} defines {code}"
        for code, model in codes.items()
        if model.layer != "kpis" or model.name != code
    ]
    elsewhere = [model for model in project.models if model.layer != "kpis"]
    found += [f"{project.place(model.file)} is called like a KPI" for model in elsewhere if model.name in codes]
    for model in elsewhere:
        text = JINJA_COMMENT.sub("", model.file.read_text(encoding="utf-8"))
        found += [
            f"{project.place(model.file)} computes {code}"
            for code in sorted(codes)
            if re.search(rf"\bas\s+{code}\b", text, re.I)
        ]
    return found


def clockless(project: Project) -> list[str]:
    """Nothing reads the wall clock."""
    return [
        f"{project.place(file)}: {read[0]}"
        for file, text in project.texts("models/**/*.sql", "macros/**/*.sql", "tests/**/*.sql")
        for read in CLOCK.finditer(text)
    ]


def vendorless(project: Project) -> list[str]:
    """Past staging no vendor's name appears; a folder in staging/ is a vendor, except `generic`."""
    vendors = [
        folder.name for folder in project.dbt.glob("models/staging/*") if folder.is_dir() and folder.name != "generic"
    ]
    named = re.compile("|".join(vendors) or "(?!)", re.I)
    return [
        f"{project.place(file)}: {name[0]}"
        for file, text in project.texts("models/**/*.sql", "models/**/*.yml")
        if file.relative_to(project.dbt / "models").parts[0] != "staging"
        for name in named.finditer(text)
    ]


def placeless(project: Project) -> list[str]:
    """No file names a machine's folder, host or address."""
    return [
        f"{project.place(file)}: {place[0]}"
        for file, text in project.texts("**/*.sql", "**/*.yml")
        for place in PLACES.finditer(text)
    ]


def seeds_described(project: Project) -> list[str]:
    """Every seed has a YAML entry with a description, and every column of its file is described."""
    entries = {entry["name"]: entry for document in project.documents.values() for entry in document.get("seeds") or []}
    found = []
    for file in sorted(project.root.glob("seeds/*.csv")):
        entry = entries.get(file.stem, {})
        header = file.read_text(encoding="utf-8").splitlines()[0].split(",")
        known = {column["name"] for column in entry.get("columns") or [] if column.get("description")}
        if not entry.get("description"):
            found.append(file.name)
        found += [f"{file.name}: {name}" for name in header if entry and name not in known]
    return found


def mismatches_told(project: Project) -> list[str]:
    """A mismatch rule's YAML says all that its readers need, and names the tolerances it reads; they are in their seed."""
    seed = project.root / "seeds" / "mismatch_tolerances.csv"
    known = {line.split(",")[0] for line in seed.read_text(encoding="utf-8").splitlines()} if seed.exists() else set()
    found = []
    for model in project.models:
        if not (meta := model.meta.get("mismatch")):
            continue
        found += [f"{model.name}: no {key}" for key in MISMATCH_KEYS if key not in meta]
        found += [
            f"{model.name}: {key} {meta.get(key)}" for key, all_ in MISMATCH_VALUES.items() if meta.get(key) not in all_
        ]
        named = set(meta.get("tolerances", []))
        text = JINJA_COMMENT.sub("", model.file.read_text(encoding="utf-8"))
        read = set(re.findall(r"mismatch_tolerance\('(\w+)'\)", text))
        found += [f"{model.name}: reads {name}, not in its tolerances" for name in sorted(read - named)]
        found += [f"{model.name}: no such tolerance {name}" for name in sorted(named - known)]
    return found


RULES: list[Callable[[Project], list[str]]] = [
    described,
    marts_labelled,
    keyed,
    related,
    short,
    defined_once,
    mismatches_told,
    clockless,
    vendorless,
    placeless,
    seeds_described,
]

KPI_ENTRY = "config: {meta: {kpi: {code: won_cnt}}}"
MISMATCH_META = dict.fromkeys(MISMATCH_KEYS, "") | {"level": "record", "severity": "S1", "team": "DE", "tolerances": []}
# rule -> files of a project that breaks it once
FAULTS: dict[str, dict[str, str]] = {
    "described": {"models/kpis/a.sql": "select 1", "models/kpis/a.yml": "models: [{name: a}]"},
    "marts_labelled": {
        "models/marts/a.sql": "select 1",
        "models/marts/a.yml": "models: [{name: a, columns: [{name: b, description: B}]}]",
    },
    "keyed": {
        "models/kpis/a.sql": "select 1",
        "models/kpis/a.yml": "models: [{name: a, columns: [{name: b, data_tests: [not_null]}]}]",
    },
    "related": {
        "models/marts/people.sql": "select 1",
        "models/marts/people.yml": "models: [{name: people, columns: [{name: person_key, data_tests: [unique]}]}]",
        "models/marts/leads.sql": "select 1",
        "models/marts/leads.yml": "models: [{name: leads, columns: [{name: person_key, data_tests: [not_null]}]}]",
    },
    "short": {"models/kpis/a.sql": "select 1\n" * (MAX_LINES + 1)},
    "defined_once": {
        "models/kpis/won_cnt.sql": "select 1",
        "models/kpis/won_cnt.yml": f"models: [{{name: won_cnt, {KPI_ENTRY}}}]",
        "models/marts/leads.sql": "select count(*) as won_cnt",
    },
    "mismatches_told": {
        "models/mismatches/b99_a.sql": "select {{ mismatch_tolerance('b99_days') }}",
        "models/mismatches/b99_a.yml": f"models: [{{name: b99_a, config: {{meta: {{mismatch: {MISMATCH_META}}}}}}}]",
    },
    "clockless": {"macros/a.sql": "{% macro a() %}now(){% endmacro %}"},
    "vendorless": {"models/staging/acme/a.sql": "select 1 as acme", "models/marts/a.sql": "select 1 as acme_id"},
    "placeless": {"models/marts/a.sql": "select * from '/home/someone/a.parquet'"},
    "seeds_described": {"../seeds/a.csv": "b,c\n1,2\n"},
}


@pytest.fixture(scope="session")
def project() -> Project:
    return Project(REPO)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_project_keeps(rule: Callable[[Project], list[str]], project: Project) -> None:
    assert project.models
    broken = rule(project)
    assert not broken, f"{rule.__doc__}\n" + "\n".join(broken)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_a_planted_fault_is_seen(rule: Callable[[Project], list[str]], tmp_path: Path) -> None:
    for name, text in FAULTS[rule.__name__].items():
        file = tmp_path / "dbt_project" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    assert len(rule(Project(tmp_path))) == 1
