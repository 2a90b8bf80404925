"""Study of the inputs: number and times of requests, stays, delays, and the independence of the random streams.

Requests, stays and delays are recorded from the patients in the simulation, not from the draws.
"""

from functools import partial

import numpy as np
from numpy.typing import NDArray

from hospital_sim.clock import DAY, HOUR
from hospital_sim.config.calendar import Profile
from hospital_sim.distributions import Floats
from hospital_sim.validation.checks import (
    Check,
    check_binomial,
    check_chi_squared,
    check_classes,
    check_mean,
    check_poisson,
    farthest,
    farthest_mean,
)
from hospital_sim.validation.instruments.observers import Requests
from hospital_sim.validation.instruments.queueing_departments import (
    MONTHS,
    NO_LIMIT,
    hospital,
    months,
    run,
    ward,
    weekdays,
    window,
)
from hospital_sim.validation.study import Measures, Samples, Study

PER_DAY = 12.0
LONGEST = 12
LONG_SHARE, DELAY_SHARE = 0.01, 0.05
RANGES = {"ordinary stays": (1, LONGEST), "long stays": (3 * LONGEST, 6 * LONGEST), "delays": (4, 14)}
"""Days of the simple rule: uniform between these ends."""

_PROFILE = Profile(
    (1.2, 1.1, 1.1, 1.0, 0.9, 0.9, 0.8, 0.8, 0.9, 1.0, 1.1, 1.2),
    (1.2, 1.1, 1.1, 1.0, 1.0, 0.8, 0.8),
    (0.6,) * 8 + (1.4,) * 10 + (0.9,) * 6,
)
_YEAR = 366
_FIELDS = {
    "month_multipliers": _PROFILE.by_month,
    "weekday_multipliers": _PROFILE.by_weekday,
    "hour_multipliers": _PROFILE.by_hour,
    "max_stay_days": LONGEST,
    "long_stay_share": LONG_SHARE,
    "delay_share": DELAY_SHARE,
    "return_share": 0,
}
# Two departments that differ only in their names.
_HOSPITAL = hospital("inputs", 0, [ward(name, NO_LIMIT, PER_DAY, **_FIELDS) for name in ("first", "second")])
PRODUCTS = (
    "two departments, requests of a day",
    "two departments, stays of the same number",
    "stay and delay",
    "stay and time of day",
    "stay and next stay",
)
_CLASSES = {"ordinary stays": 44, "long stays": 8, "delays": 20}


def draw(seed: int) -> Measures:
    """Return counts by day, by hour of the week and by class, and products that have mean 0."""
    observer = Requests(2)
    run(_HOSPITAL, _YEAR, seed, observer)
    first, second = observer.of(0), observer.of(1)
    one, two = _by_day(first), _by_day(second)
    expected = expected_by_day()
    pairs = min(len(first), len(second))
    stay, delayed, hour = _standardised(first)
    other_stay = _standardised(second)[0]
    both = np.concatenate([first, second])
    return {
        "by_day": np.array([one, two]),
        "by_hour": np.bincount(_hours_of_the_week(both), minlength=168).astype(float),
        "products": np.array(
            [
                ((one - expected) * (two - expected) / expected).mean(),
                (stay[:pairs] * other_stay[:pairs]).mean(),
                (stay * delayed).mean(),
                (stay * hour).mean(),
                (stay[1:] * stay[:-1]).mean(),
            ]
        ),
        **_classes(both),
    }


def expected_by_day() -> Floats:
    """Return the expected requests of each day of a department."""
    by_month, by_weekday = np.array(_PROFILE.month_multipliers), np.array(_PROFILE.weekday_multipliers)
    month, weekday = months(_HOSPITAL, _YEAR), weekdays(_HOSPITAL, _YEAR)
    expected: Floats = PER_DAY * by_month[month - 1] * by_weekday[weekday]
    return expected


def _months(samples: Samples) -> Check:
    """Compare the requests of each month and of the year with the range of a Poisson variable (exact)."""
    by_day, expected, month = samples["by_day"], expected_by_day(), months(_HOSPITAL, _YEAR)
    runs = by_day.shape[0] * by_day.shape[1]
    periods = {name: month == number for number, name in enumerate(MONTHS, 1)} | {"year": month > 0}
    return farthest(
        {
            name: partial(check_poisson, by_day[:, :, days].sum(), runs * expected[days].sum())
            for name, days in periods.items()
        }
    )


