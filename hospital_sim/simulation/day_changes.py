"""Changes of a hospital from a day on: departments open, close, and get other configurations.

A change comes in the first second of its day, before the census. Patients who wait or are in a bed keep their draws. A
closed department takes no more requests. It treats the patients who wait, then its beds close as patients leave, and
the census counts it until the end of the day on which it is empty.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import partial
from itertools import pairwise

from simpy import Environment

from hospital_sim.clock import second_of
from hospital_sim.config import DepartmentConfig
from hospital_sim.config.changes import Timeline, turnaround_name
from hospital_sim.simulation.department import Department
from hospital_sim.simulation.discharge_profile import discharge_clock
from hospital_sim.simulation.escalation import OpenBeds
from hospital_sim.simulation.overflow import OutlierRounds


class Changes:
    """Connects the departments of a hospital, and changes them on the days of its changes.

    Args:
        env: The environment, at the beginning of a day.
        departments: The departments.
        timelines: The timeline of each department, by identifier.
    """

    def __init__(self, env: Environment, departments: Sequence[Department], timelines: Mapping[str, Timeline]) -> None:
        self._env = env
        self._timelines = timelines
        self._by_id = {department.id: department for department in departments}
        self._changing: list[Department] = []
        self._due: defaultdict[int, list[tuple[Department, DepartmentConfig | None]]] = defaultdict(list)
        self._with_bed_changes: set[Department] = set()
        self._rounds: dict[Department, OutlierRounds] = {}
        for department in departments:
            changes = [
                (first, after) for (_, before), (first, after) in pairwise(timelines[department.id]) if after != before
            ]
            for first, config in changes:
                self._due[second_of(first)].append((department, config))
            if changes:
                self._changing.append(department)
            if department.is_open:
                self._connect(department)

    def begin_day(self, second: int) -> None:
        """Apply the changes of a day.

        Args:
            second: First second of the day.
        """
        due = self._due.pop(second, ())
        for department, config in due:
            if config is None:
                self._close(department)
            else:
                self._change(department, config)
        # Connected last, because overflow may go to a department that opens on the same day.
        for department, _ in due:
            self._change_beds_daily(department)
            self._connect(department)
        for department in self._changing:
            ward = department.ward
            if ward.pool.highest <= department.config.bed_spaces:
                department.bed_spaces = department.config.bed_spaces
            department.is_counted = department.is_open or bool(ward.occupied or ward.waiting_list_size)

    def _change(self, department: Department, config: DepartmentConfig) -> None:
        department.config, department.is_open = config, True
        department.bed_spaces = max(department.bed_spaces, config.bed_spaces)
        department.clock = discharge_clock(config)
        department.turnaround_name = turnaround_name(self._timelines[department.id], config)

    def _close(self, department: Department) -> None:
        department.is_open = False
        department.ward.on_room.append(partial(_close_free_beds, department))

    def _connect(self, department: Department) -> None:
        """Start the changes of beds and the overflow that the configuration of a department asks for."""
        config = department.config
        if config.bed_change or config.escalation is not None:
            self._change_beds_daily(department)
        places = [self._by_id[name] for name in config.overflow.to] if config.overflow else []
        if department in self._rounds:
            self._rounds[department].follow(config.overflow, places)
        elif config.overflow is not None:
            self._rounds[department] = OutlierRounds(self._env, department, places, config.overflow)

    def _change_beds_daily(self, department: Department) -> None:
        if department not in self._with_bed_changes:
            self._with_bed_changes.add(department)
            OpenBeds(self._env, department)


def _close_free_beds(department: Department) -> None:
    if not department.is_open:
        department.ward.set_open(0)
