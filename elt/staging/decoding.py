"""From the bytes of raw objects to columns: every object is decoded on its own, then rules are checked by the column.

The usual object has exactly the bytes that encoding its event gives; only others are looked at one by one for what
decoding alone does not see, such as a field that is there twice.
"""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

import msgspec
import pyarrow as pa
import pyarrow.compute as pc

from elt.contracts import EVENT_TYPES, ColumnKind, arrow_schema, columns
from elt.quarantine import Reason
from elt.staging.rules import rules
from hospital_sim.events import Event, decode_event, encode

_WRONG_TYPE = re.compile(r"Expected `[^`]*`(, got | - at `\$\.event_type`)")
_NAMED_FIELD = re.compile(r"`\$\.(\w+)")
_FRACTION = re.compile(r"\.\d*[1-9]")
_UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)


class RawObject(NamedTuple):
    """One raw object of a partition.

    Attributes:
        day: The date in its key.
        event_id: The identifier in its key.
        data: Its bytes.
    """

    day: date
    event_id: str
    data: bytes


@dataclass(frozen=True)
class Rejected:
    """One object that breaks the contract: which, the reason code, and what is wrong in words."""

    object: RawObject
    reason: Reason
    detail: str


@dataclass(frozen=True)
class Decoded:
    """A batch of objects: the events that keep the contract, in the order of the objects, and the rejected objects."""

    table: pa.Table
    rejected: list[Rejected]


def decode(event_type: str, objects: Sequence[RawObject]) -> Decoded:
    """Decode a batch of raw objects of one type, each on its own.

    Args:
        event_type: The type that their keys say.
        objects: The objects.

    Returns:
        Every object once: as a row of the table (schema ``arrow_schema(event_type)``) or as rejected.
    """
    kept, events, rejected = _parse(event_type, objects)
    if not events:
        return Decoded(arrow_schema(event_type).empty_table(), rejected)
    table, offsets = _columns(event_type, events)
    broken = _first_breach(event_type, table, kept, offsets)
    if broken:
        table = table.filter(pa.array([row not in broken for row in range(len(kept))]))
        rejected += [Rejected(kept[row], *breach) for row, breach in sorted(broken.items())]
    return Decoded(table, rejected)


def _parse(event_type: str, objects: Sequence[RawObject]) -> tuple[Sequence[RawObject], list[Event], list[Rejected]]:
    try:
        events = [decode_event(event_type, item.data) for item in objects]
        if list(map(encode, events)) == [item.data for item in objects]:
            return objects, events, []
    except _UNREADABLE:
        pass  # at least one is broken: find out which, one by one
    kept: list[RawObject] = []
    events = []
    rejected = []
    for item in objects:
        event = _parse_one(event_type, item)
        if isinstance(event, Rejected):
            rejected.append(event)
        else:
            kept.append(item)
            events.append(event)
    return kept, events, rejected


def _parse_one(event_type: str, item: RawObject) -> Event | Rejected:
    try:
        event = decode_event(event_type, item.data)
    except msgspec.ValidationError as error:
        return Rejected(item, *_explain(str(error)))
    except _UNREADABLE as error:
        return Rejected(item, Reason.NOT_JSON, f"not one JSON object: {error}")
    oddity = None if encode(event) == item.data else _oddity(event_type, item.data)
    return event if oddity is None else Rejected(item, *oddity)


def _oddity(event_type: str, data: bytes) -> tuple[Reason, str] | None:
    """Return what is wrong with an object that decodes but has other bytes than its event gives, if anything is."""
    members: list[tuple[str, object]] = json.loads(data, object_pairs_hook=list)
    names = [name for name, _ in members]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        return Reason.DUPLICATE_FIELD, f"{', '.join(twice)}: there more than once"
    for column in columns(event_type):
        if column.name not in names:
            return Reason.MISSING_FIELD, f"{column.name}: missing"
        # Decoding rounds to microseconds, so a smaller fraction is only seen in the text.
        text = str(members[names.index(column.name)][1])
        if column.kind is ColumnKind.TIMESTAMP and _FRACTION.search(text):
            return Reason.IMPOSSIBLE_VALUE, f"{column.name} must be a whole second"
    return None


def _explain(message: str) -> tuple[Reason, str]:
    field = _NAMED_FIELD.search(message)
    if message.startswith("Expected `object`"):
        return Reason.NOT_JSON, f"not one JSON object: {message}"
    if field and field[1] == "event_type" and message.startswith("Invalid value"):
        return Reason.WRONG_PARTITION, message
    if field and field[1] == "schema_version" and message.startswith("Invalid enum value"):
        return Reason.UNSUPPORTED_VERSION, message
    if "missing required field" in message:
        return Reason.MISSING_FIELD, message
    if "unknown field" in message:
        return Reason.UNKNOWN_FIELD, message
    if _WRONG_TYPE.match(message):
        return Reason.WRONG_TYPE, message
    return Reason.IMPOSSIBLE_VALUE, message


def _columns(event_type: str, events: list[Event]) -> tuple[pa.Table, dict[int, str]]:
    """Return the table, and the rows that have a time in another zone than UTC with the name of the field."""
    names = EVENT_TYPES[event_type].__struct_fields__
    values = dict(zip(names, zip(*map(msgspec.structs.astuple, events), strict=True), strict=True))
    schema = arrow_schema(event_type)
    offsets: dict[int, str] = {}
    arrays = []
    for column in columns(event_type):
        if column.name not in values:
            arrays.append(pa.repeat(pa.scalar(event_type, pa.string()), len(events)))
            continue
        if column.kind is ColumnKind.TIMESTAMP:
            offsets |= dict.fromkeys(_not_utc(values[column.name]), column.name)
        arrays.append(pa.array(values[column.name], schema.field(column.name).type))
    return pa.Table.from_arrays(arrays, schema=schema), offsets


def _not_utc(times: Sequence[datetime]) -> list[int]:
    # Every "Z" is the one object UTC, so the usual column costs one comparison of identities a value.
    return [row for row, at in enumerate(times) if at.tzinfo is not UTC and at.utcoffset() != timedelta(0)]


def _first_breach(
    event_type: str, table: pa.Table, kept: Sequence[RawObject], offsets: dict[int, str]
) -> dict[int, tuple[Reason, str]]:
    found: dict[int, tuple[Reason, str]] = {
        row: (Reason.IMPOSSIBLE_VALUE, f"{name}: must be in UTC") for row, name in offsets.items()
    }
    for row in _rows(pc.not_equal(table["event_id"], pa.array([item.event_id for item in kept]))):
        found.setdefault(row, (Reason.WRONG_PARTITION, "event_id: differs from the name of the file"))
    days = pa.array([item.day for item in kept], pa.date32())
    for row in _rows(pc.not_equal(table["event_time"].cast(pa.date32()), days)):
        found.setdefault(row, (Reason.WRONG_PARTITION, "event_time: not on the date of the folder"))
    for rule in rules(event_type):
        for row in _rows(rule.broken(table)):
            found.setdefault(row, (Reason.IMPOSSIBLE_VALUE, rule.sentence))
    return found


def _rows(mask: pa.ChunkedArray) -> Iterator[int]:
    if pc.any(mask).as_py():
        yield from (row for row, broken in enumerate(mask.to_pylist()) if broken)
