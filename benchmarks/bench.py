"""The pipeline against its floor: processor time and peak memory per stage, over a simulated company.

    python -m benchmarks [--people 100000] [--activities 50]

Every figure is of whole child processes. The fixed cost of a stage is what the same stage costs over a company of one
person; ratios are net of it. "transform" is dbt's build of the marts that the floor makes, "kpis and mismatches" the rest of it,
"kpi values" once more what makes kpi_values of the rows that KPIs count, "mismatch catalogue" once more the rules, their history and
their marts. Each rule is then timed alone, and against the nearest size measured before: 1.0 is as much a person at both sizes.
Readers then ask the published marts.
Results go to benchmarks/results, the company and its warehouse to --work.
"""

import argparse
import json
import os
import re
import shutil
import sys
import tomllib
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict
from multiprocessing import get_context
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

from benchmarks.compare import ABOVE_THE_FLOOR, compare
from benchmarks.measure import Cost, StageFailed, measure
from benchmarks.readers import READERS, measure_readers
from benchmarks.rules import growth, measure_rules

P = ParamSpec("P")
T = TypeVar("T")
ROOT = Path(__file__).resolve().parents[1]
DBT_DIR = ROOT / "dbt_project"
BIN = Path(sys.executable).parent
RESULTS = ROOT / "benchmarks" / "results"
NO_TESTS = ["--exclude-resource-type", "unit_test", "--exclude-resource-type", "test"]
ABOVE = [f"path:models/{folder}" for folder in ("kpis", "bridge", "rereads", "mismatches", "history", "ledger")]
ABOVE += [f"path:models/marts/{name}*" for name in ABOVE_THE_FLOOR]
# What makes kpi_values of the rows that KPIs count. Derived values and targets, which are few, are there already, for the floor too.
KPI_VALUES = "kpi_calendar kpi_days numbered_series numbered_segments kpi_entries kpi_sums kpi_values_sums kpi_values_duration kpi_values_stock"
KPI_VALUES += " kpi_values_start_cohort kpi_values_distinct kpi_values_numbered kpi_values_base kpi_values"
# The rules with what they stand on, their history and what is published of them. What they find must be there: KPIs count it.
CATALOGUE = "path:models/mismatches mismatches_before mismatch_evaluations mismatch_spells mismatch_states"
CATALOGUE += " mismatches mismatch_rules mismatch_trend alignment_scores"


