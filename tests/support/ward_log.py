"""An observer that notes the seconds of each spell, warm-up included."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from hospital_sim import HospitalConfig
from hospital_sim.draws.requests import Request
from hospital_sim.simulation.department import Department, Spell
from hospital_sim.simulation.runner import observe, plan_run


class Passage(NamedTuple):
    """One patient's seconds."""

    requested: int
    admitted: int
    ready: int
    discharged: int


class WardLog:
    """Notes what happens in a hospital, by department.

    Attributes:
        admitted_at: The second of admission by the ordinal of the request among those of the department.
        passages: All seconds of those who have left, by that ordinal.
    """

    def __init__(self) -> None:
        self.admitted_at: dict[str, dict[int, int]] = defaultdict(dict)
        self.passages: dict[str, dict[int, Passage]] = defaultdict(dict)
        self._ordinals: dict[Spell, int] = {}
        self._asked: Counter[str] = Counter()

    def requested(self, spell: Spell) -> None:
        assert (spell.place, spell.bed, spell.admitted) == (spell.department, 0, 0)
        assert (spell.ready, spell.discharged) == (0, 0)
        name = spell.department.id
        self._ordinals[spell] = self._asked[name]
        self._asked[name] += 1

    def admitted(self, spell: Spell) -> None:
        self.admitted_at[spell.department.id][self._ordinals[spell]] = spell.admitted

    def discharged(self, spell: Spell) -> None:
        passage = Passage(spell.request.second, spell.admitted, spell.ready, spell.discharged)
        self.passages[spell.department.id][self._ordinals.pop(spell)] = passage

    def diverted(self, department: Department, request: Request) -> None:
        self._asked[department.id] += 1

    def start_of_day(self, second: int, departments: Sequence[Department]) -> None:
        """Take no note."""

    def end_of_day(self, second: int, departments: Sequence[Department]) -> None:
        """Take no note."""


def watch(config: HospitalConfig, start: date, end: date, seed: int) -> WardLog:
    """Run a hospital and return what was seen."""
    log = WardLog()
    observe(config, plan_run(config, start, end, seed), log)
    return log
