"""Every plot, in the order in which the cast plays."""

from orchestration.simulation.faults import group_a, group_b, group_c, group_d, group_e, group_g
from orchestration.simulation.faults.cast import Plot

PLOTS: list[Plot] = [
    *group_a.PLOTS,
    *group_b.PLOTS,
    *group_c.PLOTS,
    *group_d.PLOTS,
    *group_e.PLOTS,
    *group_g.PLOTS,
]
