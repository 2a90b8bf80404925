"""Synthetic UK hospitals in SimPy: beds, waiting lists, lengths of stay, and the events they leave behind.

import hospital_sim as hs
hospital = hs.load("district_general")
run = hospital.simulate("2024-01-01", "2024-12-31", seed=1)
run.summary()
"""

from hospital_sim.config import DepartmentConfig, HospitalConfig
from hospital_sim.distributions import Distribution, Exponential, Fixed, Lognormal, Uniform
from hospital_sim.errors import ConfigurationError, HistoryConflictError, HospitalSimError, MissingExtraError
from hospital_sim.events import Admission, DepSnapshot, Discharge, Event, RunRecord, WaitSnapshot
from hospital_sim.hospital import Hospital, load, load_all
from hospital_sim.presets import presets
from hospital_sim.run import Run
from hospital_sim.sinks import MemorySink, ObjectSink, Sink
from hospital_sim.tables import Table

__version__ = "0.1.0"

__all__ = [
    "Admission",
    "ConfigurationError",
    "DepSnapshot",
    "DepartmentConfig",
    "Discharge",
    "Distribution",
    "Event",
    "Exponential",
    "Fixed",
    "HistoryConflictError",
    "Hospital",
    "HospitalConfig",
    "HospitalSimError",
    "Lognormal",
    "MemorySink",
    "MissingExtraError",
    "ObjectSink",
    "Run",
    "RunRecord",
    "Sink",
    "Table",
    "Uniform",
    "WaitSnapshot",
    "load",
    "load_all",
    "presets",
]
