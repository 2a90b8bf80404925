"""Events that arrive month by month, some of them late: two hospitals that queue, delay, grow and shrink."""

from collections.abc import Iterable
from datetime import UTC, date, datetime

import msgspec
from hospitals import department, hospital

from hospital_sim import Exponential, Fixed
from hospital_sim.events import Admission, DepSnapshot, Discharge, Event, WaitSnapshot, encode
from hospital_sim.events.keys import event_key
from hospital_sim.storage import ObjectStore

LATE_MONTH = "202401"
"""The month of which some events arrive with the last one."""


def simulated(months: int) -> list[Event]:
    """Return the events of two hospitals: queues, delays of weeks, long stays, and a ward that grows and shrinks."""
    events: list[Event] = []
    for number, name in enumerate(("north", "south")):
        plan = hospital(
            department("a", beds=4, requests_per_day=4.2, stay=Exponential(mean=1.0), delay_share=0.1,
                       delay_days=(4.0, 40.0), allow_overload=True),
            department("b", beds=3, requests_per_day=0.3, stay=Exponential(mean=9.0), delay_share=0.0,
                       allow_overload=True, bed_change=[{"beds": 2, "first": "02-10", "last": "02-20"}]),
            department("c", beds=2, requests_per_day=0.02, stay=Fixed(value=3.0), delay_share=0.0),
            warmup_days=30,
            identifier=name,
        )  # fmt: skip
        # The second hospital begins within a month, with patients who were admitted in the month before.
        first = date(2024, 1, 1) if number == 0 else date(2024, 2, 12)
        last = date(2024 + months // 12, months % 12 + 1, 1)
        run = plan.simulate(first, date.fromordinal(last.toordinal() - 1), seed=number)
        events.extend(run.events)
    # One census never arrives; a test takes its place later.
    lost = (DepSnapshot, "north", "b", datetime(2024, 2, 20, tzinfo=UTC))
    keys = ((type(event), event.hospital_id, event.department_id, event.event_time) for event in events)
    return [renamed(event) for event, key in zip(events, keys, strict=True) if key != lost]


def renamed(event: Event) -> Event:
    """Return the event; from the middle of February on, a department of another name."""
    if isinstance(event, DepSnapshot) and event.department_id == "a" and event.snapshot_date >= date(2024, 2, 14):
        return msgspec.structs.replace(event, department_name="Renamed")
    return event


def is_late(event: Event, number: int) -> bool:
    """Tell whether an event of January arrives with the last month: some of every type, and never a whole spell."""
    if event.event_time.strftime("%Y%m") != LATE_MONTH or event.hospital_id != "north":
        return False
    match event:
        case Admission() | Discharge() | WaitSnapshot():
            return number % 11 == 0
        case DepSnapshot():
            return event.snapshot_date.day in (9, 30) and event.department_id == "b"


def arrives(event: Event) -> int:
    """Return the number of the month with which an event arrives; opening admissions come with the first census."""
    first = date(2024, 1, 1) if event.hospital_id == "north" else date(2024, 2, 12)
    day = max(event.event_time.date(), first)
    return (day.year - 2024) * 12 + day.month


def put(store: ObjectStore, events: Iterable[Event]) -> None:
    """Write events to a lake as the simulation does."""
    store.create_many((f"raw/{event_key(event)}", encode(event)) for event in events)
    store.flush()
