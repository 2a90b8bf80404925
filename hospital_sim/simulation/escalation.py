"""Planned and escalation beds: both open and close as time passes.

Planned beds change at midnight. Escalation beds open and close on the full hour, by the share of beds occupied.
"""

from simpy import Environment
from simpy.events import Event

from hospital_sim.blocks.turns import Turn
from hospital_sim.clock import DAY, HOUR, date_of
from hospital_sim.config.open_beds import planned_beds
from hospital_sim.simulation.department import Department, Spell


class OpenBeds:
    """Opens and closes the beds of a department.

    A full hour is an event only if the escalation beds open or close then, or the department is closed: when a patient
    is admitted or leaves, the rule tells if the next hour will change something. The beds of a closed department stay
    open while patients wait.

    Args:
        env: The environment, at the beginning of a day.
        department: The department.
    """

    def __init__(self, env: Environment, department: Department) -> None:
        self._env = env
        self._department = department
        self._planned = 0
        self._is_escalated = self._is_watching = self._hour_is_due = False
        self._schedule_midnight(int(env.now))

    def asked(self, occupant: Spell) -> None:
        """Do nothing: a patient who waits changes no occupancy."""

    def admitted(self, occupant: Spell) -> None:
        """Look at the occupancy that an admission changes."""
        del occupant
        self._look_ahead()

    def left(self, occupant: Spell) -> None:
        """Look at the occupancy that a discharge changes."""
        del occupant
        self._look_ahead()

    def withdrew(self, occupant: Spell) -> None:
        """Do nothing: nobody leaves the list of a hospital without a bed."""

    def _schedule_midnight(self, second: int) -> None:
        turn = Turn(self._env, second, self._department.at_beds_change)
        turn.callbacks = [self._begin_day]

    def _begin_day(self, _: Event) -> None:
        now, config = int(self._env.now), self._department.config
        self._planned = planned_beds(config, date_of(now))
        if config.escalation is not None and not self._is_watching:
            self._is_watching = True
            self._department.ward.watchers.append(self)
        self._change()
        self._schedule_midnight(now + DAY)

    def _begin_hour(self, _: Event) -> None:
        self._hour_is_due = False
        self._change()

    def _change(self) -> None:
        department, rule, extra = self._department, self._department.config.escalation, 0
        ward = department.ward
        if rule is None:
            self._is_escalated = False
        else:
            self._is_escalated = rule.is_open(ward.occupied, self._planned, self._is_escalated)
            extra = rule.beds if self._is_escalated else 0
        ward.set_open(self._planned + extra if department.is_open or ward.waiting_list_size else 0)
        self._look_ahead()

    def _look_ahead(self) -> None:
        """Schedule the next full hour if it will change something; midnight is an event anyway."""
        department, rule, was_open = self._department, self._department.config.escalation, self._is_escalated
        if rule is None or self._hour_is_due:
            return
        if department.is_open and rule.is_open(department.ward.occupied, self._planned, was_open) == was_open:
            return
        hour = (int(self._env.now) // HOUR + 1) * HOUR
        if hour % DAY:
            self._hour_is_due = True
            turn = Turn(self._env, hour, department.at_beds_change)
            turn.callbacks = [self._begin_hour]
