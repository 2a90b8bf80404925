"""Events and run records of a hospital: their types, their JSON and their keys.

This package defines every field once; schemas, tables and the data dictionary are derived from it. It imports nothing
else of the project.

- Events: ``Admission``, ``Discharge``, ``WaitSnapshot``, ``DepSnapshot``; ``Event`` is any of them. ``EVENT_TYPES`` and
  ``EVENT_VERSIONS`` list the classes, ``event_type`` names the type of an event.
- Run records: ``RunStarted`` before the first event, ``RunRecord`` after the last, with ``DepartmentPromise``,
  ``RunPeriod`` and ``EventCount`` in them.
- JSON: ``encode``, ``decode_event``, ``decode_started``, ``decode_record``; ``BrokenRecordError``.
- Limits: ``EARLIEST`` and ``LATEST`` day, ``NAME_PATTERN``, ``UUID_PATTERN``.
- ``hospital_sim.events.keys`` builds and parses the keys of events and run records.
"""

from hospital_sim.events.codec import (
    EARLIEST,
    LATEST,
    BrokenRecordError,
    decode_event,
    decode_record,
    decode_started,
    encode,
)
from hospital_sim.events.fields import NAME_PATTERN, UUID_PATTERN
from hospital_sim.events.run_record import (
    RECORD_VERSION,
    DepartmentPromise,
    EventCount,
    RunPeriod,
    RunRecord,
    RunStarted,
)
from hospital_sim.events.types import (
    EVENT_TYPES,
    EVENT_VERSIONS,
    SCHEMA_VERSION,
    Admission,
    DepSnapshot,
    Discharge,
    Event,
    WaitSnapshot,
    event_type,
)

__all__ = [
    "EARLIEST",
    "EVENT_TYPES",
    "EVENT_VERSIONS",
    "LATEST",
    "NAME_PATTERN",
    "RECORD_VERSION",
    "SCHEMA_VERSION",
    "UUID_PATTERN",
    "Admission",
    "BrokenRecordError",
    "DepSnapshot",
    "DepartmentPromise",
    "Discharge",
    "Event",
    "EventCount",
    "RunPeriod",
    "RunRecord",
    "RunStarted",
    "WaitSnapshot",
    "decode_event",
    "decode_record",
    "decode_started",
    "encode",
    "event_type",
]
