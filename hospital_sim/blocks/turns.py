"""Turns: SimPy events that come at a given time, ordered by priority among the events of that time.

A ``Turn`` is a timeout with a priority. It has already succeeded and has no value, so a process can wait for it, or a
callback can be added to it::

    yield Turn(env, env.now, AFTER_ALL)      # go on after everything else that is due now
"""

from heapq import heappush

from simpy import Environment
from simpy.core import SimTime
from simpy.events import NORMAL, Event, EventPriority

AFTER_ALL = EventPriority(NORMAL + 1)
"""Priority after all events that SimPy itself schedules at a time: of admissions from waiting lists."""

AFTER_ADMISSIONS = EventPriority(AFTER_ALL + 1)
"""Priority of patients who lose their patience: a bed that is free at that time is theirs."""

AT_THE_END = EventPriority(AFTER_ALL + 2)
"""Priority of what looks at the state at a time, such as the samples of a census."""


class Turn(Event):
    """An event at a time and with a priority.

    Args:
        env: The environment.
        time: Time of the event, not before now.
        priority: Order among the events of that time: the lowest first, equal ones in the order of scheduling.
    """

    def __init__(self, env: Environment, time: SimTime, priority: EventPriority) -> None:
        self.env = env
        self.callbacks = []
        heappush(env._queue, (time, priority, next(env._eid), self))

    _ok = True
    _value = None
