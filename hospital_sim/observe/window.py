"""Observers that measure a hospital while it runs, without building events.

A window is the seconds from ``start`` up to, and without, ``end``. An observer is called during the whole run, warm-up
included, but counts only what happens in the window.
"""

from collections.abc import Sequence

from hospital_sim.clock import DAY
from hospital_sim.draws.requests import Request
from hospital_sim.observe.statistics import Statistics
from hospital_sim.simulation.department import Department, Spell


class DepartmentWindow:
    """Counts and integrates what happens in one department during one window.

    Integrals of patients are sums of their times, less what was before the window and plus what is open at its end. So
    an admission or a discharge appends one number.

    Args:
        department: The department, at the start of the window.
        start: First second of the window.
        end: First second after it.
    """

    __slots__ = ("_beds", "_beds_since", "_end", "_full_since", "_occupied", "_ward", "statistics")

    def __init__(self, department: Department, start: int, end: int) -> None:
        ward = department.ward
        self.statistics = Statistics(
            seconds=end - start, occupied_at_start=ward.occupied, waiting_at_start=ward.waiting_list_size
        )
        self._ward = ward
        self._end = end
        self._occupied = ward.occupied
        self._beds, self._beds_since = ward.beds, start
        self._full_since = start if self._occupied >= self._beds else None
        self._add_open_times(start, -1)
        ward.on_beds_changed.append(self._beds_changed)

    def requested(self) -> None:
        """Count a request that is not turned away."""
        self.statistics.requests += 1

    def asked_and_admitted(self, spell: Spell) -> None:
        """Count a patient who asked this department and is admitted, here or to another department."""
        self.statistics.waits.append(spell.admitted - spell.request.second)
        if spell.place is not spell.department:
            self.statistics.outliers += 1

    def occupied(self, second: int) -> None:
        """Count an occupied bed of this department."""
        self._occupied += 1
        if self._occupied >= self._beds:
            self._full_since = second

    def left(self, spell: Spell) -> None:
        """Count a patient discharged from a bed of this department."""
        seen, discharged = self.statistics, spell.discharged
        seen.stays.append(discharged - spell.admitted)
        if discharged > spell.ready:
            seen.delays.append(discharged - spell.ready)
        self._occupied -= 1
        if self._full_since is not None:
            self._end_full(discharged)
        if self._ward.beds != self._beds:
            self._set_beds(discharged)

    def diverted(self) -> None:
        """Count a request that was turned away."""
        self.statistics.requests += 1
        self.statistics.diversions += 1

    def close(self) -> Statistics:
        """End the window: count patients who are waiting or in a bed for their time within it."""
        seen, ward = self.statistics, self._ward
        ward.on_beds_changed.remove(self._beds_changed)
        self._set_beds(self._end)
        self._end_full(self._end)
        self._add_open_times(self._end, 1)
        seen.queue_seconds += sum(seen.waits)
        seen.occupied_bed_seconds += sum(seen.stays)
        seen.delayed_bed_seconds += sum(seen.delays)
        seen.admissions, seen.discharges = len(seen.waits), len(seen.stays)
        seen.occupied_at_end, seen.waiting_at_end = ward.occupied, ward.waiting_list_size
        return seen

    def _add_open_times(self, second: int, sign: int) -> None:
        """Add to the integrals, or take from them, the times that have not ended."""
        seen, ward = self.statistics, self._ward
        for spell in ward.waiting:
            seen.queue_seconds += sign * (second - spell.request.second)
        for spell in ward.pool.occupants:
            seen.occupied_bed_seconds += sign * (second - spell.admitted)
            seen.delayed_bed_seconds += sign * max(0, second - spell.ready)

    def _beds_changed(self) -> None:
        """Count a change of the open beds; ``left`` handles a bed that closes as its patient leaves."""
        self._set_beds(int(self._ward.env.now))

    def _set_beds(self, second: int) -> None:
        self.statistics.open_bed_seconds += self._beds * (second - self._beds_since)
        self._beds, self._beds_since = self._ward.beds, second
        self._end_full(second)
        if self._occupied >= self._beds:
            self._full_since = second

    def _end_full(self, second: int) -> None:
        if self._full_since is not None and self.statistics.full_seconds is not None:
            self.statistics.full_seconds += second - self._full_since
        self._full_since = None


class WindowObserver:
    """Measures every department of a hospital over one window.

    Memory grows by at most three whole numbers for each patient, because exact percentiles need every time.

    Args:
        start: First second of the window, the beginning of a day.
        end: First second after it, the beginning of a later day.

    Attributes:
        statistics: Statistics of each department by its identifier; empty until the window has ended.
    """

    def __init__(self, start: int, end: int) -> None:
        if not start < end or start % DAY or end % DAY:
            raise ValueError(f"end: the window must be one or more whole days, not the seconds {start} to {end}")
        self._start, self._end = start, end
        self._windows: dict[str, DepartmentWindow] = {}
        self.statistics: dict[str, Statistics] = {}

    def requested(self, spell: Spell) -> None:
        """Count a request."""
        if self._windows:
            self._windows[spell.department.id].requested()

    def admitted(self, spell: Spell) -> None:
        """Count an admission."""
        if self._windows:
            self._windows[spell.department.id].asked_and_admitted(spell)
            self._windows[spell.place.id].occupied(spell.admitted)

    def discharged(self, spell: Spell) -> None:
        """Count a discharge."""
        if self._windows:
            self._windows[spell.place.id].left(spell)

    def diverted(self, department: Department, request: Request) -> None:
        """Count a request that was turned away."""
        del request
        if self._windows:
            self._windows[department.id].diverted()

    def start_of_day(self, second: int, departments: Sequence[Department]) -> None:
        """Begin the window on its first day."""
        if second == self._start:
            self._windows = {
                department.id: DepartmentWindow(department, self._start, self._end) for department in departments
            }

    def end_of_day(self, second: int, departments: Sequence[Department]) -> None:
        """End the window on its last day."""
        del departments
        if second == self._end - 1:
            self.statistics = {name: window.close() for name, window in self._windows.items()}
            self._windows = {}


class DailyObserver(WindowObserver):
    """Measures the patients present on each day, in a bed or waiting for one: each day is a window.

    Attributes:
        present: Patient-seconds of each day, by department.
    """

    def __init__(self) -> None:
        super().__init__(0, DAY)
        self.present: dict[str, list[int]] = {}

    def start_of_day(self, second: int, departments: Sequence[Department]) -> None:
        """Begin the window of a day."""
        self._start, self._end = second, second + DAY
        super().start_of_day(second, departments)

    def end_of_day(self, second: int, departments: Sequence[Department]) -> None:
        """Keep the patient-seconds of the day."""
        super().end_of_day(second, departments)
        for name, seen in self.statistics.items():
            self.present.setdefault(name, []).append(seen.occupied_bed_seconds + seen.queue_seconds)
