"""Patients on your own pathway: draws depend on the patient, not on the beds."""

import math
from collections.abc import Generator
from contextlib import nullcontext as none
from typing import Any

import numpy as np
import pytest
import scipy
import simpy
from hypothesis import example, given
from hypothesis import strategies as st
from simpy.events import Event

import hospital_sim as hs
from hospital_sim.distributions import Distribution

pytestmark = pytest.mark.unit

Steps = Generator[Event, Any, None]
RIGHT, WRONG = 0.001, 1e-6
EVERY_DAY = hs.Fixed(1)


def _patients(count: int, every: Distribution = EVERY_DAY, **name: str) -> list[hs.Patient]:
    env = simpy.Environment()
    seen: list[hs.Patient] = []

    def comes(patient: hs.Patient) -> Steps:
        seen.append(patient)
        yield env.timeout(0)

    hs.arrivals(env, every, comes, seed=1, **name)
    env.run(until=count + 0.5)
    return seen


class TestCommonRandomNumbers:
    def _run(self, beds: int, seed: int = 1) -> tuple[dict[int, tuple[float, float, bool]], dict[int, float], int]:
        """Return what was drawn for each patient, when each left, and how often somebody waited."""
        env = simpy.Environment()
        ward = hs.Ward(env, "ward", beds=beds)
        drawn: dict[int, tuple[float, float, bool]] = {}
        left: dict[int, float] = {}
        waited = 0

        def pathway(patient: hs.Patient) -> Steps:
            nonlocal waited
            with (yield from ward.admit(patient)) as stay:
                waited += env.now > stay.asked
                days = patient.draw("stay", hs.Gamma(mean=5, sd=5))
                drawn[patient.number] = (patient.arrived, days, patient.chance("again", 0.3))
                yield env.timeout(days)
            left[patient.number] = env.now

        hs.arrivals(env, hs.Exponential(mean=1), pathway, seed=seed)
        env.run(until=300)
        return drawn, left, waited

    def test_other_beds_change_nobodys_draws_and_fewer_let_nobody_leave_earlier(self) -> None:
        few, left_few, waited_few = self._run(5)
        many, left_many, waited_many = self._run(8)

        both = few.keys() & many.keys()
        assert {number: few[number] for number in both} == {number: many[number] for number in both}
        assert len(both) > 250
        assert waited_few > waited_many + 50
        assert all(left_many[number] <= left_few[number] + 1e-9 for number in left_many.keys() & left_few.keys())

    def test_another_seed_changes_everyones(self) -> None:
        one, other = self._run(100, seed=1)[0], self._run(100, seed=2)[0]

        assert not {days for _, days, _ in one.values()} & {days for _, days, _ in other.values()}
        assert one[0][0] != other[0][0]

    def test_each_draw_for_a_purpose_is_a_new_one_whatever_is_drawn_for_others(self) -> None:
        stays = hs.Exponential(mean=2)
        alone, busy = _patients(1)[0], _patients(1)[0]
        visits = [alone.draw("stay", stays) for _ in range(3)]
        busy.draw("other", stays)
        again = []
        for _ in range(3):
            busy.chance("stay", 0.5)
            again.append(busy.draw("stay", stays))

        assert again == visits
        assert len({*visits, busy.draw("other", stays)}) == 4

    def test_draws_are_the_same_on_every_machine(self) -> None:
        mixture = hs.Mixture(weights=(0.5, 0.5), components=(hs.Uniform(0, 2), hs.Fixed(1)))
        last = _patients(600, mixture)[-1]

        assert (last.number, last.arrived, last.stream) == (607, 599.4377634991239, "1/arrivals")
        assert hs.Patient(4, 0.0, "1/x").draw("stay", hs.Uniform(0, 1)) == 0.10563403534704147

    def test_a_larger_chance_keeps_those_who_had_the_smaller(self) -> None:
        low, high, same = _patients(300), _patients(300), _patients(300)

        for fewer, more in ((0.1, 0.2), (0.5, 0.51), (0.9, 1)):
            chosen = [patient.chance("x", fewer) for patient in low]
            assert all(patient.chance("x", more) or not was for patient, was in zip(high, chosen, strict=True))
            assert [patient.chance("x", fewer) for patient in same] == chosen
        assert not any(patient.chance("x", 0) for patient in low)
        assert all(patient.chance("x", 1) for patient in low)


