"""The open beds of a board are those of the simulation, whenever anything happens in a hospital."""

from collections.abc import Sequence
from math import inf

import pytest
from any_hospital import any_plans
from hospitals import RunPlan
from hypothesis import given

from hospital_sim.clock import second_of
from hospital_sim.draws.requests import Request
from hospital_sim.events import Admission, DepSnapshot, Discharge
from hospital_sim.results.board.beds_by_hour import BedUse, bed_plans, open_beds
from hospital_sim.simulation.department import Department, Spell
from hospital_sim.simulation.runner import observe

pytestmark = pytest.mark.property


class _Watcher:
    """Notes the beds of a department at each admission, at each discharge and at the end of each day.

    Attributes:
        seen: For each, the second, the department, the beds that count as open, and the numbers of those in use.
    """

    def __init__(self) -> None:
        self.seen: list[tuple[int, str, int, frozenset[int]]] = []
        self._in_use: dict[str, set[int]] = {}

    def admitted(self, spell: Spell) -> None:
        self._in_use.setdefault(spell.place.id, set()).add(spell.bed)
        self._note(spell.admitted, spell.place)

    def discharged(self, spell: Spell) -> None:
        self._in_use[spell.place.id].remove(spell.bed)
        self._note(spell.discharged, spell.place)

    def end_of_day(self, second: int, departments: Sequence[Department]) -> None:
        for department in departments:
            self._note(second, department)

    def requested(self, spell: Spell) -> None: ...

    def diverted(self, department: Department, request: Request) -> None: ...

    def start_of_day(self, second: int, departments: Sequence[Department]) -> None: ...

    def _note(self, second: int, department: Department) -> None:
        in_use = frozenset(self._in_use.get(department.id, ()))
        self.seen.append((second, department.id, department.ward.beds, in_use))


@given(any_plans())
def test_open_beds_are_those_of_the_simulation(plan: RunPlan) -> None:
    run = plan.run()
    started, events = run.record.run, run.events
    ends = {event.spell_id: event.discharge_date.timestamp() for event in events if isinstance(event, Discharge)}
    changes = {}
    for identifier, bed_plan in bed_plans(started).items():
        uses = [
            BedUse(event.bed_number, int(event.admission_date.timestamp()), ends.get(event.spell_id, inf))
            for event in events
            if isinstance(event, Admission) and event.department_id == identifier
        ]
        census = [event for event in events if isinstance(event, DepSnapshot) and event.department_id == identifier]
        changes[identifier] = open_beds(bed_plan, started, uses, census)
    watcher = _Watcher()
    observe(plan.hospital.config, started, watcher)

    for second, identifier, beds, in_use in watcher.seen:
        if second >= second_of(started.start):
            opened = next(beds for since, beds in reversed(changes[identifier]) if since <= second)
            assert opened + sum(number > opened for number in in_use) == beds, (second, identifier)
