"""A started process behaves like a process of SimPy; a clockwork stops just before a time."""

from collections.abc import Callable, Generator
from typing import Any

import pytest
import simpy
from hypothesis import given, settings
from hypothesis import strategies as st
from simpy.events import Event, Process

from hospital_sim.blocks.processes import Clockwork, StartedProcess, start

pytestmark = pytest.mark.unit

Steps = Generator[Event, Any, object]
Make = Callable[[simpy.Environment, Steps], Process]
Step = tuple[str, int, int]

PROCESSES, EVENTS = 4, 3
OVER = "all is over"
KINDS = ("sleep", "wait", "fire", "break", "join", "interrupt", "either", "both", "crash", "end", "spawn")

steps = st.tuples(
    st.sampled_from(KINDS + ("sleep", "wait", "fire", "join") * 2), st.integers(0, PROCESSES - 1), st.integers(0, 3)
)
programs = st.lists(st.lists(steps, max_size=8), min_size=PROCESSES, max_size=PROCESSES)


class Model:
    """Processes that sleep, wait for events and each other, and interrupt each other; and what each saw."""

    def __init__(self, make: Make, programs: list[list[Step]]) -> None:
        self.env = simpy.Environment()
        self.make = make
        self.events = [self.env.event() for _ in range(EVENTS)]
        self.seen: list[list[tuple[float, str, object]]] = [[] for _ in programs]
        self.processes: list[Process] = []
        for number, program in enumerate(programs):
            self.processes.append(make(self.env, self._live(number, program)))
        self.end = self._run()

    def _run(self) -> tuple[str, float]:
        try:
            self.env.run(until=200)
        except Exception as error:
            return f"{type(error).__name__}({error})", self.env.now
        return OVER, self.env.now

    def _live(self, number: int, program: list[Step]) -> Steps:
        # Each acts at moments of its own: the end of a process that nobody waits for comes earlier in its moment.
        pause = (0.0011, 0.0013, 0.0017, 0.0019)[number]
        for kind, which, amount in [*program, ("sleep", 0, 0)]:
            try:
                yield self.env.timeout(pause)
                value = yield from self._do(number, kind, which, amount)
            except simpy.Interrupt as interrupt:
                value = ("interrupted", interrupt.cause)
            except (ArithmeticError, LookupError) as error:
                value = ("failed", type(error).__name__, str(error), str(error.__cause__))
            self.seen[number].append((self.env.now, kind, value))
            if value == "end":
                return (number, self.env.now)
            if value == "crash":
                raise LookupError(f"{number} at {self.env.now}")
        return "done"

    def _do(self, number: int, kind: str, which: int, amount: int) -> Generator[Event, Any, object]:
        event, other = self.events[which % EVENTS], self.processes[which]
        if kind == "sleep":
            return (yield self.env.timeout(amount, value=amount))
        if kind == "wait":
            return (yield event)
        if kind == "either":
            return len((yield event | self.env.timeout(amount)))
        if kind == "both":
            return len((yield other & self.env.timeout(amount)))
        if kind == "join":
            return (yield other)
        if kind == "spawn":
            return (yield self.make(self.env, self._child(amount)))
        if kind in ("fire", "break") and not event.triggered:
            return str(type(event.succeed(number) if kind == "fire" else event.fail(ArithmeticError(number))))
        if kind == "interrupt":
            return self._interrupt(number, other)
        return kind

    def _child(self, amount: int) -> Steps:
        # It takes its time: the end of one that is over at once is the one thing that comes earlier in its moment.
        yield self.env.timeout(amount + 1 / 64)
        if amount == 1:
            raise LookupError("did not live")
        return amount

    def _interrupt(self, number: int, other: Process) -> object:
        try:
            other.interrupt(number)
        except RuntimeError as error:
            return "itself" if other is self.env.active_process else str(error).rpartition("has ")[2]
        return other.is_alive

    @property
    def story(self) -> list[object]:
        """What each process saw before the moment at which all ended."""
        return [[entry for entry in seen if entry[0] < self.end[1]] for seen in self.seen]

    @property
    def state(self) -> list[object]:
        """How each process ended, unless all ended in the middle of a moment."""
        if self.end[0] != OVER:
            return []
        return [(each.is_alive, each.triggered, each.ok if each.triggered else None) for each in self.processes]


@settings(max_examples=3 * settings.default.max_examples)
@given(programs)
def test_behaves_like_a_process_of_simpy(programs: list[list[Step]]) -> None:
    ours, theirs = Model(StartedProcess, programs), Model(lambda env, steps: env.process(steps), programs)

    assert ours.end == theirs.end
    assert ours.story == theirs.story
    assert ours.state == theirs.state


