"""How a hospital's beds answer to pressure: planned changes, escalation beds, outliers.

Planned changes take effect at the beginning of a day. Escalation beds are looked at on every full hour. An outlier is
the head of a queue that has waited long enough and is sent to a free bed of another department.
"""

from collections.abc import Generator, Sequence
from typing import Any

from simpy import Environment
from simpy.events import Event

from hospital_sim.clock import DAY, HOUR, date_of
from hospital_sim.config.open_beds import planned_beds
from hospital_sim.config.parts import Escalation, Overflow
from hospital_sim.coroutines import start
from hospital_sim.order import Turn
from hospital_sim.processes import Department, Spell


def change_beds(env: Environment, department: Department) -> Generator[Event, Any, None]:
    """Open and close the beds of a department, as planned and under pressure.

    Args:
        env: The environment, at the beginning of a day.
        department: Whose beds.
    """
    config, ward = department.config, department.ward
    pause = DAY if config.escalation is None else HOUR
    escalated = False
    until_next = 0
    while True:
        yield Turn(env, env.now + until_next, department.at_beds_change)
        planned = planned_beds(config, date_of(int(env.now)))
        extra = 0
        if config.escalation is not None:
            escalated = _is_escalated(config.escalation, ward.occupied, planned, escalated)
            extra = config.escalation.beds if escalated else 0
        ward.set_open(planned + extra)
        until_next = pause


def _is_escalated(rule: Escalation, occupied: int, planned: int, before: bool) -> bool:
    """Tell whether escalation beds are to be open, given whether they were."""
    if before:
        return occupied >= rule.close_below * planned
    return occupied > rule.open_above * planned


class OutlierRounds:
    """Sends the head of a department's queue to another department, once it has waited long enough.

    A round is held when a patient has waited that long, when another patient becomes the head, and when a bed becomes
    free where an outlier may go; at most one in a second.

    Args:
        env: The environment.
        department: Whose queue.
        places: Where its patients may go, in the order in which they are tried.
        rule: When.
    """

    def __init__(self, env: Environment, department: Department, places: Sequence[Department], rule: Overflow) -> None:
        self._env = env
        self._department = department
        self._places = places
        # A request comes last in its second: the next is the first in which its patient can go anywhere.
        self._after = max(round(rule.after_hours * HOUR), 1)
        self._is_due = False
        department.on_waiting = self._patient_waits
        department.outlier_places = {place.config.id: place for place in places}
        for each in (department, *places):
            each.ward.on_round.append(self._call_round)

    def _patient_waits(self, _: Spell) -> None:
        turn = Turn(self._env, self._env.now + self._after, self._department.at_overflow)
        turn.callbacks = [self._round]

    def _call_round(self) -> None:
        if not self._is_due and self._department.ward.waiting_list_size:
            self._is_due = True
            turn = Turn(self._env, self._env.now, self._department.at_overflow)
            turn.callbacks = [self._called_round]

    def _called_round(self, event: Event) -> None:
        self._is_due = False
        self._round(event)

    def _round(self, _: Event) -> None:
        ward = self._department.ward
        while (head := ward.head) is not None and self._env.now - head.request.second >= self._after:
            if not any(ward.give_head_to(place.ward) for place in self._places):
                return


def connect(env: Environment, departments: Sequence[Department]) -> None:
    """Start what answers to pressure in the departments of a hospital.

    Args:
        env: The environment, at the beginning of a day.
        departments: The departments, in order.
    """
    by_id = {department.config.id: department for department in departments}
    for department in departments:
        config = department.config
        if config.bed_change or config.escalation is not None:
            start(change_beds(env, department))
        if config.overflow is not None:
            OutlierRounds(env, department, [by_id[name] for name in config.overflow.to], config.overflow)
