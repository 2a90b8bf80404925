"""Every object under ``raw/`` ends in a staged file or in quarantine, exactly once."""

import json
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lakes import FailingStore, PowerCut, QuickStore, changed, contents, identifier

from elt import EmptyLakeError
from elt.lake.lake import Lake
from elt.staging import stage
from hospital_sim.events import EVENT_TYPES, Admission, DepSnapshot, Discharge, Event, WaitSnapshot, encode, event_type
from hospital_sim.events.keys import event_key, key_of, parse_event_key
from hospital_sim.storage import LocalStore

pytestmark = pytest.mark.property

DAYS = st.dates(date(2023, 12, 30), date(2024, 3, 2))
NAMES = st.sampled_from(["a", "acute", "elderly_medicine", "x" * 63])
SECONDS = st.integers(0, 86_399)
PATIENTS = st.integers(0, 2**128 - 1).map(identifier)
SEXES = st.sampled_from(["female", "male"])
DELAYS = st.integers(0, 10**8)


def at(day: date, second: int) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(seconds=second)


@st.composite
def admissions(draw: st.DrawFn, number: int) -> Admission:
    moment = at(draw(DAYS), draw(SECONDS))
    asked = moment - timedelta(seconds=draw(DELAYS))
    return Admission(
        identifier(number), 1, moment, draw(NAMES), draw(NAMES), draw(PATIENTS), draw(SEXES),
        draw(st.dates(date(1900, 1, 1), asked.date())), draw(PATIENTS), draw(NAMES),
        draw(st.integers(1, 2**63 - 1)), draw(st.sampled_from(["11", "2A", "32"])), asked, moment,
    )  # fmt: skip


@st.composite
def discharges(draw: st.DrawFn, number: int) -> Discharge:
    moment = at(draw(DAYS), draw(SECONDS))
    ready = moment - timedelta(seconds=draw(DELAYS))
    admitted = ready - timedelta(seconds=1 + draw(DELAYS))
    reason = draw(st.none() | st.sampled_from(["capacity", "hospital_process"])) if ready < moment else None
    return Discharge(
        identifier(number), 1, moment, draw(NAMES), draw(NAMES), draw(PATIENTS), draw(SEXES),
        draw(st.dates(date(1900, 1, 1), admitted.date())), draw(PATIENTS), admitted, ready, moment,
        draw(st.sampled_from(["19", "51", "85"])), reason,
    )  # fmt: skip


@st.composite
def wait_snapshots(draw: st.DrawFn, number: int) -> WaitSnapshot:
    moment = at(draw(DAYS), 86_399)
    waited = draw(DELAYS)
    asked = moment - timedelta(seconds=waited)
    return WaitSnapshot(
        identifier(number), 1, moment, draw(NAMES), draw(NAMES), moment.date(), draw(PATIENTS), draw(SEXES),
        draw(st.dates(date(1900, 1, 1), asked.date())), asked, waited,
    )  # fmt: skip


@st.composite
def dep_snapshots(draw: st.DrawFn, number: int) -> DepSnapshot:
    kind = draw(st.sampled_from(["SOD", "EOD"]))
    moment = at(draw(DAYS), 0 if kind == "SOD" else 86_399)
    occupied, beds, capacity = sorted(draw(st.tuples(*[st.integers(0, 2**63 - 1)] * 3)))
    return DepSnapshot(
        identifier(number), 1, moment, draw(NAMES), draw(NAMES), kind, moment.date(),
        draw(st.text(st.characters(codec="utf-8"), min_size=1)), "300", beds, occupied, capacity,
        draw(st.integers(0, 2**63 - 1)),
    )  # fmt: skip


MAKERS = (admissions, discharges, wait_snapshots, dep_snapshots)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.sampled_from(["2024-03-01T00:00:00Z"]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(), inner, max_size=2),
    max_leaves=3,
)


