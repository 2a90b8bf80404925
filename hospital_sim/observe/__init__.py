"""Measures a hospital while it runs: counts, exact integrals over time, and the metrics computed from them."""

from hospital_sim.observe.metrics import METRICS, Metric, find_metrics
from hospital_sim.observe.observation import Observation, measure
from hospital_sim.observe.statistics import Statistics, combined
from hospital_sim.observe.window import DailyObserver, WindowObserver

__all__ = [
    "METRICS",
    "DailyObserver",
    "Metric",
    "Observation",
    "Statistics",
    "WindowObserver",
    "combined",
    "find_metrics",
    "measure",
]
