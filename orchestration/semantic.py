"""The published KPIs for MetricFlow: a small dbt project beside the marts, whose metrics are sums, shares and percentiles of marts.kpi_rows.

Nothing is defined here: which row counts, with what amount and on which day is what `kpi_rows` says, and which metrics there are follows from
the rows and the catalogue of the published version. Stocks, start cohorts and derived KPIs are not among them: what is there at a period's
end, and a quotient of other KPIs at one grain, cannot be said of one row; they are in `kpi_values`.
"""

import re
from errno import EEXIST
from pathlib import Path
from typing import Any, get_args

import yaml

from orchestration.atomic import write_text
from orchestration.config import Config, Segment
from orchestration.landing.sql import literal
from orchestration.publish import MARTS_FILE
from orchestration.query import run_query

NAME = "tasuki_semantic"
ENTITY = "kpi_row"
# kpi_values knows no day after as_of's; kpi_rows may hold a row that is dated ahead
KNOWN = "(select max(period_start) from marts.kpi_values where grain = 'day')"
SERIES = """
    select distinct rows.kpi_code, rows.kind, rows.view, rows.member, rows.has_period_basis, name_ja, name_en, question_ja, question_en
    from marts.kpi_rows as rows join marts.kpi_catalogue using (kpi_code)
    where rows.kind in ('flow', 'cohort', 'period', 'duration', 'distinct')
    order by 1, 3, 4
"""


def write_project(config: Config, folder: Path) -> int:
    """Write the project for the current version; the number of metrics.

    Raises QueryError where nothing is published, FileExistsError where the folder holds another dbt project.
    """
    there = folder / "dbt_project.yml"
    if there.exists() and not re.search(rf"^name: *['\"]?{NAME}\b", there.read_text(encoding="utf-8"), re.MULTILINE):
        raise FileExistsError(EEXIST, f"its dbt_project.yml is of another project than {NAME}")
    answer = run_query(config, SERIES)
    series = [dict(zip(answer.columns, row, strict=True)) for row in answer.rows()]
    metrics = [metric for one, name in zip(series, _names(series), strict=True) for metric in _metrics(one, name)]
    marts = config.published_dir.absolute() / "current" / MARTS_FILE
    files = {
        "dbt_project.yml": {
            "name": NAME,
            "profile": NAME,
            "config-version": 2,
            "flags": {"send_anonymous_usage_stats": False},
            "models": {NAME: {"+schema": None, "+database": marts.stem}},
        },
        "profiles.yml": {
            NAME: {
                "target": "published",
                "outputs": {
                    "published": {
                        "type": "duckdb",
                        "path": str(marts),
                        "schema": "marts",
                        "config_options": {"access_mode": "read_only"},
                    }
                },
            }
        },
        "models/semantic.yml": {
            "models": [_calendar()],
            "semantic_models": [_semantic_model()],
            "metrics": [*map(_part, ("numerator", "denominator", "conversions")), *metrics],
        },
    }
    for name, content in files.items():
        write_text(yaml.safe_dump(content, allow_unicode=True, sort_keys=False, width=140), folder / name)
    for mart in ("kpi_rows", "calendar"):
        write_text(
            f"-- The published marts.{mart}: it is read, never built.\nselect * from marts.{mart}\n",
            folder / "models" / f"{mart}.sql",
        )
    return len(metrics)


def _calendar() -> dict[str, Any]:
    """The days, with the company's fiscal periods as granularities of their own."""
    fiscal = [{"name": name, "column_name": f"{name}_start_on"} for name in ("fiscal_quarter", "fiscal_year")]
    return {
        "name": "calendar",
        "time_spine": {"standard_granularity_column": "date_on", "custom_granularities": fiscal},
        "columns": [{"name": "date_on", "granularity": "day"}, *({"name": one["column_name"]} for one in fiscal)],
    }


