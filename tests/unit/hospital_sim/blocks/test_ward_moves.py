"""A patient who moves to another ward holds the bed until there is one."""

from collections.abc import Generator
from typing import Any

import pytest
import simpy
from simpy.events import Event

from hospital_sim import Ward

pytestmark = pytest.mark.unit

Steps = Generator[Event, Any, None]


class TestMove:
    def _move(self, env: simpy.Environment, acute: Ward, rehab: Ward, log: list[Any], name: str, stay: float) -> Steps:
        with (yield from acute.admit(name)) as place:
            yield env.timeout(stay)
            yield from place.move_to(rehab)
            log.append((env.now, name, place.ward.name, place.bed, place.asked, place.admitted))
            yield env.timeout(10)

    def test_holds_the_bed_until_there_is_one_in_the_other_ward(self) -> None:
        env = simpy.Environment()
        acute, rehab = Ward(env, "acute", beds=1), Ward(env, "rehab", beds=1)
        log: list[Any] = []
        for name in "abc":
            env.process(self._move(env, acute, rehab, log, name, 2))

        env.run(until=7)
        assert (acute.occupied, rehab.occupied, acute.waiting_list_size, rehab.waiting_list_size) == (1, 1, 1, 1)
        env.run()

        assert log == [
            (2, "a", "rehab", 1, 2, 2),
            (12, "b", "rehab", 1, 4, 12),
            (22, "c", "rehab", 1, 14, 22),
        ]
        assert (acute.occupied, rehab.occupied, env.now) == (0, 0, 32)

    def test_that_is_interrupted_leaves_the_list_there_and_the_bed_here(self) -> None:
        env = simpy.Environment()
        acute, rehab = Ward(env, "acute", beds=2), Ward(env, "rehab", beds=1)
        log: list[Any] = []
        env.process(self._move(env, acute, rehab, log, "a", 1))
        waits = env.process(self._move(env, acute, rehab, log, "b", 2))

        env.run(until=3)
        assert rehab.waiting_list_size == 1
        waits.interrupt()
        with pytest.raises(simpy.Interrupt):
            env.run()
        env.run()

        assert (acute.occupied, rehab.occupied, rehab.waiting_list_size) == (0, 0, 0)
        assert [entry[1] for entry in log] == ["a"]

    def test_that_is_interrupted_can_go_on_in_the_bed_held(self) -> None:
        env = simpy.Environment()
        acute, rehab = Ward(env, "acute", beds=1), Ward(env, "rehab", beds=0, capacity=1)

        def stays() -> Steps:
            with (yield from acute.admit("a")) as place:
                try:
                    yield from place.move_to(rehab)
                except simpy.Interrupt:
                    assert (place.ward, place.bed) == (acute, 1)
                yield env.timeout(5)

        process = env.process(stays())
        env.run(until=1)
        process.interrupt()
        env.run(until=2)

        assert (acute.occupied, rehab.waiting_list_size) == (1, 0)
        env.run()
        assert (acute.occupied, env.now) == (0, 6)
