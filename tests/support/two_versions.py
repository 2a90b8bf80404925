"""A second version of the admission, which appends two fields; a process that calls ``install`` knows both."""

from typing import Annotated, Literal, get_type_hints

from lakes import admission
from msgspec import Meta, Struct

from hospital_sim.events import EVENT_VERSIONS, Admission, encode

FIELDS = get_type_hints(Admission, include_extras=True)


class AdmissionTwo(Struct, frozen=True, forbid_unknown_fields=True, gc=False, tag_field="event_type", tag="admission"):
    """A patient is given a bed; says how urgent it was."""

    __annotations__ = {
        **FIELDS,
        "schema_version": Annotated[Literal[2], Meta(description="Version of this event type's fields.")],
        "triage": Annotated[Literal["red", "amber"] | None, Meta(description="How urgent it was; null if not known.")],
        "escorts": Annotated[int, Meta(ge=0, description="How many came along.")],
    }


def install() -> None:
    """Let this process know both versions; to be called before anything of ``elt`` is imported."""
    EVENT_VERSIONS["admission"] = (Admission, AdmissionTwo)


def newer(number: int, triage: str | None) -> bytes:
    """Return an admission of the second version."""
    old = {name: getattr(admission(number), name) for name in Admission.__struct_fields__}
    return encode(AdmissionTwo(**{**old, "schema_version": 2, "triage": triage, "escorts": number}))  # type: ignore[arg-type]
