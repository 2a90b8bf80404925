"""The days of a hospital as a whole, from the days of its departments: sums of beds and patients."""

import datetime as dt
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from elt.report.encoding import plain_day

WHOLE_HOSPITAL = ""
"""The department of a row that is of the hospital as a whole."""

Numbers: TypeAlias = npt.NDArray[np.float64]

_RATES = ("occupancy_rate", "occupancy_rate_7d")
_WINDOW = dt.timedelta(days=7)


def with_hospital_days(days: pa.Table) -> pa.Table:
    """Put a row for each day of the hospital before those of its departments.

    Counts are the sums of the departments; the rates are those sums over each other, as ``mart_bed_utilisation`` has
    them: 0 without beds, and over the last 7 calendar days that have a census.

    Args:
        days: Rows of the dataset ``days`` of one hospital, with ``department_id``, ``day``, rates and counts.
    """
    counts = [name for name in days.column_names if name not in ("department_id", "day", *_RATES)]
    sums = days.group_by("day").aggregate([(name, "sum") for name in counts]).sort_by("day")
    occupied = _numbers(sums, "occupied_beds_sum")
    beds = _numbers(sums, "beds_sum")
    dates = [plain_day(day) for day in sums["day"].to_pylist()]
    rates = {
        "occupancy_rate": _rates(occupied, beds),
        "occupancy_rate_7d": _rates(_last_7_days(dates, occupied), _last_7_days(dates, beds)),
    }
    columns = {
        "department_id": pa.array([WHOLE_HOSPITAL] * len(dates), pa.string()),
        "day": sums["day"],
        **{name: sums[f"{name}_sum"] for name in counts},
        **{name: pa.array(values) for name, values in rates.items()},
    }
    hospital = pa.table({name: columns[name] for name in days.column_names})
    return pa.concat_tables([hospital.cast(days.schema), days])


def _numbers(table: pa.Table, name: str) -> Numbers:
    return np.asarray(table[name].to_pylist(), dtype=np.float64)


def _rates(part: Numbers, whole: Numbers) -> Numbers:
    return np.divide(part, whole, out=np.zeros_like(part), where=whole > 0)


def _last_7_days(dates: list[dt.date], values: Numbers) -> Numbers:
    """Return for each date the sum over the 7 calendar days that end with it; the dates are in order."""
    ordinals = np.asarray([day.toordinal() for day in dates])
    total = np.concatenate([[0.0], np.cumsum(values)])
    first = np.searchsorted(ordinals, ordinals - _WINDOW.days, side="right")
    return np.asarray(total[1:] - total[first])