class Company:
    """A simulated company in a folder of its own: exports, configuration, landing zone, warehouse."""

    def __init__(self, folder: Path, log: "Log") -> None:
        self.folder, self.log = folder, log
        self.config = folder / "tasuki.toml"
        self.settings: dict[str, Any] = {}

    def simulate(self, people: int, activities: int, *, drops: int, parquet: bool) -> Cost:
        """Write the exports; with two drops the second lies in `later` until `deliver`."""
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        text = (ROOT / "tasuki.toml").read_text(encoding="utf-8")
        text = re.sub(r"var/sample/(exports|seeds)", r"\1", text).replace('home = "var/sample"', 'home = "home"')
        folders = [system["folder"] for system in tomllib.loads(text)["systems"].values()]
        assert all(name.startswith("exports/") for name in folders), folders
        self.config.write_text(text, encoding="utf-8")
        for name in folders:
            (self.folder / name).mkdir(parents=True)
        command: list[str | Path] = [
            BIN / "tasuki",
            "simulate",
            "--config",
            self.config,
            "--out",
            self.folder,
            "--no-key",
        ]
        command += ["--people", str(people), "--activities", str(activities), "--drops", str(drops)]
        cost = self._run("simulate", command + (["--parquet"] if parquet else []))
        if drops > 1:
            self._hold_back()
        return cost

    def _hold_back(self) -> None:
        files = [path for path in (self.folder / "exports").rglob("*") if path.is_file()]
        stamps = sorted({_stamp(path) for path in files})
        for path in files:
            if _stamp(path) == stamps[-1]:
                held = self.folder / "later" / path.relative_to(self.folder / "exports")
                held.parent.mkdir(parents=True, exist_ok=True)
                path.rename(held)

    def deliver(self) -> None:
        """The second drop arrives."""
        for path in [path for path in (self.folder / "later").rglob("*") if path.is_file()]:
            path.rename(self.folder / "exports" / path.relative_to(self.folder / "later"))

    def land(self, name: str) -> Cost:
        """Land what is there."""
        return self._run(name, [sys.executable, "-m", "benchmarks.stage", "land", "--config", self.config])

    def land_floor(self, name: str) -> Cost:
        """The same files as Parquet and nothing else."""
        script = ROOT / "benchmarks" / "land_floor.py"
        out = self.folder / "land_floor"
        shutil.rmtree(out, ignore_errors=True)
        return self._run(name, [sys.executable, script, self.folder / "exports", out])

    def prepare(self) -> Cost:
        """What comes before dbt; keeps its settings for the stages after it."""
        cost = self._run("prepare", [sys.executable, "-m", "benchmarks.stage", "prepare", "--config", self.config])
        printed = (self.folder / "logs" / "prepare.log").read_text(encoding="utf-8")
        self.settings = json.loads(printed.strip().splitlines()[-1])
        return cost

    def dbt(self, name: str, arguments: list[str]) -> Cost:
        """One dbt command over the company's warehouse."""
        command = [BIN / "dbt", "--quiet", *arguments, "--profiles-dir", ".", "--vars", self.settings["vars"]]
        cost = self._run(name, command, cwd=DBT_DIR, env=self.settings["env"])
        results = Path(self.settings["target"]) / "run_results.json"
        if results.exists():
            shutil.copyfile(results, self.folder / "logs" / f"{name}.run_results.json")
        return cost

    def floor(self, name: str, *, activities: bool = False) -> Cost:
        """The floor of the transformation, from the same batches."""
        script = ROOT / "benchmarks" / "floor.py"
        command: list[str | Path] = [sys.executable, script, "--landing", self.folder / "home" / "landing", "--timings"]
        command += ["--seeds", self.settings["seeds"], "--as-of", self.settings["as_of"], "--out", self.floor_file]
        return self._run(name, command + (["--activities"] if activities else []))

    def kpi_floor(self, name: str) -> Cost:
        """The floor of kpi_values, from the same rows."""
        script = ROOT / "benchmarks" / "floor.py"
        command: list[str | Path] = [sys.executable, script, "--warehouse", self.settings["warehouse"], "--timings"]
        return self._run(name, [*command, "--out", self.kpi_floor_file])

    @property
    def kpi_floor_file(self) -> Path:
        return self.folder / "kpi_floor.duckdb"

    @property
    def published_marts(self) -> Path:
        return self.folder / "home" / "published" / "current" / "tasuki.duckdb"

    @property
    def floor_file(self) -> Path:
        return self.folder / "floor.duckdb"

    def publish(self, name: str) -> Cost:
        """Candidate, audit, switch."""
        return self._run(name, [sys.executable, "-m", "benchmarks.stage", "publish", "--config", self.config])

    def pipeline(self, name: str) -> Cost:
        """The whole of it as `tasuki run` does it, with Dagster."""
        return self._run(name, [BIN / "tasuki", "run", "--config", self.config, "--full-refresh"])

    def _run(self, name: str, command: list[str | Path], **options: Any) -> Cost:
        logs = self.folder / "logs"
        logs.mkdir(parents=True, exist_ok=True)
        options.setdefault("cwd", ROOT)
        cost = measure(command, logs / f"{name}.log", **options)
        self.log.stage(f"{self.folder.name}: {name}", cost)
        return cost


class Log:
    """Says what was measured as soon as it was."""

    def stage(self, name: str, cost: Cost) -> None:
        print(f"  {name:42} {cost.cpu:9.1f} s cpu {cost.wall:9.1f} s wall {cost.peak_mib:9.0f} MiB", flush=True)


def _stamp(path: Path) -> str:
    found = re.search(r"_(\d{8}T\d{6}Z)\.", path.name)
    assert found, path
    return found.group(1)


