"""Encodes events and run records as JSON, and decodes them. The bytes depend on the fields alone."""

from collections.abc import Iterable
from contextlib import suppress
from datetime import date
from typing import TypeVar

import msgspec

from hospital_sim.events.run_record import RunRecord, RunStarted
from hospital_sim.events.types import EVENT_VERSIONS, Event

EARLIEST = date(1900, 1, 1)
"""The first day that every file format and warehouse can store."""

LATEST = date(2299, 12, 31)
"""The last day that every file format and warehouse can store."""

Record = TypeVar("Record", RunStarted, RunRecord)

_decoders: dict[str, list[msgspec.json.Decoder[Event]]] = {
    name: [msgspec.json.Decoder(cls) for cls in versions] for name, versions in EVENT_VERSIONS.items()
}

encode = msgspec.json.Encoder().encode
"""Return the JSON bytes of an event or a run record: UTF-8, one line, fields in the order of the class."""


def decode_event(event_type: str, data: bytes) -> Event:
    """Decode one event of a known type, in any version of its fields, and check every field.

    Args:
        event_type: A key of ``EVENT_TYPES``.
        data: The bytes of one JSON object.

    Returns:
        The event.

    Raises:
        msgspec.DecodeError: If the bytes are not one JSON object.
        msgspec.ValidationError: If a field is missing, unknown, of a wrong type or out of range.
    """
    *older, newest = _decoders[event_type]
    try:
        return newest.decode(data)
    except msgspec.ValidationError:
        # Each class has one version only, so at most one of them decodes the bytes.
        for decoder in older:
            with suppress(msgspec.ValidationError):
                return decoder.decode(data)
        raise


class BrokenRecordError(msgspec.DecodeError):
    """The bytes are not a run record, or not the ``started`` object of a run; the message says why."""


def decode_started(data: bytes) -> RunStarted:
    """Decode the object that a run writes before its first event.

    Raises:
        BrokenRecordError: If the bytes are not such an object.
    """
    run = _decode(data, RunStarted)
    _check_dates(run, ())
    return run


def decode_record(data: bytes) -> RunRecord:
    """Decode the object that a run writes after its last event.

    Raises:
        BrokenRecordError: If the bytes are not a run record.
    """
    record = _decode(data, RunRecord)
    unknown = next((count.event_type for count in record.counts if count.event_type not in EVENT_VERSIONS), None)
    if unknown is not None:
        raise BrokenRecordError(f"counts events of the unknown type {unknown!r}")
    _check_dates(record.run, (count.event_date for count in (*record.counts, *record.diverted)))
    return record


def _decode(data: bytes, record_type: type[Record]) -> Record:
    try:
        return msgspec.json.decode(data, type=record_type)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        # An unrecognised object may be anything: not JSON, not Unicode, or nested without end.
        raise BrokenRecordError(str(error)) from error


def _check_dates(run: RunStarted, count_days: Iterable[date]) -> None:
    if not run.start <= run.emit_from <= run.end:
        raise BrokenRecordError("start, emit_from and end must follow each other")
    if not all(EARLIEST <= day <= LATEST for day in (run.start, run.end, *count_days)):
        raise BrokenRecordError(f"every date must lie between {EARLIEST.year} and {LATEST.year}")
