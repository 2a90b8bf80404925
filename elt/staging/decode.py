"""From the bytes of raw objects to columns; then rules are checked by the column.

The usual object has exactly the bytes that encoding its event gives, and is read together with many others
(``elt.staging.fast_decode``). Every other object is decoded on its own, and looked at for what decoding alone does not
see, such as a field that is there twice. An object of an older version of its type has nulls in the newer columns.
"""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from elt.contracts import EVENT_VERSIONS, ColumnKind, arrow_schema, struct_columns, struct_version
from elt.lake.quarantine import Reason
from elt.native.arrays import fixed_strings, numbers
from elt.native.buffers import Offsets
from elt.staging.batches import RawBatch, RawObject
from elt.staging.fast_decode import LONGEST_OBJECT, canonical_form
from elt.staging.rules import rules
from hospital_sim.events import Event, encode

_WRONG_TYPE = re.compile(r"Expected `[^`]*`(, got | - at `\$\.event_type`)")
_NAMED_FIELD = re.compile(r"`\$\.(\w+)")
_FRACTION = re.compile(r"\.\d*[1-9]")
_UNREADABLE = (msgspec.DecodeError, ValueError, RecursionError)

Breach = tuple[Reason, str]
"""Why an object is rejected, as a code and in words."""


@dataclass(frozen=True)
class Rejected:
    """One object that breaks the contract: which, the reason code, and what is wrong in words."""

    object: RawObject
    reason: Reason
    detail: str


@dataclass(frozen=True)
class Decoded:
    """A batch of objects, each of which is either a row or rejected.

    Attributes:
        table: The events that keep the contract, in the order of the objects.
        rows: The place in the batch of the object of each row.
        rejected: The other objects.
    """

    table: pa.Table
    rows: Offsets
    rejected: list[Rejected]


@dataclass(frozen=True)
class _Part:
    """Some events of a batch: the places of their objects, the columns, and rows that are known to be wrong."""

    rows: Offsets
    table: pa.Table
    broken: dict[int, Breach]


def decode(event_type: str, batch: RawBatch, *, at_once: bool = True) -> Decoded:
    """Decode a batch of raw objects of one type.

    Args:
        event_type: The type that their keys say.
        batch: The objects.
        at_once: Whether objects that have the usual form are read together; the result is the same.

    Returns:
        Every object once: as a row of the table (schema ``arrow_schema(event_type)``) or as rejected.
    """
    left = np.arange(len(batch))
    parts: list[_Part] = []
    if at_once:
        left = _read_at_once(event_type, batch, left, parts)
    rejected = _read_one_by_one(event_type, batch, left, parts)
    if not parts:
        return Decoded(arrow_schema(event_type).empty_table(), left[:0], _rejections(batch, rejected))
    rows, table, broken = _together(parts)
    broken = _first_breach(event_type, table, batch, rows, in_form=not len(left)) | broken
    if broken:
        right = np.array([row not in broken for row in range(table.num_rows)])
        rejected |= {int(rows[row]): breach for row, breach in broken.items()}
        table, rows = table.filter(pa.array(right)), rows[right]
    return Decoded(table, rows, _rejections(batch, rejected))


def _rejections(batch: RawBatch, rejected: dict[int, Breach]) -> list[Rejected]:
    return [Rejected(batch.item(row), *breach) for row, breach in sorted(rejected.items())]


def _read_at_once(event_type: str, batch: RawBatch, left: Offsets, parts: list[_Part]) -> Offsets:
    """Read what has the usual form of some version; return the places of the others."""
    too_long = batch.objects.lengths() > LONGEST_OBJECT
    waiting = left[~too_long] if too_long.any() else left
    for struct in reversed(EVENT_VERSIONS[event_type]):
        form = canonical_form(struct)
        if form is None or not len(waiting):
            continue
        every = len(waiting) == len(batch)
        proven = form.read(batch.objects if every else batch.objects.only(waiting))
        if proven.table.num_rows:
            parts.append(_Part(waiting[proven.rows], _conform(event_type, proven.table), {}))
        waiting = waiting[~proven.rows]
    return np.sort(np.concatenate([waiting, left[too_long]]))


def _read_one_by_one(event_type: str, batch: RawBatch, left: Offsets, parts: list[_Part]) -> dict[int, Breach]:
    """Decode each object on its own; return what is wrong with those that cannot be."""
    rejected: dict[int, Breach] = {}
    found: dict[type[Event], list[tuple[int, Event]]] = {}
    for row in left.tolist():
        event = _parse_one(event_type, batch.objects[row])
        if isinstance(event, tuple):
            rejected[row] = event
        else:
            found.setdefault(type(event), []).append((row, event))
    for struct, events in found.items():
        table, offsets = _columns(struct, [event for _, event in events])
        rows = np.array([row for row, _ in events], np.int64)
        broken = {row: (Reason.IMPOSSIBLE_VALUE, f"{name}: must be in UTC") for row, name in offsets.items()}
        parts.append(_Part(rows, _conform(event_type, table), broken))
    return rejected


def _together(parts: list[_Part]) -> tuple[Offsets, pa.Table, dict[int, Breach]]:
    """Put parts together in the order of the objects."""
    if len(parts) == 1:
        return parts[0].rows, parts[0].table, parts[0].broken
    rows = np.concatenate([part.rows for part in parts])
    order = np.argsort(rows)
    place = np.argsort(order)
    starts = np.cumsum([0, *(len(part.rows) for part in parts)])
    broken = {
        int(place[start + row]): breach
        for start, part in zip(starts.tolist(), parts, strict=False)
        for row, breach in part.broken.items()
    }
    return rows[order], pa.concat_tables([part.table for part in parts]).take(numbers(order)), broken


