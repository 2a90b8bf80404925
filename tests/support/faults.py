"""Faults to plant in the real simulation, so that each check can show that it bites.

A fault is a function that takes pytest's ``monkeypatch`` and replaces one part by a wrong one.
"""

from collections.abc import Callable, Generator, Iterable, Iterator
from datetime import date, datetime, timedelta
from typing import Any

import msgspec
import numpy as np
import pytest
from simpy.events import Event as SimPyEvent
from simpy.events import EventPriority

from hospital_sim import beds, demand, patients, processes, recorder, simulation, stays
from hospital_sim.clock import DAY, second_of
from hospital_sim.events import Event
from hospital_sim.order import Order, Phase, Turn
from hospital_sim.streams import Streams

Fault = Callable[[pytest.MonkeyPatch], None]


def last_come_first_served(patch: pytest.MonkeyPatch) -> None:
    def wait_for_bed(self: beds.Ward[Any], occupant: Any) -> Generator[SimPyEvent, int, int]:
        turn = SimPyEvent(self._env)
        self._queue.appendleft((occupant, turn))
        return (yield turn)

    patch.setattr(beds.Ward, "wait_for_bed", wait_for_bed)


def a_bed_leaks(patch: pytest.MonkeyPatch) -> None:
    """Once, in the middle of things, a bed that becomes free is forgotten."""

    class Leaking(beds.BedPool[Any]):
        left = 0

        def leave(self, number: int) -> None:
            super().leave(number)
            self.left += 1
            if self.left == 30 and self.beds > 1:
                self._free.remove(number)

    patch.setattr(beds, "BedPool", Leaking)


def a_bed_is_given_twice(patch: pytest.MonkeyPatch) -> None:
    class Doubling(beds.BedPool[Any]):
        taken = 0

        def take(self, occupant: Any) -> int | None:
            number = super().take(occupant)
            self.taken += 1
            return 1 if number and self.taken % 50 == 0 and 1 in self._occupants else number

        def leave(self, number: int) -> None:
            if number in self._occupants:
                super().leave(number)

    patch.setattr(beds, "BedPool", Doubling)


def the_highest_free_bed_is_taken(patch: pytest.MonkeyPatch) -> None:
    class Highest(beds.BedPool[Any]):
        def take(self, occupant: Any) -> int | None:
            if not self._free:
                return None
            number = max(self._free)
            self._free.remove(number)
            self._occupants[number] = occupant
            return number

    patch.setattr(beds, "BedPool", Highest)


def admissions_from_the_queue_are_a_second_late(patch: pytest.MonkeyPatch) -> None:
    class Late(Turn):
        def __init__(self, env: Any, delay: int, priority: EventPriority) -> None:
            super().__init__(env, delay + 1, priority)

    patch.setattr(beds, "Turn", Late)


def one_bed_is_filled_in_a_round(patch: pytest.MonkeyPatch) -> None:
    """Of two beds that become free in one second only one goes to the queue."""

    def admit(self: beds.Ward[Any], _: SimPyEvent) -> None:
        self._round_is_due = False
        occupant, turn = self._queue[0]
        number = self.pool.take(occupant)
        if number is not None:
            self._queue.popleft()
            turn.succeed(number)

    patch.setattr(beds.Ward, "_admit_from_queue", admit)


def a_delay_is_counted_twice(patch: pytest.MonkeyPatch) -> None:
    discharged = property(lambda spell: spell.ready + 2 * spell.request.stay.delay)
    patch.setattr(processes.Spell, "discharged", discharged)


