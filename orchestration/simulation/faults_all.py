"""Every plot, in the order in which the cast plays."""

from orchestration.simulation import faults_a, faults_b, faults_c, faults_d, faults_e, faults_g
from orchestration.simulation.faults import Plot

PLOTS: list[Plot] = [
    *faults_a.PLOTS,
    *faults_b.PLOTS,
    *faults_c.PLOTS,
    *faults_d.PLOTS,
    *faults_e.PLOTS,
    *faults_g.PLOTS,
]
