"""Events and lakes made by hand, for tests of what reads them."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec

from hospital_sim.events import (
    Admission,
    DepSnapshot,
    Discharge,
    Event,
    RunRecord,
    RunStarted,
    WaitSnapshot,
    encode,
    event_type,
)
from hospital_sim.events.day_bundles import pack
from hospital_sim.events.keys import day_bundle_key, event_key, record_key
from hospital_sim.storage import LocalStore, ObjectStore

DAY = datetime(2024, 3, 15, tzinfo=UTC)


def identifier(number: int) -> str:
    """Return the UUID of a number."""
    return str(UUID(int=number))


def _head(number: int, at: datetime, hospital: str) -> dict[str, Any]:
    return {
        "event_id": identifier(number),
        "schema_version": 1,
        "event_time": at,
        "hospital_id": hospital,
        "department_id": "acute",
    }


def admission(number: int = 1, at: datetime = DAY + timedelta(hours=9), hospital: str = "city") -> Admission:
    """Return an admission; events of different numbers are of different patients."""
    return Admission(
        **_head(number, at, hospital),
        patient_id=identifier(number + 10**6),
        sex="female",
        birth_date=date(1940, 2, 29),
        spell_id=identifier(number + 2 * 10**6),
        requested_department_id="acute",
        bed_number=1,
        admission_method="21",
        request_date=at - timedelta(hours=5),
        admission_date=at,
    )


def discharge(number: int = 1, at: datetime = DAY + timedelta(hours=15), hospital: str = "city") -> Discharge:
    """Return a delayed discharge."""
    return Discharge(
        **_head(number, at, hospital),
        patient_id=identifier(number + 10**6),
        sex="male",
        birth_date=date(1940, 2, 29),
        spell_id=identifier(number + 2 * 10**6),
        admission_date=at - timedelta(days=3),
        discharge_ready_date=at - timedelta(days=1),
        discharge_date=at,
        discharge_destination="19",
        delay_reason="capacity",
    )


def wait_snapshot(number: int = 1, day: datetime = DAY, hospital: str = "city") -> WaitSnapshot:
    """Return the wait snapshot of a patient who has waited for an hour."""
    at = day + timedelta(hours=23, minutes=59, seconds=59)
    return WaitSnapshot(
        **_head(number, at, hospital),
        snapshot_date=at.date(),
        patient_id=identifier(number + 10**6),
        sex="male",
        birth_date=date(2001, 1, 1),
        request_date=at - timedelta(hours=1),
        wait_duration=3600,
    )


def dep_snapshot(number: int = 1, day: datetime = DAY, kind: str = "SOD", hospital: str = "city") -> DepSnapshot:
    """Return a census of a department with 3 of 4 beds occupied."""
    at = day if kind == "SOD" else day + timedelta(hours=23, minutes=59, seconds=59)
    return DepSnapshot(
        **_head(number, at, hospital),
        snapshot_type="SOD" if kind == "SOD" else "EOD",
        snapshot_date=day.date(),
        department_name="Acute",
        treatment_function_code="300",
        beds=4,
        occupied_beds=3,
        capacity=5,
        waiting_list_size=0,
    )


def row_of(event: Event) -> dict[str, object]:
    """Return the staged row of an event."""
    return {"event_type": event_type(event)} | {name: getattr(event, name) for name in event.__struct_fields__}


def changed(event: Event, **values: object) -> dict[str, object]:
    """Return an event as plain JSON values, some of them other ones."""
    plain: dict[str, object] = msgspec.json.decode(encode(event))
    return plain | values


def put_event(store: ObjectStore, event: Event) -> str:
    """Put one event into a lake where it belongs; return its key below ``raw/``."""
    key = event_key(event)
    store.create(f"raw/{key}", encode(event))
    return key


def put_all(store: ObjectStore, events: Iterable[Event]) -> list[str]:
    """Put events into a lake; return their keys below ``raw/``."""
    return [put_event(store, event) for event in events]


def some_events(count: int, first: int = 1, day: datetime = DAY) -> list[Event]:
    """Return events of all types on consecutive days, ten of each type a day."""
    events: list[Event] = []
    for number in range(first, first + count):
        at = day + timedelta(days=(number - first) // 10)
        kind = "SOD" if number % 2 else "EOD"
        moment = at + timedelta(seconds=1 + number % 80_000)
        events += [
            admission(number, moment),
            discharge(number, moment),
            wait_snapshot(number, at),
            dep_snapshot(number, at, kind),
        ]
    return events


def put_record(store: ObjectStore, end: date, hospital: str = "city", run: int = 1) -> None:
    """Put the record of a finished run into a lake that counted nothing."""
    started = RunStarted(
        record_version=1,
        run_id=f"{run:032x}",
        history_id=f"{1:032x}",
        stream_version=1,
        hospital_id=hospital,
        hospital_name=hospital.title(),
        configuration={},
        configuration_hash=f"{2:032x}",
        seed=1,
        warmup_days=0,
        start=date(2024, 1, 1),
        emit_from=date(2024, 1, 1),
        end=end,
        departments=(),
    )
    store.create(f"raw/{record_key(started.run_id)}", encode(RunRecord(started, (), ())))


class PowerCut(Exception):
    """The machine went off."""


class QuickStore(LocalStore):
    """A real store that does not wait for the disk: no test outlives a loss of power."""

    def flush(self) -> None:
        return


class OverwritingStore(LocalStore):
    """A store on a server that ignores the condition to create an object only if its key is free."""

    def create(self, key: str, data: bytes) -> bool:
        path = Path(self.url, key)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        return True


class FailingStore(QuickStore):
    """A real store on a machine that goes off before, or right after, one of its creations or deletions.

    Args:
        root: The directory.
        creations: How many objects are created or deleted before that.
    """

    def __init__(self, root: str, creations: int) -> None:
        super().__init__(root)
        self.left = creations

    def create(self, key: str, data: bytes) -> bool:
        if self.left == 0:
            raise PowerCut(key)
        self.left -= 1
        return super().create(key, data)

    def create_many(self, objects: Iterable[tuple[str, bytes]]) -> int:
        return sum(self.create(key, data) for key, data in objects)

    def delete_many(self, keys: Iterable[str]) -> None:
        for key in keys:
            if self.left == 0:
                raise PowerCut(key)
            self.left -= 1
            super().delete_many([key])


def contents(store: ObjectStore, prefix: str = "") -> dict[str, bytes]:
    """Return every object below a prefix."""
    return dict(store.read_many(list(store.keys(prefix))))


def files_in(root: Path) -> dict[str, bytes]:
    """Return every file below a folder, without using a store."""
    return {str(path.relative_to(root)): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def put_bundle(store: ObjectStore, lines: Sequence[bytes], key: str) -> str:
    """Put a day bundle of any lines into a lake under a key below ``raw/``; return the key."""
    store.create(f"raw/{key}", pack(lines))
    return key


def put_bundles(store: ObjectStore, events: Iterable[Event], ending: str = "") -> list[str]:
    """Put events into a lake as day bundles; return their keys below ``raw/``.

    Args:
        store: The lake.
        events: The events.
        ending: End of the names of the bundles: empty, or ``OPENING``.
    """
    bundles: dict[str, list[Event]] = defaultdict(list)
    for event in sorted(events, key=lambda event: (event.event_time, event.event_id)):
        name = f"{event.hospital_id}{ending}"
        bundles[day_bundle_key(event_type(event), event.event_time.date(), name)].append(event)
    return [put_bundle(store, [encode(event) for event in of_day], key) for key, of_day in bundles.items()]
