"""Events of an older version are decoded as well as those of the newest."""

from typing import Annotated, Literal

import msgspec
import pytest
from lakes import admission

from hospital_sim.events import Admission, codec, decode_event, encode

pytestmark = pytest.mark.unit


class AdmissionTwo(
    Admission, frozen=True, forbid_unknown_fields=True, gc=False, tag_field="event_type", tag="admission"
):
    """An admission with the number of escorts."""

    schema_version: Annotated[Literal[2], msgspec.Meta(description="Version of this event type's fields.")]
    escorts: int


@pytest.fixture(autouse=True)
def two_versions(monkeypatch: pytest.MonkeyPatch) -> None:
    decoders = [msgspec.json.Decoder(version) for version in (Admission, AdmissionTwo)]
    monkeypatch.setitem(codec._decoders, "admission", decoders)


def test_each_version_is_decoded_as_its_own_class() -> None:
    old = admission(1)
    new = AdmissionTwo(**{**msgspec.structs.asdict(old), "schema_version": 2, "escorts": 3})

    assert decode_event("admission", encode(old)) == old
    assert decode_event("admission", encode(new)) == new


def test_an_event_of_an_unknown_version_is_refused() -> None:
    unknown = encode(admission(1)).replace(b'"schema_version":1', b'"schema_version":3')

    with pytest.raises(msgspec.ValidationError):
        decode_event("admission", unknown)
