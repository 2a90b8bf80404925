"""Beds and their waiting list in any environment, in any unit of time."""

import math
from collections.abc import Generator
from types import SimpleNamespace
from typing import Any

import pytest
import simpy
from hypothesis import given
from hypothesis import strategies as st
from simpy.events import Event

from hospital_sim.blocks.census import Census
from hospital_sim.blocks.processes import StartedProcess
from hospital_sim.blocks.wards import Stay, Ward

pytestmark = pytest.mark.unit

Steps = Generator[Event, Any, None]


class Model:
    """A ward of two beds, or some, and a log of who was admitted when and where."""

    def __init__(self, beds: int = 2, capacity: int | None = None) -> None:
        self.env = simpy.Environment()
        self.ward = Ward(self.env, "ward", beds=beds, capacity=capacity)
        self.log: list[tuple[float, str, int | None]] = []

    def patient(self, name: str, at: float, stay: float) -> Steps:
        yield self.env.timeout(at)
        with (yield from self.ward.admit(name)) as bed:
            self.log.append((self.env.now, name, bed.bed))
            yield self.env.timeout(stay)

    def start(self, name: str, at: float = 0, stay: float = 10) -> simpy.Process:
        return self.env.process(self.patient(name, at, stay))

    @property
    def free(self) -> int:
        return self.ward.beds - self.ward.occupied


def test_patients_take_the_lowest_free_bed_and_wait_in_the_order_of_asking() -> None:
    model = Model()
    for name, at, stay in (("a", 0, 3.5), ("b", 0.5, 1), ("c", 1, 2), ("d", 1, 1), ("e", 2, 1)):
        model.start(name, at, stay)
    model.env.run()

    assert model.log == [(0, "a", 1), (0.5, "b", 2), (1.5, "c", 2), (3.5, "d", 1), (3.5, "e", 2)]
    assert (model.free, model.ward.waiting_list_size, model.env.now) == (2, 0, 4.5)


@pytest.mark.parametrize("before", [0, 4])
def test_nobody_overtakes_even_at_the_moment_at_which_a_bed_becomes_free(before: float) -> None:
    model = Model(beds=1)
    model.start("first", 0, 5)
    model.start("waits", 1, 1)

    def newcomer() -> Steps:
        # Whether the bed is left before or after this one asks at 5: of two events the older comes first.
        yield model.env.timeout(before)
        yield from model.patient("newcomer", 5 - before, 1)

    model.env.process(newcomer())
    model.env.run()

    assert model.log == [(0, "first", 1), (5, "waits", 1), (6, "newcomer", 1)]


def test_a_patient_who_is_interrupted_at_the_moment_of_getting_a_bed_gives_it_to_the_next() -> None:
    model = Model(beds=1)
    model.start("a", 0, 5)
    waits = model.start("b", 1, 1)
    model.start("c", 2, 1)

    def interrupt(stay: Stay) -> None:
        # After the bed was given and before the patient can know.
        if stay.patient == "b":
            waits.interrupt()

    others = dict.fromkeys(("asked", "left", "withdrew"), lambda _: None)
    model.ward.watchers.append(SimpleNamespace(admitted=interrupt, **others))
    with pytest.raises(simpy.Interrupt):
        model.env.run()
    model.env.run()

    assert model.log == [(0, "a", 1), (5, "c", 1)]
    assert (model.free, model.ward.waiting_list_size, model.env.now) == (1, 0, 6)


def test_an_error_within_the_stay_frees_the_bed_and_is_not_hidden() -> None:
    model = Model(beds=1)

    def falls_ill() -> Steps:
        with (yield from model.ward.admit("ill")):
            yield model.env.timeout(1)
            raise ArithmeticError("fell ill")

    model.env.process(falls_ill())
    model.start("next", 0.5, 1)
    with pytest.raises(ArithmeticError, match="fell ill"):
        model.env.run()
    model.env.run()

    assert model.log == [(1, "next", 1)]
    assert model.free == 1


def test_a_stay_that_is_left_early_leaves_its_bed_once() -> None:
    model = Model(beds=1)

    def leaves_early() -> Steps:
        with (yield from model.ward.admit("early")) as stay:
            yield model.env.timeout(1)
            stay.leave()
            stay.leave()
            assert stay.bed is None
            yield model.env.timeout(5)

    model.env.process(leaves_early())
    model.start("next", 0.5, 100)
    model.env.run(until=20)

    assert model.log == [(1, "next", 1)]
    assert model.ward.occupied == 1


