"""The metrics of a hospital or a department: one number each, from what was observed.

A metric is None where there is nothing to take it of: a percentile of no waits, a share of no discharges.
"""

import difflib
from array import array
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial

import numpy as np

from hospital_sim.clock import DAY
from hospital_sim.errors import ConfigurationError, ConfigurationTypeError
from hospital_sim.observe.statistics import Statistics
from hospital_sim.tables import summarise_times

HOUR = 3600


@dataclass(frozen=True, slots=True)
class Metric:
    """A number that sums up what was observed.

    Attributes:
        name: Its name, as asked for.
        unit: Its unit, for people.
        meaning: What it is, for people.
        of: Returns it, or None where there is nothing to take it of. A function of a module, where processes are used.
    """

    name: str
    unit: str
    meaning: str
    of: Callable[[Statistics], float | None]


def _count(field: str, seen: Statistics) -> float:
    return float(getattr(seen, field))


def _mean_over_time(field: str, seen: Statistics) -> float | None:
    integral: int | None = getattr(seen, field)
    return None if integral is None else integral / seen.seconds


def _utilisation(seen: Statistics) -> float | None:
    return _share(seen.occupied_bed_seconds, seen.open_bed_seconds)


def _diverted_share(seen: Statistics) -> float | None:
    return _share(seen.diversions, seen.requests)


def _outlier_share(seen: Statistics) -> float | None:
    return _share(seen.outliers, seen.admissions)


def _delayed_share(seen: Statistics) -> float | None:
    return _share(len(seen.delays), seen.discharges)


def _time(field: str, figure: str, unit: int, seen: Statistics) -> float | None:
    seconds: float | None = getattr(summarise_times(_times(field, seen)), figure)
    return None if seconds is None else seconds / unit


def _share_over(field: str, seconds: int, seen: Statistics) -> float | None:
    times = _times(field, seen)
    return float(np.mean(np.frombuffer(times, dtype=np.int64) > seconds)) if times else None


def _share_from(field: str, seconds: int, seen: Statistics) -> float | None:
    return _share_over(field, seconds - 1, seen)


def _times(field: str, seen: Statistics) -> "array[int]":
    times: array[int] = getattr(seen, field)
    return times


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


_ALL = (
    Metric("requests", "patients", "requests for a bed", partial(_count, "requests")),
    Metric("admissions", "patients", "patients given a bed", partial(_count, "admissions")),
    Metric("discharges", "patients", "patients who left", partial(_count, "discharges")),
    Metric("diversions", "patients", "requests turned away", partial(_count, "diversions")),
    Metric("diverted_share", "share", "requests turned away, of all", _diverted_share),
    Metric("outlier_share", "share", "admissions to another department's bed, of all", _outlier_share),
    Metric("open_beds", "beds", "beds open, mean over time", partial(_mean_over_time, "open_bed_seconds")),
    Metric("occupied_beds", "beds", "beds occupied, mean over time", partial(_mean_over_time, "occupied_bed_seconds")),
    Metric("delayed_beds", "beds", "beds of delayed patients, mean", partial(_mean_over_time, "delayed_bed_seconds")),
    Metric("utilisation", "share", "occupied beds over open beds, both over time", _utilisation),
    Metric("full_share", "share", "time in which every open bed is occupied", partial(_mean_over_time, "full_seconds")),
    Metric("queue", "patients", "patients waiting, mean over time", partial(_mean_over_time, "queue_seconds")),
    Metric("waiting_at_end", "patients", "patients waiting at the end", partial(_count, "waiting_at_end")),
    Metric("wait_mean", "hours", "mean wait", partial(_time, "waits", "mean", HOUR)),
    Metric("wait_p50", "hours", "median wait", partial(_time, "waits", "p50", HOUR)),
    Metric("wait_p90", "hours", "P90 of the wait", partial(_time, "waits", "p90", HOUR)),
    Metric("wait_p95", "hours", "P95 of the wait", partial(_time, "waits", "p95", HOUR)),
    Metric("wait_max", "hours", "longest wait", partial(_time, "waits", "longest", HOUR)),
    Metric("waited_share", "share", "admissions after any wait", partial(_share_over, "waits", 0)),
    Metric("wait_over_4h", "share", "admissions after more than 4 hours", partial(_share_over, "waits", 4 * HOUR)),
    Metric("wait_over_12h", "share", "admissions after more than 12 hours", partial(_share_over, "waits", 12 * HOUR)),
    Metric("stay_mean", "days", "mean stay", partial(_time, "stays", "mean", DAY)),
    Metric("stay_p50", "days", "median stay", partial(_time, "stays", "p50", DAY)),
    Metric("stay_p90", "days", "P90 of the stay", partial(_time, "stays", "p90", DAY)),
    Metric("stay_over_7d", "share", "stays of 7 days or more", partial(_share_from, "stays", 7 * DAY)),
    Metric("stay_over_21d", "share", "stays of 21 days or more", partial(_share_from, "stays", 21 * DAY)),
    Metric("delayed_share", "share", "discharges later than ready", _delayed_share),
    Metric("delay_mean", "days", "mean delay of those delayed", partial(_time, "delays", "mean", DAY)),
)

METRICS: dict[str, Metric] = {metric.name: metric for metric in _ALL}
"""The metrics of the library, by name."""


def find_metrics(wanted: Iterable[str | Metric] | None) -> tuple[Metric, ...]:
    """Return metrics by their names; all of the library's if None.

    Args:
        wanted: Names, or metrics of one's own.

    Raises:
        ConfigurationError: If there is none, a name is not known, or one is given twice.
    """
    if wanted is None:
        return _ALL
    if isinstance(wanted, str):
        raise ConfigurationTypeError(f"metrics: must be a list of names, not {wanted!r}; write [{wanted!r}]")
    found = tuple(entry if isinstance(entry, Metric) else METRICS.get(entry) or _unknown(entry) for entry in wanted)
    names = [metric.name for metric in found]
    if not names:
        raise ConfigurationError("metrics: none given; leave it out for all of them")
    for name in names:
        if names.count(name) > 1:
            raise ConfigurationError(f"metrics: {name!r} is given twice")
    return found


def _unknown(name: str) -> Metric:
    raise unknown_metric(name, METRICS)


def unknown_metric(name: str, known: Iterable[str]) -> ConfigurationError:
    """Return the error that says that a metric is not among those known."""
    known = list(known)
    close = difflib.get_close_matches(str(name), known, n=1)
    hint = f"did you mean {close[0]!r}?" if close else f"known are {', '.join(known)}"
    return ConfigurationError(f"metric: {name!r} is not known; {hint}")
