"""An object that keeps the contract becomes a row; one that violates it is rejected with a reason."""

import json
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta

import pytest
from lakes import DAY, admission, changed, dep_snapshot, discharge, identifier, row_of, wait_snapshot
from msgspec import structs

from elt.contracts import EVENT_TYPES, arrow_schema, columns
from elt.lake.quarantine import Reason
from elt.staging.reading.batches import Batch, RawObject
from elt.staging.reading.decode import Decoded, decode
from hospital_sim.events import Event, encode

pytestmark = pytest.mark.unit

EVENTS: dict[str, Event] = {
    "admission": admission(),
    "discharge": discharge(),
    "wait_snapshot": wait_snapshot(),
    "dep_snapshot": dep_snapshot(),
}
ADMISSION = encode(EVENTS["admission"])


def decode_one(kind: str, data: bytes) -> Decoded:
    """Decode an object with a good neighbour, which must become a row, both together and one by one."""
    good = structs.replace(EVENTS[kind], event_id=identifier(2))
    neighbour = RawObject(DAY.date(), identifier(2), encode(good))
    batch = Batch.of(kind, [RawObject(DAY.date(), identifier(1), data), neighbour])
    decoded, one_by_one = decode(batch), decode(batch, fast=False)
    assert decoded.table.equals(one_by_one.table)
    assert decoded.rejected == one_by_one.rejected
    assert decoded.table["event_id"].to_pylist()[-1] == identifier(2), "the neighbour must go on"
    return decoded


def with_values(kind: str, **values: object) -> bytes:
    """Return an event with other values, in the bytes that encoding gives."""
    return json.dumps(changed(EVENTS[kind], **values), separators=(",", ":")).encode()


def unexpected(reason: Reason, objects: Iterable[tuple[str, bytes, str]]) -> list[str]:
    """Return a sentence for each object that is not rejected for a reason, or whose detail does not name a word.

    Args:
        reason: The expected reason.
        objects: The event type and the bytes of each object, and the word that the detail must contain.
    """
    sentences = []
    for kind, data, word in objects:
        rejected = [(each.reason, each.detail, each.object.data) for each in decode_one(kind, data).rejected]
        if [(actual, stored) for actual, _, stored in rejected] != [(reason, data)] or word not in rejected[0][1]:
            sentences.append(f"{kind} {data[:400]!r} must be rejected as {reason} with {word!r}, not {rejected}")
    return sentences


def test_a_row_holds_the_values_of_the_event() -> None:
    for kind, event in EVENTS.items():
        assert with_values(kind) == encode(event), "the events of these tests must be canonical"
        table = decode(Batch.of(kind, [RawObject(DAY.date(), identifier(1), encode(event))])).table
        assert table.schema.equals(arrow_schema(kind))
        assert table.to_pylist() == [row_of(event)]
    assert decode_one("admission", ADMISSION).table["birth_date"].to_pylist()[0] == date(1940, 2, 29)


def test_anything_but_one_json_object_is_rejected_as_such() -> None:
    objects = [
        b"",
        b"[]",
        b"null",
        b'"text"',
        b"\xff\xfe",
        b"{",
        ADMISSION[:200],
        ADMISSION[:-1],
        ADMISSION * 2,
        b"\xef\xbb\xbf" + ADMISSION,
        b"[" * 100_000,
    ]
    assert unexpected(Reason.NOT_JSON, [("admission", data, "") for data in objects]) == []


def test_a_line_break_after_a_text_is_rejected() -> None:
    patterned = [(kind, each.name) for kind in EVENT_TYPES for each in columns(kind) if each.pattern is not None]
    broken = [
        (kind, with_values(kind, **{field: f"{getattr(EVENTS[kind], field)}\n"}), field) for kind, field in patterned
    ]
    identifiers = [each for each in broken if each[2] == "event_id"]
    others = [each for each in broken if each[2] != "event_id"]
    assert len(identifiers) == len(EVENT_TYPES)
    assert unexpected(Reason.WRONG_PARTITION, identifiers) == []
    assert unexpected(Reason.IMPOSSIBLE_VALUE, others) == []


def test_each_missing_field_is_named() -> None:
    objects = []
    for kind, event in EVENTS.items():
        for name in ("event_type", *event.__struct_fields__):
            values = changed(event)
            del values[name]
            objects.append((kind, json.dumps(values).encode(), name))
    assert unexpected(Reason.MISSING_FIELD, objects) == []


def test_an_unknown_field_is_named_whatever_its_name() -> None:
    names = ["ward", "ward` - at `$.x", "ward - at `$.x`", "ward - at `x"]
    objects = [("admission", with_values("admission", **{name: "A"}), name) for name in names]
    assert unexpected(Reason.UNKNOWN_FIELD, objects) == []


def test_a_duplicate_field_is_named_even_if_both_values_agree() -> None:
    twice = ADMISSION[:-1] + b',"bed_number":1}'
    assert unexpected(Reason.DUPLICATE_FIELD, [("admission", twice, "bed_number")]) == []


def test_a_value_of_another_type_is_named() -> None:
    values: list[tuple[str, str, object]] = [
        ("admission", "bed_number", "1"),
        ("admission", "bed_number", 1.5),
        ("admission", "bed_number", None),
        ("admission", "event_type", 7),
        ("admission", "schema_version", "1"),
        ("admission", "sex", 1),
        ("admission", "request_date", 1710493200),
        ("dep_snapshot", "beds", True),
        ("discharge", "delay_reason", 3),
    ]
    objects = [(kind, with_values(kind, **{field: value}), field) for kind, field, value in values]
    assert unexpected(Reason.WRONG_TYPE, objects) == []


