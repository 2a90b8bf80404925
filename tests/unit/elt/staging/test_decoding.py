"""An object that keeps the contract becomes a row; one that violates it is rejected with a reason."""

import json
from datetime import UTC, date, datetime, timedelta

import pytest
from lakes import DAY, admission, changed, dep_snapshot, discharge, identifier, wait_snapshot

from elt.contracts import EVENT_TYPES, arrow_schema, columns
from elt.lake.quarantine import Reason
from elt.staging.batches import Batch, RawObject
from elt.staging.decode import Decoded
from elt.staging.decode import decode as decode_batch
from hospital_sim.events import Event, encode, event_type

pytestmark = pytest.mark.unit

EVENTS: dict[str, Event] = {
    "admission": admission(),
    "discharge": discharge(),
    "wait_snapshot": wait_snapshot(),
    "dep_snapshot": dep_snapshot(),
}


def decode(kind: str, objects: list[RawObject]) -> Decoded:
    return decode_batch(Batch.of(kind, objects))


def decode_one(kind: str, data: bytes) -> Decoded:
    good = type(EVENTS[kind])(**{**_fields(EVENTS[kind]), "event_id": identifier(2)})
    neighbour = RawObject(DAY.date(), identifier(2), encode(good))
    batch = Batch.of(kind, [RawObject(DAY.date(), identifier(1), data), neighbour])
    decoded, one_by_one = decode_batch(batch), decode_batch(batch, fast=False)
    assert decoded.table.equals(one_by_one.table)
    assert decoded.rejected == one_by_one.rejected
    return decoded


def _fields(event: Event) -> dict[str, object]:
    return {name: getattr(event, name) for name in event.__struct_fields__}


def reason_of(kind: str, data: bytes) -> tuple[Reason, str]:
    decoded = decode_one(kind, data)
    assert decoded.table["event_id"].to_pylist() == [identifier(2)], "the neighbour must go on"
    [rejected] = decoded.rejected
    assert rejected.object.data == data
    return rejected.reason, rejected.detail


def with_values(kind: str, **values: object) -> bytes:
    """Return an event with other values, in the bytes that encoding gives."""
    return json.dumps(changed(EVENTS[kind], **values), separators=(",", ":")).encode()


@pytest.mark.parametrize("kind", EVENT_TYPES)
def test_the_events_of_these_tests_are_canonical(kind: str) -> None:
    assert with_values(kind) == encode(EVENTS[kind])


@pytest.mark.parametrize("kind", EVENT_TYPES)
def test_a_row_holds_the_values_of_the_event(kind: str) -> None:
    event = EVENTS[kind]

    table = decode(kind, [RawObject(DAY.date(), identifier(1), encode(event))]).table

    assert table.schema.equals(arrow_schema(kind))
    assert table.to_pylist() == [{"event_type": event_type(event)} | _fields(event)]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[]",
        b"null",
        b'"text"',
        b"\xff\xfe",
        b"{",
        encode(EVENTS["admission"])[:200],
        encode(EVENTS["admission"])[:-1],
        encode(EVENTS["admission"]) * 2,
        b"\xef\xbb\xbf" + encode(EVENTS["admission"]),
        b"[" * 100_000,
    ],
)
def test_anything_but_one_json_object_is_rejected_as_such(data: bytes) -> None:
    assert reason_of("admission", data)[0] is Reason.NOT_JSON


def test_bytes_of_two_objects_never_meet_in_one_row() -> None:
    whole = encode(EVENTS["admission"])
    middle = whole.index(b',"sex"')
    halves = [
        RawObject(DAY.date(), identifier(number), data) for number, data in enumerate((whole[:middle], whole[middle:]))
    ]

    decoded = decode("admission", halves)

    assert decoded.table.num_rows == 0
    assert [rejected.reason for rejected in decoded.rejected] == [Reason.NOT_JSON, Reason.NOT_JSON]


def test_two_broken_objects_never_make_a_third() -> None:
    decoded = decode(
        "admission",
        [RawObject(DAY.date(), identifier(1), b'{"a":"1"'), RawObject(DAY.date(), identifier(2), b',"b":"2"}')],
    )

    assert (decoded.table.num_rows, len(decoded.rejected)) == (0, 2)


PATTERNED = [(kind, each.name) for kind in EVENT_TYPES for each in columns(kind) if each.pattern is not None]


@pytest.mark.parametrize(("kind", "field"), PATTERNED)
def test_a_line_break_after_a_text_is_rejected(kind: str, field: str) -> None:
    text = str(getattr(EVENTS[kind], field)) + "\n"

    reason, detail = reason_of(kind, with_values(kind, **{field: text}))

    assert reason is Reason.WRONG_PARTITION if field == "event_id" else Reason.IMPOSSIBLE_VALUE
    assert field in detail


@pytest.mark.parametrize("kind", EVENT_TYPES)
def test_each_missing_field_is_named(kind: str) -> None:
    for name in ["event_type", *EVENT_TYPES[kind].__struct_fields__]:
        values = changed(EVENTS[kind])
        del values[name]

        reason, detail = reason_of(kind, json.dumps(values).encode())

        assert reason is Reason.MISSING_FIELD
        assert name in detail


@pytest.mark.parametrize("name", ["ward", "ward` - at `$.x", "ward - at `$.x`", "ward - at `x"])
def test_an_unknown_field_is_named_whatever_its_name(name: str) -> None:
    reason, detail = reason_of("admission", with_values("admission", **{name: "A"}))

    assert reason is Reason.UNKNOWN_FIELD
    assert name in detail


