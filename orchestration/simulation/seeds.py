"""The seeds that the answer key reads: a frozen copy, so that a company's own change of a threshold leaves the key."""

import csv
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from orchestration.simulation.clock import BusinessHours, from_date

FROZEN_SEEDS = Path(__file__).resolve().parents[2] / "tests" / "frozen_seeds"


def _rows(folder: Path, name: str) -> list[dict[str, str]]:
    if not (folder / f"{name}.csv").exists():
        return []
    with (folder / f"{name}.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


@dataclass(frozen=True)
class PersonaRule:
    """One rule of persona_rules.csv; an empty condition holds always."""

    persona: str
    industry: str
    employees_min: int
    employees_max: int
    department: str
    title: str
    is_target: bool

    def holds(self, industry: str, employees: int, department: str, title: str) -> bool:
        """Whether every given condition holds."""
        return (
            (not self.industry or self.industry == industry)
            and self.employees_min <= employees <= self.employees_max
            and self.department in department
            and self.title in title
        )


class Seeds:
    """Thresholds and mappings of one seeds folder."""

    def __init__(self, folder: Path = FROZEN_SEEDS) -> None:
        self.hours = BusinessHours(folder)
        self.windows = {row["name"]: int(row["days"]) for row in _rows(folder, "windows")}
        self.limits = {row["name"]: int(row["value"]) for row in _rows(folder, "limits")}
        self.tolerances = {row["boundary"]: int(row["hours"]) * 3600 for row in _rows(folder, "relay_tolerances")}
        self.sla = {row["tier"]: int(row["business_minutes"]) for row in _rows(folder, "sla_tiers")}
        self.channels = {row["source_value"]: row["channel"] for row in _rows(folder, "channels")}
        self.origins = {(row["object"], row["source_value"]): row["origin"] for row in _rows(folder, "origins")}
        self.lead_stages = {
            (row["source_system"], row["source_value"]): row["stage"] for row in _rows(folder, "lead_stage_mapping")
        }
        self.lifecycle = {
            row["source_value"]: row["stage"]
            for row in _rows(folder, "lifecycle_stages")
            if row["source_system"] == "hubspot"
        }
        self.families = {row["channel"]: row["family"] for row in _rows(folder, "channel_families")}
        self.pairs = {(row["ma_stage"], row["crm_stage"]) for row in _rows(folder, "stage_status_pairs")}
        self.ladder = {
            row["stage"]: int(row["stage_order"]) for row in _rows(folder, "lead_stages") if row["kind"] == "ladder"
        }
        self.valid_stages = {
            row["source_value"]
            for row in _rows(folder, "opportunity_stages")
            if row["source_system"] == "salesforce" and row["is_valid"] == "true"
        }
        stages = [row for row in _rows(folder, "opportunity_stages") if row["source_system"] == "salesforce"]
        self.open_stages = {
            row["source_value"]: int(row["stage_order"]) for row in stages if row["is_closed"] == "false"
        }
        self.stage_order = {row["source_value"]: int(row["stage_order"]) for row in stages}
        self.loss_reasons = {row["source_value"]: row["meaning"] for row in _rows(folder, "loss_reasons")}
        self.attribution = {
            row["member"]: (_ppm(row["first_ppm"]), _ppm(row["middle_ppm"]), _ppm(row["last_ppm"]))
            for row in _rows(folder, "attribution_weights")
        }
        threshold = _rows(folder, "hot_lead_thresholds")[0]
        self.hot_score = int(threshold["min_score"])
        self.hot_recency_days = int(threshold["recency_days"])
        self._rates = [
            (row["currency"], _day(row["valid_from"]), _day(row["valid_to"]), round(float(row["rate_to_base"]) * 100))
            for row in _rows(folder, "fx_rates")
        ]
        self._personas = [
            PersonaRule(
                row["persona"],
                row["industry"],
                int(row["employees_min"] or 0),
                int(row["employees_max"] or 10**12),
                row["department_contains"],
                row["title_contains"],
                row["is_target"] == "true",
            )
            for row in sorted(_rows(folder, "persona_rules"), key=lambda row: int(row["priority"]))
        ]

    def to_base(self, amount: int, currency: str, day: int) -> int | None:
        """An amount in hundredths of the base currency at the rate of a day; None without a rate."""
        if currency == "JPY":
            return amount * 100
        rates = [rate for code, start, end, rate in self._rates if code == currency and start <= day <= end]
        return amount * rates[0] if rates else None

    def persona(self, industry: str, employees: int, department: str, title: str) -> tuple[str, bool]:
        """Persona and whether it is a target."""
        for rule in self._personas:
            if rule.holds(industry, employees, department, title):
                return rule.persona, rule.is_target
        return "other", False

    def channel(self, source: str) -> str:
        """Channel of a source value; '' stays '' (none)."""
        return self.channels.get(source.lower(), source.lower())

    def origin(self, source: str, kind: str) -> str:
        """Origin of an IN without OUT by lead source and opportunity type."""
        return (
            self.origins.get(("opportunity_type", kind.lower()))
            or self.origins.get(("lead_source", source.lower()))
            or "undeclared"
        )


def _ppm(text: str) -> int | None:
    return int(text) if text else None


def _day(text: str) -> int:
    return from_date(date.fromisoformat(text))
