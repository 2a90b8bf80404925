"""Study of the acute stroke unit of Monks et al. 2016 (BMC Health Services Research 16:530): delays by number of beds.

The probability of a delay with n beds is measured as published: in a unit with beds for everyone, audited daily, it is
P(N = n) / P(N <= n), which is Erlang B for any stays.
"""

from functools import partial

import numpy as np

from hospital_sim.distributions import Exponential, Floats, Lognormal
from hospital_sim.queueing import erlang_b
from hospital_sim.validation.checks import Check, Judge, check_ratio, farthest
from hospital_sim.validation.instruments.observers import DailyCensus
from hospital_sim.validation.instruments.queueing_departments import NO_LIMIT, hospital, run, ward, window
from hospital_sim.validation.study import Measures, Samples, Study

PUBLISHED = {9: 0.19, 10: 0.14, 11: 0.09, 12: 0.06, 13: 0.04, 14: 0.02}
"""Probability that an arriving patient is delayed, by beds, to two decimals."""

ROUNDING = 0.005
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

WARMUP, DAYS = 365, 5000
_SOURCES = [{"id": name, "interarrival": Exponential(every), "stay": stay} for name, (every, stay) in PATIENTS.items()]
_HOSPITAL = hospital("stroke_audited", WARMUP, [ward("unit", NO_LIMIT, source=_SOURCES)])


def audit(seed: int) -> Measures:
    """Return the number of days with n patients, and with n or fewer, for each number n of beds in the table."""
    census = DailyCensus(window(_HOSPITAL, DAYS)[0], 1)
    run(_HOSPITAL, DAYS, seed, census)
    days, beds = np.bincount(census.occupied[:, 0], minlength=max(PUBLISHED) + 1), list(PUBLISHED)
    return {"part": days[beds].astype(float), "whole": np.cumsum(days)[beds].astype(float)}


def _delayed(samples: Samples) -> Check:
    """Compare with Erlang B, and with the published table."""
    parts: dict[str, Judge] = {}
    for (beds, published), part, whole in zip(PUBLISHED.items(), samples["part"].T, samples["whole"].T, strict=True):
        parts[f"{beds} beds, Erlang B"] = partial(check_ratio, part, whole, erlang_b(beds, LOAD))
        parts[f"{beds} beds, published"] = partial(_rounded, part, whole, published)
    return farthest(parts)


def _rounded(parts: Floats, wholes: Floats, published: float, level: float) -> Check:
    """Compare a ratio with a published one, which is anywhere between the ends of its rounding."""
    check = check_ratio(parts, wholes, published, level)
    return Check(published, check.observed, check.low - ROUNDING, check.high + ROUNDING)


STUDIES = (
    Study(
        "Stroke unit",
        audit,
        {"probability of a delay, 9 to 14 beds: Erlang B and published table": _delayed},
        cost=0.15,
    ),
)
