"""Study of beds without limit: from empty beds, with a season, the census is a Poisson variable for any stays."""

from functools import cache

import numpy as np

from hospital_sim.config.calendar import Profile
from hospital_sim.distributions import Coxian, Erlang, Floats, Mixture, Triangular, Uniform, Weibull
from hospital_sim.validation.checks import Check, farthest_mean
from hospital_sim.validation.instruments.observers import DailyCensus
from hospital_sim.validation.instruments.queueing_departments import (
    MONTHS,
    NO_LIMIT,
    hospital,
    months,
    run,
    ward,
)
from hospital_sim.validation.study import Measures, Samples, Study

PER_DAY = 7.0
SEASON = Profile((1.3, 1.2, 1.1, 1.0, 0.9, 0.8, 0.7, 0.7, 0.9, 1.0, 1.1, 1.3), (1,) * 7, (1,) * 24)
STAYS = {
    "weibull": Weibull(2, 3),
    "erlang": Erlang(2, 3),
    "triangular": Triangular(0, 2, 4),
    "coxian": Coxian((1, 10), (0.1,)),
    "mixture": Mixture((0.9, 0.1), (Uniform(0, 2), Uniform(6, 16))),
}
"""Families of stays that the other studies do not draw from; each has a mean of 2 days."""

_YEAR = 366
_HOSPITAL = hospital(
    "unlimited",
    0,
    [ward(name, NO_LIMIT, PER_DAY, stay=stay, month_multipliers=SEASON.by_month) for name, stay in STAYS.items()],
)


def count(seed: int) -> Measures:
    """Return the mean census by stays and by period, and its mean square distance from the expected census."""
    census = DailyCensus(0, len(STAYS))
    run(_HOSPITAL, _YEAR, seed, census)
    occupied, expected = census.occupied.astype(float), expected_census()
    dispersion = ((occupied - expected) ** 2 / expected).mean(axis=0)
    return {"means": np.concatenate([*_means(occupied), dispersion])}


@cache
def expected_census() -> Floats:
    """Return the expected census at the end of each day, by stays: the sum of demand times the share still present."""
    month = months(_HOSPITAL, _YEAR)
    rates = PER_DAY * np.array(SEASON.month_multipliers)[month - 1]
    edges = np.arange(_YEAR + 1.0)
    columns = []
    for stay in STAYS.values():
        # The integral of P(S > x) up to a point is E[min(S, point)].
        upto = stay.partial_moment(1, edges) + edges * (1 - stay.cdf(edges))
        columns.append(np.convolve(rates, np.diff(upto))[:_YEAR])
    return np.array(columns).T


def _means(census: Floats) -> tuple[Floats, Floats]:
    """Return the means of the year by stays, and those of all stays by period: the first three days and the months."""
    month, together = months(_HOSPITAL, _YEAR), census.sum(axis=1)
    by_month = [together[month == number].mean() for number in range(1, 13)]
    return census.mean(axis=0), np.array([together[:3].mean(), *by_month])


def _poisson(samples: Samples) -> Check:
    """Compare means and variances with those of Poisson variables."""
    by_stay, by_period = _means(expected_census())
    expected = dict(zip(STAYS, by_stay, strict=True))
    expected |= dict(zip(("first 3 days", *MONTHS), by_period, strict=True))
    return farthest_mean(samples["means"], expected | {f"variance over mean, {name}": 1.0 for name in STAYS})


STUDIES = (
    Study("Beds without limit", count, {"census of a year from empty beds, five stays: Poisson": _poisson}, cost=0.2),
)
