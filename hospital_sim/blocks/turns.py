"""Turns: events that come at a given time, in a given place among the events of that time."""

from heapq import heappush

from simpy import Environment
from simpy.core import SimTime
from simpy.events import NORMAL, Event, EventPriority

AFTER_ALL = EventPriority(NORMAL + 1)
"""The priority of what comes after everything else that is due at a time, in a model without an order of its own."""


class Turn(Event):
    """An event that comes at a time, when its priority has its turn.

    Args:
        env: The environment.
        time: When: now or later.
        priority: When within that time.
    """

    def __init__(self, env: Environment, time: SimTime, priority: EventPriority) -> None:
        self.env = env
        self.callbacks = []
        heappush(env._queue, (time, priority, next(env._eid), self))

    _ok = True
    _value = None
