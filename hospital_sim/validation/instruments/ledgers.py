"""Ledgers of departments: every request, admission and discharge to the second, for checks without tolerance.

A study compares them with the counts of the ward and with the statistics of the library.
"""

from collections import Counter
from collections.abc import Sequence

from hospital_sim.observe.window import WindowObserver
from hospital_sim.simulation.department import Department, Spell


class Ledger:
    """The calls of an observer for one department, in their order.

    Args:
        department: The department.

    Attributes:
        requested: Spells in the order of their requests.
        admitted: Each admission: the spell and the second of the call.
        discharged: Each discharge: the spell and the second of the call.
        mistakes: Number of days on which beds or the waiting list do not add up.
    """

    def __init__(self, department: Department) -> None:
        self._department = department
        self.requested: list[Spell] = []
        self.admitted: list[tuple[Spell, int]] = []
        self.discharged: list[tuple[Spell, int]] = []
        self.mistakes = 0
        self._before = self._state()
        self._today: Counter[str] = Counter()

    def count(self, kind: str) -> int:
        """Count a request, an admission or a discharge of today; return the present second."""
        self._today[kind] += 1
        return int(self._department.ward.env.now)

    def start_of_day(self) -> None:
        """Compare with the end of the day before."""
        self.mistakes += self._state() != self._before
        self._today.clear()

    def end_of_day(self) -> None:
        """Compare with the start of the day and the counts of the day."""
        occupied, waiting = self._before
        today = self._today
        occupied += today["admitted"] - today["discharged"]
        waiting += today["requested"] - today["admitted"]
        self._before = self._state()
        self.mistakes += self._before != (occupied, waiting)

    def overlaps(self, start: int, end: int) -> tuple[int, int]:
        """Return the seconds in a bed and on the waiting list within a window, each summed over the patients."""
        beds = sum(_overlap(spell.admitted, second, start, end) for spell, second in self.discharged)
        in_bed = Counter(spell for spell, _ in self.admitted) - Counter(spell for spell, _ in self.discharged)
        beds += sum(_overlap(spell.admitted, end, start, end) for spell in in_bed.elements())
        waits = sum(_overlap(spell.request.second, second, start, end) for spell, second in self.admitted)
        waiting = Counter(self.requested) - Counter(spell for spell, _ in self.admitted)
        return beds, waits + sum(_overlap(spell.request.second, end, start, end) for spell in waiting.elements())

    def _state(self) -> tuple[int, int]:
        ward = self._department.ward
        return ward.occupied, ward.waiting_list_size


class LedgerObserver(WindowObserver):
    """Measures a window as the library does, and also keeps a ledger of every department.

    Args:
        start: First second of the window.
        end: First second after it.

    Attributes:
        ledgers: Ledger of each department by its identifier.
    """

    def __init__(self, start: int, end: int) -> None:
        super().__init__(start, end)
        self.ledgers: dict[str, Ledger] = {}

    def requested(self, spell: Spell) -> None:
        """Keep a request."""
        super().requested(spell)
        ledger = self.ledgers[spell.department.id]
        ledger.count("requested")
        ledger.requested.append(spell)

    def admitted(self, spell: Spell) -> None:
        """Keep an admission."""
        super().admitted(spell)
        ledger = self.ledgers[spell.department.id]
        ledger.admitted.append((spell, ledger.count("admitted")))

    def discharged(self, spell: Spell) -> None:
        """Keep a discharge."""
        super().discharged(spell)
        ledger = self.ledgers[spell.department.id]
        ledger.discharged.append((spell, ledger.count("discharged")))

    def start_of_day(self, second: int, departments: Sequence[Department]) -> None:
        """Begin the ledgers on the first day; check them on later days."""
        if not self.ledgers:
            self.ledgers = {department.id: Ledger(department) for department in departments}
        for ledger in self.ledgers.values():
            ledger.start_of_day()
        super().start_of_day(second, departments)

    def end_of_day(self, second: int, departments: Sequence[Department]) -> None:
        """Check that the day adds up."""
        for ledger in self.ledgers.values():
            ledger.end_of_day()
        super().end_of_day(second, departments)


def _overlap(begin: int, finish: int, start: int, end: int) -> int:
    return max(0, min(finish, end) - max(begin, start))
