"""Decoding canonical objects together gives what decoding one by one gives; all other objects are left to that."""

import msgspec
import pytest
from compiled_code import needed_library
from lakes import DAY, admission, dep_snapshot, discharge, identifier, row_of, some_events, wait_snapshot

from elt.contracts import EVENT_TYPES, arrow_schema
from elt.native.buffers import ObjectBuffer
from elt.native.rows import CompiledRows
from elt.staging.reading.batches import Batch, RawObject
from elt.staging.reading.decode import Decoded, decode
from elt.staging.reading.fast_decode import LONGEST_OBJECT, CanonicalReader
from hospital_sim.events import Event, encode, event_type

pytestmark = pytest.mark.unit


@pytest.fixture(autouse=True)
def rows() -> CompiledRows:
    return CompiledRows(needed_library())


def decode_all(kind: str, contents: list[bytes]) -> Decoded:
    """Decode objects under the identifiers from 1 on."""
    objects = [RawObject(DAY.date(), identifier(number), data) for number, data in enumerate(contents, start=1)]
    return decode(Batch.of(kind, objects))


@pytest.mark.parametrize("kind", EVENT_TYPES)
def test_the_encoded_events_of_every_type_are_canonical(kind: str, rows: CompiledRows) -> None:
    events = [event for event in some_events(300) if event_type(event) == kind]

    flags, table = CanonicalReader(EVENT_TYPES[kind]).read(rows, ObjectBuffer.of([encode(event) for event in events]))

    assert flags.all()
    assert table.select(arrow_schema(kind).names).to_pylist() == list(map(row_of, events))


@pytest.mark.parametrize("event", [admission(), discharge(), wait_snapshot(), dep_snapshot()], ids=event_type)
def test_a_changed_a_missing_or_an_added_byte_anywhere_gives_what_decoding_one_by_one_gives(event: Event) -> None:
    data, places = encode(event), range(len(encode(event)))
    changed = [data[:place] + bytes([byte]) + data[place + 1 :] for place in places for byte in b'"0z\\ -{}\xff\n']
    shorter = [data[:place] + data[place + 1 :] for place in places]
    longer = [data[:place] + b"1" + data[place:] for place in range(len(data) + 1)]
    objects = [RawObject(DAY.date(), identifier(1), each) for each in (*changed, *shorter, *longer)]

    fast = decode(Batch.of(event_type(event), objects))
    slow = decode(Batch.of(event_type(event), objects), fast=False)

    assert fast.table.equals(slow.table)
    assert fast.rejected == slow.rejected
    assert len(fast.rejected) > len(objects) / 2


def test_any_characters_of_a_name_and_an_enormous_one_are_read_as_written() -> None:
    names = [*"Ä/日\x7f\u2028", "a b", 'say "x"', "back\\slash", "tab\t", "x" * 200, "A" * LONGEST_OBJECT]
    contents = [
        encode(dep_snapshot(number)).replace(b'"Acute"', msgspec.json.encode(name))
        for number, name in enumerate(names, start=1)
    ]

    decoded = decode_all("dep_snapshot", contents)

    assert decoded.rejected == []
    assert decoded.table["department_name"].to_pylist() == names


def test_rows_stay_in_the_order_of_the_objects_whichever_way_they_are_decoded() -> None:
    spaced = b" " + encode(admission(2))
    contents = [encode(admission(1)), spaced, encode(admission(3)), b"{", encode(admission(5)) + b"\n"]

    decoded = decode_all("admission", contents)

    assert decoded.table["event_id"].to_pylist() == [identifier(n) for n in (1, 2, 3, 5)]
    assert [rejected.object.event_id for rejected in decoded.rejected] == [identifier(4)]
