"""Decodes raw objects into columns and checks the rules of the contract.

This is the plain way, which decodes each object on its own and looks for what decoding alone does not see, such as a
field that occurs twice. With the compiled library, canonical objects are decoded together first (see
``elt.staging.reading.fast_decode``), with the same result. An object of an older version of its type has nulls in the
newer columns.
"""

import json
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, timedelta
from functools import cache

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from elt.contracts import EVENT_VERSIONS, ColumnKind, arrow_schema, struct_columns, struct_version
from elt.lake.quarantine import Reason
from elt.native.arrays import fixed_strings, numbers, strings
from elt.native.buffers import Offsets
from elt.native.rows import ROWS, CompiledRows
from elt.staging.reading.batches import Batch, RawObject, Unread
from elt.staging.reading.fast_decode import LONGEST_OBJECT, canonical_reader
from elt.staging.reading.rules import rules
from hospital_sim.events import Event, encode
from hospital_sim.events.day_bundles import BrokenDayBundleError
from hospital_sim.events.validation_errors import ProblemKind, parse_validation_error
from hospital_sim.storage import ObjectNotFoundError, ObjectTooLargeError

_FRACTION = re.compile(r"\.\d*[1-9]")
_FORMATS = {
    b"\xef\xbb\xbf": "it begins with a byte-order mark; write UTF-8 without it",
    b"\xff\xfe": "it is UTF-16; write UTF-8",
    b"\xfe\xff": "it is UTF-16; write UTF-8",
    b"{\0": "it is UTF-16; write UTF-8",
    b"\0{": "it is UTF-16; write UTF-8",
    b"\x1f\x8b": "it is compressed with gzip; write it uncompressed",
    b"\x28\xb5\x2f\xfd": "it is compressed with zstd; write it uncompressed",
    b"PK\x03\x04": "it is a ZIP archive; write it uncompressed",
    b"PAR1": "it is a Parquet file; write JSON",
}
_UNREADABLE = (msgspec.DecodeError, ValueError, RecursionError)

_REASONS = {
    ProblemKind.MISSING_FIELD: Reason.MISSING_FIELD,
    ProblemKind.UNKNOWN_FIELD: Reason.UNKNOWN_FIELD,
    ProblemKind.WRONG_TYPE: Reason.WRONG_TYPE,
    ProblemKind.WRONG_VALUE: Reason.IMPOSSIBLE_VALUE,
}

Violation = tuple[Reason, str]
"""A violation of the contract: the reason code, and the detail in words."""

_Rows = tuple[Offsets, pa.Table]
"""Some events of a batch: the place of the object of each, and their columns."""


@dataclass(frozen=True)
class Rejected:
    """One object that violates the contract.

    Attributes:
        key: Its key, relative to ``raw/``; for a line of a day bundle, the name of the line.
        object: The object.
        reason: The reason code.
        detail: What is wrong, in words.
    """

    key: str
    object: RawObject
    reason: Reason
    detail: str


@dataclass(frozen=True)
class Decoded:
    """A decoded batch: each of its objects is either a row or rejected.

    Attributes:
        batch: The objects.
        table: The events that keep the contract, in the order of the objects.
        rows: The place in the batch of the object of each row.
        rejected: The other objects.
    """

    batch: Batch
    table: pa.Table
    rows: Offsets
    rejected: list[Rejected]


def decode(batch: Batch, *, fast: bool = True) -> Decoded:
    """Decode a batch of raw objects.

    Args:
        batch: The objects.
        fast: True to decode canonical objects together where the library is compiled; the result is the same.

    Returns:
        Every object once: as a row of the table (schema ``arrow_schema(batch.event_type)``) or as rejected.
    """
    remaining = np.arange(len(batch))
    parts: list[_Rows] = []
    if fast and ROWS is not None:
        remaining, parts = _decode_canonical(batch, ROWS)
    plain_parts, violations = _decode_one_by_one(batch, remaining)
    parts += plain_parts
    if not parts:
        return Decoded(batch, arrow_schema(batch.event_type).empty_table(), remaining[:0], _reject(batch, violations))
    rows, table = _merge_parts(parts)
    violated = _violated_rules(batch, rows, table, canonical=not len(remaining))
    if violated:
        kept = np.array([row not in violated for row in range(table.num_rows)])
        violations |= {int(rows[row]): violation for row, violation in violated.items()}
        table, rows = table.filter(pa.array(kept)), rows[kept]
    return Decoded(batch, table, rows, _reject(batch, violations))


