"""Real arrivals to replay: a column of timestamps in a CSV file, the days that it covers, and their rate by month."""

import csv
import io
from calendar import monthrange
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

from hospital_sim.config.text_files import read_text
from hospital_sim.errors import ConfigurationError

COLUMN = "request_date"
SEPARATORS = ",;\t|"
"""Characters that may separate columns, because spreadsheets write the one of their language."""


def read_arrivals(path: Path) -> tuple[datetime, ...]:
    """Read the timestamps of requests.

    Args:
        path: A CSV file with a header, its columns separated by commas, semicolons, tabs or bars. Its column
            ``request_date`` has the timestamps, RFC 3339 with a ``Z`` or an offset from UTC.

    Returns:
        The timestamps, UTC, in the order of the file.

    Raises:
        ConfigurationError: If the file cannot be read or a timestamp is wrong; the message names the line.
    """
    try:
        text = read_text(path)
    except ConfigurationError as error:
        raise ConfigurationError(f"arrivals: {error}") from error
    # A note may be longer than the limit of csv, 131,072 characters.
    limit = csv.field_size_limit(max(csv.field_size_limit(), len(text)))
    try:
        return _read_table(path, io.StringIO(text, newline=""))
    finally:
        csv.field_size_limit(limit)


def days_covered(arrivals: Sequence[datetime]) -> tuple[date, date]:
    """Return the first and the last day that a sorted table of arrivals covers.

    It covers the month of its first arrival from the beginning, and that of its last to the end, unless the silence
    there is longer than any between two arrivals.
    """
    first, last = arrivals[0], arrivals[-1]
    longest_silence = max((later - earlier for earlier, later in pairwise(arrivals)), default=timedelta.max)
    month_start = datetime(first.year, first.month, 1, tzinfo=UTC)
    month_end = datetime(last.year, last.month, monthrange(last.year, last.month)[1], 23, 59, 59, tzinfo=UTC)
    return (
        (month_start if first - month_start <= longest_silence else first).date(),
        (month_end if month_end - last <= longest_silence else last).date(),
    )


# Cached, because every figure of a department needs the rates of its sources again.
@lru_cache(maxsize=8)
def month_rates(arrivals: tuple[datetime, ...]) -> tuple[float, ...]:
    """Return the arrivals a day in each calendar month, January first; 0 in a month that the table does not cover.

    A month of several years has the mean over its days.
    """
    first, last = days_covered(arrivals)
    counts, days = [0] * 12, [0] * 12
    for arrival in arrivals:
        counts[arrival.month - 1] += 1
    for day in range(first.toordinal(), last.toordinal() + 1):
        days[date.fromordinal(day).month - 1] += 1
    return tuple(count / max(length, 1) for count, length in zip(counts, days, strict=True))


def _read_table(path: Path, file: io.StringIO) -> tuple[datetime, ...]:
    header = file.readline()
    before = 1
    if header.startswith("sep="):
        header, before = file.readline(), 2
    for separator in SEPARATORS:
        columns = [name.strip() for name in next(csv.reader([header], delimiter=separator, skipinitialspace=True), [])]
        if COLUMN in columns:
            return tuple(_timestamps(path, file, separator, columns.index(COLUMN), before))
    raise ConfigurationError(f"arrivals: {path.name}: has no column {COLUMN!r}; the header is {header.strip()[:80]!r}")


def _timestamps(path: Path, lines: Iterable[str], separator: str, column: int, before: int) -> Iterator[datetime]:
    """Yield the timestamp of each row that is not empty; ``before`` lines come before the first row."""
    rows = csv.reader(lines, delimiter=separator, skipinitialspace=True)
    try:
        for row in rows:
            if row:
                yield _timestamp(path, before + rows.line_num, row[column] if len(row) > column else "")
    except csv.Error as error:
        raise ConfigurationError(f"arrivals: {path.name}, line {before + rows.line_num}: {error}") from error


def _timestamp(path: Path, line: int, text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text.strip())
        if moment.utcoffset() is not None:
            return moment.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise ConfigurationError(
            f"arrivals: {path.name}, line {line}: {text[:80]!r} is not a timestamp; write it as 2025-01-31T08:30:00Z"
        ) from error
    raise ConfigurationError(f"arrivals: {path.name}, line {line}: {text!r} must end with Z or an offset from UTC")
