"""Planned changes of beds, at the beginning of a day, and escalation beds, looked at on every full hour."""

from collections.abc import Generator
from typing import Any

from simpy import Environment
from simpy.events import Event

from hospital_sim.blocks.turns import Turn
from hospital_sim.clock import DAY, HOUR, date_of
from hospital_sim.config.open_beds import planned_beds
from hospital_sim.config.parts import Escalation
from hospital_sim.simulation.department import Department


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
