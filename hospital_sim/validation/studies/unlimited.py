"""Studies of beds without limit: the census is a Poisson variable for any stays and any season."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from hospital_sim.config.calendar import DAYS_IN_MONTH
from hospital_sim.distributions import Floats, Lognormal
from hospital_sim.validation.checks import Check, check_mean
from hospital_sim.validation.instruments.observers import DailyCensus
from hospital_sim.validation.instruments.queueing_departments import NO_LIMIT, hospital, months, run, ward, window
from hospital_sim.validation.study import Measures, Samples, Study

PER_DAY = 20.0
MEAN_STAY = 2.0
DAYS = 250
STAYS: dict[str, dict[str, object]] = {
    "exponential": {"distribution": "exponential", "mean": MEAN_STAY},
    "lognormal": {"distribution": "lognormal", "mean": MEAN_STAY, "sd": 1.5 * MEAN_STAY},
    "fixed": {"distribution": "fixed", "value": MEAN_STAY},
    "hyperexponential": {"distribution": "hyperexponential", "mean": MEAN_STAY, "sd": 2 * MEAN_STAY},
}
_SIMPLE_MEAN = 0.99 * 3.5 + 0.01 * 27 + 0.05 * 9
"""Mean stay by the simple rule with stays of up to 6 days, 1% long (18 to 36 days) and 5% delayed (4 to 14 days)."""

_CONSTANT = hospital(
    "unlimited",
    120,
    [
        *(ward(name, NO_LIMIT, PER_DAY, stay=stay) for name, stay in STAYS.items()),
        ward("simple_rule", NO_LIMIT, PER_DAY, max_stay_days=6, long_stay_share=0.01, delay_share=0.05),
    ],
)
_LOADS = (*([PER_DAY * MEAN_STAY] * len(STAYS)), PER_DAY * _SIMPLE_MEAN)

SEASON = (1.3, 1.2, 1.1, 1.0, 0.9, 0.8, 0.7, 0.7, 0.9, 1.0, 1.1, 1.3)
SEASONAL_PER_DAY = 40.0
_SEASONAL_STAY = Lognormal(3, 4)
_YEAR = 366
_SEASONAL = hospital(
    "seasonal", 0, [ward("winter", NO_LIMIT, SEASONAL_PER_DAY, stay=_SEASONAL_STAY, month_multipliers=SEASON)]
)
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def count_constant(seed: int) -> Measures:
    """Return the mean of the census at the end of the day, and its mean square distance from the expected census."""
    census = DailyCensus(window(_CONSTANT, DAYS)[0], len(_LOADS))
    run(_CONSTANT, DAYS, seed, census)
    away = census.occupied - np.array(_LOADS)
    return {"mean": census.occupied.mean(axis=0), "variance": (away**2).mean(axis=0)}


def judge_constant(samples: Samples) -> Iterator[Check]:
    """Compare with Poisson variables."""
    for position, kind in enumerate((*STAYS, "simple rule")):
        load = _LOADS[position]
        yield check_mean(f"mean census, beds without limit, {kind} stays", samples["mean"][:, position], load)
        yield check_mean(f"variance of the census, {kind} stays", samples["variance"][:, position], load)


def count_seasonal(seed: int) -> Measures:
    """Return the census at the end of each day of a year that begins empty."""
    census = DailyCensus(0, 1)
    run(_SEASONAL, _YEAR, seed, census)
    return {"census": census.occupied[:, 0].astype(float)}


def judge_seasonal(samples: Samples) -> Iterator[Check]:
    """Compare with the Poisson variables of the convolution of demand and stays, by month."""
    month = months(_SEASONAL, _YEAR)
    expected = seasonal_census(month)
    census = samples["census"]
    for number, name in enumerate(MONTHS, 1):
        days = month == number
        yield check_mean(f"mean census, seasonal, {name}", census[:, days].mean(axis=1), float(expected[days].mean()))
    dispersion = ((census - expected) ** 2 / expected).mean(axis=1)
    yield check_mean("variance of the seasonal census over its mean", dispersion, 1.0)


def seasonal_census(month: NDArray[np.int64]) -> Floats:
    """Return the expected census at the end of each day: the sum of demand times the share still present.

    Args:
        month: The month of each day, 1 to 12.
    """
    weights = np.array(DAYS_IN_MONTH) / np.sum(DAYS_IN_MONTH)
    rates = SEASONAL_PER_DAY * np.array(SEASON) / np.sum(np.array(SEASON) * weights)
    edges = np.arange(len(month) + 1.0)
    # The integral of P(S > x) up to a point is E[min(S, point)].
    upto = _SEASONAL_STAY.partial_moment(1, edges) + edges * (1 - _SEASONAL_STAY.cdf(edges))
    return np.convolve(rates[month - 1], np.diff(upto))[: len(month)]


STUDIES = (
    Study("Beds without limit", count_constant, judge_constant, cost=0.5),
    Study("Seasonal demand", count_seasonal, judge_seasonal, cost=0.2),
)
