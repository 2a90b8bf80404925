"""Study of the acute stroke unit of Monks et al. 2016 (BMC Health Services Research 16:530): delays by number of beds.

The probability of a delay is measured in two ways: in a unit with beds for everyone, audited daily, as published, it is
P(N = n) / P(N <= n); in a unit with n beds it is the share turned away. Both are Erlang B for any stays.
"""

from collections.abc import Iterator
from functools import partial

import numpy as np
from numpy.typing import NDArray

from hospital_sim.distributions import Exponential, Lognormal
from hospital_sim.observe.window import WindowObserver
from hospital_sim.queueing import erlang_b
from hospital_sim.validation.checks import Check, check_ratio, check_tolerance, standard_error
from hospital_sim.validation.instruments.observers import DailyCensus
from hospital_sim.validation.instruments.queueing_departments import NO_LIMIT, hospital, run, ward, window
from hospital_sim.validation.study import Measures, Samples, Study

PUBLISHED = {9: 0.19, 10: 0.14, 11: 0.09, 12: 0.06, 13: 0.04, 14: 0.02}
"""Probability that an arriving patient is delayed, by beds, to two decimals."""

ROUNDING = 0.005
TOLERANCE = 0.005
"""Difference from the table that is allowed in addition to three standard errors."""

MOST_ERROR = 0.002
"""The largest standard error that a check of the table may have."""

_STROKE_EVERY = 1.2
_SUPPORTED = 0.13
PATIENTS = {
    "stroke": (_STROKE_EVERY / (1 - _SUPPORTED), Lognormal(7.4, 8.61)),
    "stroke_supported": (_STROKE_EVERY / _SUPPORTED, Lognormal(4.6, 4.8)),
    "tia": (9.3, Lognormal(1.8, 2.3)),
    "neurological": (3.6, Lognormal(4.0, 5.0)),
    "other": (3.2, Lognormal(3.8, 5.2)),
}
"""Kinds of patients: mean days between admissions, and their stays; 13% of stroke patients leave early, supported."""

LOAD = sum(stay.mean / every for every, stay in PATIENTS.values())
"""Offered load in beds: 8.355."""

AUDITED_DAYS, DIVERTED_DAYS = 24_000, 14_000
_SOURCES = [{"id": name, "interarrival": Exponential(every), "stay": stay} for name, (every, stay) in PATIENTS.items()]
_AUDITED = hospital("stroke_audited", 3 * 365, [ward("unit", NO_LIMIT, source=_SOURCES)])
_DIVERTED = hospital(
    "stroke_diverted",
    3 * 365,
    [ward(f"beds_{beds}", beds, source=_SOURCES, when_full="divert") for beds in PUBLISHED],
)


def audit(days: int, seed: int) -> Measures:
    """Return the measures of ``audited`` in a unit with beds for everyone."""
    census = DailyCensus(window(_AUDITED, days)[0], 1)
    run(_AUDITED, days, seed, census)
    return audited(np.bincount(census.occupied[:, 0], minlength=max(PUBLISHED) + 1))


def audited(days_by_census: NDArray[np.int64]) -> Measures:
    """Return the number of days with n patients, and with n or fewer, for each number n of beds in the table."""
    beds = list(PUBLISHED)
    return {
        "part": days_by_census[beds].astype(float),
        "whole": np.cumsum(days_by_census)[beds].astype(float),
    }


def turn_away(days: int, seed: int) -> Measures:
    """Return the diversions and the requests for each number of beds in the table."""
    observer = WindowObserver(*window(_DIVERTED, days))
    run(_DIVERTED, days, seed, observer)
    statistics = observer.statistics.values()
    return {
        "part": np.array([float(seen.diversions) for seen in statistics]),
        "whole": np.array([float(seen.requests) for seen in statistics]),
    }


def judge(way: str, samples: Samples) -> Iterator[Check]:
    """Compare with Erlang B, with and without tolerance, and with the published table.

    Args:
        way: Way in which the probability was measured, for the names of the checks.
        samples: Parts and wholes of shape (replications, numbers of beds).
    """
    errors = []
    for position, (beds, published) in enumerate(PUBLISHED.items()):
        parts, wholes = samples["part"][:, position], samples["whole"][:, position]
        right = erlang_b(beds, LOAD)
        errors.append(standard_error(parts, wholes, right))
        name = f"delayed, {beds} beds, {way}"
        yield check_ratio(f"{name}: Erlang B", parts, wholes, right)
        within = (right - TOLERANCE, right + TOLERANCE)
        yield check_tolerance(f"{name}: Erlang B and {TOLERANCE}", parts, wholes, right, within)
        rounded = ROUNDING + TOLERANCE
        within = (published - rounded, published + rounded)
        yield check_tolerance(f"{name}: published", parts, wholes, published, within)
    yield Check(f"largest standard error, {way}", 0.0, max(errors), 0.0, MOST_ERROR)


STUDIES = (
    Study(
        "Stroke unit, audited daily",
        partial(audit, AUDITED_DAYS),
        partial(judge, "beds without limit, audited daily"),
        cost=0.8,
    ),
    Study(
        "Stroke unit, turned away",
        partial(turn_away, DIVERTED_DAYS),
        partial(judge, "turned away"),
        cost=1.0,
    ),
)