class TestDraws:
    @pytest.fixture(scope="class")
    @classmethod
    def patients(cls) -> list[hs.Patient]:
        return _patients(5000)

    def _uniform(self, patients: list[hs.Patient], purpose: str) -> list[float]:
        return [patient.draw(purpose, hs.Uniform(0, 1)) for patient in patients]

    def test_have_the_distribution_that_is_asked_for(self, patients: list[hs.Patient]) -> None:
        days = [patient.draw("stay", hs.Exponential(mean=3)) for patient in patients]

        assert scipy.stats.kstest(days, scipy.stats.expon(scale=3).cdf).pvalue > RIGHT
        assert scipy.stats.kstest(days, scipy.stats.expon(scale=3.5).cdf).pvalue < WRONG
        assert scipy.stats.binomtest(sum(patient.chance("x", 0.24) for patient in patients), 5000, 0.24).pvalue > RIGHT

    def test_of_two_purposes_two_patients_or_a_chance_are_independent(self, patients: list[hs.Patient]) -> None:
        values, other = np.array(self._uniform(patients, "rehab")), self._uniform(patients, "other")
        happens = np.array([patient.chance("rehab", 0.24) for patient in patients])

        assert scipy.stats.pearsonr(values, other).pvalue > RIGHT
        assert scipy.stats.pearsonr(values, values).pvalue < WRONG
        assert scipy.stats.pearsonr(values[:-1], values[1:]).pvalue > RIGHT
        assert scipy.stats.mannwhitneyu(values[happens], values[~happens]).pvalue > RIGHT

    def test_of_two_visits_of_one_patient_are_independent(self, patients: list[hs.Patient]) -> None:
        visits = np.array([self._uniform(patients, "visit") for _ in range(3)])
        again = np.array([[patient.chance("again", 0.4) for patient in patients] for _ in range(2)])

        for values, other in (visits[:2], visits[1:], visits[::2], again.astype(int)):
            assert scipy.stats.pearsonr(values, other).pvalue > RIGHT
        assert scipy.stats.kstest(visits[2], scipy.stats.uniform.cdf).pvalue > RIGHT

    def test_of_two_arrivals_of_one_seed_are_independent_by_name(self, patients: list[hs.Patient]) -> None:
        others = _patients(5000, name="others")

        assert scipy.stats.pearsonr(self._uniform(patients, "stay"), self._uniform(others, "stay")).pvalue > RIGHT
        assert {patient.stream for patient in (patients[0], others[0])} == {"1/arrivals", "1/others"}


class TestArrivals:
    def test_come_at_the_stated_rate_in_any_unit_and_are_numbered(self) -> None:
        env = simpy.Environment(initial_time=50)
        came: list[hs.Patient] = []

        def comes(patient: hs.Patient) -> Steps:
            came.append(patient)
            yield env.timeout(0)

        hs.arrivals(env, hs.Exponential(mean=0.2), comes, seed=3)
        env.run(until=1050)
        gaps = np.diff([50, *(patient.arrived for patient in came)])

        assert scipy.stats.kstest(gaps, scipy.stats.expon(scale=0.2).cdf).pvalue > RIGHT
        assert scipy.stats.pearsonr(gaps[:-1], gaps[1:]).pvalue > RIGHT
        assert [patient.number for patient in came] == list(range(len(came)))

    def test_can_be_interrupted_and_watched_as_a_process(self) -> None:
        env = simpy.Environment()
        came: list[int] = []

        def comes(patient: hs.Patient) -> Steps:
            came.append(patient.number)
            yield env.timeout(0)

        process = hs.arrivals(env, hs.Fixed(1), comes, seed=1)
        env.run(until=3.5)
        process.interrupt()
        with pytest.raises(simpy.Interrupt):
            env.run()

        assert came == [0, 1, 2]
        assert not process.is_alive

    def test_of_a_pathway_that_fails_at_once_fail_loudly(self) -> None:
        env = simpy.Environment()

        def fails(patient: hs.Patient) -> Steps:
            raise LookupError(f"patient {patient.number}")
            yield env.timeout(0)

        hs.arrivals(env, hs.Fixed(1), fails, seed=1)
        with pytest.raises(LookupError, match="patient 0"):
            env.run(until=5)

    @example(math.nextafter(1, 2))
    @given(st.floats(allow_nan=True).filter(lambda number: not 0 <= number <= 1))
    def test_a_chance_beyond_0_and_1_is_refused_by_purpose_and_value(self, probability: float) -> None:
        with pytest.raises(ValueError, match="probability of 'rehab': must be between 0 and 1, not "):
            hs.Patient(0, 0.0, "1/x").chance("rehab", probability)

    @pytest.mark.parametrize(
        ("second", "is_refused"),
        [
            ({"seed": 1}, True),
            ({"seed": np.int64(1), "name": "arrivals"}, True),
            ({"seed": 2}, False),
            ({"seed": 1, "name": "others"}, False),
        ],
    )
    def test_that_would_be_the_same_twice_in_one_environment_are_refused(
        self, second: dict[str, Any], is_refused: bool
    ) -> None:
        env, other = simpy.Environment(), simpy.Environment()

        def comes(patient: hs.Patient) -> Steps:
            yield env.timeout(0)

        hs.arrivals(env, hs.Fixed(1), comes, seed=1)
        hs.arrivals(other, hs.Fixed(1), comes, **second)
        refused = pytest.raises(ValueError, match="name: arrivals 'arrivals' with the seed 1 are in this environment")
        with refused if is_refused else none():
            hs.arrivals(env, hs.Fixed(2), comes, **second)

    def test_without_time_between_them_are_refused(self) -> None:
        with pytest.raises(ValueError, match="interarrival: must have a mean above 0, not 0"):
            hs.arrivals(simpy.Environment(), hs.Fixed(0), lambda patient: iter(()), seed=1)  # type: ignore[arg-type,return-value]
