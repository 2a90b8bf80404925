"""Experiments with hospitals: replications, comparisons on common random numbers, sweeps, warm-up, precision."""

from hospital_sim.experiments.comparison import Comparison, compare
from hospital_sim.experiments.differences import Difference
from hospital_sim.experiments.experiment import replication_seed
from hospital_sim.experiments.intervals import Interval, student_t, t_interval
from hospital_sim.experiments.mser import Truncation, mser_5
from hospital_sim.experiments.precision import Precision, replications_for
from hospital_sim.experiments.replications import Replications, replicate
from hospital_sim.experiments.sweeps import Sweep, sweep
from hospital_sim.experiments.warm_up import WarmUp, warmup

__all__ = [
    "Comparison",
    "Difference",
    "Interval",
    "Precision",
    "Replications",
    "Sweep",
    "Truncation",
    "WarmUp",
    "compare",
    "mser_5",
    "replicate",
    "replication_seed",
    "replications_for",
    "student_t",
    "sweep",
    "t_interval",
    "warmup",
]
