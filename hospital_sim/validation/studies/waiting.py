"""Studies of waiting: Erlang C, and one bed with any stays (Pollaczek and Khinchine)."""

import math
from collections.abc import Iterator

import numpy as np

from hospital_sim.clock import DAY
from hospital_sim.distributions import Exponential, Floats
from hospital_sim.experiments.intervals import student_t
from hospital_sim.queueing import erlang_c, erlang_c_mean_wait, erlang_c_wait_quantile, one_bed_mean_wait
from hospital_sim.validation.checks import LEVEL, Check, check_ratio, standard_error
from hospital_sim.validation.instruments.observers import Waits
from hospital_sim.validation.instruments.queueing_departments import hospital, run, ward, window
from hospital_sim.validation.study import Measures, Samples, Study

# Ten beds with a load of nine settle within some 38 mean stays, so a warm-up of twenty times that is long enough.
BEDS, LOAD = 10, 9.0
MEAN_STAY = 0.2
DAYS = 800
QUANTILES = (0.90, 0.95)
_SEVERAL_BEDS = hospital(
    "erlang_c",
    150,
    [ward("queue", BEDS, LOAD / MEAN_STAY, stay={"distribution": "exponential", "mean": MEAN_STAY})],
)
_GRID = np.arange(0, 40, 0.002)
"""Upper ends of the classes of waits, in mean stays."""

LONGEST_ORDINARY = 10.0
ONE_BED_LOAD = 0.6
LONG_SHARE, DELAY_SHARE = 0.01, 0.05
ONE_BED_DAYS = 16_000
_ONE_BED_WARDS = 12


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


def judge_several_beds(samples: Samples) -> Iterator[Check]:
    """Compare with Erlang C: the share that waits, the mean, P90 and P95."""
    patients = samples["patients"]
    yield check_ratio("share that waits, 10 beds, load 9", samples["waited"], patients, erlang_c(BEDS, LOAD))
    yield check_ratio("mean wait, 10 beds, load 9", samples["total"], patients, erlang_c_mean_wait(BEDS, LOAD))
    classes = samples["classes"].sum(axis=0)
    for position, share in enumerate(QUANTILES):
        yield _of_quantile(share, samples["longer"][:, position], patients, classes)


def _of_quantile(share: float, longer: Floats, patients: Floats, classes: Floats) -> Check:
    """Compare a percentile with the closed form at the lowest and highest share that chance allows."""
    half = student_t(1 - LEVEL, len(patients) - 1) * standard_error(longer, patients, 1 - share)
    expected = erlang_c_wait_quantile(BEDS, LOAD, share)
    low = erlang_c_wait_quantile(BEDS, LOAD, max(share - half, 0.0))
    high = erlang_c_wait_quantile(BEDS, LOAD, share + half) if share + half < 1 else math.inf
    upto = np.cumsum(classes)[:-1] / classes.sum()
    observed = float(np.interp(share, upto, _GRID))
    return Check(f"P{share * 100:.0f} of the wait, 10 beds, load 9", expected, observed, low, high)


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
    3000,
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
    waits = Waits(first, end - 1000 * DAY)
    run(_ONE_BED, ONE_BED_DAYS, seed, waits)
    return {"patients": float(len(waits.seconds)), "total": sum(waits.seconds) / DAY}


def judge_one_bed(samples: Samples) -> Iterator[Check]:
    """Compare with Pollaczek and Khinchine."""
    name = "mean wait in days, one bed, long stays and delays"
    expected = one_bed_mean_wait(ONE_BED_LOAD / _MEAN, _MEAN, _SQUARE)
    yield check_ratio(name, samples["total"], samples["patients"], expected)


STUDIES = (
    Study("Erlang C", wait_with_several_beds, judge_several_beds, cost=0.5),
    Study("Pollaczek-Khinchine", wait_for_one_bed, judge_one_bed, cost=0.5),
)