IMPOSSIBLE: list[tuple[str, str, object, str]] = [
    ("admission", "bed_number", 0, "bed_number"),
    ("admission", "bed_number", 2**63, "bed_number"),
    ("admission", "sex", "F", "sex"),
    ("admission", "admission_method", "99", "admission_method"),
    ("admission", "hospital_id", "City Hospital", "hospital_id"),
    ("admission", "patient_id", identifier(1).upper().replace("0", "A"), "patient_id"),
    ("admission", "birth_date", "1940-02-30", "birth_date"),
    ("admission", "birth_date", "1840-02-28", "must lie between"),
    ("admission", "birth_date", "2024-03-16", "must not be after request_date"),
    ("admission", "request_date", "2024-03-15T09:00:00", "request_date"),
    ("admission", "request_date", "2024-03-15T04:00:00.25Z", "must be a whole second"),
    ("admission", "request_date", "2024-03-15T04:00:00.0000001Z", "must be a whole second"),
    ("admission", "request_date", "2024-03-15T05:00:00+01:00", "must be in UTC"),
    ("admission", "request_date", "2024-03-15T09:00:01Z", "request_date must not be after admission_date"),
    ("admission", "admission_date", "2024-03-15T09:00:01Z", "event_time must equal admission_date"),
    ("discharge", "discharge_date", "2024-03-15T15:00:01Z", "event_time must equal discharge_date"),
    ("discharge", "discharge_ready_date", "2024-03-15T15:00:01Z", "must not be after discharge_date"),
    ("discharge", "discharge_ready_date", "2024-03-12T15:00:00Z", "admission_date must be before"),
    ("discharge", "discharge_ready_date", "2024-03-15T15:00:00Z", "delay_reason must be null unless"),
    ("discharge", "birth_date", "2024-03-13", "must not be after admission_date"),
    ("discharge", "delay_reason", "laziness", "delay_reason"),
    ("wait_snapshot", "event_time", "2024-03-15T23:59:58Z", "event_time must be 23:59:59"),
    ("wait_snapshot", "snapshot_date", "2024-03-14", "snapshot_date must be the date of event_time"),
    ("wait_snapshot", "request_date", "2024-03-16T00:00:00Z", "request_date must not be after event_time"),
    ("wait_snapshot", "wait_duration", 3601, "wait_duration must be the seconds"),
    ("wait_snapshot", "wait_duration", -1, "wait_duration"),
    ("wait_snapshot", "birth_date", "2024-03-16", "must not be after request_date"),
    ("dep_snapshot", "snapshot_type", "EOD", "event_time must be 00:00:00 for SOD"),
    ("dep_snapshot", "snapshot_date", "2024-03-16", "snapshot_date must be the date of event_time"),
    ("dep_snapshot", "occupied_beds", 5, "occupied_beds must be at most beds"),
    ("dep_snapshot", "beds", 6, "beds must be at most capacity"),
    ("dep_snapshot", "beds", 2, "occupied_beds must be at most beds"),
    ("dep_snapshot", "department_name", "", "department_name"),
    ("dep_snapshot", "treatment_function_code", "30", "treatment_function_code"),
    ("dep_snapshot", "waiting_list_size", -1, "waiting_list_size"),
    # Times at the end of the calendar.
    ("admission", "request_date", "0001-01-01T00:00:00+01:00", "request_date"),
    ("admission", "request_date", "9999-12-31T23:59:59-01:00", "request_date"),
]


def test_an_impossible_value_is_refused_with_the_rule_that_it_violates() -> None:
    objects = [(kind, with_values(kind, **{field: value}), rule) for kind, field, value, rule in IMPOSSIBLE]
    assert unexpected(Reason.IMPOSSIBLE_VALUE, objects) == []


def test_a_value_at_the_edge_of_a_rule_is_staged() -> None:
    edges: list[tuple[str, dict[str, object]]] = [
        ("admission", {"request_date": "2024-03-15T09:00:00Z"}),
        ("admission", {"birth_date": "2024-03-15"}),
        ("discharge", {"discharge_ready_date": "2024-03-15T15:00:00Z", "delay_reason": None}),
        ("discharge", {"discharge_ready_date": "2024-03-12T15:00:01Z"}),
        ("discharge", {"birth_date": "2024-03-12"}),
        ("wait_snapshot", {"request_date": "2024-03-15T23:59:59Z", "wait_duration": 0, "birth_date": "2024-03-15"}),
        ("dep_snapshot", {"occupied_beds": 5, "beds": 5, "department_name": "any text\n"}),
    ]
    for kind, values in edges:
        assert decode_one(kind, with_values(kind, **values)).rejected == []


def test_a_later_version_of_the_schema_is_rejected() -> None:
    later = with_values("admission", schema_version=2)
    assert unexpected(Reason.UNSUPPORTED_VERSION, [("admission", later, "schema_version")]) == []


def test_an_event_belongs_under_the_type_the_date_and_the_identifier_in_its_key() -> None:
    objects = [
        ("admission", with_values("admission", event_type="discharge"), "event_type"),
        ("admission", encode(admission(1, DAY + timedelta(days=1))), "event_time: not on the date of the folder"),
        ("admission", encode(admission(3)), "event_id: differs from the name of the file"),
    ]
    assert unexpected(Reason.WRONG_PARTITION, objects) == []


@pytest.mark.parametrize("utc", ["+00:00", "-00:00", "Z", ".000Z", ".000000000Z"])
def test_other_spellings_of_the_same_second_are_the_same_value(utc: str) -> None:
    decoded = decode_one("admission", with_values("admission", request_date=f"2024-03-15T04:00:00{utc}"))
    assert decoded.rejected == []
    assert decoded.table["request_date"].to_pylist()[0] == datetime(2024, 3, 15, 4, tzinfo=UTC)
