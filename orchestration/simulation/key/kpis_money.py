"""The answer key's KPIs that costs, margins, targets and forecasts go into: docs/kpis.md §2."""

from orchestration.simulation.clock import add_months
from orchestration.simulation.key.facts import Inputs
from orchestration.simulation.key.figures import GRAINS, TOTAL, CellKey, Figures


def add(figures: Figures, inputs: Inputs) -> None:
    """Unit costs, lifetime value, the north star, coverage and forecast accuracy."""
    for code, of in (("cpl", "lead_new"), ("cpmql", "mql_cnt")):
        for cell in figures.cells(of, "flow"):
            count = figures.value(of, "flow", cell, "sum")
            if cell[2:] == TOTAL and count:
                figures.derived(code, cell, _sum(figures, "mkt_cost", cell) / count)
    _idle(figures, inputs)
    for grain in GRAINS:
        for start, _ in figures.periods(grain):
            _customers(figures, inputs, (grain, start, *TOTAL))
    for start, _ in figures.periods("fiscal_quarter"):
        _quarter(figures, inputs, ("fiscal_quarter", start, *TOTAL))


def _idle(figures: Figures, inputs: Inputs) -> None:
    """A flow with a target and nothing counted is 0, where targets cover the whole period."""
    months: dict[str, set[int]] = {}
    for code, grain, start, _ in inputs.plans.targets:
        if figures.cells(code, "flow"):
            months.setdefault(code, set()).update(_months(grain, start))
    for code, planned in months.items():
        for grain in GRAINS:
            for start, _ in figures.periods(grain):
                cell = (grain, start, *TOTAL)
                if planned.issuperset(_months(grain, start)) and cell not in figures.cells(code, "flow"):
                    figures.nothing(code, cell)


def _months(grain: str, start: int) -> list[int]:
    return [add_months(start, place) for place in range(GRAINS[grain])]


def _sum(figures: Figures, code: str, cell: CellKey) -> float:
    return figures.value(code, "flow", cell, "sum") or 0


def _cost(figures: Figures, inputs: Inputs, cell: CellKey, months_before: int = 0) -> float | None:
    """Costs of marketing and sales, or those of as many months before; None where one of these has none booked."""
    begun = [month for month in _months(*cell[:2]) if month <= inputs.today]
    months = [add_months(month, -months_before) for month in begun]
    booked = [inputs.plans.sales_costs.get(month) for month in months]
    if None in booked:
        return None
    programmes = sum(_sum(figures, "mkt_cost", ("month", month, *cell[2:])) for month in months)
    return programmes + sum(cost for cost in booked if cost is not None)


def _acquisition(figures: Figures, inputs: Inputs, cell: CellKey) -> dict[str, float]:
    """What a new customer cost, by each way of counting that gives a number."""
    cost, customers = _cost(figures, inputs, cell), _sum(figures, "new_customer_cnt", cell)
    days = figures.value("cycle_days", "duration", cell, "median", "opportunity")
    earlier = None if days is None else _cost(figures, inputs, cell, max(int(days / 30 + 0.5), 0))
    _, last = next(period for period in figures.periods(cell[0]) if period[0] == cell[1])
    begun_by_marketing = [
        deal
        for deal in inputs.countable_deals
        if deal.won_on is not None and cell[1] <= deal.won_on <= last and deal.cycle and deal.cycle.handed_over_at
    ]
    ways: dict[str, float] = {}
    if cost is not None and customers:
        ways["same_period"] = cost / customers
    if earlier is not None and customers:
        ways["lagged"] = earlier / customers
    if cost is not None and begun_by_marketing:
        ways["programme"] = _sum(figures, "mkt_cost", cell) / len(begun_by_marketing)
    return ways


def _customers(figures: Figures, inputs: Inputs, cell: CellKey) -> None:
    grain, start = cell[:2]
    margin, cost = float(inputs.plans.margin(start)), _cost(figures, inputs, cell)
    arr = figures.denominator("grr", "start_cohort", cell) or 0
    accounts = figures.denominator("logo_churn", "start_cohort", cell)
    churn = figures.value("logo_churn", "start_cohort", cell, "rate")
    lifetime = arr / accounts * GRAINS[grain] / 12 * margin / churn if accounts and churn else None
    ways = _acquisition(figures, inputs, cell)
    acquisition = ways.get("lagged")
    monthly = arr / 12 / accounts * margin if accounts else None
    figures.derived("ltv", cell, lifetime)
    for way, value in ways.items():
        figures.derived("cac", cell, value, way)
    figures.derived("payback", cell, acquisition / monthly if acquisition is not None and monthly else None)
    figures.derived("ltv_cac", cell, lifetime / acquisition if lifetime is not None and acquisition else None)
    if cost is not None:
        months = [month for month in _months(grain, start) if month <= inputs.today]
        earned = sum(
            _sum(figures, "won_amt", ("month", month, *cell[2:])) * float(inputs.plans.margin(month))
            for month in months
        )
        figures.derived("gp_contrib", cell, earned - cost)


def _quarter(figures: Figures, inputs: Inputs, cell: CellKey) -> None:
    start, won = cell[1], _sum(figures, "won_amt", cell)
    target, forecast = inputs.plans.target("won_amt", "fiscal_quarter", start), inputs.plans.forecasts.get(start)
    if target is not None and target > won and figures.cells("pipe_open", "stock"):
        due = figures.value("pipe_open", "stock", cell, "sum", "due") or 0
        figures.derived("coverage", cell, due / (target - won))
    if forecast is not None and won:
        figures.derived("fcst_acc", cell, 1 - abs(forecast - won) / won)