def _reject(batch: Batch, violations: dict[int, Violation]) -> list[Rejected]:
    return [Rejected(batch.key(row), batch.item(row), *violation) for row, violation in sorted(violations.items())]


def _decode_canonical(batch: Batch, compiled: CompiledRows) -> tuple[Offsets, list[_Rows]]:
    """Decode the canonical objects of any version; return the places of the others, and the rows."""
    parts: list[_Rows] = []
    too_long = batch.objects.lengths() > LONGEST_OBJECT
    remaining = np.flatnonzero(~too_long)
    for struct in reversed(EVENT_VERSIONS[batch.event_type]):
        reader = canonical_reader(struct)
        if reader is None or not len(remaining):
            continue
        objects = batch.objects if len(remaining) == len(batch) else batch.objects.select(remaining)
        canonical, table = reader.read(compiled, objects)
        if table.num_rows:
            parts.append((remaining[canonical], _with_newest_columns(batch.event_type, table)))
        remaining = remaining[~canonical]
    return np.sort(np.concatenate([remaining, np.flatnonzero(too_long)])), parts


def _decode_one_by_one(batch: Batch, places: Offsets) -> tuple[list[_Rows], dict[int, Violation]]:
    """Decode each object on its own; return the rows, and the violations of those that cannot be decoded."""
    violations: dict[int, Violation] = {}
    events: dict[type[Event], dict[int, Event]] = defaultdict(dict)
    for place in places.tolist():
        if place in batch.unreadable:
            violations[place] = unread(batch.unreadable[place])
            continue
        event = _decode_one(batch.event_type, batch.objects[place])
        if isinstance(event, tuple):
            violations[place] = event
        else:
            events[type(event)][place] = event
    parts = [
        (
            np.fromiter(of_struct, np.int64, len(of_struct)),
            _with_newest_columns(batch.event_type, _columns(struct, list(of_struct.values()))),
        )
        for struct, of_struct in events.items()
    ]
    return parts, violations


def _merge_parts(parts: list[_Rows]) -> _Rows:
    """Merge rows in the order of their objects."""
    if len(parts) == 1:
        return parts[0]
    rows = np.concatenate([rows for rows, _ in parts])
    order = np.argsort(rows)
    return rows[order], pa.concat_tables([table for _, table in parts]).take(numbers(order))


def _with_newest_columns(event_type: str, table: pa.Table) -> pa.Table:
    """Return a table of any version with the columns of the newest."""
    schema = arrow_schema(event_type)
    arrays = [
        table[field.name] if field.name in table.column_names else pa.nulls(table.num_rows, field.type)
        for field in schema
    ]
    return pa.Table.from_arrays(arrays, schema=schema)


def _other_format(data: bytes) -> str:
    """Return the format of bytes that are no JSON, if their beginning shows it; else an empty text."""
    return next((words for start, words in _FORMATS.items() if data.startswith(start)), "")


def _decode_one(event_type: str, data: bytes) -> Event | Violation:
    struct = _struct_for(event_type, data)
    try:
        event = _decoder(struct).decode(data)
        violation = None if encode(event) == data else _violation(struct, data)
    except msgspec.ValidationError as error:
        return _explain(error)
    except UnicodeEncodeError as error:
        return Reason.IMPOSSIBLE_VALUE, f"a text holds a character that cannot be encoded: {error.reason}"
    except _UNREADABLE as error:
        return Reason.NOT_JSON, f"not one JSON object: {_other_format(data) or error}"
    return violation or _not_utc(struct, event) or event


def unread(error: Unread) -> Violation:
    """Return the violation of an object that could not be read, or unpacked."""
    match error:
        case BrokenDayBundleError():
            return Reason.BROKEN_BUNDLE, str(error)
        case ObjectNotFoundError():
            return Reason.GONE, "was there when it was listed, and gone when it was read"
        case ObjectTooLargeError():
            return Reason.TOO_LARGE, f"not read: {error.reason}, so it is no event"
    return Reason.UNREADABLE, error.reason


class _Versioned(msgspec.Struct):
    """The field by which the version of an object is recognised."""

    schema_version: int


def _struct_for(event_type: str, data: bytes) -> type[Event]:
    """Return the class of the version that an object names; the newest if it names no supported one."""
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


