"""SimPy, at the rate at which patients arrive.

``Environment.process`` puts the start and the end of a process into the queue of events, which costs as much as what a
patient does between them. A process that is started here runs to its first event before this call returns, and its end
is an event only if somebody waits for it. In all else it is the process that it would be.
"""

import math
from collections.abc import Callable, Generator
from heapq import heappop, heappush
from typing import Any

from msgspec import Struct
from simpy import Environment
from simpy.core import SimTime
from simpy.events import PENDING, Event, Process


class _Begin(Event):
    """An event that has just succeeded: what a process sees when it starts."""

    def __init__(self) -> None:
        self._ok = True
        self._value = None


_BEGIN = _Begin()


class StartedProcess(Process):
    """A process that has run to its first event when it is made.

    Args:
        env: The environment.
        coroutine: What to run.
    """

    def __init__(self, env: Environment, coroutine: Generator[Event, Any, object]) -> None:
        self.env = env
        self.callbacks = []
        self._generator = coroutine
        self._value = PENDING
        starter = env._active_proc
        self._target = _BEGIN
        self._resume(_BEGIN)
        env._active_proc = starter

    def _resume(self, event: Event) -> None:
        """Run on until the coroutine waits for an event that is still to come, or ends."""
        if not event._ok:
            super()._resume(event)
            return
        env = self.env
        env._active_proc = self
        try:
            target = self._generator.send(event._value)
        except StopIteration as end:
            self._ended(end.value)
        except BaseException as error:
            self._ok = False
            self._value = error.with_traceback(error.__traceback__ and error.__traceback__.tb_next)
            env.schedule(self)
        else:
            self._target = target
            try:
                target.callbacks.append(self._resume)
            except AttributeError:
                self._go_on(target)
        env._active_proc = None

    def _go_on(self, target: Event) -> None:
        """Go on at once after an event that has been processed; after any number of them without recursion."""
        if not isinstance(target, Event):
            raise TypeError(f"{self._generator} yielded {target!r}, which is not an event")
        super()._resume(target)

    def _ended(self, value: object) -> None:
        self._ok = True
        self._value = value
        self._target = None  # type: ignore[assignment]
        if self.callbacks:
            self.env.schedule(self)
        else:
            # Nobody waits: whoever asks later finds a process that has ended.
            self.callbacks = None  # type: ignore[assignment]


def start(coroutine: Generator[Event, Any, object]) -> None:
    """Run a coroutine that waits for events which succeed, and for which nobody waits, from now on.

    It is not a process: it cannot be waited for or interrupted. That is all that a hospital's own coroutines need.

    Args:
        coroutine: What to run; it yields events that are still to come.
    """
    try:
        next(coroutine).callbacks.append(_Runner(coroutine.send))
    except StopIteration:
        return


class _Runner(Struct, eq=False):
    """What an event calls to go on with a coroutine."""

    send: Callable[[object], Event]

    def __call__(self, event: Event) -> None:
        try:
            self.send(event._value).callbacks.append(self)
        except StopIteration:
            return


class Clockwork(Environment):
    """An environment that runs up to a time, and not a moment of it."""

    _end: SimTime = -math.inf

    def skip_to(self, time: SimTime) -> bool:
        """Go on to a time at once if nothing else is due until then, and it with it; tell whether it was so.

        A coroutine that has nothing to do until the time need not wait for an event that would be the next.

        Args:
            time: The time, not before now.
        """
        queue = self._queue
        if time >= self._end or (queue and queue[0][0] <= time):
            return False
        self._now = time
        return True

    def run_to(self, end: SimTime) -> None:
        """Process every event before a time; none of those that are due at it.

        Args:
            end: The time, not before now.
        """
        self._end = end
        queue = self._queue
        while queue:
            entry = heappop(queue)
            now, _, _, event = entry
            if now >= end:
                heappush(queue, entry)
                break
            self._now = now
            callbacks, event.callbacks = event.callbacks, None  # type: ignore[assignment]
            for callback in callbacks:
                callback(event)
            if not event._ok and not hasattr(event, "_defused"):
                raise event._value
        self._now = end
