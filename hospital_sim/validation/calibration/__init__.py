"""Calibration: compares a simulated hospital with published figures, measured the way their sources measure."""

from hospital_sim.validation.calibration.agreement import END, START, Agreement, Row, calibration
from hospital_sim.validation.calibration.figures import GROUPS, Figure

__all__ = ["END", "GROUPS", "START", "Agreement", "Figure", "Row", "calibration"]
