"""Ledgers of departments: every request, admission and discharge to the second, for checks without tolerance.

The same quantities are taken in two ways, from the ward as it changes and from the spells of its patients, so that a
study can compare them exactly.
"""

from collections import Counter
from collections.abc import Sequence

from hospital_sim.observe.window import WindowObserver
from hospital_sim.simulation.department import Department, Spell


class Integral:
    """Integrates the occupied beds and the waiting list of a ward over time, by the ward's own counts.

    Args:
        department: Department whose ward is watched from now on.
        start: First second of the window.

    Attributes:
        bed_seconds: Integral of the occupied beds.
        queue_seconds: Integral of the waiting list.
        idle_seconds: Seconds in which a bed was free while a patient waited.
    """

    def __init__(self, department: Department, start: int) -> None:
        self._ward = department.ward
        self._last = self._start = start
        self.bed_seconds = self.queue_seconds = self.idle_seconds = 0
        self._state = self._now()
        self._ward.watchers.append(self)

    def asked(self, _: Spell) -> None:
        """Integrate up to a change."""
        self.advance(int(self._ward.env.now))

    admitted = withdrew = asked

    def left(self, spell: Spell) -> None:
        """Integrate up to a change."""
        self.asked(spell)

    def advance(self, second: int) -> None:
        """Integrate over the time since the last change, and keep the present state."""
        passed = max(second - max(self._last, self._start), 0)
        occupied, waiting, is_free = self._state
        self.bed_seconds += passed * occupied
        self.queue_seconds += passed * waiting
        self.idle_seconds += passed * (is_free and waiting > 0)
        self._last, self._state = second, self._now()

    def _now(self) -> tuple[int, int, bool]:
        return self._ward.occupied, self._ward.waiting_list_size, self._ward.pool.has_free_bed


class Ledger:
    """The calls of an observer for one department, in their order.

    Args:
        department: The department.
        start: First second of the window of the integrals.

    Attributes:
        requested: Spells in the order of their requests.
        admitted: Each admission: the spell and the second of the call.
        discharged: Each discharge: the spell and the second of the call.
        integral: Integrals by the ward's own counts.
        mistakes: Number of days on which beds or the waiting list do not add up.
    """

    def __init__(self, department: Department, start: int) -> None:
        self._department = department
        self.requested: list[Spell] = []
        self.admitted: list[tuple[Spell, int]] = []
        self.discharged: list[tuple[Spell, int]] = []
        self.integral = Integral(department, start)
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
            self.ledgers = {department.id: Ledger(department, self._start) for department in departments}
        for ledger in self.ledgers.values():
            ledger.start_of_day()
        super().start_of_day(second, departments)

    def end_of_day(self, second: int, departments: Sequence[Department]) -> None:
        """Check that the day adds up."""
        for ledger in self.ledgers.values():
            ledger.end_of_day()
            ledger.integral.advance(second + 1)
        super().end_of_day(second, departments)


def _overlap(begin: int, finish: int, start: int, end: int) -> int:
    return max(0, min(finish, end) - max(begin, start))
