"""Synthetic UK hospitals in SimPy: beds, waiting lists, lengths of stay, and events.

    import hospital_sim as hs

    hospital = hs.load("district_general")
    run = hospital.simulate("2024-01-01", "2024-12-31", seed=1)
    run.summary()

Hospitals

- ``load``, ``load_all``: load a preset or a TOML file; ``presets``: names of the presets.
- ``Hospital``: describe it, change its beds, simulate it; ``HospitalConfig``: its configuration.
- ``Run``: waits, occupancy and charts of a finished run; ``RunRecord``: its true counts; ``Table``: a table of results.

Building blocks for your own SimPy models

- ``Ward``: beds and a waiting list; ``Census``: its occupancy, queue and waits.
- ``arrivals``: patients who follow a pathway; ``Patient``: one of them, with its own draws.

Distributions (all are in ``hospital_sim.distributions``)

- ``Exponential``, ``Fixed``, ``Gamma``, ``Lognormal``, ``Mixture``, ``Uniform``; ``Truncated``, which keeps the mean.
- ``distribution``: a decorator that adds your own.

Experiments

- ``replicate``: run a hospital many times; ``compare``: hospitals on common random numbers; ``sweep``: over a field.

Sinks

- ``Sink``: the protocol; ``MemorySink``: keeps events in memory; ``ObjectSink``: writes them to a store.

Errors

- ``HospitalSimError``: base of all; ``ConfigurationError``, ``HistoryConflictError``, ``MissingExtraError``.

Event types are in ``hospital_sim.events``, formulas of queueing theory in ``hospital_sim.queueing``.
"""

from hospital_sim.blocks.census import Census
from hospital_sim.blocks.pathways import Patient, arrivals
from hospital_sim.blocks.wards import Ward
from hospital_sim.config import HospitalConfig
from hospital_sim.config.presets import presets
from hospital_sim.distributions import (
    Exponential,
    Fixed,
    Gamma,
    Lognormal,
    Mixture,
    Truncated,
    Uniform,
    distribution,
)
from hospital_sim.errors import ConfigurationError, HistoryConflictError, HospitalSimError, MissingExtraError
from hospital_sim.events import RunRecord
from hospital_sim.experiments import compare, replicate, sweep
from hospital_sim.hospital import Hospital, load, load_all
from hospital_sim.results.run import Run
from hospital_sim.sinks import MemorySink, ObjectSink, Sink
from hospital_sim.tables import Table

__version__ = "0.1.0"

__all__ = [
    "Census",
    "ConfigurationError",
    "Exponential",
    "Fixed",
    "Gamma",
    "HistoryConflictError",
    "Hospital",
    "HospitalConfig",
    "HospitalSimError",
    "Lognormal",
    "MemorySink",
    "MissingExtraError",
    "Mixture",
    "ObjectSink",
    "Patient",
    "Run",
    "RunRecord",
    "Sink",
    "Table",
    "Truncated",
    "Uniform",
    "Ward",
    "arrivals",
    "compare",
    "distribution",
    "load",
    "load_all",
    "presets",
    "replicate",
    "sweep",
]
