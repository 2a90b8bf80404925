"""Studies of waiting: Erlang C, and one bed with any stays (Pollaczek and Khinchine)."""

import math
from functools import partial

import numpy as np

from hospital_sim.clock import DAY
from hospital_sim.distributions import Exponential, Floats
from hospital_sim.queueing import erlang_c, erlang_c_mean_wait, erlang_c_wait_quantile, one_bed_mean_wait
from hospital_sim.validation.checks import Check, check_ratio, farthest, half_width
from hospital_sim.validation.instruments.observers import Waits
from hospital_sim.validation.instruments.queueing_departments import hospital, run, ward, window
from hospital_sim.validation.study import Measures, Samples, Study

# Ten beds with a load of nine settle within some 38 mean stays; the warm-up is eight times as long.
BEDS, LOAD = 10, 9.0
MEAN_STAY = 0.2
WARMUP, DAYS = 60, 120
QUANTILES = (0.90, 0.95)
_SEVERAL_BEDS = hospital(
    "erlang_c",
    WARMUP,
    [ward("queue", BEDS, LOAD / MEAN_STAY, stay={"distribution": "exponential", "mean": MEAN_STAY})],
)
_GRID = np.arange(0, 30, 0.005)
"""Upper ends of the classes of waits, in mean stays."""

LONGEST_ORDINARY = 10.0
ONE_BED_LOAD = 0.6
LONG_SHARE, DELAY_SHARE = 0.01, 0.05
ONE_BED_WARMUP, ONE_BED_DAYS = 800, 2500
_ONE_BED_WARDS = 24


def wait_with_several_beds(seed: int) -> Measures:
    """Return the number of patients by class of wait (``_GRID``), and the sum of the waits in mean stays."""
    first, end = window(_SEVERAL_BEDS, DAYS)
    waits = Waits(first, end - 20 * DAY)
    run(_SEVERAL_BEDS, DAYS, seed, waits)
    stays = np.frombuffer(waits.seconds, np.int64) / (MEAN_STAY * DAY)
    classes = np.bincount(np.searchsorted(_GRID, stays, side="left"), minlength=len(_GRID) + 1)
    longer = [np.sum(stays > erlang_c_wait_quantile(BEDS, LOAD, share)) for share in QUANTILES]
    return {
        "patients": float(len(stays)),
        "total": stays.sum(),
        "waited": float(np.sum(stays > 0)),
        "longer": np.array(longer, float),
        "classes": classes.astype(float),
    }


def _several_beds(samples: Samples) -> Check:
    patients, classes = samples["patients"], samples["classes"].sum(axis=0)
    quantiles = {
        f"P{100 * share:.0f}": partial(_of_quantile, share, longer, patients, classes)
        for share, longer in zip(QUANTILES, samples["longer"].T, strict=True)
    }
    return farthest(
        {
            "share that waits": partial(check_ratio, samples["waited"], patients, erlang_c(BEDS, LOAD)),
            "mean": partial(check_ratio, samples["total"], patients, erlang_c_mean_wait(BEDS, LOAD)),
            **quantiles,
        }
    )


def _of_quantile(share: float, longer: Floats, patients: Floats, classes: Floats, level: float) -> Check:
    """Compare a percentile with the closed form at the lowest and highest share that chance allows."""
    half = half_width(longer, patients, 1 - share, level)
    expected = erlang_c_wait_quantile(BEDS, LOAD, share)
    low = erlang_c_wait_quantile(BEDS, LOAD, max(share - half, 0.0))
    high = erlang_c_wait_quantile(BEDS, LOAD, share + half) if share + half < 1 else math.inf
    upto = np.cumsum(classes)[:-1] / classes.sum()
    return Check(expected, float(np.interp(share, upto, _GRID)), low, high)


def _one_bed_moments() -> tuple[float, float]:
    """Return the mean and the mean square of the days in a bed by the simple rule, whose parts are uniform."""
    longest, long_share = LONGEST_ORDINARY, LONG_SHARE
    mean = (1 - long_share) * _uniform(1, longest)[0] + long_share * _uniform(3 * longest, 6 * longest)[0]
    square = (1 - long_share) * _uniform(1, longest)[1] + long_share * _uniform(3 * longest, 6 * longest)[1]
    delay, delay_square = (DELAY_SHARE * moment for moment in _uniform(4, 14))
    return mean + delay, square + 2 * mean * delay + delay_square


def _uniform(low: float, high: float) -> tuple[float, float]:
    return (low + high) / 2, (low * low + low * high + high * high) / 3


_MEAN, _SQUARE = _one_bed_moments()
_ONE_BED = hospital(
    "pollaczek_khinchine",
    ONE_BED_WARMUP,
    [
        ward(
            f"bed_{number}",
            1,
            source=[{"id": "all", "interarrival": Exponential(_MEAN / ONE_BED_LOAD)}],
            max_stay_days=LONGEST_ORDINARY,
            long_stay_share=LONG_SHARE,
            delay_share=DELAY_SHARE,
        )
        for number in range(_ONE_BED_WARDS)
    ],
)


def wait_for_one_bed(seed: int) -> Measures:
    """Return the number of patients and the sum of their waits in days."""
    first, end = window(_ONE_BED, ONE_BED_DAYS)
    waits = Waits(first, end - 300 * DAY)
    run(_ONE_BED, ONE_BED_DAYS, seed, waits)
    return {"patients": float(len(waits.seconds)), "total": sum(waits.seconds) / DAY}


def _one_bed(samples: Samples) -> Check:
    expected = one_bed_mean_wait(ONE_BED_LOAD / _MEAN, _MEAN, _SQUARE)
    return check_ratio(samples["total"], samples["patients"], expected)


STUDIES = (
    Study(
        "Erlang C",
        wait_with_several_beds,
        {"waits for 10 beds, load 9: share that waits, mean, P90, P95": _several_beds},
        cost=0.1,
    ),
    Study(
        "Pollaczek-Khinchine",
        wait_for_one_bed,
        {"mean wait in days for one bed, long stays and delays": _one_bed},
        cost=0.2,
    ),
)
