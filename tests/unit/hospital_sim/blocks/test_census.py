"""A census weights by time: its figures agree with figures worked out by hand."""

from collections.abc import Generator
from typing import Any

import numpy as np
import pytest
import simpy
from hypothesis import given
from hypothesis import strategies as st
from simpy.events import Event

from hospital_sim import Census, Ward

pytestmark = pytest.mark.unit

Steps = Generator[Event, Any, None]


class Model:
    """A ward and patients who come at a time and stay for a time."""

    def __init__(self, beds: int, capacity: int | None = None, start: float = 0) -> None:
        self.env = simpy.Environment(initial_time=start)
        self.ward = Ward(self.env, "ward", beds=beds, capacity=capacity)

    def comes(self, *patients: tuple[float, float]) -> None:
        for at, stay in patients:
            self.env.process(self._stays(at - self.env.now, stay))

    def _stays(self, after: float, stay: float) -> Steps:
        yield self.env.timeout(after)
        with (yield from self.ward.admit("patient")):
            yield self.env.timeout(stay)


def _row(census: Census) -> dict[str, Any]:
    (row,) = census.summary()
    return row


def test_figures_are_weighted_by_time() -> None:
    model = Model(beds=2)
    census = Census(model.env, model.ward)
    # Beds: one from 1, two from 2 to 5, one from 5 to 6 ... the third waits from 3 to 5, the fourth from 4 to 6.
    model.comes((1, 4), (2, 4), (3, 3), (4, 1))
    model.env.run(until=10)

    assert census.summary().title == "Census"
    assert _row(census) == {
        "ward": "ward",
        "beds": 2,
        "occupied": pytest.approx((1 + 2 * 5 + 1) / 10),
        "occupancy": pytest.approx(12 / 20),
        "queue": pytest.approx((1 + 2 + 1) / 10),
        "longest_queue": 2,
        "admitted": 4,
        "left": 4,
        "wait_mean": pytest.approx(1.0),
        "wait_p50": pytest.approx(1.0),
        "wait_p90": pytest.approx(2.0),
    }


def test_it_counts_from_when_it_is_attached_and_up_to_when_it_is_asked() -> None:
    model = Model(beds=1, start=100)
    model.comes((101, 4), (102, 10))
    model.env.run(until=103)
    census = Census(model.env, model.ward)

    assert _row(census)["occupied"] is None
    model.env.run(until=105.5)
    row = _row(census)
    assert (row["occupied"], row["queue"]) == (pytest.approx(1), pytest.approx(2 / 2.5))
    assert (row["admitted"], row["left"], row["wait_mean"]) == (1, 1, 3)
    model.env.run(until=120)
    row = _row(census)
    assert (row["occupied"], row["queue"]) == (pytest.approx(12 / 17), pytest.approx(2 / 17))


def test_an_empty_ward_has_no_figures() -> None:
    model = Model(beds=3)
    census = Census(model.env, model.ward)
    model.env.run(until=4)

    row = _row(census)
    assert (row["occupied"], row["occupancy"], row["queue"], row["admitted"], row["left"]) == (0, 0, 0, 0, 0)
    assert (row["wait_mean"], row["wait_p50"], row["wait_p90"]) == (None, None, None)


def test_who_leaves_the_list_without_a_bed_is_in_the_queue_until_then_and_no_admission() -> None:
    model = Model(beds=1)
    census = Census(model.env, model.ward)
    model.comes((0, 10))

    def leaves() -> Steps:
        yield model.env.timeout(2)
        with pytest.raises(simpy.Interrupt):
            yield from model.ward.admit("impatient")

    process = model.env.process(leaves())
    model.env.run(until=4)
    process.interrupt()
    model.env.run(until=8)

    row = _row(census)
    assert (row["queue"], row["longest_queue"], row["admitted"]) == (pytest.approx(2 / 8), 1, 1)


class TestSamples:
    def test_are_taken_after_all_else_of_their_time(self) -> None:
        model = Model(beds=1)
        census = Census(model.env, model.ward, every=2)
        # At 2 the first leaves and the second takes the bed; at 4 the second leaves and two more come, for no time.
        model.comes((0, 2), (1, 2), (4, 0), (4, 0))
        model.env.run(until=7)

        samples = census.samples(model.ward)
        assert samples.columns == ("time", "occupied", "waiting")
        assert list(samples.rows()) == [(2, 1, 0), (4, 0, 0), (6, 0, 0)]

    def test_are_of_the_ward_that_is_asked_for(self) -> None:
        env = simpy.Environment()
        wards = [Ward(env, name, beds=1) for name in ("a", "b")]
        census = Census(env, *wards, every=1)
        env.process(_takes(wards[1], 10))
        env.run(until=1.5)

        assert [census.samples(ward)["occupied"] for ward in wards] == [[0], [1]]
        assert census.samples(wards[1]).title == "Samples of b"
        with pytest.raises(KeyError, match="does not count the ward 'c'"):
            census.samples(Ward(env, "c", beds=1))

    def test_are_none_unless_they_are_asked_for(self) -> None:
        model = Model(beds=1)

        assert len(Census(model.env, model.ward).samples(model.ward)) == 0
        assert model.env.peek() == float("inf")


def _takes(ward: Ward, stay: float) -> Steps:
    with (yield from ward.admit("patient")):
        yield ward.env.timeout(stay)


@pytest.mark.parametrize("every", [0, -1, float("nan")])
def test_a_census_of_nothing_or_without_time_between_is_refused(every: float) -> None:
    env = simpy.Environment()

    with pytest.raises(ValueError, match="wards: give at least one"):
        Census(env)
    with pytest.raises(ValueError, match=f"every: must be above 0, not {every}"):
        Census(env, Ward(env, "ward", beds=1), every=every)


@given(
    st.lists(st.tuples(st.integers(0, 20), st.integers(0, 6)), max_size=20),
    st.lists(st.tuples(st.integers(0, 25), st.integers(0, 4)), max_size=3),
    st.integers(1, 4),
)
def test_figures_are_the_means_of_samples_between_events_and_counting_changes_nothing(
    patients: list[tuple[int, int]], changes: list[tuple[int, int]], beds: int
) -> None:
    """All happens at whole times: so samples halfway between them see every state for its whole time."""

    def run(model: Model, *asked: Census) -> list[tuple[int, int, int]]:
        def opens(at: int, open_: int) -> Steps:
            yield model.env.timeout(at)
            model.ward.set_open(open_)

        model.comes(*patients)
        for change in changes:
            model.env.process(opens(*change))
        seen = []
        for time in range(40):
            model.env.run(until=time + 0.5)
            seen.append((model.ward.occupied, model.ward.beds, model.ward.waiting_list_size))
            for census in asked:
                census.summary()
        model.env.run(until=40)
        return seen

    model = Model(beds=beds, capacity=4)
    census, asked = Census(model.env, model.ward), Census(model.env, model.ward, every=1)
    seen = run(model, asked)
    row, means = _row(census), np.mean(seen, axis=0)
    assert seen == run(Model(beds=beds, capacity=4))
    assert row == {key: pytest.approx(value) for key, value in _row(asked).items()}
    assert (row["beds"], row["admitted"] - row["left"]) == (model.ward.beds, model.ward.occupied)
    assert row["occupied"] == pytest.approx(means[0])
    assert row["queue"] == pytest.approx(means[2])
    assert row["occupancy"] == (pytest.approx(means[0] / means[1]) if means[1] else None)