def _stages(company: Company) -> dict[str, Cost]:
    """Every stage once, from an empty landing zone to a published version."""
    costs = {"landing": company.land("land"), "landing floor": company.land_floor("land_floor")}
    costs["prepare"] = company.prepare()
    costs["parse"] = company.dbt("parse", ["parse"])
    costs |= _build(company, "transform", ["--full-refresh"])
    costs["kpi values"] = company.dbt("kpi_values", ["build", *NO_TESTS, "--select", KPI_VALUES])
    costs["kpi values floor"] = company.kpi_floor("kpi_floor")
    costs["mismatch catalogue"] = company.dbt("catalogue", ["build", *NO_TESTS, "--select", CATALOGUE])
    costs["tests"] = company.dbt("tests", ["test", "--exclude-resource-type", "unit_test"])
    costs["transform floor"] = company.floor("floor")
    costs["transform floor, all activities"] = company.floor("floor_activities", activities=True)
    costs["publish"] = company.publish("publish")
    return costs


def _build(company: Company, name: str, options: list[str]) -> dict[str, Cost]:
    """What the floor makes too, then what stands on it, each a dbt process of its own."""
    transform = company.dbt(name, ["build", *NO_TESTS, *options, "--exclude", *ABOVE])
    return {
        "transform": transform,
        "kpis and mismatches": company.dbt(f"{name}_kpis", ["build", *NO_TESTS, *options, "--select", *ABOVE]),
    }


def _increment(company: Company) -> dict[str, Cost]:
    company.deliver()
    costs = {"landing": company.land("land_increment")}
    costs["prepare"] = company.prepare()
    costs |= _build(company, "transform_increment", [])
    costs["tests"] = company.dbt("tests_increment", ["test", "--exclude-resource-type", "unit_test"])
    costs["publish"] = company.publish("publish_increment")
    return costs


def run(people: int, activities: int, work: Path, *, parquet: bool, increment: bool) -> dict[str, Any]:
    """Measure it all. Costs are dicts of cpu, wall (s) and peak_mib; ratios are of cpu, net of the fixed cost."""
    log = Log()
    nobody = Company(work / "fixed_cost", log)
    nobody.simulate(1, 1, drops=2 if increment else 1, parquet=parquet)
    fixed = _stages(nobody)
    fixed_increment = _increment(nobody) if increment else {}
    whole = nobody.pipeline("pipeline")
    undivided = nobody.dbt(
        "build", ["build", *NO_TESTS, "--full-refresh"]
    )  # the pipeline starts dbt once for all models
    alone = undivided.cpu + sum(fixed[name].cpu for name in ("landing", "prepare", "tests", "publish"))

    company = Company(work / f"{people}x{activities}", log)
    simulate = company.simulate(people, activities, drops=2 if increment else 1, parquet=parquet)
    costs = _stages(company)
    warehouse = Path(company.settings["warehouse"])
    differences = _apart(compare, warehouse, company.floor_file)
    differences += _apart(compare, warehouse, company.kpi_floor_file, "kpi_values")
    waits = _apart(measure_readers, company.published_marts)
    rules = _apart(measure_rules, warehouse, Path(company.settings["target"]))
    day = _increment(company) if increment else {}

    def net(name: str) -> float:
        return costs[name].cpu - fixed[name].cpu

    def net_day(name: str) -> float:
        return day[name].cpu - fixed_increment[name].cpu

    ratios = {
        "landing / its floor": net("landing") / net("landing floor"),
        "transform / its floor": net("transform") / net("transform floor"),
        "transform / floor with all activities": net("transform") / net("transform floor, all activities"),
        "kpi values / their floor": net("kpi values") / net("kpi values floor"),
        "mismatch catalogue / all models": net("mismatch catalogue") / (net("transform") + net("kpis and mismatches")),
    }
    if increment:
        built = ("landing", "transform", "kpis and mismatches")
        ratios["a day's increment / full refresh, all models"] = sum(map(net_day, built)) / sum(map(net, built))
        ratios["a day's increment / full refresh, transform"] = net_day("transform") / net("transform")
    return {
        "people": people,
        "activities": activities,
        "exports": "parquet" if parquet else "csv, jsonl",
        "cores": os.cpu_count(),
        "simulate": asdict(simulate),
        "stages": {name: asdict(cost) for name, cost in costs.items()},
        "fixed": {name: asdict(cost) for name, cost in fixed.items()},
        "increment": {name: asdict(cost) for name, cost in day.items()},
        "increment fixed": {name: asdict(cost) for name, cost in fixed_increment.items()},
        "dagster fixed cpu": whole.cpu - alone,
        "ratios": ratios,
        "readers": asdict(waits),
        "rules": rules,
        "slowest models": _slowest(company.folder / "logs"),
        "differing marts": [one.table for one in differences if one.only_warehouse or one.only_floor],
    }


