"""Decoding canonical objects together gives what decoding one by one gives; all other objects are left to that."""

from datetime import UTC, datetime, timedelta

import pytest
from compiled_code import needed_library
from lakes import DAY, admission, dep_snapshot, discharge, identifier, some_events, wait_snapshot

from elt.contracts import EVENT_TYPES, arrow_schema
from elt.native.buffers import ObjectBuffer
from elt.native.rows import CompiledRows
from elt.staging.batches import Batch, RawObject
from elt.staging.decode import decode
from elt.staging.fast_decode import LONGEST_OBJECT, CanonicalReader, canonical_reader
from hospital_sim.events import Event, encode, event_type

pytestmark = pytest.mark.unit


@pytest.fixture(autouse=True)
def rows() -> CompiledRows:
    return CompiledRows(needed_library())


def canonical(kind: str, contents: list[bytes]) -> list[bool]:
    """Return for each object whether it is read as canonical."""
    reader = canonical_reader(EVENT_TYPES[kind])
    assert reader is not None
    flags, table = reader.read(CompiledRows(needed_library()), ObjectBuffer.of(contents))
    assert table.num_rows == flags.sum()
    return [bool(flag) for flag in flags]


@pytest.mark.parametrize("kind", EVENT_TYPES)
def test_the_encoded_events_of_every_type_are_canonical(kind: str, rows: CompiledRows) -> None:
    events = [event for event in some_events(300) if event_type(event) == kind]

    flags, table = CanonicalReader(EVENT_TYPES[kind]).read(rows, ObjectBuffer.of([encode(event) for event in events]))

    assert flags.all()
    expected = [
        {"event_type": kind} | {name: getattr(event, name) for name in event.__struct_fields__} for event in events
    ]
    assert table.select(arrow_schema(kind).names).to_pylist() == [
        {name: row[name] for name in arrow_schema(kind).names} for row in expected
    ]


@pytest.mark.parametrize("event", [admission(), discharge(), wait_snapshot(), dep_snapshot()], ids=event_type)
def test_a_changed_byte_anywhere_gives_what_decoding_one_by_one_gives(event: Event) -> None:
    data = encode(event)
    changed = [
        data[:place] + bytes([byte]) + data[place + 1 :] for place in range(len(data)) for byte in b'"0z\\ -{}\xff\n'
    ]
    objects = [RawObject(DAY.date(), identifier(1), each) for each in changed]

    fast = decode(Batch.of(event_type(event), objects))
    slow = decode(Batch.of(event_type(event), objects), fast=False)

    assert fast.table.equals(slow.table)
    assert fast.rejected == slow.rejected
    assert len(fast.rejected) > len(changed) / 2


@pytest.mark.parametrize("event", [admission(), discharge(), wait_snapshot(), dep_snapshot()], ids=event_type)
def test_a_byte_less_or_more_anywhere_gives_what_decoding_one_by_one_gives(event: Event) -> None:
    data = encode(event)
    shorter = [data[:place] + data[place + 1 :] for place in range(len(data))]
    longer = [data[:place] + b"1" + data[place:] for place in range(len(data) + 1)]
    objects = [RawObject(DAY.date(), identifier(1), each) for each in (*shorter, *longer)]

    fast = decode(Batch.of(event_type(event), objects))
    slow = decode(Batch.of(event_type(event), objects), fast=False)

    assert (fast.table.to_pylist(), fast.rejected) == (slow.table.to_pylist(), slow.rejected)


def test_two_halves_in_two_files_are_not_an_object() -> None:
    whole = encode(admission())

    for cut in range(1, len(whole)):
        assert canonical("admission", [whole[:cut], whole[cut:]]) == [False, False]


def test_a_planted_pair_never_becomes_one_row() -> None:
    assert canonical("admission", [b'{"a":"1"', b',"b":"2"}']) == [False, False]
    start, end = encode(admission()).split(b',"sex"')
    neighbours = [encode(admission(2)), start, b',"sex"' + end, encode(admission(3))]

    assert canonical("admission", neighbours) == [True, False, False, True]


