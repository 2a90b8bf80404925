"""Events of an older version are decoded as well as those of the newest."""

import msgspec
import pytest
from lakes import admission
from two_versions import AdmissionTwo, newer

from hospital_sim.events import Admission, codec, decode_event, encode

pytestmark = pytest.mark.unit


def test_each_version_is_decoded_as_its_own_class_and_an_unknown_one_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    decoders = [msgspec.json.Decoder(version) for version in (Admission, AdmissionTwo)]
    monkeypatch.setitem(codec._decoders, "admission", decoders)
    old = encode(admission(1))
    assert decode_event("admission", old) == admission(1)
    new = decode_event("admission", newer(1, "red"))
    assert isinstance(new, AdmissionTwo)
    assert (new.triage, new.escorts) == ("red", 1)
    with pytest.raises(msgspec.ValidationError):
        decode_event("admission", old.replace(b'"schema_version":1', b'"schema_version":3'))
