"""Events and run records to JSON bytes and back. The bytes of an object depend on its fields alone."""

from contextlib import suppress

import msgspec

from hospital_sim.events.run_record import RunRecord, RunStarted
from hospital_sim.events.types import EVENT_VERSIONS, Event

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


def decode_started(data: bytes) -> RunStarted:
    """Read the object that a run writes before its first event (errors as in ``decode_event``)."""
    return msgspec.json.decode(data, type=RunStarted)


def decode_record(data: bytes) -> RunRecord:
    """Read the object that a run writes after its last event (errors as in ``decode_event``)."""
    return msgspec.json.decode(data, type=RunRecord)
