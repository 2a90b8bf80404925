"""A second version of an event type, for tests of what is derived from the events."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from hospital_sim.events import Admission

FIELDS = {name: Admission.__annotations__[name] for name in Admission.__struct_fields__}


class AdmissionTwo(Struct, frozen=True, forbid_unknown_fields=True, gc=False, tag_field="event_type", tag="admission"):
    """A patient is given a bed; says how urgent it was."""

    __annotations__ = {
        **FIELDS,
        "schema_version": Annotated[Literal[2], Meta(description="Version of this event type's fields.")],
        "triage": Annotated[Literal["red", "amber"] | None, Meta(description="How urgent it was; null if not known.")],
        "escorts": Annotated[int, Meta(ge=0, description="How many came along.")],
    }
