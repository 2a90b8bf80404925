"""Calibration: a hospital measured the way published figures are, and set beside them."""

from hospital_sim.validation.calibration.agreement import Agreement, Row, calibration
from hospital_sim.validation.calibration.figures import GROUPS, Figure

__all__ = ["GROUPS", "Agreement", "Figure", "Row", "calibration"]
