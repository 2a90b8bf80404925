"""The four event types, and the only definition of their fields.

JSON Schema, Arrow and Parquet schemas, warehouse tables and the data dictionary are derived from these classes. Names
follow the NHS Data Dictionary where it has one. No derived flag is emitted, because queries can tell a long stay or a
delayed discharge from the timestamps.
"""

from typing import Annotated, Final, Literal

from msgspec import Meta, Struct

from hospital_sim.events.fields import (
    AdmissionDate,
    AdmissionMethod,
    BirthDate,
    Count,
    DelayReason,
    DepartmentId,
    DischargeDestination,
    EventId,
    EventTime,
    HospitalId,
    Name,
    Ordinal,
    PatientId,
    RequestDate,
    SchemaVersion,
    SexField,
    SnapshotDate,
    SnapshotType,
    SpellId,
    Timestamp,
)

SCHEMA_VERSION: Final[Literal[1]] = 1
"""Version of the fields in which events are written."""


class _AnyEvent(Struct, frozen=True, forbid_unknown_fields=True, gc=False, tag_field="event_type"):
    """The fields that all events begin with."""

    event_id: EventId
    schema_version: SchemaVersion
    event_time: EventTime
    hospital_id: HospitalId
    department_id: DepartmentId


class Admission(_AnyEvent, frozen=True, tag="admission"):
    """A patient is given a bed."""

    patient_id: PatientId
    sex: SexField
    birth_date: BirthDate
    spell_id: SpellId
    requested_department_id: Annotated[Name, Meta(description="The department that was asked for a bed.")]
    bed_number: Annotated[Ordinal, Meta(description="The bed taken: the lowest free number of the department.")]
    admission_method: Annotated[AdmissionMethod, Meta(description="How the patient came (NHS admission method code).")]
    request_date: RequestDate
    admission_date: AdmissionDate


class Discharge(_AnyEvent, frozen=True, tag="discharge"):
    """A patient leaves the bed and the hospital."""

    patient_id: PatientId
    sex: SexField
    birth_date: BirthDate
    spell_id: SpellId
    admission_date: AdmissionDate
    discharge_ready_date: Annotated[Timestamp, Meta(description="When the patient was fit to leave, UTC.")]
    discharge_date: Annotated[Timestamp, Meta(description="When the patient left, UTC.")]
    discharge_destination: Annotated[
        DischargeDestination, Meta(description="Where the patient went (NHS discharge destination code).")
    ]
    delay_reason: Annotated[DelayReason | None, Meta(description="Why the discharge was late; null unless it was.")]


class WaitSnapshot(_AnyEvent, frozen=True, tag="wait_snapshot"):
    """A patient is still waiting for a bed at the end of a day."""

    snapshot_date: SnapshotDate
    patient_id: PatientId
    sex: SexField
    birth_date: BirthDate
    request_date: RequestDate
    wait_duration: Annotated[Count, Meta(description="Whole seconds waited up to the time of the event.")]


class DepSnapshot(_AnyEvent, frozen=True, tag="dep_snapshot"):
    """The census of a department at the start or the end of a day."""

    snapshot_type: Annotated[SnapshotType, Meta(description="SOD at 00:00:00, EOD at 23:59:59.")]
    snapshot_date: SnapshotDate
    department_name: Annotated[str, Meta(min_length=1, description="Name of the department.")]
    treatment_function_code: Annotated[
        str, Meta(pattern="^[0-9]{3}$", description="NHS treatment function code of the department.")
    ]
    beds: Annotated[Count, Meta(description="Beds open now; a closing bed counts until its patient leaves.")]
    occupied_beds: Annotated[Count, Meta(description="Beds with a patient in them.")]
    capacity: Annotated[Count, Meta(description="Bed spaces the department has, open or not.")]
    waiting_list_size: Annotated[Count, Meta(description="Patients waiting for this department.")]


Event = Admission | Discharge | WaitSnapshot | DepSnapshot
"""Any of the four events."""

EVENT_VERSIONS: dict[str, tuple[type[Event], ...]] = {
    "admission": (Admission,),
    "discharge": (Discharge,),
    "wait_snapshot": (WaitSnapshot,),
    "dep_snapshot": (DepSnapshot,),
}
"""The classes of each event type, one for each version of its fields, the oldest first. Events of an older version stay
readable, because its class stays here; a newer class only appends fields."""

EVENT_TYPES: dict[str, type[Event]] = {name: versions[-1] for name, versions in EVENT_VERSIONS.items()}
"""The newest class of each event type, by the value of ``event_type``, in the order used everywhere."""


def event_type(event: Event) -> str:
    """Return the value of the field ``event_type`` of an event."""
    return str(type(event).__struct_config__.tag)
