"""The exported schemas say what staging demands: an event that one refuses for a field, the other refuses too."""

import json

import jsonschema
import pyarrow as pa
import pytest
from lakes import admission, changed, dep_snapshot, discharge, wait_snapshot

from elt.contracts import EVENT_TYPES, arrow_schema, contracts
from hospital_sim.events import Event, encode

pytestmark = pytest.mark.unit

EVENTS: dict[str, Event] = {
    "admission": admission(),
    "discharge": discharge(),
    "wait_snapshot": wait_snapshot(),
    "dep_snapshot": dep_snapshot(),
}


@pytest.mark.parametrize("kind", EVENT_TYPES)
def test_a_json_schema_allows_described_events_of_its_type_and_no_other(kind: str) -> None:
    [contract] = contracts(kind)
    jsonschema.Draft202012Validator.check_schema(contract.json_schema)
    validator = jsonschema.Draft202012Validator(contract.json_schema)
    allowed = [name for name, event in EVENTS.items() if validator.is_valid(json.loads(encode(event)))]
    assert allowed == [kind]
    whole = changed(EVENTS[kind])
    for name in whole:
        assert not validator.is_valid({key: value for key, value in whole.items() if key != name}), name
        assert not validator.is_valid(whole | {name: {}}), name
    assert not validator.is_valid(whole | {"ward": "A"})
    properties = contract.json_schema["properties"]
    assert isinstance(properties, dict)
    assert [name for name, field in properties.items() if "description" not in field] == ["event_type"]


@pytest.mark.parametrize("kind", EVENT_TYPES)
def test_the_arrow_schema_is_that_of_staged_files(kind: str) -> None:
    [contract] = contracts(kind)

    assert contract.arrow_schema.equals(arrow_schema(kind), check_metadata=True)
    assert pa.ipc.read_schema(contract.arrow_schema.serialize()).equals(arrow_schema(kind))
    assert [field["name"] for field in contract.as_dict()["arrow_schema"]] == arrow_schema(kind).names  # type: ignore[attr-defined]


def test_one_type_or_version_can_be_selected() -> None:
    assert [contract.name for contract in contracts("discharge", 1)] == ["discharge.v1"]
    assert list(contracts("discharge", 2)) == []
    assert [contract.event_type for contract in contracts()] == list(EVENT_TYPES)