def _semantic_model() -> dict[str, Any]:
    """kpi_rows: what tells rows apart, when they count, and how they are added up."""
    times = [
        {"name": name, "type": "time", "type_params": {"time_granularity": "day"}}
        for name in ("counted_on", "converted_on")
    ]
    names = ("kpi_code", "view", "member", *get_args(Segment))
    duration = "case when is_censored then cast('infinity' as double) else cast(measure as double) end"
    measures: list[dict[str, Any]] = [
        {"name": "numerator_sum", "agg": "sum", "expr": _if_known("numerator")},
        {"name": "denominator_sum", "agg": "sum", "expr": _if_known("denominator")},
        {"name": "subject_count", "agg": "count_distinct", "expr": _if_known("subject_id")},
        {"name": "conversion_sum", "agg": "sum", "expr": "1", "agg_time_dimension": "converted_on"},
    ]
    for name, share in (("median", 0.5), ("p90", 0.9)):
        measures.append({
            "name": f"measure_{name}", "agg": "percentile", "expr": _if_known(duration),
            "agg_params": {"percentile": share, "use_discrete_percentile": False},
        })  # fmt: skip
    return {
        "name": "kpi_rows",
        "model": "ref('kpi_rows')",
        "primary_entity": ENTITY,
        "defaults": {"agg_time_dimension": "counted_on"},
        "dimensions": [*times, *({"name": name, "type": "categorical"} for name in names)],
        "measures": measures,
    }


def _if_known(value: str) -> str:
    return f"case when counted_on <= {KNOWN} then {value} end"


def _part(name: str) -> dict[str, Any]:
    """What rates are made of: of one KPI, view and member each, never of all."""
    measure = {"conversions": "conversion_sum"}.get(name, f"{name}_sum")
    return {
        "name": f"kpi_{name}",
        "label": f"{name} of any KPI",
        "type": "simple",
        "type_params": {"measure": {"name": measure, "fill_nulls_with": 0}},
    }


def _names(series: list[dict[str, Any]]) -> list[str]:
    """mql_rate, mql_rate_marketing, stl_attempt_wall_clock; a member that cannot be written so is numbered."""
    names: list[str] = []
    for one in series:
        view = "" if one["view"] == "shared" else f"_{one['view']}"
        member = re.sub(r"[^a-z0-9]+", "_", one["member"].lower()).strip("_")
        base = "_".join(filter(None, [one["kpi_code"], member or (one["member"] and "member")])) + view
        taken = sum(name == base or name.startswith(f"{base}_no") for name in names)
        names.append(f"{base}_no{taken + 1}" if taken else base)
    return names


def _metrics(one: dict[str, Any], name: str) -> list[dict[str, Any]]:
    told = "".join(f", {one[key]}" for key in ("member", "view") if one[key] and one[key] != "shared")
    label = f"{one['name_ja']} / {one['name_en']}{told}"
    description = f"{one['question_ja']} {one['question_en']}"
    wanted = [
        f"{{{{ Dimension('{ENTITY}__{column}') }}}} = {literal(one[column])}"
        for column in ("kpi_code", "view", "member")
    ]
    if one["kind"] in ("flow", "distinct", "duration"):
        measures = {
            "flow": {"sum": ("", "numerator_sum")},
            "distinct": {"sum": ("", "subject_count")},
            "duration": {"median": ("_median", "measure_median"), "p90": ("_p90", "measure_p90")},
        }[one["kind"]]
        found = [
            (one["kind"], statistic, ending, "simple", {"measure": {"name": measure, "filter": wanted}})
            for statistic, (ending, measure) in measures.items()
        ]
    else:
        bases = {one["kind"]: ("", "kpi_numerator")}
        if one["has_period_basis"]:
            bases["period"] = ("_period", "kpi_conversions")
        below = {"name": "kpi_denominator", "filter": wanted}
        found = [
            (basis, "rate", ending, "ratio", {"numerator": {"name": above, "filter": wanted}, "denominator": below})
            for basis, (ending, above) in bases.items()
        ]
    return [
        {
            "name": name + ending,
            "label": label + (f" ({ending.strip('_')})" if ending else ""),
            "description": description,
            "type": kind,
            "type_params": params,
            # where kpi_values has the same number
            "config": {
                "meta": {
                    "kpi_code": one["kpi_code"],
                    "view": one["view"],
                    "member": one["member"],
                    "basis": basis,
                    "statistic": statistic,
                }
            },
        }
        for basis, statistic, ending, kind, params in found
    ]
