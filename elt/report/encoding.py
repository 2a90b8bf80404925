"""Writes rows of the warehouse as compact JSON that is safe inside HTML."""

import datetime as dt
import json
import math
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import TypeAlias

import pyarrow as pa

Value: TypeAlias = str | int | float | bool | dt.date | dt.datetime | Decimal | None
Json: TypeAlias = "str | int | float | bool | Sequence[Json] | Mapping[str, Json] | None"

_EPOCH = dt.date(1970, 1, 1)
_ESCAPES = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}
# Six digits are finer than a pixel, and half the bytes of a full float. Headlines keep every digit.
_DIGITS = 6


def script_json(value: Json) -> str:
    """Return JSON that is safe inside a ``<script>`` element, for any strings.

    Args:
        value: Plain data.

    Returns:
        One line of JSON in which no character can end the element or open a comment.
    """
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    for character, escape in _ESCAPES.items():
        text = text.replace(character, escape)
    return text


def encode_columns(table: pa.Table, *, exact: bool = False) -> dict[str, Json]:
    """Return a table as columns in the form that the page's script reads.

    Dates become ``days`` since 1970-01-01. Strings become ``codes``, indices into their distinct ``values``. Numbers
    stay a list.

    Args:
        table: Any table of dates, numbers and strings.
        exact: True to keep every digit of numbers.
    """
    return {name: _encode(table.column(name), exact) for name in table.column_names}


def plain_number(value: Value) -> float | None:
    """Return a number from the warehouse as a float; None if it is null or not finite."""
    if value is None or isinstance(value, str | dt.date):
        return None
    number = float(value)
    return number if math.isfinite(number) else None


def plain_day(value: Value) -> dt.date:
    """Return a date or timestamp from the warehouse as a date.

    Raises:
        TypeError: If the value is neither.
    """
    if isinstance(value, dt.datetime):
        return value.date()
    if isinstance(value, dt.date):
        return value
    raise TypeError(f"not a date: {value!r}")


def _encode(column: pa.ChunkedArray, exact: bool) -> Json:
    if pa.types.is_date(column.type) or pa.types.is_timestamp(column.type):
        return {"days": [None if day is None else (plain_day(day) - _EPOCH).days for day in column.to_pylist()]}
    if pa.types.is_boolean(column.type):
        return [None if flag is None else bool(flag) for flag in column.to_pylist()]
    if pa.types.is_integer(column.type):
        return [None if number is None else int(number) for number in column.to_pylist()]
    if pa.types.is_floating(column.type) or pa.types.is_decimal(column.type):
        numbers = [plain_number(number) for number in column.to_pylist()]
        return [number if exact else _rounded(number) for number in numbers]
    return _encode_text([_text(value) for value in column.to_pylist()])


def _encode_text(values: Sequence[str]) -> Json:
    distinct = sorted(set(values))
    codes = {value: code for code, value in enumerate(distinct)}
    return {"codes": [codes[value] for value in values], "values": distinct}


def _text(value: str | bytes | None) -> str:
    if value is None:
        return ""
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


def _rounded(number: float | None) -> float | int | None:
    if number is None:
        return None
    rounded = round(number, _DIGITS)
    return int(rounded) if rounded.is_integer() else rounded
