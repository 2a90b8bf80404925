"""Values of fixed width, read by the column: identifiers, timestamps and dates as rows of ASCII characters."""

import numpy as np
import numpy.typing as npt
import pyarrow as pa

Bytes = npt.NDArray[np.uint8]
Offsets = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

ZERO, _LOWER_A = b"0a"
_HYPHENS = [8, 13, 18, 23]

UUID_WIDTH, TIMESTAMP_WIDTH, DATE_WIDTH = 36, len("2024-01-01T00:00:00Z"), len("2024-01-01")
SEPARATORS = {
    UUID_WIDTH: "########-####-####-####-############",
    TIMESTAMP_WIDTH: "####-##-##T##:##:##Z",
    DATE_WIDTH: "####-##-##",
}
"""What is the same in every value of a width; the functions here are given values in which it is there."""

_DAY_SECONDS = 86_400
_MICROSECONDS = 1_000_000

_MONTHS = np.arange("0000-01", "10000-01", dtype="datetime64[M]")
_FIRST_DAYS = _MONTHS.astype("datetime64[D]").astype(np.int64)
_MONTH_DAYS = np.diff(np.append(_FIRST_DAYS, np.datetime64("10000-01-01", "D").astype(np.int64)))


def read_uuids(rows: Bytes) -> tuple[pa.Array, Flags]:
    """Read identifiers, and tell which are none."""
    text = np.ascontiguousarray(rows)
    known = (text - ZERO) < 10
    known |= (text - _LOWER_A) < 6
    known[:, _HYPHENS] = True  # compared with the block already
    wrong = np.zeros(len(text), np.bool_) if known.all() else any_along(~known, 1)
    return fixed_strings(text), wrong


def fixed_strings(text: Bytes) -> pa.Array:
    """Return rows of ASCII characters as an Arrow array of strings."""
    count, width = text.shape
    offsets = np.arange(0, (count + 1) * width, width, dtype=np.int32)
    return pa.Array.from_buffers(pa.string(), count, [None, pa.py_buffer(offsets), pa.py_buffer(text)])


def read_timestamps(rows: Bytes) -> tuple[pa.Array, Flags]:
    """Read timestamps to the second, and tell which are none."""
    digits = np.ascontiguousarray(rows.T) - np.uint8(ZERO)
    days, wrong = _days(digits)
    hours, minutes, seconds = _number(digits[11:13]), _number(digits[14:16]), _number(digits[17:19])
    for part, limit in ((hours, 24), (minutes, 60), (seconds, 60)):
        wrong |= part >= limit
    wrong |= any_along(digits[[11, 12, 14, 15, 17, 18]] > 9, 0)
    at = days * _DAY_SECONDS + (hours.astype(np.int64) * 3600 + minutes * 60 + seconds)
    at *= _MICROSECONDS
    return pa.array(at).view(pa.timestamp("us", tz="UTC")), wrong


def read_dates(rows: Bytes) -> tuple[pa.Array, Flags]:
    """Read dates, and tell which are none."""
    days, wrong = _days(np.ascontiguousarray(rows.T) - np.uint8(ZERO))
    return pa.array(days.astype(np.int32)).view(pa.date32()), wrong


def _days(digits: Bytes) -> tuple[Offsets, Flags]:
    """Return days since 1970 from the digits of ``YYYY-MM-DD``, one row for each digit, and which are no dates."""
    wrong = any_along(digits[[0, 1, 2, 3, 5, 6, 8, 9]] > 9, 0)
    year = _number(digits[0:2]) * 100 + _number(digits[2:4])
    month, day = _number(digits[5:7]), _number(digits[8:10])
    wrong |= (month < 1) | (month > 12) | (year < 1)
    index = np.where(wrong, 0, year * 12 + month - 1)
    wrong |= (day < 1) | (day > _MONTH_DAYS[index])
    return _FIRST_DAYS[index] + (day - 1), wrong


def _number(digits: Bytes) -> npt.NDArray[np.int32]:
    """Return the number of two digits."""
    found: npt.NDArray[np.int32] = digits[0].astype(np.int32) * 10 + digits[1]
    return found


def any_along(flags: npt.NDArray[np.generic], axis: int) -> Flags:
    """Tell along an axis where any flag is set."""
    found: Flags = np.any(flags, axis=axis)
    return found
