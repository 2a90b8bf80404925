"""Typed events and run records: what a hospital emits, defined once.

This package imports nothing of the project; everything else derives its fields from here.
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
from hospital_sim.events.run_record import RECORD_VERSION, DepartmentPromise, EventCount, RunRecord, RunStarted
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
    "RunRecord",
    "RunStarted",
    "WaitSnapshot",
    "decode_event",
    "decode_record",
    "decode_started",
    "encode",
    "event_type",
]
