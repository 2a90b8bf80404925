"""Metrics of a hospital or a department: each is one number, computed from the statistics of a window.

A metric is None if there is no data for it, such as a percentile without waits or a share without discharges.
"""

import difflib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial

import numpy as np

from hospital_sim.clock import DAY, HOUR
from hospital_sim.errors import ConfigurationError, ConfigurationTypeError
from hospital_sim.observe.statistics import Statistics
from hospital_sim.tables import summarise_times


@dataclass(frozen=True, slots=True)
class Metric:
    """One number that is computed from statistics.

    Attributes:
        name: Name by which experiments and tables refer to it.
        unit: Unit, for people.
        meaning: Description, for people.
        of: Called with statistics; returns the metric, or None if there is no data. It is pickled if processes are
            used, so it must be a function of a module then.
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


def _ratio(numerator: str, denominator: str, seen: Statistics) -> float | None:
    whole: int = getattr(seen, denominator)
    return getattr(seen, numerator) / whole if whole else None


def _delayed_share(seen: Statistics) -> float | None:
    return len(seen.delays) / seen.discharges if seen.discharges else None


def _time(field: str, figure: str, unit: int, seen: Statistics) -> float | None:
    seconds: float | None = getattr(summarise_times(getattr(seen, field)), figure)
    return None if seconds is None else seconds / unit


def _share_over(field: str, limit: int, seen: Statistics) -> float | None:
    times = np.asarray(getattr(seen, field))
    return float(np.mean(times > limit)) if times.size else None


_utilisation = partial(_ratio, "occupied_bed_seconds", "open_bed_seconds")
_outlier_share = partial(_ratio, "outliers", "admissions")
_ALL = (
    Metric("requests", "patients", "requests for a bed", partial(_count, "requests")),
    Metric("admissions", "patients", "patients given a bed", partial(_count, "admissions")),
    Metric("discharges", "patients", "patients who left", partial(_count, "discharges")),
    Metric("diversions", "patients", "requests turned away", partial(_count, "diversions")),
    Metric("diverted_share", "share", "requests turned away, of all", partial(_ratio, "diversions", "requests")),
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
    Metric("stay_over_7d", "share", "stays of 7 days or more", partial(_share_over, "stays", 7 * DAY - 1)),
    Metric("stay_over_21d", "share", "stays of 21 days or more", partial(_share_over, "stays", 21 * DAY - 1)),
    Metric("delayed_share", "share", "discharges later than ready", _delayed_share),
    Metric("delay_mean", "days", "mean delay of those delayed", partial(_time, "delays", "mean", DAY)),
)

METRICS: dict[str, Metric] = {metric.name: metric for metric in _ALL}
"""The metrics of the library by name."""


def find_metrics(selection: Iterable[str | Metric] | None) -> tuple[Metric, ...]:
    """Return metrics by their names.

    Args:
        selection: Names of the library's metrics, or metrics of your own; all of the library's if None.

    Raises:
        ConfigurationError: If the selection is empty, a name is not known, or one is selected twice.
    """
    if selection is None:
        return _ALL
    if isinstance(selection, str):
        raise ConfigurationTypeError(f"metrics: must be a list of names, not {selection!r}; write [{selection!r}]")
    metrics = tuple(entry if isinstance(entry, Metric) else _find(entry) for entry in selection)
    names = [metric.name for metric in metrics]
    if not names:
        raise ConfigurationError("metrics: none given; leave it out for all of them")
    for name in names:
        if names.count(name) > 1:
            raise ConfigurationError(f"metrics: {name!r} is given twice")
    return metrics


def _find(name: str) -> Metric:
    if name not in METRICS:
        raise unknown_metric(name, METRICS)
    return METRICS[name]


def unknown_metric(name: str, known: Iterable[str]) -> ConfigurationError:
    """Return the error for a metric that is not one of the known names."""
    names = list(known)
    close = difflib.get_close_matches(str(name), names, n=1)
    hint = f"did you mean {close[0]!r}?" if close else f"known are {', '.join(names)}"
    return ConfigurationError(f"metric: {name!r} is not known; {hint}")
