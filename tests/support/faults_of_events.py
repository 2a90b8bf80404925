"""Faults to plant in the events that a run emits (see ``faults``)."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import msgspec
import pytest

from hospital_sim.clock import second_of
from hospital_sim.events import Event
from hospital_sim.simulation import recorder


def _emitted(patch: pytest.MonkeyPatch, change: Callable[[Event], Event | None]) -> None:
    """Change or leave out events on their way out; they are counted as before."""
    real = recorder.EventRecorder.__init__

    def init(self: recorder.EventRecorder, config: Any, run: Any, emit: Callable[[Event], None]) -> None:
        def changed(event: Event) -> None:
            other = change(event)
            if other is not None:
                emit(other)

        real(self, config, run, changed)

    patch.setattr(recorder.EventRecorder, "__init__", init)


def _every(number: int, of: type[Event], change: Callable[[Any], Event | None]) -> Callable[[Event], Event | None]:
    seen = 0

    def changed(event: Event) -> Event | None:
        nonlocal seen
        seen += isinstance(event, of)
        return change(event) if isinstance(event, of) and seen % number == 0 else event

    return changed


def _later(event: Any, field: str, **by: int) -> Any:
    moment: datetime = getattr(event, field)
    return msgspec.structs.replace(event, **{field: moment + timedelta(**by)})


def an_event_is_lost(patch: pytest.MonkeyPatch) -> None:
    _emitted(patch, _every(40, recorder.Discharge, lambda event: None))


def a_wait_snapshot_is_lost(patch: pytest.MonkeyPatch) -> None:
    _emitted(patch, _every(5, recorder.WaitSnapshot, lambda event: None))


def a_wait_is_a_second_short(patch: pytest.MonkeyPatch) -> None:
    def short(event: recorder.WaitSnapshot) -> Event:
        return msgspec.structs.replace(event, wait_duration=event.wait_duration - 1)

    _emitted(patch, _every(1, recorder.WaitSnapshot, short))


def a_census_counts_one_too_many(patch: pytest.MonkeyPatch) -> None:
    def more(event: recorder.DepSnapshot) -> Event:
        return msgspec.structs.replace(event, occupied_beds=event.occupied_beds + 1)

    _emitted(patch, _every(7, recorder.DepSnapshot, more))


def a_census_of_the_queue_counts_one_too_many(patch: pytest.MonkeyPatch) -> None:
    def more(event: recorder.DepSnapshot) -> Event:
        return msgspec.structs.replace(event, waiting_list_size=event.waiting_list_size + 1)

    _emitted(patch, _every(7, recorder.DepSnapshot, more))


def a_census_is_lost(patch: pytest.MonkeyPatch) -> None:
    _emitted(patch, _every(20, recorder.DepSnapshot, lambda event: None))


def a_discharge_is_ready_after_it_has_happened(patch: pytest.MonkeyPatch) -> None:
    _emitted(patch, _every(3, recorder.Discharge, lambda event: _later(event, "discharge_ready_date", days=20)))


def a_discharge_tells_of_another_admission(patch: pytest.MonkeyPatch) -> None:
    _emitted(patch, _every(3, recorder.Discharge, lambda event: _later(event, "admission_date", seconds=1)))


def a_birth_date_changes(patch: pytest.MonkeyPatch) -> None:
    def older(event: recorder.Discharge) -> Event:
        return msgspec.structs.replace(event, birth_date=date(1950, 1, 1))

    _emitted(patch, _every(3, recorder.Discharge, older))


def an_identifier_is_used_twice(patch: pytest.MonkeyPatch) -> None:
    first: list[str] = []

    def same(event: recorder.Admission) -> Event:
        first.append(event.event_id)
        return msgspec.structs.replace(event, event_id=first[0])

    _emitted(patch, _every(9, recorder.Admission, same))


def a_field_breaks_the_contract(patch: pytest.MonkeyPatch) -> None:
    _emitted(patch, _every(9, recorder.Admission, lambda event: msgspec.structs.replace(event, bed_number=0)))


def an_event_comes_too_late(patch: pytest.MonkeyPatch) -> None:
    _emitted(patch, _every(9, recorder.Admission, lambda event: _later(event, "event_time", hours=-1)))


def opening_admissions_are_left_out(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(recorder.EventRecorder, "_emit_opening_admissions", lambda self, departments: None)


def multipliers_are_not_scaled(patch: pytest.MonkeyPatch) -> None:
    from hospital_sim.config import expectations

    patch.setattr(expectations, "month_multipliers", lambda ward: tuple(2 * each for each in ward.month_multipliers))


def admissions_before_emit_from_are_told_again(patch: pytest.MonkeyPatch) -> None:
    real = recorder.EventRecorder.start_of_day

    def start_of_day(self: recorder.EventRecorder, second: int, departments: Any) -> None:
        if second == self._from != second_of(self._run.start):
            self._emit_opening_admissions(departments)
        real(self, second, departments)

    patch.setattr(recorder.EventRecorder, "start_of_day", start_of_day)
