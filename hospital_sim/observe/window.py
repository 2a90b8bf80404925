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

    Args:
        department: The department, at the start of the window.
        start: First second of the window.
        end: First second after it.
    """

    __slots__ = ("_beds", "_end", "_last", "_occupied", "_start", "_ward", "statistics")

    def __init__(self, department: Department, start: int, end: int) -> None:
        ward = department.ward
        self.statistics = Statistics(
            seconds=end - start, occupied_at_start=ward.occupied, waiting_at_start=ward.waiting_list_size
        )
        self._ward = ward
        self._start = self._last = start
        self._end = end
        self._occupied = ward.occupied
        self._beds = ward.beds
        ward.on_beds_changed.append(self._beds_changed)

    def requested(self) -> None:
        """Count a request that is not turned away."""
        self.statistics.requests += 1

    def asked_and_admitted(self, spell: Spell) -> None:
        """Count a patient who asked this department and is admitted, here or to another department."""
        seen, request = self.statistics, spell.request.second
        seen.admissions += 1
        seen.outliers += spell.place is not spell.department
        seen.waits.append(spell.admitted - request)
        seen.queue_seconds += spell.admitted - max(request, self._start)

    def occupied(self, second: int) -> None:
        """Count an occupied bed of this department."""
        self._advance(second)
        self._occupied += 1

    def left(self, spell: Spell) -> None:
        """Count a patient discharged from a bed of this department."""
        seen, ready, discharged = self.statistics, spell.ready, spell.discharged
        self._advance(discharged)
        self._occupied -= 1
        self._beds = self._ward.beds
        seen.discharges += 1
        seen.stays.append(discharged - spell.admitted)
        if discharged > ready:
            seen.delays.append(discharged - ready)
            seen.delayed_bed_seconds += discharged - max(ready, self._start)

    def diverted(self) -> None:
        """Count a request that was turned away."""
        self.statistics.requests += 1
        self.statistics.diversions += 1

    def close(self) -> Statistics:
        """End the window: count patients who are waiting or in a bed for their time within it."""
        self._advance(self._end)
        seen, ward = self.statistics, self._ward
        ward.on_beds_changed.remove(self._beds_changed)
        for spell in ward.waiting:
            seen.queue_seconds += self._end - max(spell.request.second, self._start)
        for spell in ward.pool.occupants:
            seen.delayed_bed_seconds += max(0, self._end - max(spell.ready, self._start))
        seen.occupied_at_end, seen.waiting_at_end = ward.occupied, ward.waiting_list_size
        return seen

    def _advance(self, second: int) -> None:
        """Integrate over the time since the last change."""
        passed, seen = second - self._last, self.statistics
        if passed:
            seen.occupied_bed_seconds += self._occupied * passed
            seen.open_bed_seconds += self._beds * passed
            if self._occupied >= self._beds and seen.full_seconds is not None:
                seen.full_seconds += passed
            self._last = second

    def _beds_changed(self) -> None:
        """Integrate up to a change of the open beds; ``left`` handles a bed that closes as its patient leaves."""
        self._advance(int(self._ward.env.now))
        self._beds = self._ward.beds


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
