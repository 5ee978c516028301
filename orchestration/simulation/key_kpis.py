"""The answer key's KPI values: docs/definitions.md §6 and docs/kpis.md applied to the truth, process by process."""

from orchestration.simulation import (
    key_kpis_field,
    key_kpis_inside,
    key_kpis_marketing,
    key_kpis_money,
    key_kpis_success,
    key_view_rates,
    key_views,
)
from orchestration.simulation.key_facts import Inputs
from orchestration.simulation.key_figures import Figures, Row


def kpi_rows(inputs: Inputs) -> list[Row]:
    """Every row of the key's kpi_values."""
    figures = Figures(inputs.first_day, inputs.today)
    processes = (key_kpis_marketing, key_kpis_inside, key_kpis_field, key_kpis_success, key_kpis_money)
    for part in (*processes, key_views, key_view_rates):
        part.add(figures, inputs)
    return figures.rows()