def _apart(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Call it in a process of its own: a child inherits its parent's peak of memory, so this one must stay small."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as apart:
        return apart.submit(function, *args, **kwargs).result()


def _slowest(logs: Path) -> list[tuple[str, float]]:
    """The ten models that took longest: name and wall seconds."""
    files = [logs / f"{name}.run_results.json" for name in ("transform", "transform_kpis")]
    found = [result for file in files for result in json.loads(file.read_text(encoding="utf-8"))["results"]]
    times = [(result["unique_id"].split(".")[-1], result["execution_time"]) for result in found]
    return sorted(times, key=lambda item: -item[1])[:10]


def show(result: dict[str, Any]) -> None:
    """The table: each stage with its fixed cost, the ratios, the slowest models."""
    print(
        f"\n{result['people']:,} people x {result['activities']} activities, {result['exports']}, {result['cores']} cores"
    )
    print(f"{'stage':36} {'cpu s':>9} {'fixed s':>9} {'net s':>9} {'wall s':>9} {'peak MiB':>9}")
    cost = result["simulate"]
    print(f"{'simulate':36} {cost['cpu']:9.1f} {'':9} {'':9} {cost['wall']:9.1f} {cost['peak_mib']:9.0f}")
    for title, stages, fixed in (("", "stages", "fixed"), ("increment: ", "increment", "increment fixed")):
        for name, cost in result[stages].items():
            base = result[fixed][name]["cpu"]
            print(
                f"{title + name:36} {cost['cpu']:9.1f} {base:9.1f} {cost['cpu'] - base:9.1f} {cost['wall']:9.1f} {cost['peak_mib']:9.0f}"
            )
    print(f"{'Dagster (fixed)':36} {result['dagster fixed cpu']:9.1f}")
    for name, ratio in result["ratios"].items():
        print(f"{name:60} {ratio:6.2f}")
    waits = result["readers"]
    print(
        f"one KPI, month and segment, {READERS} readers: median {waits['median']:.1f} ms, p95 {waits['p95']:.1f} ms, longest {waits['longest']:.1f} ms"
    )
    dearest = sorted(result["rules"].items(), key=lambda item: -item[1])[:5]
    print("dearest rules: " + ", ".join(f"{rule} {seconds:.2f} s cpu" for rule, seconds in dearest))
    if grown := growth(result, RESULTS):
        worst = ", ".join(f"{rule} {times:.1f}" for rule, times in grown[1][:5])
        print(f"rules that grow most, cpu a person against {grown[0]:,} people: {worst}")
    print("slowest models: " + ", ".join(f"{name} {seconds:.1f} s" for name, seconds in result["slowest models"]))
    if result["differing marts"]:
        print(f"THE FLOOR DIFFERS in: {', '.join(result['differing marts'])}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--people", type=int, default=100_000)
    parser.add_argument("--activities", type=int, default=50, help="mean number of e-mail events per person")
    parser.add_argument("--work", type=Path, default=ROOT / "var" / "bench", help="needs about 2 GB per million events")
    parser.add_argument("--parquet", action="store_true", help="simulate Parquet exports rather than CSV and JSONL")
    parser.add_argument("--no-increment", dest="increment", action="store_false", help="leave out the day's increment")
    args = parser.parse_args()
    try:
        result = run(args.people, args.activities, args.work.resolve(), parquet=args.parquet, increment=args.increment)
    except StageFailed as error:
        sys.exit(str(error))
    RESULTS.mkdir(exist_ok=True)
    target = RESULTS / f"{args.people}x{args.activities}.json"
    target.write_text(json.dumps(result, indent=1), encoding="utf-8")
    show(result)


if __name__ == "__main__":
    main()
