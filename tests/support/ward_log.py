"""An observer that notes the seconds of each spell and the census, warm-up included."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import date

from fifo_oracle import Passage

from hospital_sim import HospitalConfig
from hospital_sim.draws.requests import Request
from hospital_sim.simulation.department import Department, Spell
from hospital_sim.simulation.runner import observe, plan_run


class WardLog:
    """Notes what happens in a hospital, by department.

    Attributes:
        admitted_at: The second of admission by the ordinal of the request among those of the department.
        passages: All seconds of those who have left, by that ordinal.
        turned_away: The requests that were turned away.
        census: The beds occupied at the end of each day.
        queue: The patients waiting at the end of each day.
    """

    def __init__(self) -> None:
        self.admitted_at: dict[str, dict[int, int]] = defaultdict(dict)
        self.passages: dict[str, dict[int, Passage]] = defaultdict(dict)
        self._ordinals: dict[Spell, int] = {}
        self._asked: Counter[str] = Counter()
        self.turned_away: dict[str, list[Request]] = defaultdict(list)
        self.census: dict[str, list[int]] = defaultdict(list)
        self.queue: dict[str, list[int]] = defaultdict(list)

    def requested(self, spell: Spell) -> None:
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
        self.turned_away[department.id].append(request)

    def start_of_day(self, second: int, departments: Sequence[Department]) -> None:
        """Take no note: it is the end of the day before."""

    def end_of_day(self, second: int, departments: Sequence[Department]) -> None:
        for department in departments:
            self.census[department.id].append(department.ward.pool.occupied)
            self.queue[department.id].append(department.ward.waiting_list_size)


def watch(config: HospitalConfig, start: date, end: date, seed: int) -> WardLog:
    """Run a hospital and return what was seen."""
    log = WardLog()
    observe(config, plan_run(config, start, end, seed), log)
    return log
