"""Runs the real coroutines on hand-made requests, and notes each change in order."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from hospitals import department

from hospital_sim.blocks.processes import Clockwork, start
from hospital_sim.config import DepartmentConfig
from hospital_sim.draws.requests import Request
from hospital_sim.simulation.department import Department, Spell
from hospital_sim.simulation.order import Order
from hospital_sim.simulation.spells import arrivals, census


class Seen(NamedTuple):
    """Something that happened.

    Attributes:
        second: When.
        what: ``"SOD"``, ``"EOD"``, ``"admitted"``, ``"discharged"`` or ``"diverted"``.
        where: The department; for a census all of them.
        who: Ordinal of the request; for a census, for each department the beds occupied and the patients waiting.
        bed: Number of the bed; 0 where there is none.
    """

    second: int
    what: str
    where: str
    who: int | tuple[tuple[int, int], ...]
    bed: int = 0


class Asked(NamedTuple):
    """A request: when, and for how long the bed will be held."""

    second: int
    stay: int
    delay: int = 0


def ward(identifier: str, beds: int, when_full: str = "wait") -> DepartmentConfig:
    """Return a department of a number of beds."""
    return department(identifier, beds=beds, when_full=when_full)


class _Notes:
    """An observer that notes every call."""

    def __init__(self, env: Clockwork, ordinals: dict[int, int]) -> None:
        self._env = env
        self._ordinals = ordinals
        self.seen: list[Seen] = []

    def requested(self, spell: Spell) -> None:
        """Take no note: what becomes of it is noted."""
        assert (spell.place, spell.bed, spell.admitted, spell.ready) == (spell.department, 0, 0, 0)

    def admitted(self, spell: Spell) -> None:
        assert spell.admitted == self._env.now
        self._note("admitted", spell.department.id, self._ordinals[id(spell.request)], spell.bed)

    def discharged(self, spell: Spell) -> None:
        assert spell.discharged == self._env.now
        self._note("discharged", spell.department.id, self._ordinals[id(spell.request)], spell.bed)

    def diverted(self, department: Department, request: Request) -> None:
        self._note("diverted", department.id, self._ordinals[id(request)])

    def start_of_day(self, second: int, departments: Sequence[Department]) -> None:
        self._census("SOD", second, departments)

    def end_of_day(self, second: int, departments: Sequence[Department]) -> None:
        self._census("EOD", second, departments)

    def _census(self, kind: str, second: int, departments: Sequence[Department]) -> None:
        assert second == self._env.now
        present = tuple((entry.ward.pool.occupied, entry.ward.waiting_list_size) for entry in departments)
        self._note(kind, "", present)

    def _note(self, what: str, where: str, who: int | tuple[tuple[int, int], ...], bed: int = 0) -> None:
        self.seen.append(Seen(int(self._env.now), what, where, who, bed))


def drive(wards: Iterable[tuple[DepartmentConfig, Sequence[Asked]]], *until: int) -> list[Seen]:
    """Run departments on hand-made requests, stopping at each of some seconds, and return what happened.

    Args:
        wards: Each department with its requests, in order of their seconds from the beginning of a day.
        until: Where to stop on the way; what happens in the last of these seconds is not part of it.
    """
    requests_by_ward = [(config, [_request(each, config) for each in asked]) for config, asked in wards]
    env = Clockwork()
    ordinals = {id(request): ordinal for _, requests in requests_by_ward for ordinal, request in enumerate(requests)}
    notes, order = _Notes(env, ordinals), Order(len(requests_by_ward))
    departments = []
    for position, (config, requests) in enumerate(requests_by_ward):
        entry = Department(env, config, position, order)
        departments.append(entry)
        start(arrivals(env, entry, requests, notes))
    start(census(env, departments, order, notes))
    for second in until:
        env.run_to(second)
    return notes.seen


def _request(asked: Asked, ward: DepartmentConfig) -> Request:
    return Request(
        second=asked.second,
        length=asked.stay,
        delay=asked.delay,
        turnaround=0,
        destination="19",
        delay_reason="capacity" if asked.delay else None,
        admission_method="21",
        returning=1.0,
        pick=0.0,
        when_full=ward.when_full,
    )
