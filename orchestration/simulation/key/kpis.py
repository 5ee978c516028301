"""The answer key's KPI values: docs/definitions.md §6 and docs/kpis.md applied to the truth, process by process."""

from orchestration.simulation.key import (
    kpis_field,
    kpis_inside,
    kpis_marketing,
    kpis_money,
    kpis_success,
    view_rates,
    views,
)
from orchestration.simulation.key.facts import Inputs
from orchestration.simulation.key.figures import Figures, Row


def kpi_rows(inputs: Inputs) -> list[Row]:
    """Every row of the key's kpi_values."""
    figures = Figures(inputs.first_day, inputs.today)
    processes = (kpis_marketing, kpis_inside, kpis_field, kpis_success, kpis_money)
    for part in (*processes, views, view_rates):
        part.add(figures, inputs)
    figures.gaps("view_gap")
    return figures.rows()