def _week(samples: Samples) -> Check:
    by_weekday = np.bincount(weekdays(_HOSPITAL, _YEAR), expected_by_day())
    shares = np.outer(by_weekday, _PROFILE.hour_multipliers).ravel()
    return check_classes(samples["by_hour"].sum(axis=0), shares / shares.sum())


def _dispersion(samples: Samples) -> Check:
    """Compare the dispersion of the counts with that of Poisson variables: by day, and by run and department."""
    by_day, expected = samples["by_day"], expected_by_day()
    of_days = ((by_day - expected) ** 2 / expected).mean(axis=(1, 2))
    totals = by_day.sum(axis=2)
    of_runs = float(((totals - totals.mean()) ** 2 / totals.mean()).sum())
    return farthest(
        {
            "by day": partial(check_mean, of_days, 1.0),
            "by run": partial(check_chi_squared, of_runs, totals.size - 1),
        }
    )


def _shares(samples: Samples) -> Check:
    shares = {
        "long": LONG_SHARE,
        "delayed": DELAY_SHARE,
        "long and delayed": LONG_SHARE * DELAY_SHARE,
    }
    counts = samples["shares"].sum(axis=0)
    requests = int(samples["by_hour"].sum())
    columns = zip(shares.items(), counts, strict=True)
    return farthest({name: partial(check_binomial, count, requests, share) for (name, share), count in columns})


def _lengths(samples: Samples) -> Check:
    return farthest(
        {
            name: partial(check_classes, samples[name].sum(axis=0), np.full(size, 1 / size))
            for name, size in _CLASSES.items()
        }
    )


def _by_day(requests: NDArray[np.int64]) -> Floats:
    start, _ = window(_HOSPITAL, _YEAR)
    return np.bincount((requests[:, 0] - start) // DAY, minlength=_YEAR).astype(float)


def _hours_of_the_week(requests: NDArray[np.int64]) -> NDArray[np.int64]:
    start, _ = window(_HOSPITAL, _YEAR)
    days, seconds = np.divmod(requests[:, 0] - start, DAY)
    hours: NDArray[np.int64] = weekdays(_HOSPITAL, _YEAR)[days] * 24 + seconds // HOUR
    return hours


def _standardised(requests: NDArray[np.int64]) -> tuple[Floats, Floats, Floats]:
    """Return stay, delayed or not, and time of day, the first two scaled to mean 0 and variance 1; a long stay is 0."""
    second, length, delay = requests.T
    is_long = length > LONGEST * DAY
    stay = np.where(is_long, 0.0, (length / DAY - (1 + LONGEST) / 2) / (LONGEST - 1) * np.sqrt(12))
    delayed = ((delay > 0) - DELAY_SHARE) / np.sqrt(DELAY_SHARE * (1 - DELAY_SHARE))
    return stay, delayed, (second % DAY / DAY - 0.5) * np.sqrt(12)


def _classes(requests: NDArray[np.int64]) -> Measures:
    """Return the counts of stays and delays in classes of equal width, and of stays that are long or delayed."""
    _, length, delay = requests.T
    is_long, is_delayed = length > LONGEST * DAY, delay > 0
    days = {"ordinary stays": length[~is_long], "long stays": length[is_long], "delays": delay[is_delayed]}
    counts = {
        name: np.histogram(seconds / DAY, bins=_CLASSES[name], range=RANGES[name])[0].astype(float)
        for name, seconds in days.items()
    }
    shares = np.array([is_long.sum(), is_delayed.sum(), (is_long & is_delayed).sum()], float)
    return {**counts, "shares": shares}


STUDIES = (
    Study(
        "Inputs",
        draw,
        {
            "requests of each month and of the year, Poisson": _months,
            "requests of each hour of the week, chi-squared": _week,
            "dispersion of requests by day and by run": _dispersion,
            "shares of long stays and delays, binomial": _shares,
            "lengths of stays and delays, chi-squared": _lengths,
            "correlation of two departments, and of a stay with other draws": lambda runs: farthest_mean(
                runs["products"], dict.fromkeys(PRODUCTS, 0.0)
            ),
        },
        cost=0.2,
    ),
)