def a_bed_is_left_a_second_late(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(processes.Spell, "discharged", property(lambda spell: spell.ready + spell.request.stay.delay + 1))


def _phases(patch: pytest.MonkeyPatch, order: dict[Phase, float]) -> None:
    real = Order.priority

    def priority(self: Order, phase: Phase, department: int = 0) -> EventPriority:
        return EventPriority(int(2 * real(self, phase, department) + 2 * order.get(phase, 0) * self._departments))

    patch.setattr(Order, "priority", priority)


def new_requests_come_before_admissions_and_overtake(patch: pytest.MonkeyPatch) -> None:
    _phases(patch, {Phase.REQUEST: -1.5})
    patch.setattr(beds.Ward, "take_bed", lambda self, occupant: self.pool.take(occupant))


def new_requests_come_before_discharges(patch: pytest.MonkeyPatch) -> None:
    _phases(patch, {Phase.REQUEST: -2.5})


def the_start_of_day_census_comes_last(patch: pytest.MonkeyPatch) -> None:
    _phases(patch, {Phase.START_OF_DAY: 6})


def the_end_of_day_census_comes_first(patch: pytest.MonkeyPatch) -> None:
    _phases(patch, {Phase.END_OF_DAY: -5})


def departments_take_their_turn_backwards(patch: pytest.MonkeyPatch) -> None:
    real = Order.priority
    patch.setattr(Order, "priority", lambda self, phase, entry=0: real(self, phase, self._departments - 1 - entry))


def a_patient_in_a_bed_asks_for_another(patch: pytest.MonkeyPatch) -> None:
    def discharged(self: patients.PatientRegister, patient: patients.Patient) -> None:
        if patient not in self._former:
            self._former.append(patient)

    def former(self: patients.PatientRegister, request: demand.Request) -> patients.Patient | None:
        return self._former[0] if self._former else None

    patch.setattr(patients.PatientRegister, "discharged", discharged)
    patch.setattr(patients.PatientRegister, "_former_patient", former)


def a_patient_comes_back_on_the_day_of_the_admission(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(patients.PatientRegister, "admitted", lambda self, patient, second: None)


def a_patient_is_of_two_departments(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(patients.PatientRegister, "__init__", _of_one_department(patients.PatientRegister.__init__))


def _of_one_department(init: Callable[..., None]) -> Callable[..., None]:
    def wrong(self: patients.PatientRegister, department: Any, streams: Streams, identity: Any) -> None:
        init(self, department, streams, type(identity)(0, "one", "one"))

    return wrong


def a_request_is_dropped(patch: pytest.MonkeyPatch) -> None:
    """One in a hundred never comes to the department."""
    real = simulation.requests
    patch.setattr(simulation, "requests", lambda *given: (each for each in real(*given) if each.ordinal % 100))


def _emitted(patch: pytest.MonkeyPatch, change: Callable[[Event], Event | None]) -> None:
    """Change or leave out events on their way out; they are counted as before."""
    real = recorder.EventRecorder.__init__

    def init(self: recorder.EventRecorder, run: Any, emit: Callable[[Event], None]) -> None:
        def changed(event: Event) -> None:
            other = change(event)
            if other is not None:
                emit(other)

        real(self, run, changed)

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
    patch.setattr(recorder.EventRecorder, "_tell_opening_admissions", lambda self, departments: None)


def multipliers_are_not_scaled(patch: pytest.MonkeyPatch) -> None:
    from hospital_sim.config import promises

    patch.setattr(promises, "month_multipliers", lambda ward: tuple(2 * factor for factor in ward.month_multipliers))


def every_department_draws_from_one_stream(patch: pytest.MonkeyPatch) -> None:
    real = Streams.__init__
    patch.setattr(Streams, "__init__", lambda self, seed, hospital_id, department_id: real(self, seed, "one", "one"))


def a_stream_serves_two_purposes(patch: pytest.MonkeyPatch) -> None:
    """The length of a stay is drawn from the stream that says whether it is long."""
    real = Streams.stream
    patch.setattr(Streams, "stream", lambda self, purpose: real(self, "stay" if purpose == "long_stay" else purpose))


def draws_depend_on_the_other_departments(patch: pytest.MonkeyPatch) -> None:
    """Streams are numbered as they are made, over all departments."""
    real = Streams.stream
    made = 0

    def stream(self: Streams, purpose: str) -> np.random.Generator:
        nonlocal made
        made += 1
        return real(self, f"{purpose}/{made // 20}")

    patch.setattr(Streams, "stream", stream)


def draws_are_never_the_same(patch: pytest.MonkeyPatch) -> None:
    """Every run has a seed of its own, as a clock would give."""
    clock = iter(range(10**6))
    real = simulation.Streams
    patch.setattr(simulation, "Streams", lambda seed, hospital, ward: real(seed + next(clock), hospital, ward))


def draws_depend_on_the_end(patch: pytest.MonkeyPatch) -> None:
    """The requests of a run are drawn backwards from its last day."""
    real = demand._days_of_requests

    def backwards(ward: Any, rng: np.random.Generator, days: Iterable[date]) -> Iterator[list[int]]:
        yield from reversed(list(real(ward, rng, reversed(list(days)))))

    patch.setattr(demand, "_days_of_requests", backwards)


def admissions_before_emit_from_are_told_again(patch: pytest.MonkeyPatch) -> None:
    real = recorder.EventRecorder.start_of_day

    def start_of_day(self: recorder.EventRecorder, second: int, departments: Any) -> None:
        if second == self._from != second_of(self._run.start):
            self._tell_opening_admissions(departments)
        real(self, second, departments)

    patch.setattr(recorder.EventRecorder, "start_of_day", start_of_day)


def seasons_come_a_month_late(patch: pytest.MonkeyPatch) -> None:
    real = demand.month_multipliers
    patch.setattr(demand, "month_multipliers", lambda ward: (real(ward)[-1], *real(ward)[:-1]))


def seasons_are_left_out(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(demand, "month_multipliers", lambda ward: (1.0,) * 12)


def the_rate_is_off_by(percent: float) -> Fault:
    def fault(patch: pytest.MonkeyPatch) -> None:
        real = demand.requests_per_day
        patch.setattr(demand, "requests_per_day", lambda ward: real(ward) * (1 + percent / 100))

    fault.__name__ = f"the_rate_is_{percent:g}_percent_off"
    return fault


def demand_comes_in_the_first_half_of_the_day(patch: pytest.MonkeyPatch) -> None:
    real = demand._days_of_requests

    def squeezed(*given: Any) -> Iterator[list[int]]:
        for seconds in real(*given):
            yield [second - second % DAY + second % DAY // 2 for second in seconds]

    patch.setattr(demand, "_days_of_requests", squeezed)


def long_stays_are_left_out(patch: pytest.MonkeyPatch) -> None:
    real = stays.StayDraws.__init__

    def init(self: stays.StayDraws, department: Any, streams: Streams) -> None:
        real(self, msgspec.structs.replace(department, long_stay_share=0.0), streams)

    patch.setattr(stays.StayDraws, "__init__", init)


def demand_is_as_regular_as_a_clock(patch: pytest.MonkeyPatch) -> None:
    """The number of requests of a day is its mean: no chance in it."""

    class Regular:
        def __init__(self, rng: np.random.Generator) -> None:
            self._rng = rng

        def poisson(self, rate: float) -> int:
            return round(rate)

        def random(self, size: int) -> np.ndarray[Any, Any]:
            return self._rng.random(size)

    real = Streams.stream
    patch.setattr(
        Streams,
        "stream",
        lambda self, purpose: Regular(real(self, purpose)) if purpose == "demand" else real(self, purpose),
    )


def _stays(patch: pytest.MonkeyPatch, change: Callable[[stays.Stay], stays.Stay]) -> None:
    real = stays.StayDraws.draw
    patch.setattr(stays.StayDraws, "draw", lambda self, size: map(change, real(self, size)))


def stays_are_whole_days(patch: pytest.MonkeyPatch) -> None:
    _stays(patch, lambda stay: stay._replace(length=stay.length // DAY * DAY, delay=stay.delay // DAY * DAY))


def stays_lean_to_the_short(patch: pytest.MonkeyPatch) -> None:
    """Of an ordinary stay one fiftieth beyond the first day is missing."""
    _stays(
        patch,
        lambda stay: stay if stay.length > 8 * DAY else stay._replace(length=DAY + (stay.length - DAY) * 49 // 50),
    )


def a_long_stay_is_not_told_from_an_ordinary_one(patch: pytest.MonkeyPatch) -> None:
    _stays(patch, lambda stay: stay._replace(length=min(stay.length, 8 * DAY)))


def delays_are_half_as_frequent(patch: pytest.MonkeyPatch) -> None:
    _stays(patch, lambda stay: stay._replace(delay=stay.delay * (stay.length % 2)))


def long_stays_are_delayed(patch: pytest.MonkeyPatch) -> None:
    _stays(patch, lambda stay: stay._replace(delay=stay.delay or DAY) if stay.length > 8 * DAY else stay)


def words_are_drawn_alike(patch: pytest.MonkeyPatch) -> None:
    """Every word has the same chance, whatever its share."""
    real = stays.Choice.__init__
    patch.setattr(
        stays.Choice, "__init__", lambda self, shares, rng: real(self, dict.fromkeys(shares, 1 / len(shares)), rng)
    )
