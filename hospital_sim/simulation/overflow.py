"""Overflow: after a stated wait, the head of a waiting list takes a free bed of another department, as an outlier."""

from collections.abc import Sequence

from simpy import Environment
from simpy.events import Event

from hospital_sim.blocks.turns import Turn
from hospital_sim.clock import HOUR
from hospital_sim.config.parts import Overflow
from hospital_sim.simulation.department import Department, Spell, ignore_list


class OutlierRounds:
    """Sends patients from the head of a department's waiting list to other departments.

    A round sends every patient who has waited long enough, until the head has not, or no place has a free bed. So until
    a round can send someone again, the head must have just waited long enough, or be a new one who has, or a place must
    have a bed that became free and nobody waits for it. Rounds come at these moments, and at no other.

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
        self._head: Spell | None = None
        self._hours = rule.shortest_and_longest
        self._places: Sequence[Department] = ()
        self.follow(rule, places)

    def follow(self, rule: Overflow | None, places: Sequence[Department]) -> None:
        """Follow another rule from now on, also for the patients who wait already.

        Args:
            rule: The rule; None if patients no longer overflow.
            places: Departments that take them, in the order in which they are tried.
        """
        self._set_head(None)
        self._places = places
        self._department.on_list_changed = ignore_list if rule is None else self._follow_head
        self._department.outlier_places |= {place.id: place for place in places}
        if rule is not None:
            self._hours = rule.shortest_and_longest
            self._follow_head()

    def _follow_head(self) -> None:
        """Schedule a round at the second at which a new head of the list will have waited long enough, or now."""
        head, before = self._department.ward.head, self._head
        self._set_head(head)
        if head is not None and head is not before:
            due = self._second_due(head)
            if due > self._env.now:
                turn = Turn(self._env, due, self._department.at_overflow)
                turn.callbacks = [self._round]
            else:
                self._schedule_round()

    def _set_head(self, head: Spell | None) -> None:
        """Set the head of the list, and follow the room of the places only while someone waits."""
        before, self._head = self._head, head
        if before is None and head is not None:
            for place in self._places:
                place.ward.on_room.append(self._schedule_round)
        elif before is not None and head is None:
            for place in self._places:
                place.ward.on_room.remove(self._schedule_round)

    def _schedule_round(self) -> None:
        if self._is_due:
            return
        head = self._department.ward.head
        if head is not None and self._has_waited(head):
            self._is_due = True
            turn = Turn(self._env, self._env.now, self._department.at_overflow)
            turn.callbacks = [self._scheduled_round]

    def _scheduled_round(self, event: Event) -> None:
        self._is_due = False
        self._round(event)

    def _round(self, _: Event) -> None:
        ward = self._department.ward
        while (head := ward.head) is not None and self._has_waited(head):
            if not any(ward.give_head_to(place.ward) for place in self._places):
                return

    def _has_waited(self, head: Spell) -> bool:
        return self._second_due(head) <= self._env.now

    def _second_due(self, spell: Spell) -> int:
        """Return the second at which a patient will have waited long enough."""
        shortest, longest = self._hours
        hours = shortest + (longest - shortest) * spell.request.overflow
        # At least 1, because requests come after overflow in their second.
        return spell.request.second + max(round(hours * HOUR), 1)
