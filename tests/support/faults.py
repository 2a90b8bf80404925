"""Faults to plant in the real simulation, so that each check can show that it bites.

A fault is a function that takes pytest's ``monkeypatch`` and replaces one part by a wrong one.
"""

from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import msgspec
import numpy as np
import pytest
from drawn_stays import Stay, each_stay
from simpy.events import Event as SimPyEvent
from simpy.events import EventPriority

from hospital_sim import bed_queue, beds, demand, patients, processes, recorder, simulation, stays
from hospital_sim.clock import DAY, second_of
from hospital_sim.config.calendar import Profile
from hospital_sim.config.sources import Source
from hospital_sim.events import Event
from hospital_sim.order import Order, Phase, Turn
from hospital_sim.streams import Streams

Fault = Callable[[pytest.MonkeyPatch], None]


def last_come_first_served(patch: pytest.MonkeyPatch) -> None:
    def wait_for_bed(self: bed_queue.BedQueue[Any], occupant: Any) -> Generator[SimPyEvent, Any, Any]:
        turn = SimPyEvent(self.env)
        self._queue.appendleft((occupant, turn))
        return (yield turn)

    patch.setattr(bed_queue.BedQueue, "wait_for_bed", wait_for_bed)


def a_bed_leaks(patch: pytest.MonkeyPatch) -> None:
    """Once, in the middle of things, a bed that becomes free is forgotten."""

    class Leaking(beds.BedPool[Any]):
        left = 0

        def leave(self, number: int, *, clean: bool = True) -> Any:
            occupant = super().leave(number, clean=clean)
            self.left += 1
            if self.left == 30 and self.beds > 1:
                self._free.remove(number)
            return occupant

    patch.setattr(bed_queue, "BedPool", Leaking)


def a_bed_is_given_twice(patch: pytest.MonkeyPatch) -> None:
    class Doubling(beds.BedPool[Any]):
        taken = 0

        def take(self, occupant: Any) -> int | None:
            number = super().take(occupant)
            self.taken += 1
            return 1 if number and self.taken % 50 == 0 and 1 in self._occupants else number

        def leave(self, number: int, *, clean: bool = True) -> Any:
            return super().leave(number, clean=clean) if number in self._occupants else None

    patch.setattr(bed_queue, "BedPool", Doubling)


def the_highest_free_bed_is_taken(patch: pytest.MonkeyPatch) -> None:
    class Highest(beds.BedPool[Any]):
        def take(self, occupant: Any) -> int | None:
            if not self._free:
                return None
            number = max(self._free)
            self._free.remove(number)
            self._occupants[number] = occupant
            return number

    patch.setattr(bed_queue, "BedPool", Highest)


def admissions_from_the_queue_are_a_second_late(patch: pytest.MonkeyPatch) -> None:
    class Late(Turn):
        def __init__(self, env: Any, delay: int, priority: EventPriority) -> None:
            super().__init__(env, delay + 1, priority)

    patch.setattr(bed_queue, "Turn", Late)


def one_bed_is_filled_in_a_round(patch: pytest.MonkeyPatch) -> None:
    """Of two beds that become free in one second only one goes to the queue."""

    def admit(self: bed_queue.BedQueue[Any], _: SimPyEvent) -> None:
        self._round_is_due = False
        if self._queue and self.pool.has_free_bed:
            self._give(*self._queue.popleft())

    patch.setattr(bed_queue.BedQueue, "_admit_from_list", admit)


def a_delay_is_counted_twice(patch: pytest.MonkeyPatch) -> None:
    _spell_ends_later(patch, lambda request: request.delay)


def a_bed_is_left_a_second_late(patch: pytest.MonkeyPatch) -> None:
    _spell_ends_later(patch, lambda request: 1)


def _spell_ends_later(patch: pytest.MonkeyPatch, seconds: Callable[[demand.Request], int]) -> None:
    real = processes.Spell.admit

    def admit(self: processes.Spell, place: processes.Department, bed: int, second: int) -> None:
        real(self, place, bed, second)
        self.discharged += seconds(self.request)

    patch.setattr(processes.Spell, "admit", admit)


def _phases(patch: pytest.MonkeyPatch, moved: dict[Phase, float]) -> None:
    """Move phases to other places in the order; a half is between two phases."""
    real = Order.priority

    def priority(self: Order, phase: Phase, department: int = 0) -> EventPriority:
        by = moved.get(phase, phase) - phase
        return EventPriority(int(2 * real(self, phase, department) + 2 * by * self._departments))

    patch.setattr(Order, "priority", priority)


def new_requests_come_before_admissions_and_overtake(patch: pytest.MonkeyPatch) -> None:
    _phases(patch, {Phase.REQUEST: Phase.ADMISSION - 0.5})
    patch.setattr(bed_queue.BedQueue, "take_bed", lambda self, occupant: self.pool.take(occupant))


def new_requests_come_before_discharges(patch: pytest.MonkeyPatch) -> None:
    _phases(patch, {Phase.REQUEST: Phase.DISCHARGE - 0.5})