class TestPatience:
    """One bed, held by the first patient from 0 to 5; the others come at 1, 2, 3, …"""

    def _run(self, *patiences: float | None) -> list[tuple[str, float, int | None]]:
        """Return each patient with the time of the admission, or of leaving without a bed, and the bed."""
        model = Model(beds=1)
        model.start("first", 0, 5)
        seen: list[tuple[str, float, int | None]] = []

        def comes(name: str, at: float, patience: float | None) -> Steps:
            yield model.env.timeout(at)
            with (yield from model.ward.admit(name, patience=patience)) as stay:
                seen.append((name, model.env.now, stay.bed))
                assert (stay.admitted is None) == (stay.bed is None)
                if stay.bed is not None:
                    yield model.env.timeout(1)

        for number, patience in enumerate(patiences, 1):
            model.env.process(comes("abcdef"[number - 1], number, patience))
        model.env.run()
        assert (model.free, model.ward.waiting_list_size) == (1, 0)
        assert model.env.now < 100
        return seen

    @pytest.mark.parametrize(
        ("patiences", "seen"),
        [
            ((3.9,), [("a", 4.9, None)]),
            ((4,), [("a", 5, 1)]),
            ((0, 9), [("a", 1, None), ("b", 5, 1)]),
            ((None, 1, math.inf), [("b", 3, None), ("a", 5, 1), ("c", 6, 1)]),
            ((9, 4, 3), [("a", 5, 1), ("b", 6, 1), ("c", 6, None)]),
        ],
    )
    def test_ends_a_wait_without_a_bed_and_the_others_move_up(
        self, patiences: tuple[float | None, ...], seen: list[tuple[str, float, int | None]]
    ) -> None:
        assert self._run(*patiences) == seen

    def test_of_a_patient_who_was_interrupted_ends_nothing(self) -> None:
        model = Model(beds=1)
        model.start("first", 0, 5)

        def waits() -> Steps:
            yield model.env.timeout(1)
            with pytest.raises(simpy.Interrupt):
                yield from model.ward.admit("waits", patience=3)

        process = StartedProcess(model.env, waits())
        model.env.run(until=2)
        process.interrupt()
        model.env.run()

        assert (model.free, model.ward.waiting_list_size) == (1, 0)

    def test_is_counted_by_a_census_as_the_end_of_a_wait(self) -> None:
        model = Model(beds=1)
        census = Census(model.env, model.ward, every=1)
        model.start("first", 0, 5)

        def waits() -> Steps:
            yield model.env.timeout(1)
            yield from model.ward.admit("waits", patience=3)

        model.env.process(waits())
        model.env.run(until=6)

        (row,) = census.summary()
        assert (row["admitted"], row["queue"], row["longest_queue"]) == (1, 0.5, 1)
        assert census.samples(model.ward)["waiting"] == [1, 1, 1, 0, 0]

    @pytest.mark.parametrize("patience", [-1, math.nan])
    def test_below_0_is_refused(self, patience: float) -> None:
        with pytest.raises(ValueError, match=f"patience: must be at least 0, not {patience}"):
            next(Model().ward.admit("patient", patience=patience))


class TestBedsThatOpen:
    def test_go_to_the_head_of_the_list(self) -> None:
        model = Model(beds=1, capacity=3)
        for name in "abcd":
            model.start(name, 0, 10)
        model.env.run(until=3)
        model.ward.set_open(3)
        model.env.run(until=4)

        assert model.log == [(0, "a", 1), (3, "b", 2), (3, "c", 3)]
        assert model.ward.waiting_list_size == 1

    @pytest.mark.parametrize("beds", [-1, 3])
    def test_more_than_there_is_space_for_or_fewer_than_none_are_refused(self, beds: int) -> None:
        with pytest.raises(ValueError, match=f"beds: must be between 0 and the capacity of 2, not {beds}"):
            Model(beds=2).ward.set_open(beds)
        with pytest.raises(ValueError, match=f"beds: must be between 0 and the capacity of 2, not {beds}"):
            Model(beds=beds, capacity=2)


arrivals = st.lists(st.tuples(st.integers(0, 20), st.integers(0, 8), st.integers(0, 12)), min_size=1, max_size=25)
changes = st.lists(st.tuples(st.integers(0, 25), st.integers(0, 4)), max_size=4)


@given(arrivals, changes, st.integers(1, 4), st.sampled_from([0.25, 1, 60]), st.booleans(), st.booleans())
def test_a_ward_behaves_whatever_happens(
    patients: list[tuple[int, int, int]],
    changes: list[tuple[int, int]],
    beds: int,
    unit: float,
    started: bool,
    are_patient: bool,
) -> None:
    """Patients come at (first), stay for (second), and leave or are sent away if they still wait after (third)."""
    env = simpy.Environment()
    ward = Ward(env, "ward", beds=beds, capacity=4)
    asked: list[int] = []
    admitted: list[int] = []
    gone: set[int] = set()
    in_bed: set[int] = set()

    def stays(number: int, stay: int, patience: int) -> Steps:
        asked.append(number)
        try:
            with (yield from ward.admit(number, patience=patience * unit if are_patient else None)) as bed:
                if bed.bed is None:
                    assert env.now == bed.asked + patience * unit
                    assert are_patient
                    gone.add(number)
                    return
                admitted.append(number)
                assert bed.bed not in in_bed
                in_bed.add(bed.bed)
                yield env.timeout(stay * unit)
                in_bed.remove(bed.bed)
        except simpy.Interrupt:
            gone.add(number)

    def comes(number: int, at: int, stay: int, patience: int) -> Steps:
        # In two steps: so that those who ask at a moment come before or after those who leave at it.
        yield env.timeout(at * unit / 2)
        yield env.timeout(at * unit / 2)
        steps = stays(number, stay, patience)
        process = StartedProcess(env, steps) if started else env.process(steps)
        yield env.timeout(patience * unit)
        if not are_patient and process.is_alive and number not in admitted:
            process.interrupt()

    def opens(at: int, open_: int) -> Steps:
        yield env.timeout(at * unit)
        ward.set_open(open_)

    for number, patient in enumerate(patients):
        env.process(comes(number, *patient))
    for change in changes:
        env.process(opens(*change))
    env.process(opens(100, 4))
    while env.peek() < float("inf"):
        env.step()
        assert 0 <= ward.occupied <= ward.beds <= 4

    assert sorted([*admitted, *gone]) == sorted(asked) == list(range(len(patients)))
    assert admitted == [number for number in asked if number not in gone]
    assert (ward.occupied, ward.waiting_list_size, ward.beds) == (0, 0, 4)
    assert sorted(ward.pool._free) == [1, 2, 3, 4]
