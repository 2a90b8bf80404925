"""Overflow: after a stated wait, the head of a queue takes a free bed of another department, as an outlier."""

from collections.abc import Sequence

from simpy import Environment
from simpy.events import Event

from hospital_sim.blocks.turns import Turn
from hospital_sim.clock import HOUR
from hospital_sim.config.parts import Overflow
from hospital_sim.simulation.department import Department, Spell


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