def _conform(event_type: str, table: pa.Table) -> pa.Table:
    """Return a table of any version with the columns of the newest."""
    schema = arrow_schema(event_type)
    arrays = [
        table[field.name] if field.name in table.column_names else pa.nulls(table.num_rows, field.type)
        for field in schema
    ]
    return pa.Table.from_arrays(arrays, schema=schema)


def _parse_one(event_type: str, data: bytes) -> Event | Breach:
    struct = _struct_for(event_type, data)
    try:
        event = _decoder(struct).decode(data)
        oddity = None if encode(event) == data else _oddity(struct, data)
    except msgspec.ValidationError as error:
        return _explain(str(error))
    except UnicodeEncodeError as error:
        return Reason.IMPOSSIBLE_VALUE, f"a text holds a character that cannot be encoded: {error.reason}"
    except _UNREADABLE as error:
        return Reason.NOT_JSON, f"not one JSON object: {error}"
    return event if oddity is None else oddity


class _Versioned(msgspec.Struct):
    """What is read of an object to know which version it is."""

    schema_version: int


def _struct_for(event_type: str, data: bytes) -> type[Event]:
    """Return the class of the version that an object says it has; the newest if it says nothing known."""
    structs = EVENT_VERSIONS[event_type]
    if len(structs) > 1:
        try:
            version = msgspec.json.decode(data, type=_Versioned).schema_version
        except _UNREADABLE:
            return structs[-1]
        return next((struct for struct in structs if struct_version(struct) == version), structs[-1])
    return structs[-1]


@cache
def _decoder(struct: type[Event]) -> msgspec.json.Decoder[Event]:
    return msgspec.json.Decoder(struct)


def _oddity(struct: type[Event], data: bytes) -> Breach | None:
    """Return what is wrong with an object that decodes but has other bytes than its event gives, if anything is."""
    members: list[tuple[str, object]] = json.loads(data, object_pairs_hook=list)
    names = [name for name, _ in members]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        return Reason.DUPLICATE_FIELD, f"{', '.join(twice)}: there more than once"
    for name in ("event_type", *struct.__struct_fields__):
        if name not in names:
            return Reason.MISSING_FIELD, f"{name}: missing"
    for column in struct_columns(struct):
        # Decoding rounds to microseconds, so a smaller fraction is only seen in the text.
        text = str(members[names.index(column.name)][1])
        if column.kind is ColumnKind.TIMESTAMP and _FRACTION.search(text):
            return Reason.IMPOSSIBLE_VALUE, f"{column.name} must be a whole second"
    return None


def _explain(message: str) -> Breach:
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


def _columns(struct: type[Event], events: Sequence[Event]) -> tuple[pa.Table, dict[int, str]]:
    """Return the table, and the rows that have a time in another zone than UTC with the name of the field."""
    values = dict(zip(struct.__struct_fields__, zip(*map(msgspec.structs.astuple, events), strict=True), strict=True))
    event_type = str(struct.__struct_config__.tag)
    schema = arrow_schema(event_type, struct_version(struct))
    offsets: dict[int, str] = {}
    arrays = {"event_type": pa.repeat(pa.scalar(event_type, pa.string()), len(events))}
    for column in struct_columns(struct):
        if column.kind is ColumnKind.TIMESTAMP:
            for row in _not_utc(values[column.name]):
                offsets.setdefault(row, column.name)
        arrays[column.name] = pa.array(values[column.name], schema.field(column.name).type)
    return pa.table(arrays), offsets


def _not_utc(times: Sequence[datetime]) -> list[int]:
    # Every "Z" is the one object UTC, so the usual column costs one comparison of identities a value.
    return [row for row, at in enumerate(times) if at.tzinfo is not UTC and at.utcoffset() != timedelta(0)]


def _first_breach(
    event_type: str, table: pa.Table, batch: RawBatch, rows: Offsets, *, in_form: bool
) -> dict[int, Breach]:
    """Return the rows that break a rule; if all objects have the usual form, some rules need not be looked at."""
    found: dict[int, Breach] = {}
    every = len(rows) == len(batch)
    keys = pa.table({"event_id": fixed_strings(batch.event_ids), "day": batch.day_column()})
    keys = keys if every else keys.take(numbers(rows))
    for row in _true(pc.not_equal(table["event_id"], keys["event_id"])):
        found.setdefault(row, (Reason.WRONG_PARTITION, "event_id: differs from the name of the file"))
    for row in _true(pc.not_equal(table["event_time"].cast(pa.date32()), keys["day"])):
        found.setdefault(row, (Reason.WRONG_PARTITION, "event_time: not on the date of the folder"))
    for rule in rules(event_type):
        if in_form and rule.in_form:
            continue
        for row in _true(rule.broken(table)):
            found.setdefault(row, (Reason.IMPOSSIBLE_VALUE, rule.sentence))
    return found


def _true(mask: pa.ChunkedArray) -> Iterator[int]:
    if pc.any(mask).as_py():
        yield from (row for row, broken in enumerate(mask.to_pylist()) if broken)
