"""Statistics over time, taken while a hospital runs: exact integrals, counts and the times that percentiles need."""

from hospital_sim.observe.metrics import METRICS, Metric, find_metrics
from hospital_sim.observe.observation import Observation, measure
from hospital_sim.observe.statistics import Statistics, together
from hospital_sim.observe.window import DailyObserver, WindowObserver

__all__ = [
    "METRICS",
    "DailyObserver",
    "Metric",
    "Observation",
    "Statistics",
    "WindowObserver",
    "find_metrics",
    "measure",
    "together",
]
