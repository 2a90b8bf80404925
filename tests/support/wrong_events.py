"""Events that keep their contract and are wrong all the same: of a department that no census counts, or repeated."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import TypeVar

from lakes import identifier
from msgspec.structs import replace

from hospital_sim.events import Admission, DepSnapshot, Discharge, Event, WaitSnapshot, event_type

AnyEvent = TypeVar("AnyEvent", bound=Event)

NOWHERE = "physio"
"""The department that no census counts."""


def of_unknown_department(events: Sequence[Event]) -> list[Event]:
    """Return an admission of a request in another century, its discharge, and a patient who waits."""
    admitted, discharged, waiting = (one_of(kind, events) for kind in (Admission, Discharge, WaitSnapshot))
    spell, patient = identifier(10**9), identifier(10**9 + 1)
    return [
        replace(
            admitted,
            event_id=identifier(10**9 + 2),
            spell_id=spell,
            patient_id=patient,
            birth_date=date(1900, 1, 1),
            request_date=datetime(1901, 1, 1, tzinfo=UTC),
            department_id=NOWHERE,
            requested_department_id=NOWHERE,
        ),
        replace(
            discharged,
            event_id=identifier(10**9 + 3),
            spell_id=spell,
            patient_id=patient,
            birth_date=date(1900, 1, 1),
            admission_date=admitted.admission_date,
            discharge_ready_date=admitted.admission_date + timedelta(hours=1),
            discharge_date=admitted.admission_date + timedelta(hours=1),
            event_time=admitted.admission_date + timedelta(hours=1),
            delay_reason=None,
            department_id=NOWHERE,
        ),
        replace(waiting, event_id=identifier(10**9 + 4), department_id=NOWHERE),
    ]


def repeated(events: Sequence[Event]) -> list[Event]:
    """Return one event of each type again, under another identifier."""
    kinds = (Admission, Discharge, WaitSnapshot, DepSnapshot)
    return [replace(one_of(kind, events), event_id=identifier(2 * 10**9 + number)) for number, kind in enumerate(kinds)]


def one_of(kind: type[AnyEvent], events: Sequence[Event]) -> AnyEvent:
    """Return the last event of a type."""
    return max(
        (event for event in events if isinstance(event, kind)), key=lambda event: (event.event_time, event.event_id)
    )


def names(events: Sequence[Event]) -> set[tuple[str, str]]:
    """Return the type and the identifier of each event."""
    return {(event_type(event), event.event_id) for event in events}
