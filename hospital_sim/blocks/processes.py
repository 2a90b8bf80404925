"""Faster SimPy processes: one starts at once, and its end is scheduled only if something waits for it.

``Environment.process`` schedules the start and the end of each process as events, which cost as much as all that a
patient does in between. A ``StartedProcess`` saves both; otherwise it is a SimPy process. ``start`` runs a coroutine
without a process, and ``Clockwork`` is an environment for models that run day by day.
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
    """An event that has succeeded: resumes a process that starts."""

    def __init__(self) -> None:
        self._ok = True
        self._value = None


_BEGIN = _Begin()


class StartedProcess(Process):
    """A process that runs to its first event as soon as it is created.

    Use it in place of ``env.process``::

        def source():
            while True:
                yield env.timeout(1)
                StartedProcess(env, patient())

    Args:
        env: The environment.
        coroutine: The generator to run.
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
        """Run the coroutine until it waits for a future event, or ends."""
        if not event._ok:
            super()._resume(event)
            return
        env = self.env
        env._active_proc = self
        try:
            target = self._generator.send(event._value)
        except StopIteration as end:
            self._end_with(end.value)
        except BaseException as error:
            self._ok = False
            self._value = error.with_traceback(error.__traceback__ and error.__traceback__.tb_next)
            env.schedule(self)
        else:
            self._target = target
            try:
                target.callbacks.append(self._resume)
            except AttributeError:
                self._resume_after(target)
        env._active_proc = None

    def _resume_after(self, target: Event) -> None:
        """Resume at once after an event that was already processed; SimPy does so without recursion."""
        if not isinstance(target, Event):
            raise TypeError(f"{self._generator} yielded {target!r}, which is not an event")
        super()._resume(target)

    def _end_with(self, value: object) -> None:
        self._ok = True
        self._value = value
        self._target = None  # type: ignore[assignment]
        if self.callbacks:
            self.env.schedule(self)
        else:
            # Nothing waits, so the process is already processed for anything that waits for it later.
            self.callbacks = None  # type: ignore[assignment]


def start(coroutine: Generator[Event, Any, object]) -> None:
    """Run a coroutine from now on, without a process.

    Nothing can wait for it or interrupt it, and its events must succeed. A hospital's own coroutines need no more.

    Args:
        coroutine: The generator to run; it yields future events only.
    """
    try:
        next(coroutine).callbacks.append(_Runner(coroutine.send))
    except StopIteration:
        return


class _Runner(Struct, eq=False):
    """Callback of an event: resumes a coroutine."""

    send: Callable[[object], Event]

    def __call__(self, event: Event) -> None:
        try:
            self.send(event._value).callbacks.append(self)
        except StopIteration:
            return


class Clockwork(Environment):
    """An environment that stops just before a given time."""

    _end: SimTime = -math.inf

    def skip_to(self, time: SimTime) -> bool:
        """Set the clock to a time if no event is due up to and including it; return True if none was.

        A coroutine need not wait for an event that would be the next one anyway.

        Args:
            time: The time, not before now.
        """
        queue = self._queue
        if time >= self._end or (queue and queue[0][0] <= time):
            return False
        self._now = time
        return True

    def run_to(self, end: SimTime) -> None:
        """Process every event before a time, and none that is due at it.

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
