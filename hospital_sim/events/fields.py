"""Types of the fields of events: their allowed values and their descriptions."""

from datetime import date, datetime
from typing import Annotated, Literal

from msgspec import Meta

UUID_PATTERN = "^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$"
"""A UUID in its canonical form: lower-case hexadecimal with hyphens."""

NAME_PATTERN = "^[a-z][a-z0-9_]{0,62}$"
"""An identifier of a hospital or a department: lower-case letters, digits and underscores."""

Uuid = Annotated[str, Meta(pattern=UUID_PATTERN)]
Name = Annotated[str, Meta(pattern=NAME_PATTERN)]
Timestamp = Annotated[datetime, Meta(tz=True)]
Count = Annotated[int, Meta(ge=0, le=2**63 - 1)]
Ordinal = Annotated[int, Meta(ge=1, le=2**63 - 1)]

Sex = Literal["female", "male"]
SnapshotType = Literal["SOD", "EOD"]
AdmissionMethod = Literal["11", "12", "13", "21", "22", "2A", "31", "32", "81"]
DischargeDestination = Literal["19", "51", "85"]
DelayReason = Literal[
    "capacity",
    "interface_process",
    "hospital_process",
    "care_transfer_hub_process",
    "wellbeing_concerns",
]

EventId = Annotated[Uuid, Meta(description="Identifier of the event, derived from what it records.")]
EventTime = Annotated[Timestamp, Meta(description="When it happened, UTC, to the second.")]
HospitalId = Annotated[Name, Meta(description="Identifier of the hospital.")]
DepartmentId = Annotated[
    Name, Meta(description="Identifier of the department: the one whose bed it is, or the one waited for.")
]
SchemaVersion = Annotated[Literal[1], Meta(description="Version of this event type's fields.")]
PatientId = Annotated[Uuid, Meta(description="Identifier of the patient, who belongs to one department.")]
SexField = Annotated[Sex, Meta(description="Sex of the patient.")]
BirthDate = Annotated[date, Meta(description="Date of birth of the patient.")]
SpellId = Annotated[Uuid, Meta(description="Identifier of the hospital provider spell.")]
RequestDate = Annotated[Timestamp, Meta(description="When it was decided to admit the patient, UTC.")]
AdmissionDate = Annotated[Timestamp, Meta(description="When the patient was given a bed, UTC.")]
SnapshotDate = Annotated[date, Meta(description="The day that the snapshot describes.")]
