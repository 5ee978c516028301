"""The simulated company: a B2B company with marketing, inside sales, field sales and customer success, told truth first
and rendered into the raw exports of its tools, with an answer key computed from the truth."""

from orchestration.simulation.company import SimulationSummary, simulate

__all__ = ["SimulationSummary", "simulate"]
