"""The measures: every figure of the marts, for whatever hospital, department and days a reader has chosen."""

from elt.report.powerbi.bed_measures import bed_measures, pressure_measures
from elt.report.powerbi.model import Measure
from elt.report.powerbi.patient_measures import patient_measures


def measures() -> tuple[Measure, ...]:
    """Return the measures of the model, by display folder."""
    return (*pressure_measures(), *patient_measures(), *bed_measures())