def _fails(env: simpy.Environment, after: float) -> Steps:
    if after:
        yield env.timeout(after)
    raise LookupError("no bed")


class TestStartedProcess:
    def test_runs_to_its_first_event_at_once_and_leaves_its_creator_active(self) -> None:
        env = simpy.Environment()
        log: list[object] = []

        def child() -> Steps:
            log.append(env.active_process)
            yield env.timeout(1)

        def parent() -> Steps:
            yield env.timeout(1)
            log.extend((StartedProcess(env, child()), env.active_process))

        first = StartedProcess(env, child())
        assert (log, first.is_alive, env.active_process) == ([first], True, None)
        process = env.process(parent())
        env.run()
        assert log == [first, log[2], log[2], process]

    def test_that_has_ended_gives_its_value_to_a_process_that_waits_later(self) -> None:
        env = simpy.Environment()

        def child() -> Steps:
            return "value"
            yield env.timeout(0)

        def parent(child: Process) -> Steps:
            first = yield child
            both = yield child & env.timeout(1, "later")
            return [first, *both.values()]

        process = StartedProcess(env, parent(StartedProcess(env, child())))

        assert env.run(until=process) == ["value", "value", "later"]
        assert env.now == 1

    @pytest.mark.parametrize("after", [0, 1])
    def test_raises_its_error_unless_a_waiting_process_handles_it(self, after: float) -> None:
        env = simpy.Environment()

        def takes(process: Process) -> Steps:
            try:
                yield process
            except LookupError as error:
                return str(error)

        process = StartedProcess(env, _fails(env, after))
        with pytest.raises(LookupError, match="no bed"):
            env.run()
        assert process.ok is False
        taken = env.process(takes(StartedProcess(env, _fails(env, after))))
        assert env.run(until=taken) == "no bed"

    def test_goes_on_at_once_after_any_number_of_events_that_are_over(self) -> None:
        env = simpy.Environment()
        over = env.timeout(0, "value")
        env.run(until=1)

        def runs() -> Steps:
            values = []
            for _ in range(5000):
                values.append((yield over))
            yield env.timeout(1)
            return len(values)

        assert env.run(until=StartedProcess(env, runs())) == 5000

    def test_that_yields_no_event_raises_a_type_error(self) -> None:
        env = simpy.Environment()

        def runs() -> Steps:
            yield 5  # type: ignore[misc]

        with pytest.raises((TypeError, RuntimeError), match="yielded 5"):
            StartedProcess(env, runs())


class TestStart:
    def test_an_error_in_it_is_not_hidden(self) -> None:
        env = simpy.Environment()
        start(_fails(env, 1))
        with pytest.raises(LookupError, match="no bed"):
            env.run()


class TestClockwork:
    def test_runs_every_event_before_a_time_and_none_at_it(self) -> None:
        env = Clockwork(initial_time=10)
        log: list[float] = []

        def ticks() -> Steps:
            while True:
                yield env.timeout(1)
                log.append(env.now)

        StartedProcess(env, ticks())
        env.run_to(13)
        assert (log, env.now) == ([11, 12], 13)
        env.run_to(13)
        assert (log, env.now) == ([11, 12], 13)
        env.run_to(15)
        assert (log, env.now) == ([11, 12, 13, 14], 15)

    def test_stops_at_a_failure_that_nothing_handles(self) -> None:
        env = Clockwork()

        def handles() -> Steps:
            with pytest.raises(LookupError, match="no bed"):
                yield StartedProcess(env, _fails(env, 0.5))

        StartedProcess(env, handles())
        StartedProcess(env, _fails(env, 1))
        with pytest.raises(LookupError, match="no bed"):
            env.run_to(5)
        assert env.now == 1
        env.run_to(7)
        assert env.now == 7, "ends at the time, also if no event remains"


@pytest.mark.parametrize(
    ("due", "skips"),
    [
        (4, [(2, True, 2), (3, True, 3), (4, False, 3), (9, False, 3), (10, False, 3)]),
        (20, [(10, False, 1), (9.5, True, 9.5), (10, False, 9.5)]),
    ],
)
def test_a_clockwork_skips_to_a_time_only_if_nothing_is_due_until_then_and_before_the_time_that_it_runs_to(
    due: float, skips: list[tuple[float, bool, float]]
) -> None:
    env = Clockwork()
    skipped: list[tuple[float, bool, float]] = []

    def skipper() -> Steps:
        yield env.timeout(1)
        for time, *_ in skips:
            skipped.append((time, env.skip_to(time), env.now))

    env.process(skipper())
    env.timeout(due)
    assert not env.skip_to(1), "nothing runs yet"
    env.run_to(10)

    assert (skipped, env.now) == (skips, 10)
