"""Hostile bytes and names: quarantined or refused, never a crash, never a wrong row, nothing outside the lake."""

import json
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lakes import DAY, QuickStore, admission, changed, dep_snapshot, discharge, identifier, wait_snapshot

from elt.contracts import EVENT_TYPES
from elt.lake.lake import Lake
from elt.staging import stage
from elt.staging.batches import Batch, RawObject
from elt.staging.decode import decode
from hospital_sim.events import Event, encode, event_type
from hospital_sim.events.keys import key_of
from hospital_sim.storage import StorageError

pytestmark = pytest.mark.property

MAKERS = (admission, discharge, wait_snapshot, dep_snapshot)
HOSTILE_TEXT = st.sampled_from(
    [
        "\x00",
        "\ud800",
        "\ud83d",
        "é",
        "\u2028",
        "../..",
        "'; DROP TABLE x; --",
        "<script>",
        "x" * 5000,
        "city\n",
        " city",
    ]
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | HOSTILE_TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=4,
)


@st.composite
def mutated(draw: st.DrawFn, number: int) -> tuple[str, bytes]:
    """Draw an event type and bytes that were once an event of it."""
    event = draw(st.sampled_from(MAKERS))(number)
    data = encode(event)
    how = draw(
        st.sampled_from(["none", "bytes", "swap", "value", "wrap", "repeat", "encoding", "deep", "huge", "join", "any"])
    )
    place = draw(st.integers(0, len(data)))
    if how == "bytes":
        data = data[:place] + draw(st.binary(max_size=4)) + data[place + draw(st.integers(0, 4)) :]
    elif how == "swap":
        field = draw(st.sampled_from(event.__struct_fields__))
        other = draw(st.sampled_from(event.__struct_fields__))
        data = data.replace(f'"{field}"'.encode(), f'"{other}"'.encode())
    elif how == "value":
        field = draw(st.sampled_from(["event_type", *event.__struct_fields__]))
        data = json.dumps(changed(event, **{field: draw(VALUES)})).encode()
    elif how == "wrap":
        before, after = draw(
            st.sampled_from([(b"[", b"]"), (b" ", b"\n"), (b"", b"\x00"), (b'{"a":', b"}"), (b"", b",")])
        )
        data = before + data + after
    elif how == "repeat":
        field = draw(st.sampled_from(event.__struct_fields__))
        data = data[:-1] + b',"' + field.encode() + b'":' + json.dumps(draw(VALUES)).encode() + b"}"
    elif how == "encoding":
        encoding = draw(st.sampled_from(["utf-16", "utf-16-le", "utf-32", "utf-8-sig", "utf-7", "cp037"]))
        data = data.decode().encode(encoding)
    elif how == "deep":
        opening = draw(st.sampled_from([b"[", b'{"a":']))
        data = data[:-1] + b',"x":' + opening * 3000
    elif how == "huge":
        data = data.replace(b'"city"', b'"' + b"c" * 70_000 + b'"').replace(b":1,", b":" + b"9" * 5000 + b",")
    elif how == "join":
        data = data + draw(st.sampled_from([b"", b"\n", b","])) + data
    elif how == "any":
        data = draw(st.binary(max_size=50))
    return event_type(event), data


@st.composite
def batches(draw: st.DrawFn) -> tuple[str, list[RawObject]]:
    kind = draw(st.sampled_from(sorted(EVENT_TYPES)))
    found = [draw(mutated(number)) for number in range(draw(st.integers(1, 6)))]
    return kind, [RawObject(DAY.date(), identifier(number), data) for number, (_, data) in enumerate(found)]


@given(batches())
def test_fast_decoding_agrees_with_decoding_one_by_one(batch: tuple[str, list[RawObject]]) -> None:
    kind, objects = batch

    fast = decode(Batch.of(kind, objects))
    slow = decode(Batch.of(kind, objects), fast=False)

    assert fast.table.to_pylist() == slow.table.to_pylist()
    assert fast.rejected == slow.rejected
    assert fast.table.num_rows + len(fast.rejected) == len(objects)


@given(batches())
def test_a_row_has_the_values_of_its_own_object(batch: tuple[str, list[RawObject]]) -> None:
    kind, objects = batch
    own = {item.event_id: item.data for item in objects}

    for row in decode(Batch.of(kind, objects)).table.to_pylist():
        event: Event = msgspec.json.decode(own[row["event_id"]], type=EVENT_TYPES[kind])
        assert row == {"event_type": kind} | {name: getattr(event, name) for name in event.__struct_fields__}
        assert json.loads(own[row["event_id"]])["event_id"] == row["event_id"]


NAME_PARTS = st.text(
    st.characters(codec="utf-8", exclude_characters="/\x00", exclude_categories=["Cs"]), min_size=1, max_size=12
).filter(lambda part: part not in (".", "..") and len(part.encode()) < 100)
KEYS = st.one_of(
    st.lists(NAME_PARTS, min_size=1, max_size=4).map("/".join),
    NAME_PARTS.map(lambda part: f"admission/event_date=2024-03-15/{part}"),
    NAME_PARTS.map(lambda part: f"admission/event_date=2024-03-15/admission_{identifier(1)}.json{part}"),
    NAME_PARTS.map(lambda part: f"admission/event_date={part}/admission_{identifier(1)}.json"),
    st.just(f"admission/event_date=2024-03-15/ADMISSION_{identifier(1)}.json"),
    st.just(f"discharge/event_date=0001-01-01/discharge_{identifier(1)}.json"),
    st.just(f"admission/event_date=9999-12-31/admission_{identifier(1)}.json"),
    st.just("admission/event_date=2024-03-15/..%2f..%2fescape.json"),
    st.just("_runs/../x".replace("..", "...")),
)


@given(st.dictionaries(KEYS, mutated(1).map(lambda found: found[1]), max_size=4), mutated(7))
def test_any_object_is_staged_or_quarantined_inside_the_lake(
    objects: dict[str, bytes], other: tuple[str, bytes]
) -> None:
    with TemporaryDirectory() as folder:
        store = QuickStore(Path(folder) / "outer" / "lake")
        store.create(f"raw/{key_of('admission', DAY.date(), identifier(50))}", encode(admission(50)))
        store.create(f"raw/{key_of(other[0], DAY.date(), identifier(7))}", other[1])
        there = 2
        for key, data in objects.items():
            with suppress(StorageError):  # a name that is a folder's already
                there += store.create(f"raw/{key}", data)
        records = sum(key.startswith("raw/_runs/") for key in store.keys("raw/") if key.endswith(".started.json"))

        summary = stage(Lake(store))

        assert summary.rows + sum(summary.quarantined.values()) == there - records
        assert Lake(store).quarantine.open_counts().total() == sum(summary.quarantined.values())
        rows = [
            row["event_id"]
            for file in Lake(store).staged_files()
            for row in pq.read_table(f"{store.url}/{file.key}", partitioning=None).to_pylist()
        ]
        assert len(rows) == len(set(rows)) == summary.rows
        assert identifier(50) in rows
        outside = [path for path in Path(folder).rglob("*") if not path.is_relative_to(store.url) and path.is_file()]
        assert outside == []
