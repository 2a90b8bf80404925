"""Any object under ``raw/`` ends in a staged file or in quarantine, exactly once: never a crash, never a wrong row."""

import json
from collections import Counter
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec
import pyarrow.parquet as pq
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from lakes import (
    DAY,
    QuickStore,
    admission,
    changed,
    dep_snapshot,
    discharge,
    identifier,
    row_of,
    wait_snapshot,
)
from msgspec import structs

from elt.lake.lake import Lake
from elt.lake.layout import quarantined_object_key
from elt.staging import stage
from elt.staging.reading.batches import Batch, RawObject
from elt.staging.reading.decode import decode
from hospital_sim.events import EVENT_TYPES, DepSnapshot, Event, encode, event_type
from hospital_sim.events.keys import LARGEST_EVENT, event_key, key_of
from hospital_sim.storage import LocalStore, StorageError

pytestmark = pytest.mark.property

DAYS = st.dates(date(2023, 12, 30), date(2024, 3, 2))
MIDNIGHTS = DAYS.map(lambda day: datetime(day.year, day.month, day.day, tzinfo=UTC))
MOMENTS = st.builds(lambda midnight, second: midnight + timedelta(seconds=second), MIDNIGHTS, st.integers(0, 86_399))
NAMES = st.sampled_from(["a", "acute", "elderly_medicine", "x" * 63])
NUMBERS = st.integers(0, 10**6)


@st.composite
def events(draw: st.DrawFn) -> Event:
    """Draw an event that keeps the contract."""
    event = draw(
        st.builds(admission, NUMBERS, MOMENTS, NAMES)
        | st.builds(discharge, NUMBERS, MOMENTS, NAMES)
        | st.builds(wait_snapshot, NUMBERS, MIDNIGHTS, NAMES)
        | st.builds(dep_snapshot, NUMBERS, MIDNIGHTS, st.sampled_from(["SOD", "EOD"]), NAMES)
    )
    values: dict[str, object] = {"department_id": draw(NAMES)}
    if isinstance(event, DepSnapshot):
        name = draw(st.text(st.characters(codec="utf-8"), min_size=1))
        values |= {"department_name": name, "capacity": draw(st.integers(5, 2**63 - 1))}
    return structs.replace(event, **values)


EVENTS = events()
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=5)
    | st.sampled_from(
        ["2024-03-01T00:00:00Z", "\0", "\ud800", "é", "../..", "'; DROP TABLE x; --", "x" * 5000, "city\n"]
    ),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=4,
)


@st.composite
def damaged(draw: st.DrawFn, event: Event) -> bytes:
    """Draw bytes that were once an event."""
    data, place, value = encode(event), draw(st.integers(0, 2**10)), draw(VALUES)
    place %= len(data)
    field, other = (draw(st.sampled_from(["event_type", *event.__struct_fields__])) for _ in range(2))
    values = changed(event)
    del values[field]
    before, after = draw(st.sampled_from([(b"[", b"]"), (b" ", b"\n"), (b"", b"\0"), (b'{"a":', b"}"), (b"", data)]))
    encoding = draw(st.sampled_from(["utf-16", "utf-16-le", "utf-32", "utf-8-sig", "utf-7", "cp037"]))
    damages = [
        data[:place],
        data[:place] + draw(st.binary(max_size=4)) + data[place + draw(st.integers(0, 4)) :],
        data.replace(f'"{field}"'.encode(), f'"{other}"'.encode()),
        json.dumps(changed(event, **{field: value})).encode(),
        json.dumps(values).encode(),
        data[:-1] + f',"{field}":{json.dumps(value)}}}'.encode(),
        before + data + after,
        data.decode().encode(encoding, "replace"),
        data[:-1] + b',"x":' + draw(st.sampled_from([b"[", b'{"a":'])) * 3000,
        data.replace(b'"hospital_id":"', b'"hospital_id":"' + b"c" * 70_000).replace(b":1,", b":" + b"9" * 5000 + b","),
        draw(st.binary(max_size=50)),
    ]
    return draw(st.sampled_from(damages))


@st.composite
def batches(draw: st.DrawFn) -> Batch:
    """Draw objects of one event type, some of them damaged or of another type."""
    events = draw(st.lists(EVENTS, min_size=1, max_size=6))
    objects = [
        RawObject(event.event_time.date(), event.event_id, draw(st.just(encode(event)) | damaged(event)))
        for event in events
    ]
    return Batch.of(event_type(events[0]), objects)


BROKEN, ELSEWHERE = admission(1), admission(2)
LATER = ELSEWHERE.event_time.date() + timedelta(days=1)


@example(
    Batch.of(
        event_type(BROKEN),
        [
            RawObject(BROKEN.event_time.date(), BROKEN.event_id, b"{"),
            RawObject(LATER, ELSEWHERE.event_id, encode(ELSEWHERE)),
        ],
    )
)
@given(batches())
def test_decoding_together_and_one_by_one_give_the_values_of_each_object(batch: Batch) -> None:
    fast, slow = decode(batch), decode(batch, fast=False)

    assert fast.table.to_pylist() == slow.table.to_pylist()
    assert fast.rejected == slow.rejected
    kept = set(fast.rows.tolist())
    assert [rejected.object for rejected in fast.rejected] == [
        batch.item(n) for n in range(len(batch)) if n not in kept
    ]
    for place, row in zip(fast.rows.tolist(), fast.table.to_pylist(), strict=True):
        event: Event = msgspec.json.decode(batch.objects[place], type=EVENT_TYPES[batch.event_type])
        assert row == row_of(event)


