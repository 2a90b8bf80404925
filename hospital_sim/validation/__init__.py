"""Validates the simulator against closed forms of queueing theory and a published table.

    from hospital_sim.validation import validate

    report = validate(seed=1)
    report.failed

A check holds the expected value, the observed value, and the interval in which a correct simulator lies.
"""

from hospital_sim.validation.checks import LEVEL, Check
from hospital_sim.validation.run import REPLICATIONS, STUDIES, Report, validate
from hospital_sim.validation.study import Study

__all__ = ["LEVEL", "REPLICATIONS", "STUDIES", "Check", "Report", "Study", "validate"]
