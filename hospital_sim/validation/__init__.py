"""Is the simulator right? It is run against every closed form that it must reproduce, and a published table.

    from hospital_sim.validation import validate

    report = validate(seed=1)
    report.failed

A check names what is expected, what was observed, and the interval in which a right simulator lies.
"""

from hospital_sim.validation.checks import LEVEL, Check
from hospital_sim.validation.studies import Study
from hospital_sim.validation.validate import REPLICATIONS, STUDIES, Report, validate

__all__ = ["LEVEL", "REPLICATIONS", "STUDIES", "Check", "Report", "Study", "validate"]
