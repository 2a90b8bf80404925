"""Planned and escalation beds: both open and close as time passes.

Planned beds change at midnight. Escalation beds open and close on the full hour, by the share of beds occupied.
"""

from collections.abc import Generator
from typing import Any

from simpy import Environment
from simpy.events import Event

from hospital_sim.blocks.turns import Turn
from hospital_sim.clock import DAY, HOUR, date_of
from hospital_sim.config.open_beds import planned_beds
from hospital_sim.simulation.department import Department


def change_beds(env: Environment, department: Department) -> Generator[Event, Any, None]:
    """Open and close the beds of a department: once a day, or every hour if it has escalation beds.

    The beds of a closed department stay open while patients wait.

    Args:
        env: The environment, at the beginning of a day.
        department: The department.
    """
    ward = department.ward
    is_escalated = False
    until_next = 0
    while True:
        yield Turn(env, env.now + until_next, department.at_beds_change)
        config = department.config
        planned = planned_beds(config, date_of(int(env.now)))
        extra = 0
        if config.escalation is None:
            is_escalated = False
        else:
            is_escalated = config.escalation.is_open(ward.occupied, planned, is_escalated)
            extra = config.escalation.beds if is_escalated else 0
        ward.set_open(planned + extra if department.is_open or ward.waiting_list_size else 0)
        until_next = DAY if config.escalation is None else HOUR