@st.composite
def raw_objects(draw: st.DrawFn, number: int) -> tuple[str, bytes, Event | None]:
    """Draw a key, bytes, and the event that must be staged from them; None if that is not certain."""
    event = draw(draw(st.sampled_from(MAKERS))(number))
    key, data = event_key(event), encode(event)
    damage = draw(st.sampled_from(["none", "none", "cut", "byte", "value", "drop", "twice", "folder", "name", "stray"]))
    if damage == "cut":
        data = data[: draw(st.integers(0, len(data) - 1))]
    elif damage == "byte":
        place = draw(st.integers(0, len(data) - 1))
        data = data[:place] + draw(st.binary(min_size=0, max_size=2)) + data[place + 1 :]
    elif damage == "value":
        field = draw(st.sampled_from(event.__struct_fields__))
        data = json.dumps(changed(event, **{field: draw(JSON)})).encode()
    elif damage == "drop":
        values = changed(event)
        del values[draw(st.sampled_from(sorted(values)))]
        data = json.dumps(values).encode()
    elif damage == "twice":
        data = data[:-1] + b',"event_id":' + json.dumps(identifier(number)).encode() + b"}"
    elif damage == "folder":
        key = key_of(draw(st.sampled_from(sorted(EVENT_TYPES))), draw(DAYS), event.event_id)
    elif damage == "name":
        key = key_of(event_type(event), event.event_time.date(), identifier(number + 10**9))
    elif damage == "stray":
        key = f"{key}.{draw(st.sampled_from(['tmp', 'json', 'gz']))}"
    return key, data, event if damage == "none" else None


@st.composite
def lakes(draw: st.DrawFn) -> list[tuple[str, bytes, Event | None]]:
    return [draw(raw_objects(number)) for number in range(draw(st.integers(1, 12)))]


def staged_keys(store: LocalStore) -> Counter[str]:
    keys: Counter[str] = Counter()
    for file in Lake(store).staged_files():
        table = pq.read_table(f"{store.url}/{file.key}", partitioning=None)
        assert table.num_rows == file.rows
        times = [(row["event_time"], row["event_id"]) for row in table.to_pylist()]
        assert times == sorted(times)
        keys.update(key_of(row["event_type"], row["event_time"].date(), row["event_id"]) for row in table.to_pylist())
    return keys


@given(lakes(), st.integers(0, 12))
def test_every_object_ends_staged_or_in_quarantine_exactly_once(
    objects: list[tuple[str, bytes, Event | None]], first: int
) -> None:
    with TemporaryDirectory() as folder:
        store = QuickStore(Path(folder) / "lake")
        for part in (objects[:first], objects[first:]):
            for key, data, _ in part:
                store.create(f"raw/{key}", data)
            try:
                stage(Lake(store))
            except EmptyLakeError:
                assert not any(parse_event_key(key) for key, _, _ in objects[:first])

        staged, quarantined = staged_keys(store), Counter(entry.key for entry in Lake(store).quarantine.entries())

        everything = {key for key, _, _ in objects}
        if any(parse_event_key(key) for key in everything):
            assert staged + quarantined == Counter(everything)
        assert all(staged[key] == 1 for key, _, event in objects if event is not None)
        assert Lake(store).staged_counts().total() == staged.total()
        for key in quarantined:
            assert store.read(f"quarantine/objects/{key}") == store.read(f"raw/{key}")


@given(lakes())
def test_a_staged_row_has_the_values_of_its_event(objects: list[tuple[str, bytes, Event | None]]) -> None:
    with TemporaryDirectory() as folder:
        store = QuickStore(Path(folder) / "lake")
        events = {event.event_id: event for _, _, event in objects if event is not None}
        for event in events.values():
            store.create(f"raw/{event_key(event)}", encode(event))
        if not events:
            return

        stage(Lake(store))

        for file in Lake(store).staged_files():
            for row in pq.read_table(f"{store.url}/{file.key}", partitioning=None).to_pylist():
                event = events.pop(row["event_id"])
                assert row.pop("event_type") == event_type(event)
                assert row == {name: getattr(event, name) for name in event.__struct_fields__}
        assert events == {}


@given(lakes(), st.lists(st.integers(0, 12), max_size=3))
def test_crashes_do_not_change_the_lake(objects: list[tuple[str, bytes, Event | None]], cuts: list[int]) -> None:
    if not any(parse_event_key(key) for key, _, _ in objects):
        return
    with TemporaryDirectory() as folder:
        stores = [QuickStore(Path(folder) / name) for name in ("whole", "cut")]
        for key, data, _ in objects:
            for store in stores:
                store.create(f"raw/{key}", data)
        stage(Lake(stores[0]))

        for creations in cuts:
            try:
                stage(Lake(FailingStore(stores[1].url, creations)))
            except PowerCut:
                continue
        stage(Lake(stores[1]))

        assert contents(stores[1]) == contents(stores[0])
