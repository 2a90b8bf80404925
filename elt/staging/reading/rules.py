"""Rules of the contract that a type cannot express: they relate the fields of one event.

A rule is a function from a table of events to a mask that is true where an event violates it. An event that violates a
rule is quarantined with the sentence of the rule.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from elt.contracts import Column, ColumnKind, columns
from elt.native.arrays import numbers, strings
from hospital_sim.events import EARLIEST, LATEST

SECOND = 1_000_000
"""Microseconds."""

# Arrow scalars are taken from arrays because pyarrow.scalar imports pandas (see elt.native.arrays).
_SECOND, _START_OF_DAY, _END_OF_DAY = numbers(np.array([SECOND, 0, 23 * 3600 + 59 * 60 + 59], np.int64))
_START = strings(["SOD"])[0]

Mask: TypeAlias = pa.ChunkedArray
Check = Callable[[pa.Table], Mask]


@dataclass(frozen=True)
class Rule:
    """One rule.

    Attributes:
        sentence: What must hold.
        violated: Maps a table of events to a mask that is true where the rule is violated.
        holds_if_canonical: True if no canonical object can violate it (see ``elt.staging.reading.fast_decode``).
    """

    sentence: str
    violated: Check
    holds_if_canonical: bool = False


def rules(event_type: str) -> tuple[Rule, ...]:
    """Return the rules of an event type, the general ones first."""
    return _rules(event_type, columns(event_type))


@cache
def _rules(event_type: str, all_columns: tuple[Column, ...]) -> tuple[Rule, ...]:
    return (*_general_rules(all_columns), *_RULES_BY_TYPE[event_type])


def _general_rules(all_columns: tuple[Column, ...]) -> Iterator[Rule]:
    for column in all_columns:
        if column.pattern is not None:
            # The end of a pattern also matches before a last line break.
            violated = _ends_with_line_break(column.name)
            yield Rule(f"{column.name} must not end with a line break", violated, holds_if_canonical=True)
        if column.kind is ColumnKind.TIMESTAMP:
            yield Rule(f"{column.name} must be a whole second", _fraction(column.name), holds_if_canonical=True)
        if column.kind in (ColumnKind.TIMESTAMP, ColumnKind.DATE):
            yield Rule(f"{column.name} must lie between {EARLIEST.year} and {LATEST.year}", _out_of_range(column.name))


def _ends_with_line_break(name: str) -> Check:
    return lambda table: pc.ends_with(table[name], "\n")


def _fraction(name: str) -> Check:
    def violated(table: pa.Table) -> Mask:
        value = table[name].cast(pa.int64())
        return pc.not_equal(pc.multiply(pc.divide(value, _SECOND), _SECOND), value)

    return violated


def _out_of_range(name: str) -> Check:
    days = np.array([EARLIEST, LATEST + timedelta(days=1)], "datetime64[D]").astype(np.int32)
    first, after = numbers(days, pa.date32())

    def violated(table: pa.Table) -> Mask:
        column = table[name]
        low, high = (day.cast(column.type) for day in (first, after))
        return pc.or_(pc.less(column, low), pc.greater_equal(column, high))

    return violated


def _same(name: str, other: str) -> Rule:
    return Rule(f"{name} must equal {other}", lambda table: pc.not_equal(table[name], table[other]))


def _not_after(name: str, other: str) -> Rule:
    return Rule(f"{name} must not be after {other}", lambda table: pc.greater(table[name], table[other]))


def _before(name: str, other: str) -> Rule:
    return Rule(f"{name} must be before {other}", lambda table: pc.greater_equal(table[name], table[other]))


def _at_most(name: str, other: str) -> Rule:
    return Rule(f"{name} must be at most {other}", lambda table: pc.greater(table[name], table[other]))


def _born_by(name: str) -> Rule:
    return Rule(
        f"birth_date must not be after {name}",
        lambda table: pc.greater(table["birth_date"], table[name].cast(pa.date32())),
    )


def _undelayed_with_reason(table: pa.Table) -> Mask:
    delayed = pc.greater(table["discharge_date"], table["discharge_ready_date"])
    return pc.and_(pc.is_valid(table["delay_reason"]), pc.invert(delayed))


def _seconds_of_day(table: pa.Table) -> Mask:
    return pc.divide(pc.cast(table["event_time"].cast(pa.time64("us")), pa.int64()), _SECOND)


def _not_end_of_day(table: pa.Table) -> Mask:
    return pc.not_equal(_seconds_of_day(table), _END_OF_DAY)


def _wrong_snapshot_time(table: pa.Table) -> Mask:
    expected = pc.if_else(pc.equal(table["snapshot_type"], _START), _START_OF_DAY, _END_OF_DAY)
    return pc.not_equal(_seconds_of_day(table), expected)


def _wrong_snapshot_date(table: pa.Table) -> Mask:
    return pc.not_equal(table["event_time"].cast(pa.date32()), table["snapshot_date"])


def _wrong_wait(table: pa.Table) -> Mask:
    waited = pc.subtract(table["event_time"].cast(pa.int64()), table["request_date"].cast(pa.int64()))
    return pc.not_equal(pc.divide(waited, _SECOND), table["wait_duration"])


_SNAPSHOT_DATE = Rule("snapshot_date must be the date of event_time", _wrong_snapshot_date)

_RULES_BY_TYPE: dict[str, tuple[Rule, ...]] = {
    "admission": (
        _same("event_time", "admission_date"),
        _not_after("request_date", "admission_date"),
        _born_by("request_date"),
    ),
    "discharge": (
        _same("event_time", "discharge_date"),
        _before("admission_date", "discharge_ready_date"),
        _not_after("discharge_ready_date", "discharge_date"),
        _born_by("admission_date"),
        Rule("delay_reason must be null unless discharge_date is after discharge_ready_date", _undelayed_with_reason),
    ),
    "wait_snapshot": (
        _SNAPSHOT_DATE,
        Rule("event_time must be 23:59:59", _not_end_of_day),
        _not_after("request_date", "event_time"),
        Rule("wait_duration must be the seconds from request_date to event_time", _wrong_wait),
        _born_by("request_date"),
    ),
    "dep_snapshot": (
        _SNAPSHOT_DATE,
        Rule("event_time must be 00:00:00 for SOD and 23:59:59 for EOD", _wrong_snapshot_time),
        _at_most("occupied_beds", "beds"),
        _at_most("beds", "capacity"),
    ),
}