def test_a_duplicate_field_is_named_even_if_both_values_agree() -> None:
    whole = encode(EVENTS["admission"])

    reason, detail = reason_of("admission", whole[:-1] + b',"bed_number":1}')

    assert reason is Reason.DUPLICATE_FIELD
    assert "bed_number" in detail


@pytest.mark.parametrize(
    ("kind", "field", "value"),
    [
        ("admission", "bed_number", "1"),
        ("admission", "bed_number", 1.5),
        ("admission", "bed_number", None),
        ("admission", "event_type", 7),
        ("admission", "schema_version", "1"),
        ("admission", "sex", 1),
        ("admission", "request_date", 1710493200),
        ("dep_snapshot", "beds", True),
        ("discharge", "delay_reason", 3),
    ],
)
def test_a_value_of_another_type_is_named(kind: str, field: str, value: object) -> None:
    reason, detail = reason_of(kind, with_values(kind, **{field: value}))

    assert reason is Reason.WRONG_TYPE
    assert field in detail


@pytest.mark.parametrize(
    ("kind", "field", "value"),
    [
        ("admission", "bed_number", 0),
        ("admission", "bed_number", 2**63),
        ("admission", "sex", "F"),
        ("admission", "admission_method", "99"),
        ("admission", "hospital_id", "City Hospital"),
        ("admission", "patient_id", identifier(1).upper().replace("0", "A")),
        ("admission", "birth_date", "1940-02-30"),
        ("admission", "birth_date", "1840-02-28"),
        ("admission", "birth_date", "2024-03-16"),
        ("admission", "request_date", "2024-03-15T09:00:00"),
        ("admission", "request_date", "2024-03-15T04:00:00.25Z"),
        ("admission", "request_date", "2024-03-15T04:00:00.0000001Z"),
        ("admission", "request_date", "2024-03-15T05:00:00+01:00"),
        ("admission", "request_date", "2024-03-15T10:00:00Z"),
        ("admission", "admission_date", "2024-03-15T09:00:01Z"),
        ("discharge", "discharge_date", "2024-03-15T15:00:01Z"),
        ("discharge", "discharge_ready_date", "2024-03-15T15:00:01Z"),
        ("discharge", "discharge_ready_date", "2024-03-12T15:00:00Z"),
        ("discharge", "discharge_ready_date", "2024-03-15T15:00:00Z"),
        ("discharge", "delay_reason", "laziness"),
        ("wait_snapshot", "event_time", "2024-03-15T23:59:58Z"),
        ("wait_snapshot", "snapshot_date", "2024-03-14"),
        ("wait_snapshot", "request_date", "2024-03-16T00:00:00Z"),
        ("wait_snapshot", "wait_duration", 3601),
        ("wait_snapshot", "wait_duration", -1),
        ("dep_snapshot", "snapshot_type", "EOD"),
        ("dep_snapshot", "snapshot_date", "2024-03-16"),
        ("dep_snapshot", "occupied_beds", 5),
        ("dep_snapshot", "beds", 6),
        ("dep_snapshot", "beds", 2),
        ("dep_snapshot", "department_name", ""),
        ("dep_snapshot", "treatment_function_code", "30"),
        ("dep_snapshot", "waiting_list_size", -1),
    ],
)
def test_an_impossible_value_is_refused(kind: str, field: str, value: object) -> None:
    assert reason_of(kind, with_values(kind, **{field: value}))[0] is Reason.IMPOSSIBLE_VALUE


def test_a_later_version_of_the_schema_is_rejected() -> None:
    assert reason_of("admission", with_values("admission", schema_version=2))[0] is Reason.UNSUPPORTED_VERSION


def test_an_event_belongs_into_the_folder_of_its_type() -> None:
    assert reason_of("admission", with_values("admission", event_type="discharge"))[0] is Reason.WRONG_PARTITION


def test_an_event_belongs_into_the_folder_of_its_date() -> None:
    event = admission(1, DAY + timedelta(days=1))

    assert reason_of("admission", encode(event)) == (
        Reason.WRONG_PARTITION,
        "event_time: not on the date of the folder",
    )


def test_an_event_belongs_under_its_own_identifier() -> None:
    reason, detail = reason_of("admission", encode(admission(3)))

    assert reason is Reason.WRONG_PARTITION
    assert "event_id" in detail


@pytest.mark.parametrize("utc", ["+00:00", "-00:00", "Z", ".000Z", ".000000000Z"])
def test_other_spellings_of_the_same_second_are_the_same_value(utc: str) -> None:
    decoded = decode_one("admission", with_values("admission", request_date=f"2024-03-15T04:00:00{utc}"))

    assert decoded.rejected == []
    assert decoded.table["request_date"].to_pylist()[0] == datetime(2024, 3, 15, 4, tzinfo=UTC)


def test_spaces_and_another_order_of_fields_are_the_same_event() -> None:
    shuffled = dict(reversed(changed(EVENTS["admission"]).items()))

    decoded = decode_one("admission", json.dumps(shuffled, indent=2).encode() + b"\n")

    assert decoded.rejected == []
    assert decoded.table.num_rows == 2


@pytest.mark.parametrize("at", ["0001-01-01T00:00:00+01:00", "9999-12-31T23:59:59-01:00"])
def test_times_at_the_end_of_the_calendar_break_nothing_else(at: str) -> None:
    assert reason_of("admission", with_values("admission", request_date=at))[0] is Reason.IMPOSSIBLE_VALUE


def test_a_date_of_birth_in_1940_stays_in_1940() -> None:
    assert decode_one("admission", encode(admission())).table["birth_date"].to_pylist()[0] == date(1940, 2, 29)
