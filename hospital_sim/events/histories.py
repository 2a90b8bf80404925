"""Histories: compares the past of one hospital in two runs, day by day.

Runs of one history have equal configurations at the start, and equal changes up to the end of the one that ends first.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec

from hospital_sim.events.run_record import RunStarted

Configuration = dict[str, Any]

_RUN_FIELDS = ("seed", "start", "warmup_days", "stream_version")


class Difference(NamedTuple):
    """One value that differs between two runs; None if a run lacks it.

    Attributes:
        department: Identifier of the department; empty for a field of the hospital or the run.
        field: Name of the field; empty for a whole department.
        one: The value in the first run.
        other: The value in the second run.
    """

    department: str
    field: str
    one: object
    other: object

    @property
    def place(self) -> str:
        """The department and the field, for people; the fields of a change of a department that only one run has."""
        if not self.department:
            return self.field
        table = self.one or self.other
        fields = self.field or (", ".join(name for name in table if name != "id") if isinstance(table, dict) else "")
        return f"department {self.department}: {fields}" if fields else f"department {self.department}"


class ChangeDifference(NamedTuple):
    """The first change of a configuration that differs between two runs, on days that both have.

    Attributes:
        first_day: The day from which it holds.
        position: Position of the change in the first run; None if that run lacks it.
        is_in_other: True if the second run has a change from that day too.
        difference: The first value that differs.
    """

    first_day: str
    position: int | None
    is_in_other: bool
    difference: Difference


def is_same_history(one: RunStarted, other: RunStarted) -> bool:
    """Return True if two runs share the past of one hospital."""
    return one.history_id == other.history_id and change_difference(one, other) is None


def start_differences(one: RunStarted, other: RunStarted) -> list[Difference]:
    """Return the differences between two runs at their starts: of the run, else of the configuration."""
    of_run = [
        Difference("", field, getattr(one, field), getattr(other, field))
        for field in _RUN_FIELDS
        if getattr(one, field) != getattr(other, field)
    ]
    return of_run or list(_configuration_differences(_plain(one), _plain(other)))


def change_difference(one: RunStarted, other: RunStarted) -> ChangeDifference | None:
    """Return the first change that differs between two runs of one start; None if none does on days of both."""
    last = min(one.end, other.end).isoformat()
    positions, theirs = (
        {change["from"]: (position, change) for position, change in enumerate(_plain_changes(run))}
        for run in (one, other)
    )
    for day in sorted(positions.keys() | theirs.keys()):
        position, change = positions.get(day, (None, {}))
        _, their_change = theirs.get(day, (None, {}))
        if day <= last and change != their_change:
            difference = next(_change_differences(change, their_change))
            return ChangeDifference(day, position, day in theirs, difference)
    return None


def _plain(run: RunStarted) -> Configuration:
    """Return a configuration as JSON holds it, so that one from Python equals one from a record."""
    configuration: Configuration = msgspec.json.decode(msgspec.json.encode(run.configuration))
    return configuration


def _plain_changes(run: RunStarted) -> Sequence[Configuration]:
    changes: Sequence[Configuration] = msgspec.json.decode(msgspec.json.encode(run.configuration.get("change", ())))
    return changes


def _configuration_differences(one: Configuration, other: Configuration) -> Iterator[Difference]:
    for field in dict.fromkeys((*one, *other)):
        if field not in ("department", "change") and one.get(field) != other.get(field):
            yield Difference("", field, one.get(field), other.get(field))
    yield from _department_differences(one.get("department", ()), other.get("department", ()))


def _change_differences(one: Configuration, other: Configuration) -> Iterator[Difference]:
    for field in ("name", "closed"):
        if (one.get(field) or None) != (other.get(field) or None):
            yield Difference("", field, one.get(field) or None, other.get(field) or None)
    yield from _department_differences(one.get("department", ()), other.get("department", ()))
    yield Difference("", "from", one.get("from"), other.get("from"))


def _department_differences(one: Sequence[Configuration], other: Sequence[Configuration]) -> Iterator[Difference]:
    departments, others = ({table["id"]: table for table in tables} for tables in (one, other))
    for name in dict.fromkeys((*departments, *others)):
        table, their_table = departments.get(name), others.get(name)
        if table is None or their_table is None:
            yield Difference(name, "", table, their_table)
        else:
            yield from _field_differences(name, table, their_table)
    if [*departments] != [*others]:
        yield Difference("", "department", [*departments], [*others])


def _field_differences(name: str, one: Mapping[str, object], other: Mapping[str, object]) -> Iterator[Difference]:
    for field in dict.fromkeys((*one, *other)):
        if one.get(field) != other.get(field):
            yield Difference(name, field, one.get(field), other.get(field))
