"""Follows every patient and every bed of a department, to the second, for what must hold without exception."""

from collections import Counter
from collections.abc import Sequence

from hospital_sim.observe.window import WindowObserver
from hospital_sim.simulation.department import Department, Spell


class Integral:
    """Integrates over time how many beds are occupied and how many patients wait, as the ward itself says.

    Args:
        department: The department, whose ward it watches from now on.
        start: First second of the window.

    Attributes:
        bed_seconds: Integral of the occupied beds.
        queue_seconds: Integral of the waiting list.
        idle_seconds: Seconds in which a bed was free and somebody waited.
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

    admitted = left = withdrew = asked

    def advance(self, second: int) -> None:
        """Integrate what has been since the last change, and note what is now."""
        passed = max(second - max(self._last, self._start), 0)
        occupied, waiting, is_free = self._state
        self.bed_seconds += passed * occupied
        self.queue_seconds += passed * waiting
        self.idle_seconds += passed * (is_free and waiting > 0)
        self._last, self._state = second, self._now()

    def _now(self) -> tuple[int, int, bool]:
        return self._ward.occupied, self._ward.waiting_list_size, self._ward.pool.has_free_bed


class Ledger:
    """What an observer is told of one department, in the order in which it is told.

    Args:
        department: The department.
        start: First second of the window of the integrals.

    Attributes:
        asked: The spells, in the order of their requests.
        admitted: Spells and seconds of admission.
        left: Spells and seconds of discharge.
        integral: What the ward itself says.
        mistakes: Days on which beds or the waiting list do not add up.
    """

    def __init__(self, department: Department, start: int) -> None:
        self._department = department
        self.asked: list[Spell] = []
        self.admitted: list[tuple[Spell, int]] = []
        self.left: list[tuple[Spell, int]] = []
        self.integral = Integral(department, start)
        self.mistakes = 0
        self._before = self._state()
        self._today: Counter[str] = Counter()

    def tell(self, kind: str) -> int:
        """Count one more of today's requests, admissions or discharges; return the second."""
        self._today[kind] += 1
        return int(self._department.ward.env.now)

    def start_of_day(self) -> None:
        """Compare with the end of the day before."""
        self.mistakes += self._state() != self._before
        self._today.clear()

    def end_of_day(self) -> None:
        """Compare with the start of the day and what has happened since."""
        occupied, waiting = self._before
        today = self._today
        occupied += today["admitted"] - today["left"]
        waiting += today["asked"] - today["admitted"]
        self._before = self._state()
        self.mistakes += self._before != (occupied, waiting)

    def overlaps(self, start: int, end: int) -> tuple[int, int]:
        """Return the sum over patients of the seconds in a bed, and of those on the waiting list, within a window."""
        beds = sum(_overlap(spell.admitted, second, start, end) for spell, second in self.left)
        gone = Counter(spell for spell, _ in self.left)
        inside = Counter(spell for spell, _ in self.admitted) - gone
        beds += sum(_overlap(spell.admitted, end, start, end) for spell in inside.elements())
        waits = sum(_overlap(spell.request.second, second, start, end) for spell, second in self.admitted)
        waiting = Counter(self.asked) - Counter(spell for spell, _ in self.admitted)
        return beds, waits + sum(_overlap(spell.request.second, end, start, end) for spell in waiting.elements())

    def _state(self) -> tuple[int, int]:
        ward = self._department.ward
        return ward.occupied, ward.waiting_list_size


class Follower(WindowObserver):
    """Measures a window as the library does, and keeps a ledger of every department beside it.

    Args:
        start: First second of the window.
        end: The second after its last.

    Attributes:
        ledgers: One for each department.
    """

    def __init__(self, start: int, end: int) -> None:
        super().__init__(start, end)
        self._first = start
        self.ledgers: list[Ledger] = []

    def requested(self, spell: Spell) -> None:
        """Keep a request."""
        super().requested(spell)
        ledger = self.ledgers[spell.department.position]
        ledger.tell("asked")
        ledger.asked.append(spell)

    def admitted(self, spell: Spell) -> None:
        """Keep an admission."""
        super().admitted(spell)
        ledger = self.ledgers[spell.department.position]
        ledger.admitted.append((spell, ledger.tell("admitted")))

    def discharged(self, spell: Spell) -> None:
        """Keep a discharge."""
        super().discharged(spell)
        ledger = self.ledgers[spell.department.position]
        ledger.left.append((spell, ledger.tell("left")))

    def start_of_day(self, second: int, departments: Sequence[Department]) -> None:
        """Begin the ledgers on the first day; check the others."""
        if not self.ledgers:
            self.ledgers = [Ledger(department, self._first) for department in departments]
        for ledger in self.ledgers:
            ledger.start_of_day()
        super().start_of_day(second, departments)

    def end_of_day(self, second: int, departments: Sequence[Department]) -> None:
        """Check that the day adds up."""
        for ledger in self.ledgers:
            ledger.end_of_day()
            ledger.integral.advance(second + 1)
        super().end_of_day(second, departments)


def _overlap(begin: int, finish: int, start: int, end: int) -> int:
    return max(0, min(finish, end) - max(begin, start))
