"""Values of fixed width, read by the column: identifiers, timestamps and dates as rows of ASCII characters."""

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from elt.native.arrays import fixed_strings, numbers
from elt.native.buffers import Bytes, Offsets

Flags = npt.NDArray[np.bool_]

ZERO, _AFTER_NINE, _LOWER_A = b"0:a"

UUID_WIDTH, TIMESTAMP_WIDTH, DATE_WIDTH = 36, len("2024-01-01T00:00:00Z"), len("2024-01-01")
_FORMS = {
    UUID_WIDTH: ("00000000-0000-0000-0000-000000000000", "f"),
    TIMESTAMP_WIDTH: ("0000-00-00T00:00:00Z", "9"),
    DATE_WIDTH: ("0000-00-00", "9"),
}
BOUNDS = {width: (lowest.encode(), lowest.replace("0", digit).encode()) for width, (lowest, digit) in _FORMS.items()}
"""The lowest and the highest character at each place of a value, by its width; the functions here are given values
between these."""

_Number = np.int16
_NO_NUMBER = 200
_PAIRS = np.full(1 << 16, _NO_NUMBER, _Number)
"""The number of each pair of ASCII digits, by their two bytes as one number of this machine."""
_PAIRS[np.frombuffer("".join(f"{number:02d}" for number in range(100)).encode(), np.uint16)] = np.arange(100)

_DAY_SECONDS = 86_400
_MICROSECONDS = 1_000_000

_MONTHS = np.arange("0000-01", "10000-01", dtype="datetime64[M]")
_FIRST_DAYS = _MONTHS.astype("datetime64[D]").astype(np.int64)
_MONTH_DAYS = np.diff(np.append(_FIRST_DAYS, np.datetime64("10000-01-01", "D").astype(np.int64)))


def read_uuids(rows: Bytes) -> tuple[pa.Array, Flags]:
    """Read identifiers, and tell which are none."""
    text = np.ascontiguousarray(rows)
    # Between the digits and the letters is what is neither; hyphens are below.
    neither = text - _AFTER_NINE < _LOWER_A - _AFTER_NINE
    wrong = any_along(neither, 1) if neither.any() else np.zeros(len(text), np.bool_)
    return fixed_strings(text), wrong


def read_timestamps(rows: Bytes) -> tuple[pa.Array, Flags]:
    """Read timestamps to the second, and tell which are none."""
    days, wrong = _days(rows)
    hours, minutes, seconds = _pair(rows, 11), _pair(rows, 14), _pair(rows, 17)
    for part, limit in ((hours, 24), (minutes, 60), (seconds, 60)):
        wrong |= part >= limit
    at = days * _DAY_SECONDS + (hours * np.int64(3600) + minutes * np.int64(60) + seconds)
    at *= _MICROSECONDS
    return numbers(at, pa.timestamp("us", tz="UTC")), wrong


def read_dates(rows: Bytes) -> tuple[pa.Array, Flags]:
    """Read dates, and tell which are none."""
    days, wrong = _days(rows)
    return numbers(days.astype(np.int32), pa.date32()), wrong


def _days(rows: Bytes) -> tuple[Offsets, Flags]:
    """Return days since 1970 of values that begin with ``YYYY-MM-DD``, and which are no dates."""
    century, of_century, month, day = _pair(rows, 0), _pair(rows, 2), _pair(rows, 5), _pair(rows, 8)
    wrong = (century == _NO_NUMBER) | (of_century == _NO_NUMBER) | (month < 1) | (month > 12)
    year = century * _Number(100) + of_century
    wrong |= year < 1
    index = np.where(wrong, 0, year * np.int64(12) + month - 1)
    wrong |= (day < 1) | (day > _MONTH_DAYS[index])
    return _FIRST_DAYS[index] + (day - np.int64(1)), wrong


def _pair(rows: Bytes, place: int) -> npt.NDArray[np.int16]:
    """Return the numbers of two digits at a place of each row; what is none is larger than any."""
    return _PAIRS.take(rows[:, place : place + 2].view(np.uint16)[:, 0])


def any_along(flags: npt.NDArray[np.generic], axis: int) -> Flags:
    """Tell along an axis where any flag is set."""
    found: Flags = np.any(flags, axis=axis)
    return found
