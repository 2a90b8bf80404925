"""Real arrivals to replay: a column of timestamps in a CSV file."""

import csv
from datetime import UTC, datetime
from pathlib import Path

from hospital_sim.errors import ConfigurationError

COLUMN = "request_date"


def read_arrivals(path: Path) -> tuple[datetime, ...]:
    """Read the timestamps of requests.

    Args:
        path: A CSV file with a header. Its column ``request_date`` has the timestamps, RFC 3339 with a ``Z``.

    Returns:
        The timestamps, UTC, in the order of the file.

    Raises:
        ConfigurationError: If the file cannot be read or a timestamp is wrong; the message names the line.
    """
    try:
        with path.open(encoding="utf-8", newline="") as file:
            rows = csv.DictReader(file)
            if COLUMN not in (rows.fieldnames or ()):
                raise ConfigurationError(f"arrivals: {path.name}: has no column {COLUMN!r}")
            return tuple(_timestamp(path, rows.line_num, row[COLUMN] or "") for row in rows)
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or error
        raise ConfigurationError(f"arrivals: {path}: cannot be read: {reason}") from error


def _timestamp(path: Path, line: int, text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise ConfigurationError(f"arrivals: {path.name}, line {line}: {text!r} is not a timestamp") from error
    if moment.utcoffset() is None or moment.utcoffset():
        raise ConfigurationError(f"arrivals: {path.name}, line {line}: {text!r} must be UTC, with a Z")
    return moment.astimezone(UTC)
