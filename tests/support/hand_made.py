"""Hand-made requests through the real coroutines, with a note of everything in the order in which it happens."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple

from hospitals import department
from simpy import Environment

from hospital_sim import DepartmentConfig
from hospital_sim.demand import Request
from hospital_sim.identity import Identity
from hospital_sim.order import Order
from hospital_sim.patients import PatientRegister
from hospital_sim.processes import Department, Spell, arrivals, census
from hospital_sim.stays import Stay
from hospital_sim.streams import Streams

BEGINNING = date(1970, 1, 1)


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
    """An observer that notes all it is told."""

    def __init__(self, env: Environment) -> None:
        self._env = env
        self.seen: list[Seen] = []

    def admitted(self, spell: Spell) -> None:
        assert spell.admitted == self._env.now
        self._note("admitted", spell.department.config.id, spell.request.ordinal, spell.bed)

    def discharged(self, spell: Spell) -> None:
        assert spell.discharged == self._env.now
        self._note("discharged", spell.department.config.id, spell.request.ordinal, spell.bed)

    def diverted(self, department: Department, request: Request) -> None:
        self._note("diverted", department.config.id, request.ordinal)

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


def drive(wards: Iterable[tuple[DepartmentConfig, Sequence[Asked]]], *until: int, seed: int = 0) -> list[Seen]:
    """Run departments on hand-made requests, stopping at each of some seconds, and return what happened.

    Args:
        wards: Each department with its requests, in order of their seconds from the beginning of a day.
        until: Where to stop on the way; what happens in the last of these seconds is not part of it.
        seed: Seed of who the patients are.
    """
    given = list(wards)
    env = Environment()
    notes, order = _Notes(env), Order(len(given))
    departments = []
    for position, (config, asked) in enumerate(given):
        identity = Identity(seed, "crowd", config.id)
        patients = PatientRegister(config, Streams(seed, "crowd", config.id), identity)
        entry = Department(env, config, identity, patients, position, order)
        departments.append(entry)
        requests = [_request(ordinal, each) for ordinal, each in enumerate(asked)]
        env.process(arrivals(env, entry, requests, notes))
    env.process(census(env, departments, order, notes))
    for second in until:
        env.run(until=second)
    return notes.seen


def _request(ordinal: int, asked: Asked) -> Request:
    reason = "capacity" if asked.delay else None
    return Request(ordinal, asked.second, Stay(asked.stay, asked.delay, "19", reason), "21", 1.0, 0.0)
