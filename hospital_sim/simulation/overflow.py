"""Overflow: after a stated wait, the head of a waiting list takes a free bed of another department, as an outlier."""

from collections.abc import Sequence

from simpy import Environment
from simpy.events import Event

from hospital_sim.blocks.turns import Turn
from hospital_sim.clock import HOUR
from hospital_sim.config.parts import Overflow
from hospital_sim.simulation.department import Department, Spell


class OutlierRounds:
    """Sends patients from the head of a department's waiting list to other departments.

    A round sends every patient who has waited long enough, until the head has not, or no place has a free bed. Rounds
    come when a patient has just waited long enough, and after each round of admissions in the department or a place,
    because the head or the free beds may then be others: at most one of these in a second.

    Args:
        env: The environment.
        department: The department whose patients are sent.
        places: Departments that take them, in the order in which they are tried.
        rule: The rule of the configuration.
    """

    def __init__(self, env: Environment, department: Department, places: Sequence[Department], rule: Overflow) -> None:
        self._env = env
        self._department = department
        self._is_due = False
        self._followed: set[Department] = set()
        self.follow(rule, places)

    def follow(self, rule: Overflow | None, places: Sequence[Department]) -> None:
        """Follow another rule from now on, also for the patients who wait already.

        Args:
            rule: The rule; None if patients no longer overflow.
            places: Departments that take them, in the order in which they are tried.
        """
        self._places = places
        # At least 1, because requests come after overflow in their second.
        self._after = max(round(rule.after_hours * HOUR), 1) if rule is not None else 0
        self._department.on_waiting = None if rule is None else self._schedule_patient
        self._department.outlier_places |= {place.id: place for place in places}
        for place in (self._department, *places):
            if place not in self._followed:
                self._followed.add(place)
                place.ward.on_round.append(self._schedule_round)
        for spell in self._department.ward.waiting if rule is not None else ():
            self._schedule_patient(spell)

    def _schedule_patient(self, spell: Spell) -> None:
        due = max(spell.request.second + self._after, int(self._env.now))
        turn = Turn(self._env, due, self._department.at_overflow)
        turn.callbacks = [self._round]

    def _schedule_round(self) -> None:
        if not self._is_due and self._department.ward.waiting_list_size:
            self._is_due = True
            turn = Turn(self._env, self._env.now, self._department.at_overflow)
            turn.callbacks = [self._scheduled_round]

    def _scheduled_round(self, event: Event) -> None:
        self._is_due = False
        self._round(event)

    def _round(self, _: Event) -> None:
        ward = self._department.ward
        while (head := ward.head) is not None and self._env.now - head.request.second >= self._after:
            if not any(ward.give_head_to(place.ward) for place in self._places):
                return
