"""Is the simulator right? It is run against every closed form that it must reproduce, and a published table.

    from hospital_sim.validation import validate

    report = validate(seed=1)
    report.failed

A check names what is expected, what was observed, and the interval in which a right simulator lies.
"""

from hospital_sim.validation.checks import LEVEL, Check
from hospital_sim.validation.run import REPLICATIONS, STUDIES, Report, validate
from hospital_sim.validation.study import Study

__all__ = ["LEVEL", "REPLICATIONS", "STUDIES", "Check", "Report", "Study", "validate"]
