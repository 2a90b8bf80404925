"""Events and run records to JSON bytes and back. The bytes of an object depend on its fields alone."""

from collections.abc import Iterable
from contextlib import suppress
from datetime import date
from typing import TypeVar

import msgspec

from hospital_sim.events.run_record import RunRecord, RunStarted
from hospital_sim.events.types import EVENT_VERSIONS, Event

EARLIEST = date(1900, 1, 1)
"""The first day that every store of a date can hold."""

LATEST = date(2299, 12, 31)
"""The last day that every store of a date can hold."""

Record = TypeVar("Record", RunStarted, RunRecord)

_encoder = msgspec.json.Encoder()
_decoders: dict[str, list[msgspec.json.Decoder[Event]]] = {
    name: [msgspec.json.Decoder(cls) for cls in versions] for name, versions in EVENT_VERSIONS.items()
}

encode = _encoder.encode
"""Return the JSON bytes of an event or a run record: UTF-8, one line, fields in the order of the class."""


def decode_event(event_type: str, data: bytes) -> Event:
    """Read one event of a known type, in any version of its fields, checking every field.

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
        # Each class takes one version only, so at most one of them reads it.
        for decoder in older:
            with suppress(msgspec.ValidationError):
                return decoder.decode(data)
        raise


class BrokenRecordError(msgspec.DecodeError):
    """The bytes are no run record, or not what a run writes at its start; the message says why."""


def decode_started(data: bytes) -> RunStarted:
    """Read the object that a run writes before its first event.

    Raises:
        BrokenRecordError: If the bytes are none of it.
    """
    run = _decode(data, RunStarted)
    _check_dates(run, ())
    return run


def decode_record(data: bytes) -> RunRecord:
    """Read the object that a run writes after its last event.

    Raises:
        BrokenRecordError: If the bytes are none.
    """
    record = _decode(data, RunRecord)
    unknown = next((count.event_type for count in record.counts if count.event_type not in EVENT_VERSIONS), None)
    if unknown is not None:
        raise BrokenRecordError(f"counts events of type {unknown!r}, which there is not")
    _check_dates(record.run, (count.event_date for count in (*record.counts, *record.diverted)))
    return record


def _decode(data: bytes, wanted: type[Record]) -> Record:
    try:
        return msgspec.json.decode(data, type=wanted)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        # Whatever a foreign object may do: not JSON, not Unicode, nested without end.
        raise BrokenRecordError(str(error)) from error


def _check_dates(run: RunStarted, others: Iterable[date]) -> None:
    if not run.start <= run.emit_from <= run.end:
        raise BrokenRecordError("start, emit_from and end must follow each other")
    if not all(EARLIEST <= day <= LATEST for day in (run.start, run.end, *others)):
        raise BrokenRecordError(f"every date must lie between {EARLIEST.year} and {LATEST.year}")
