"""Study of the inputs: number and times of requests, stays, delays, and the independence of the random streams.

Requests, stays and delays are recorded from the patients in the simulation, not from the draws.
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from hospital_sim.clock import DAY, HOUR
from hospital_sim.config.calendar import DAYS_IN_MONTH
from hospital_sim.distributions import Floats
from hospital_sim.validation.checks import (
    Check,
    check_binomial,
    check_chi_squared,
    check_classes,
    check_mean,
    check_poisson,
)
from hospital_sim.validation.instruments.observers import Requests
from hospital_sim.validation.instruments.queueing_departments import NO_LIMIT, hospital, months, run, ward, window
from hospital_sim.validation.studies.unlimited import MONTHS
from hospital_sim.validation.study import Measures, Samples, Study

PER_DAY = 25.0
LONGEST = 12
LONG_SHARE, DELAY_SHARE = 0.01, 0.05
LONG = (3 * LONGEST, 6 * LONGEST)
DELAY = (4, 14)
SEASON = (1.2, 1.1, 1.1, 1.0, 0.9, 0.9, 0.8, 0.8, 0.9, 1.0, 1.1, 1.2)
_YEAR = 366
_FIELDS = {"max_stay_days": LONGEST, "long_stay_share": LONG_SHARE, "delay_share": DELAY_SHARE, "return_share": 0}
# Two departments that differ only in their names.
_HOSPITAL = hospital(
    "inputs",
    0,
    [ward(name, NO_LIMIT, PER_DAY, month_multipliers=SEASON, **_FIELDS) for name in ("first", "second")],
)
_CLASSES = {"stay": 44, "long": 8, "delay": 20, "hour": 24}


def draw(seed: int) -> Measures:
    """Return counts by day and by class, and sums of products that have mean 0."""
    observer = Requests(2)
    run(_HOSPITAL, _YEAR, seed, observer)
    first, second = observer.of(0), observer.of(1)
    one, two = _by_day(first), _by_day(second)
    expected = expected_by_day()
    pairs = min(len(first), len(second))
    stay, delayed, hour = _uniforms(first)
    return {
        "by_day": np.array([one, two]),
        "departments_count": ((one - expected) * (two - expected) / expected).mean(),
        "departments_stay": (stay[:pairs] * _uniforms(second)[0][:pairs]).mean(),
        "stay_and_delay": (stay * delayed).mean(),
        "stay_and_hour": (stay * hour).mean(),
        "stay_and_next": (stay[1:] * stay[:-1]).mean(),
        **_classes(np.concatenate([first, second])),
    }


def expected_by_day() -> Floats:
    """Return the expected requests of each day of a department."""
    mean = np.sum(np.array(SEASON) * DAYS_IN_MONTH) / np.sum(DAYS_IN_MONTH)
    expected: Floats = PER_DAY / mean * np.array(SEASON)[months(_HOSPITAL, _YEAR) - 1]
    return expected


def judge(samples: Samples) -> Iterator[Check]:
    """Compare with Poisson counts, binomial shares, uniform stays and independent streams."""
    yield from _of_counts(samples["by_day"])
    yield from _of_shares(samples)
    yield from _of_streams(samples)


def _of_counts(by_day: Floats) -> Iterator[Check]:
    """Compare the counts, an array of shape (replications, departments, days)."""
    expected, month = expected_by_day(), months(_HOSPITAL, _YEAR)
    runs = by_day.shape[0] * by_day.shape[1]
    for number, name in enumerate(MONTHS, 1):
        count = by_day[:, :, month == number].sum()
        yield check_poisson(f"requests in all, {name}", count, runs * expected[month == number].sum())
    dispersion = float(((by_day - expected) ** 2 / expected).sum())
    yield check_chi_squared("dispersion of the requests by day", dispersion, by_day.size)
    totals = by_day.sum(axis=2)
    among = float(((totals - expected.sum()) ** 2 / expected.sum()).sum())
    yield check_chi_squared("dispersion of the requests by replication and department", among, totals.size)


def _of_shares(samples: Samples) -> Iterator[Check]:
    requests = int(samples["requests"].sum())
    yield check_binomial("share of long stays", samples["long"].sum(), requests, LONG_SHARE)
    yield check_binomial("share of delayed discharges", samples["delay"].sum(), requests, DELAY_SHARE)
    both = samples["long_and_delayed"].sum()
    yield check_binomial("share of stays that are long and delayed", both, requests, LONG_SHARE * DELAY_SHARE)
    words = {"stay": "ordinary stays", "long": "long stays", "delay": "delays", "hour": "hours of the day"}
    for name, size in _CLASSES.items():
        yield check_classes(f"{words[name]}, chi-squared", samples[name].sum(axis=0), np.full(size, 1 / size))


def _of_streams(samples: Samples) -> Iterator[Check]:
    names = {
        "departments_count": "requests of a day, in two departments",
        "departments_stay": "stays of the same number, in two departments",
        "stay_and_delay": "stay and delay",
        "stay_and_hour": "stay and time of day",
        "stay_and_next": "stay and that of the next patient",
    }
    for name, words in names.items():
        yield check_mean(f"correlation: {words}", samples[name], 0.0)


def _by_day(requests: NDArray[np.int64]) -> Floats:
    start, _ = window(_HOSPITAL, _YEAR)
    return np.bincount((requests[:, 0] - start) // DAY, minlength=_YEAR).astype(float)


def _uniforms(requests: NDArray[np.int64]) -> tuple[Floats, Floats, Floats]:
    """Return stay, delayed or not, and time of day, each scaled to mean 0 and variance 1; a long stay is 0."""
    second, length, delay = requests.T
    is_long = length > LONGEST * DAY
    stay = np.where(is_long, 0.0, (length / DAY - (1 + LONGEST) / 2) / (LONGEST - 1) * np.sqrt(12))
    delayed = ((delay > 0) - DELAY_SHARE) / np.sqrt(DELAY_SHARE * (1 - DELAY_SHARE))
    return stay, delayed, (second % DAY / DAY - 0.5) * np.sqrt(12)


def _classes(requests: NDArray[np.int64]) -> Measures:
    """Return the counts of stays, long stays, delays and hours in classes of equal width."""
    second, length, delay = requests.T
    is_long, delayed = length > LONGEST * DAY, delay > 0
    values = {
        "stay": (length[~is_long] / DAY, 1, LONGEST),
        "long": (length[is_long] / DAY, *LONG),
        "delay": (delay[delayed] / DAY, *DELAY),
        "hour": (second % DAY / HOUR, 0, 24),
    }
    counts = {
        name: np.histogram(column, bins=_CLASSES[name], range=(low, high))[0].astype(float)
        for name, (column, low, high) in values.items()
    }
    return {**counts, "requests": float(len(requests)), "long_and_delayed": float(np.sum(is_long & delayed))}


STUDIES = (Study("Inputs", draw, judge, cost=0.3),)
