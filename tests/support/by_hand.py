"""The events of a run as those of another hospital: outliers, days without beds, other capacities."""

from collections.abc import Iterator

import msgspec

from hospital_sim.events import Admission, DepSnapshot, Discharge, Event, WaitSnapshot


def by_hand(events: list[Event]) -> Iterator[Event]:
    """Yield the events of a run as those of another hospital, some of whose patients lie elsewhere than they asked."""
    for event in events:
        moved = msgspec.structs.replace(event, hospital_id="by_hand", event_id=other(event.event_id))
        match moved:
            case Admission():
                asked = "b" if moved.bed_number % 3 == 0 else moved.department_id
                yield msgspec.structs.replace(moved, spell_id=other(moved.spell_id), requested_department_id=asked)
            case Discharge():
                yield msgspec.structs.replace(moved, spell_id=other(moved.spell_id))
            case DepSnapshot() if moved.department_id == "a" and moved.snapshot_date.day % 5 == 0:
                yield msgspec.structs.replace(moved, beds=0, occupied_beds=0)
            case DepSnapshot() if moved.department_id == "b" and moved.snapshot_date.day > 20:
                yield msgspec.structs.replace(moved, capacity=moved.capacity + 2, beds=moved.beds + 1)
            case WaitSnapshot() | DepSnapshot():
                yield moved


def other(identifier: str) -> str:
    """Return another identifier, the same for the same one."""
    return f"{int(identifier[:8], 16) ^ 1:08x}{identifier[8:]}"