NAME_PARTS = st.text(
    st.characters(codec="utf-8", exclude_characters="/\x00", exclude_categories=["Cs"]), min_size=1, max_size=12
).filter(lambda part: part not in (".", "..") and len(part.encode()) < 100)
HOSTILE_KEYS = st.one_of(
    st.lists(NAME_PARTS, min_size=1, max_size=4).map("/".join),
    NAME_PARTS.map(lambda part: f"admission/event_date=2024-03-15/{part}"),
    NAME_PARTS.map(lambda part: f"admission/event_date=2024-03-15/admission_{identifier(1)}.json{part}"),
    NAME_PARTS.map(lambda part: f"admission/event_date={part}/admission_{identifier(1)}.json"),
    st.sampled_from(
        [
            f"admission/event_date=2024-03-15/ADMISSION_{identifier(1)}.json",
            f"discharge/event_date=0001-01-01/discharge_{identifier(1)}.json",
            f"admission/event_date=9999-12-31/admission_{identifier(1)}.json",
            "admission/event_date=2024-03-15/..%2f..%2fescape.json",
            "_runs/.../x",
        ]
    ),
)


@st.composite
def raw_objects(draw: st.DrawFn) -> tuple[str, bytes, Event | None]:
    """Draw a key, bytes, and the event that must be staged from them; None if that is not certain."""
    event = draw(EVENTS)
    key, data = event_key(event), encode(event)
    where = draw(st.sampled_from(["right", "right", "damaged", "damaged", "folder", "name", "stray", "hostile"]))
    if where == "damaged":
        data = draw(damaged(event))
    elif where == "folder":
        key = key_of(draw(st.sampled_from(sorted(EVENT_TYPES))), draw(DAYS), event.event_id)
    elif where == "name":
        key = key_of(event_type(event), event.event_time.date(), identifier(draw(st.integers(10**9, 10**10))))
    elif where == "stray":
        key = f"{key}.{draw(st.sampled_from(['tmp', 'json', 'gz']))}"
    elif where == "hostile":
        key = draw(HOSTILE_KEYS)
    return key, data, event if where == "right" else None


LAKES = st.lists(raw_objects(), max_size=12, unique_by=lambda each: each[0])
"""Objects of a lake, to which one good event is added."""
FIRST = admission(10**7, DAY)
SOME_EXAMPLES = settings(max_examples=settings.default.max_examples // 2)


def put(store: LocalStore, objects: list[tuple[str, bytes, Event | None]]) -> dict[str, Event | None]:
    """Put objects into a lake; return their keys, each with the event that must be staged from it."""
    created: dict[str, Event | None] = {}
    for key, data, event in objects:
        with suppress(StorageError):  # a name that is a folder's already
            store.create(f"raw/{key}", data)
            created[key] = event
    return created


@SOME_EXAMPLES
@given(LAKES, st.integers(0, 12))
def test_every_object_ends_staged_or_in_quarantine_exactly_once(
    objects: list[tuple[str, bytes, Event | None]], first: int
) -> None:
    with TemporaryDirectory() as folder:
        store = QuickStore(Path(folder) / "outer" / "lake")
        created = put(store, [(event_key(FIRST), encode(FIRST), FIRST), *objects[:first]])
        stage(Lake(store))
        created |= put(store, objects[first:])
        stage(Lake(store))
        lake = Lake(store)

        rows: dict[str, dict[str, object]] = {}
        for file in lake.staged_files():
            in_file = pq.read_table(f"{store.url}/{file.key}", partitioning=None).to_pylist()
            assert len(in_file) == file.rows
            assert in_file == sorted(in_file, key=lambda row: (row["event_time"], row["event_id"]))
            by_key = {key_of(row["event_type"], row["event_time"].date(), row["event_id"]): row for row in in_file}
            assert len(by_key) == len(in_file)
            assert not by_key.keys() & rows.keys()
            rows |= by_key
        quarantined = [entry.key for entry in lake.quarantine.entries()]

        assert sorted([*rows, *quarantined]) == sorted(created)
        assert {key: rows.get(key) for key, event in created.items() if event is not None} == {
            key: row_of(event) for key, event in created.items() if event is not None
        }
        assert lake.staged_counts() == Counter(
            (row["event_type"], row["hospital_id"], row["department_id"], row["event_time"].date())
            for row in rows.values()
        )
        assert lake.quarantine.open_counts().total() == len(quarantined)
        for key in quarantined:
            data = store.read(f"raw/{key}")
            assert store.exists(quarantined_object_key(key)) == (len(data) <= LARGEST_EVENT)
            assert len(data) > LARGEST_EVENT or store.read(quarantined_object_key(key)) == data
        outside = [path for path in Path(folder).rglob("*") if not path.is_relative_to(store.url) and path.is_file()]
        assert outside == []
