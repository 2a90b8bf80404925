"""The measures: every figure of the marts, for whatever hospital, department and days a reader has chosen."""

from elt.powerbi.model.bed_measures import bed_measures, pressure_measures
from elt.powerbi.model.patient_measures import patient_measures
from elt.powerbi.model.semantic_model import Measure


def measures() -> tuple[Measure, ...]:
    """Return the measures of the model, by display folder."""
    return (*pressure_measures(), *patient_measures(), *bed_measures())
