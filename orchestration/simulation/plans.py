"""What the simulated company plans and keeps in spreadsheets: targets, forecasts, costs of sales and gross margins.

They are written as seeds of the company's own; the answer key reads the same plans.
"""

import csv
import random
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from orchestration.simulation.clock import add_months, day_of, month_start, to_date
from orchestration.simulation.life import World


@dataclass(frozen=True)
class Plans:
    """Days are counted from 1970, amounts are whole yen."""

    targets: list[tuple[str, str, int, float]]  # KPI, grain, first day of the period, target
    forecasts: dict[int, int]  # first day of the fiscal quarter -> amount
    sales_costs: dict[int, int]  # first day of the month -> cost
    margins: list[tuple[int | None, int | None, str]]  # first and last day, share of revenue

    def target(self, code: str, grain: str, start: int) -> float | None:
        """The target of a KPI for a period; None where nobody set one."""
        return next((to for kpi, of, day, to in self.targets if (kpi, of, day) == (code, grain, start)), None)

    def margin(self, day: int) -> Fraction:
        """The gross margin in force on a day."""
        rows = (share for since, until, share in self.margins if (since or 0) <= day <= (until or day))
        return Fraction(next(rows))


def plans_of(world: World) -> Plans:
    """Plans for growth that goes its own way: some periods beat them, some do not. The last month's costs are not booked."""
    chance = random.Random(f"{world.seed} plans")
    first, last = month_start(day_of(world.start)), month_start(day_of(world.end))
    months: list[int] = []
    while (month := add_months(first, len(months))) <= last:
        months.append(month)
    quarters = [month for month in months if to_date(month).month % 3 == 1]
    targets: list[tuple[str, str, int, float]] = []
    forecasts: dict[int, int] = {}
    sales_costs: dict[int, int] = {}
    for place, month in enumerate(months):
        people = world.count * (0.65 + 0.7 * place / len(months)) / len(months)
        for code, share in (("lead_new", 1.0), ("mql_cnt", 0.4), ("opp_cnt", 0.14), ("won_cnt", 0.045)):
            targets.append((code, "month", month, max(round(people * share), 1)))
        if month in quarters:
            target = round(people * 3 * 190_000 * (0.8 + 0.4 * chance.random()), -4)
            targets.append(("won_amt", "fiscal_quarter", month, target))
            forecasts[month] = int(target * (0.7 + 0.5 * chance.random()))
        if month < last:
            sales_costs[month] = int(people * 40_000 * (0.9 + 0.2 * chance.random()))
        if to_date(month).month == 4:
            targets += [("mql_rate", "fiscal_year", month, 0.3), ("win_rate_close", "fiscal_year", month, 0.35)]
    change = months[len(months) // 2]
    margins: list[tuple[int | None, int | None, str]] = [(None, change - 1, "0.62"), (change, None, "0.655")]
    return Plans(targets, forecasts, sales_costs, margins)


def write_plans(folder: Path, plans: Plans) -> None:
    """The plans as CSV under the names of the project's seeds."""
    folder.mkdir(parents=True, exist_ok=True)
    _write(
        folder / "targets.csv",
        "kpi_code,view,member,segment,segment_value,grain,period_start,target",
        [
            (code, "", "", "", "", grain, to_date(day), f"{to:g}" if to < 1 else f"{to:.0f}")
            for code, grain, day, to in plans.targets
        ],
    )
    _write(
        folder / "forecasts.csv", "quarter_start_on,forecast", [(to_date(d), to) for d, to in plans.forecasts.items()]
    )
    _write(
        folder / "sales_costs.csv", "month_start_on,cost", [(to_date(d), cost) for d, cost in plans.sales_costs.items()]
    )
    _write(
        folder / "gross_margins.csv",
        "valid_from,valid_to,margin",
        [(_date(since), _date(until), share) for since, until, share in plans.margins],
    )


def _date(day: int | None) -> str:
    return "" if day is None else to_date(day).isoformat()


def _write(path: Path, header: str, rows: list[tuple[object, ...]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header.split(","))
        writer.writerows(rows)