def _violation(struct: type[Event], data: bytes) -> Violation | None:
    """Return the violation of an object that decodes but is not canonical; None if it keeps the contract."""
    members: list[tuple[str, object]] = json.loads(data, object_pairs_hook=list)
    names = [name for name, _ in members]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        return Reason.DUPLICATE_FIELD, f"{', '.join(twice)}: there more than once"
    for name in ("event_type", *struct.__struct_fields__):
        if name not in names:
            return Reason.MISSING_FIELD, f"{name}: missing"
    for name in _timestamps(struct):
        # Decoding rounds to microseconds, so a smaller fraction is only seen in the text.
        if _FRACTION.search(str(members[names.index(name)][1])):
            return Reason.IMPOSSIBLE_VALUE, f"{name} must be a whole second"
    return None


def _not_utc(struct: type[Event], event: Event) -> Violation | None:
    for name in _timestamps(struct):
        # Every "Z" is decoded to the one object UTC, so most values cost one comparison of identities.
        at = getattr(event, name)
        if at.tzinfo is not UTC and at.utcoffset() != timedelta(0):
            return Reason.IMPOSSIBLE_VALUE, f"{name}: must be in UTC"
    return None


@cache
def _timestamps(struct: type[Event]) -> tuple[str, ...]:
    return tuple(column.name for column in struct_columns(struct) if column.kind is ColumnKind.TIMESTAMP)


def _explain(error: msgspec.ValidationError) -> Violation:
    problem = parse_validation_error(error)
    if problem.kind is ProblemKind.WRONG_TYPE and problem.subject == "object":
        return Reason.NOT_JSON, f"not one JSON object: {error}"
    if problem.path == "event_type" and problem.text.startswith("Invalid value"):
        return Reason.WRONG_PARTITION, str(error)
    if problem.path == "schema_version" and problem.text.startswith("Invalid enum value"):
        return Reason.UNSUPPORTED_VERSION, str(error)
    return _REASONS[problem.kind], str(error)


def _columns(struct: type[Event], events: Sequence[Event]) -> pa.Table:
    """Return events as a table with the columns of their type and version."""
    values = dict(zip(struct.__struct_fields__, zip(*map(msgspec.structs.astuple, events), strict=True), strict=True))
    event_type = str(struct.__struct_config__.tag)
    schema = arrow_schema(event_type, struct_version(struct))
    arrays = {"event_type": pa.repeat(pa.scalar(event_type, pa.string()), len(events))}
    for column in struct_columns(struct):
        arrays[column.name] = pa.array(values[column.name], schema.field(column.name).type)
    return pa.table(arrays)


def _violated_rules(batch: Batch, rows: Offsets, table: pa.Table, *, canonical: bool) -> dict[int, Violation]:
    """Return the first violation of each row that has one; some rules always hold if all objects are canonical."""
    violations: dict[int, Violation] = {}
    column, in_name = _named_column(batch)
    keys = pa.table({column: in_name, "day": batch.day_column()})
    if len(rows) != len(batch):
        keys = keys.take(numbers(rows))
    for row in _true_rows(pc.not_equal(table[column], keys[column])):
        violations.setdefault(row, (Reason.WRONG_PARTITION, f"{column}: differs from the name of the file"))
    for row in _true_rows(pc.not_equal(table["event_time"].cast(pa.date32()), keys["day"])):
        violations.setdefault(row, (Reason.WRONG_PARTITION, "event_time: not on the date of the folder"))
    for rule in rules(batch.event_type):
        if canonical and rule.holds_if_canonical:
            continue
        for row in _true_rows(rule.violated(table)):
            violations.setdefault(row, (Reason.IMPOSSIBLE_VALUE, rule.sentence))
    return violations


def _named_column(batch: Batch) -> tuple[str, pa.Array]:
    """Return the column that the names of objects hold too, and its values there."""
    if batch.event_ids is not None:
        return "event_id", fixed_strings(batch.event_ids)
    hospitals = strings([names.hospital_id for names in batch.names])
    return "hospital_id", hospitals.take(numbers(np.repeat(np.arange(len(batch.names)), list(map(len, batch.names)))))


def _true_rows(mask: pa.ChunkedArray) -> Iterator[int]:
    if pc.any(mask).as_py():
        yield from (row for row, violated in enumerate(mask.to_pylist()) if violated)
