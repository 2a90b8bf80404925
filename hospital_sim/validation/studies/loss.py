"""Studies of beds that turn patients away: Erlang B for any stays, and arrivals that see time averages (PASTA)."""

from collections.abc import Iterator
from functools import partial

import numpy as np

from hospital_sim.config import HospitalConfig
from hospital_sim.observe.window import WindowObserver
from hospital_sim.queueing import erlang_b
from hospital_sim.validation.checks import Check, check_mean, check_ratio
from hospital_sim.validation.instruments.queueing_departments import hospital, run, ward, window
from hospital_sim.validation.study import Measures, Samples, Study

BEDS, LOAD = 10, 8.355
MEAN_STAY = 0.25
DAYS = 240
STAYS: dict[str, dict[str, object]] = {
    "exponential": {"distribution": "exponential", "mean": MEAN_STAY},
    "lognormal": {"distribution": "lognormal", "mean": MEAN_STAY, "sd": 1.2 * MEAN_STAY},
    "fixed": {"distribution": "fixed", "value": MEAN_STAY},
    "uniform": {"distribution": "uniform", "low": 0, "high": 2 * MEAN_STAY},
    "hyperexponential": {"distribution": "hyperexponential", "mean": MEAN_STAY, "sd": 2 * MEAN_STAY},
}
_SHORT = hospital(
    "erlang_b",
    15,
    [ward(name, BEDS, LOAD / MEAN_STAY, stay=stay, when_full="divert") for name, stay in STAYS.items()],
)

SIMPLE_BEDS, SIMPLE_LOAD = 40, 38.0
SIMPLE_DAYS = 900
_SIMPLE_MEAN = 0.99 * 4.5 + 0.01 * 36 + 0.05 * 9
"""Mean stay by the simple rule with stays of up to 8 days, 1% long (24 to 48 days) and 5% delayed (4 to 14 days)."""

_SIMPLE = hospital(
    "erlang_b_simple",
    200,
    [
        ward(
            "simple",
            SIMPLE_BEDS,
            SIMPLE_LOAD / _SIMPLE_MEAN,
            max_stay_days=8,
            long_stay_share=0.01,
            delay_share=0.05,
            when_full="divert",
        )
    ],
)


def turn_away(config: HospitalConfig, days: int, seed: int) -> Measures:
    """Return the requests, the diversions, the share of time in which all beds are full, and the mean occupied beds."""
    first, end = window(config, days)
    observer = WindowObserver(first, end)
    run(config, days, seed, observer)
    statistics = observer.statistics.values()
    return {
        "requests": np.array([float(seen.requests) for seen in statistics]),
        "diversions": np.array([float(seen.diversions) for seen in statistics]),
        "full": np.array([(seen.full_seconds or 0) / seen.seconds for seen in statistics]),
        "occupied": np.array([seen.occupied_bed_seconds / seen.seconds for seen in statistics]),
    }


def judge(kinds: tuple[str, ...], beds: int, load: float, samples: Samples) -> Iterator[Check]:
    """Compare with Erlang B: the share turned away, the share of time in which all beds are full, the occupied beds."""
    expected = erlang_b(beds, load)
    for position, kind in enumerate(kinds):
        asked, away = samples["requests"][:, position], samples["diversions"][:, position]
        full, occupied = samples["full"][:, position], samples["occupied"][:, position]
        unlike = away - full * asked
        yield check_ratio(f"share turned away, {beds} beds, {kind} stays", away, asked, expected)
        yield check_mean(f"occupied beds of {beds}, {kind} stays", occupied, load * (1 - expected))
        yield check_ratio(f"share turned away less share of time full, {kind} stays", unlike, asked, 0.0)


STUDIES = (
    Study("Erlang B", partial(turn_away, _SHORT, DAYS), partial(judge, tuple(STAYS), BEDS, LOAD), cost=0.6),
    Study(
        "Erlang B, simple rule",
        partial(turn_away, _SIMPLE, SIMPLE_DAYS),
        partial(judge, ("simple rule",), SIMPLE_BEDS, SIMPLE_LOAD),
        cost=0.3,
    ),
)