def test_an_object_without_its_last_byte_takes_nothing_from_the_next() -> None:
    whole = encode(admission())

    assert canonical("admission", [whole[:-1], b"}" + whole, whole]) == [False, False, True]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"2024-03-15T09", b"2024-02-30T09"),
        (b"2024-03-15T09", b"2023-02-29T09"),
        (b"2024-03-15T09", b"2024-13-15T09"),
        (b"2024-03-15T09", b"2024-00-15T09"),
        (b"2024-03-15T09", b"2024-03-00T09"),
        (b"2024-03-15T09", b"0000-03-15T09"),
        (b"T09:00:00Z", b"T24:00:00Z"),
        (b"T09:00:00Z", b"T09:60:00Z"),
        (b"T09:00:00Z", b"T09:00:60Z"),
        (b"T09:00:00Z", b"T09:00:00z"),
        (b'"bed_number":1,', b'"bed_number":01,'),
        (b'"bed_number":1,', b'"bed_number":0,'),
        (b'"bed_number":1,', b'"bed_number":-1,'),
        (b'"bed_number":1,', b'"bed_number":,'),
        (b'"bed_number":1,', b'"bed_number":1.0,'),
        (b'"bed_number":1,', b'"bed_number":9223372036854775808,'),
        (b'"schema_version":1,', b'"schema_version":2,'),
        (b'"sex":"female"', b'"sex":"FEMALE"'),
        (b'"sex":"female"', b'"sex":null'),
        (b'"hospital_id":"city"', b'"hospital_id":""'),
        (b'"hospital_id":"city"', b'"hospital_id":"c\\u0069ty"'),
        (b'"hospital_id":"city"', b'"hospital_id":"city\\\\"'),
        (b'"patient_id":"00000000-', b'"patient_id":"0000000--'),
        (b'"patient_id":"00000000-', b'"patient_id":"0000000G-'),
    ],
)
def test_a_value_that_the_encoder_never_writes_is_not_canonical(old: bytes, new: bytes) -> None:
    data = encode(admission())
    assert old in data

    assert canonical("admission", [data, data.replace(old, new), data]) == [True, False, True]


def test_a_number_of_many_digits_is_left_to_decoding() -> None:
    event = dep_snapshot()
    huge = encode(event).replace(b'"capacity":5', b'"capacity":%d' % (2**63 - 1))

    assert canonical("dep_snapshot", [huge]) == [False]
    decoded = decode(Batch.of("dep_snapshot", [RawObject(DAY.date(), identifier(1), huge)]))
    assert decoded.table["capacity"].to_pylist() == [2**63 - 1]


def test_an_enormous_object_is_decoded_on_its_own() -> None:
    enormous = encode(dep_snapshot()).replace(b'"Acute"', b'"' + b"A" * LONGEST_OBJECT + b'"')
    small = encode(dep_snapshot(2))

    decoded = decode(
        Batch.of(
            "dep_snapshot",
            [RawObject(DAY.date(), identifier(1), enormous), RawObject(DAY.date(), identifier(2), small)],
        ),
    )

    assert [len(name) for name in decoded.table["department_name"].to_pylist()] == [LONGEST_OBJECT, len("Acute")]


def test_any_characters_of_a_name_are_read_as_written() -> None:
    names = ["Ä", "a b", 'say "x"', "back\\slash", "日本", "tab\t", "x" * 200, "\u2028", "/", "\x7f"]
    data = [encode(dep_snapshot(number)).replace(b'"Acute"', encode_text(name)) for number, name in enumerate(names)]

    decoded = decode(Batch.of("dep_snapshot", [RawObject(DAY.date(), identifier(n), d) for n, d in enumerate(data)]))

    assert decoded.rejected == []
    assert decoded.table["department_name"].to_pylist() == names


def encode_text(text: str) -> bytes:
    import msgspec

    return msgspec.json.encode(text)


def test_rows_stay_in_the_order_of_the_objects_whichever_way_they_are_decoded() -> None:
    spaced = b" " + encode(admission(2))
    objects = [encode(admission(1)), spaced, encode(admission(3)), b"{", encode(admission(5)) + b"\n"]

    decoded = decode(
        Batch.of("admission", [RawObject(DAY.date(), identifier(n), d) for n, d in enumerate(objects, start=1)])
    )

    assert decoded.table["event_id"].to_pylist() == [identifier(n) for n in (1, 2, 3, 5)]
    assert [rejected.object.event_id for rejected in decoded.rejected] == [identifier(4)]


def test_the_calendar_agrees_with_pythons(rows: CompiledRows) -> None:
    moments = [datetime(1900, 1, 1, tzinfo=UTC) + timedelta(days=97 * step, seconds=step) for step in range(1500)]
    events = [admission(number, moment) for number, moment in enumerate(moments)]

    reader = CanonicalReader(EVENT_TYPES["admission"])
    _, table = reader.read(rows, ObjectBuffer.of([encode(event) for event in events]))

    assert table["event_time"].to_pylist() == moments