def the_start_of_day_census_comes_last(patch: pytest.MonkeyPatch) -> None:
    _phases(patch, {Phase.START_OF_DAY: Phase.END_OF_DAY + 1})


def the_end_of_day_census_comes_first(patch: pytest.MonkeyPatch) -> None:
    _phases(patch, {Phase.END_OF_DAY: Phase.START_OF_DAY})


def departments_take_their_turn_backwards(patch: pytest.MonkeyPatch) -> None:
    real = Order.priority
    patch.setattr(Order, "priority", lambda self, phase, entry=0: real(self, phase, self._departments - 1 - entry))


def a_patient_in_a_bed_asks_for_another(patch: pytest.MonkeyPatch) -> None:
    def discharged(self: patients.PatientRegister, patient: patients.Person) -> None:
        if patient not in self._former:
            self._former.append(patient)

    def former(self: patients.PatientRegister, request: demand.Request) -> patients.Person | None:
        return self._former[0] if self._former else None

    patch.setattr(patients.PatientRegister, "discharged", discharged)
    patch.setattr(patients.PatientRegister, "_former_patient", former)


def a_patient_comes_back_on_the_day_of_the_admission(patch: pytest.MonkeyPatch) -> None:
    real = recorder.EventRecorder.admitted

    def admitted(self: recorder.EventRecorder, spell: processes.Spell) -> None:
        real(self, spell)
        spell.patient.last_admitted = -1

    patch.setattr(recorder.EventRecorder, "admitted", admitted)


def a_patient_is_of_two_departments(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(patients.PatientRegister, "__init__", _of_one_department(patients.PatientRegister.__init__))


def _of_one_department(init: Callable[..., None]) -> Callable[..., None]:
    def wrong(self: patients.PatientRegister, department: Any, streams: Streams, identity: Any) -> None:
        init(self, department, streams, type(identity)(0, "one", "one"))

    return wrong


def a_request_is_dropped(patch: pytest.MonkeyPatch) -> None:
    """One in a hundred never comes to the department."""
    real = simulation.requests

    def dropping(*given: Any) -> Iterator[demand.Request]:
        return (each for ordinal, each in enumerate(real(*given)) if ordinal % 100)

    patch.setattr(simulation, "requests", dropping)


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
    real = demand._poisson

    def backwards(source: Source, rng: np.random.Generator, days: Iterable[date]) -> Iterator[list[int]]:
        yield from reversed(list(real(source, rng, reversed(list(days)))))

    patch.setattr(demand, "_poisson", backwards)


def admissions_before_emit_from_are_told_again(patch: pytest.MonkeyPatch) -> None:
    real = recorder.EventRecorder.start_of_day

    def start_of_day(self: recorder.EventRecorder, second: int, departments: Any) -> None:
        if second == self._from != second_of(self._run.start):
            self._emit_opening_admissions(departments)
        real(self, second, departments)

    patch.setattr(recorder.EventRecorder, "start_of_day", start_of_day)


def seasons_come_a_month_late(patch: pytest.MonkeyPatch) -> None:
    _demand(patch, lambda source: _with_months(source, (source.profile.by_month[-1], *source.profile.by_month[:-1])))


def seasons_are_left_out(patch: pytest.MonkeyPatch) -> None:
    _demand(patch, lambda source: _with_months(source, (1.0,) * 12))


def _with_months(source: Source, by_month: Sequence[float]) -> Source:
    return replace(source, profile=Profile(by_month, source.profile.by_weekday, source.profile.by_hour))


def _demand(patch: pytest.MonkeyPatch, change: Callable[[Source], Source]) -> None:
    real = demand._poisson
    patch.setattr(demand, "_poisson", lambda source, rng, days: real(change(source), rng, days))


def the_rate_is_off_by(percent: float) -> Fault:
    def fault(patch: pytest.MonkeyPatch) -> None:
        _demand(patch, lambda source: replace(source, per_day=source.per_day * (1 + percent / 100)))

    fault.__name__ = f"the_rate_is_{percent:g}_percent_off"
    return fault


def demand_comes_in_the_first_half_of_the_day(patch: pytest.MonkeyPatch) -> None:
    real = demand._poisson

    def squeezed(*given: Any) -> Iterator[list[int]]:
        for seconds in real(*given):
            yield [second - second % DAY + second % DAY // 2 for second in seconds]

    patch.setattr(demand, "_poisson", squeezed)


def long_stays_are_left_out(patch: pytest.MonkeyPatch) -> None:
    real = stays.StayDraws.__init__

    def init(self: stays.StayDraws, rule: Any, department: Any, streams: Streams) -> None:
        real(self, replace(rule, long_share=0.0), department, streams)

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


def _stays(patch: pytest.MonkeyPatch, change: Callable[[Stay], Stay]) -> None:
    real = stays.StayDraws.draw

    def draw(self: stays.StayDraws, size: int) -> stays.Stays:
        changed = [change(stay) for stay in each_stay(real(self, size))]
        return stays.Stays(*([stay[column] for stay in changed] for column in range(len(Stay._fields))))

    patch.setattr(stays.StayDraws, "draw", draw)


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
