"""Study of beds that turn patients away: Erlang B for any stays, and arrivals that see time averages (PASTA)."""

import numpy as np

from hospital_sim.observe.window import WindowObserver
from hospital_sim.queueing import erlang_b
from hospital_sim.validation.checks import Check, farthest_ratio
from hospital_sim.validation.instruments.queueing_departments import hospital, run, ward, window
from hospital_sim.validation.study import Measures, Samples, Study

LOAD = 8.355
MEAN_STAY = 0.25
WARMUP, DAYS = 10, 60
STAYS: dict[int, dict[str, object]] = {
    9: {"distribution": "hyperexponential", "mean": MEAN_STAY, "sd": 2 * MEAN_STAY},
    10: {"distribution": "lognormal", "mean": MEAN_STAY, "sd": 1.2 * MEAN_STAY},
    11: {"distribution": "exponential", "mean": MEAN_STAY},
    12: {"distribution": "uniform", "low": 0, "high": 2 * MEAN_STAY},
    13: {"distribution": "gamma", "mean": MEAN_STAY, "sd": 0.5 * MEAN_STAY},
    14: {"distribution": "fixed", "value": MEAN_STAY},
}
"""Stays by number of beds."""

_NAMES = {f"{beds} beds, {stay['distribution']}": beds for beds, stay in STAYS.items()}
_HOSPITAL = hospital(
    "erlang_b",
    WARMUP,
    [ward(f"beds_{beds}", beds, LOAD / MEAN_STAY, stay=stay, when_full="divert") for beds, stay in STAYS.items()],
)


def turn_away(seed: int) -> Measures:
    """Return the requests, the diversions, and the share of time in which all beds are full."""
    observer = WindowObserver(*window(_HOSPITAL, DAYS))
    run(_HOSPITAL, DAYS, seed, observer)
    statistics = observer.statistics.values()
    return {
        "requests": np.array([float(seen.requests) for seen in statistics]),
        "diversions": np.array([float(seen.diversions) for seen in statistics]),
        "full": np.array([(seen.full_seconds or 0) / seen.seconds for seen in statistics]),
    }


def _turned_away(samples: Samples) -> Check:
    expected = {name: erlang_b(beds, LOAD) for name, beds in _NAMES.items()}
    return farthest_ratio(samples["diversions"], samples["requests"], expected)


def _full(samples: Samples) -> Check:
    unlike = samples["diversions"] - samples["full"] * samples["requests"]
    return farthest_ratio(unlike, samples["requests"], dict.fromkeys(_NAMES, 0.0))


STUDIES = (
    Study(
        "Erlang B",
        turn_away,
        {
            "share turned away, 9 to 14 beds, six distributions of stays": _turned_away,
            "share turned away less share of time full (PASTA)": _full,
        },
        cost=0.25,
    ),
)
