"""Sources of demand: renewal, appointment and replay; several are merged in the order of time.

Chance is decided by p-values: a right simulator passes 999 times of 1,000.
"""

from datetime import UTC, date, datetime
from typing import Any

import hospitals
import numpy as np
import pytest
import scipy
from drawn_demand import FIRST, department, requests_of, seconds_of
from msgspec import structs

from hospital_sim.clock import second_of
from hospital_sim.config.sources import sources
from hospital_sim.distributions import Floats
from hospital_sim.draws.request_times import request_times
from hospital_sim.draws.requests import requests
from hospital_sim.draws.streams import Streams
from hospital_sim.observe import measure

pytestmark = pytest.mark.unit

HOUR, DAY = 3600, 86_400
BY_WEEKDAY = [1.3, 1.1, 1, 1, 1.2, 0.6, 0]
BY_HOUR = [0] * 6 + [0.4, 0.8, 2, 3, 3, 2.5, 2, 2, 1.8, 1.6, 1.5, 1.2, 1, 0.8, 0.6, 0.4, 0.2, 0]
RIGHT, WRONG = 0.001, 1e-6
GAMMA = {"distribution": "gamma", "mean": 0.05, "sd": 0.02}
LIST = {"id": "list", "schedule": [{"weekday": "tuesday", "time": "10:00", "patients": 2}], "admission_method": "11"}
REAL = {"id": "real", "arrivals": ["2024-01-02T10:00:00Z", "2024-01-09T10:00:00Z"], "admission_method": "12"}
RANDOM = {"id": "random", "requests_per_day": 5, "admission_method": "21"}
RENEWAL = {"id": "renewal", "interarrival": {"distribution": "exponential", "mean": 0.3}, "admission_method": "22"}


class TwoNumbers:
    """A distribution that draws other values in blocks of another size."""

    mean = 0.25

    def sample(self, rng: np.random.Generator, size: int) -> Floats:
        return rng.random(size) * rng.random(size)


class TestRenewal:
    def test_times_between_requests_have_the_stated_distribution_and_are_independent(self) -> None:
        ward = department(source=[{"id": "a", "interarrival": GAMMA}])
        seconds = np.array(seconds_of(ward, 200))
        gaps = np.diff(seconds, prepend=second_of(FIRST)) / DAY
        gamma = scipy.stats.gamma((0.05 / 0.02) ** 2, scale=0.02**2 / 0.05)

        assert scipy.stats.kstest(gaps, gamma.cdf).pvalue > RIGHT
        assert scipy.stats.kstest(gaps, scipy.stats.expon(scale=0.05).cdf).pvalue < WRONG
        assert scipy.stats.pearsonr(gaps[:-1], gaps[1:]).pvalue > RIGHT

    def test_fixed_times_between_come_on_the_second_across_all_blocks(self) -> None:
        ward = department(source=[{"id": "a", "interarrival": {"distribution": "fixed", "value": 0.25}}])

        expected = [second_of(FIRST) + number * 6 * HOUR for number in range(1, 400)]
        assert seconds_of(ward, 100) == expected


class TestSchedule:
    def test_patients_come_at_their_time_every_week(self) -> None:
        schedule = [
            {"weekday": "wednesday", "time": "13:30", "patients": 2},
            {"weekday": "wednesday", "time": "08:00", "patients": 1},
            {"weekday": "sunday", "time": "23:59", "patients": 1},
            {"weekday": "monday", "time": "00:00", "patients": 1},
        ]
        seconds = seconds_of(department(source=[{"id": "list", "schedule": schedule}]), 14)

        moments = [datetime.fromtimestamp(second, UTC).strftime("%d %H:%M:%S") for second in seconds]
        first = ["01 00:00:00", "03 08:00:00", "03 13:30:00", "03 13:30:00", "07 23:59:00"]
        assert moments == [*first, "08 00:00:00", "10 08:00:00", "10 13:30:00", "10 13:30:00", "14 23:59:00"]

    def test_the_order_of_the_lists_in_the_file_changes_no_draw(self) -> None:
        lists = [{"weekday": "monday", "time": time, "patients": 2} for time in ("08:00", "10:00", "09:00")]
        wards = [department(source=[{"id": "list", "schedule": schedule}]) for schedule in (lists, lists[::-1])]
        one, other = (requests_of(ward, 14) for ward in wards)
        assert one == other


class LastMoment(np.random.Generator):
    """One request a day, at the last moment of the day that a number below 1 can say."""

    def __init__(self) -> None:
        super().__init__(np.random.PCG64(1))

    def poisson(self, lam: Any, size: Any = None) -> Any:
        return np.ones_like(np.asarray(lam), np.int64)

    def random(self, *size: Any, **_: Any) -> Any:
        return np.full(size, np.nextafter(1, 0))


def test_a_request_at_the_last_moment_of_a_day_comes_on_that_day() -> None:
    (source,) = sources(department(requests_per_day=1, hour_multipliers=[0.9] * 20 + [0.05] * 4))
    ((second, *_),) = request_times(source, LastMoment(), FIRST, FIRST, 1)
    assert second == second_of(FIRST) + DAY - 1


class TestReplay:
    def test_requests_come_when_they_came_and_those_before_the_first_day_do_not(self) -> None:
        arrivals = [
            "2023-12-31T23:59:59Z",
            "2024-01-01T00:00:00Z",
            "2024-01-01T10:00:00.999Z",
            "2024-01-01T10:00:01Z",
            "2024-02-29T12:00:00Z",
            "2024-02-29T12:00:00Z",
        ]
        seconds = seconds_of(department(source=[{"id": "real", "arrivals": arrivals}]), 366)

        start = second_of(FIRST)
        assert seconds == [start, start + 36_000, start + 36_001, *[second_of(date(2024, 2, 29)) + 43_200] * 2]


class TestSeveralSources:
    def test_in_one_second_the_source_that_comes_first_in_the_configuration_is_first(self) -> None:
        for one_after_other, expected in (([LIST, REAL], "11 11 12"), ([REAL, LIST], "12 11 11")):
            drawn = requests_of(department(source=one_after_other), 14)

            assert [request.admission_method for request in drawn] == expected.split() * 2

    def test_a_source_that_is_added_leaves_the_draws_of_the_others_alone(self) -> None:
        few = requests_of(department(source=[RANDOM, RENEWAL]), 60)
        many = requests_of(department(source=[LIST, RENEWAL, RANDOM, REAL]), 60)

        for method in ("21", "22"):
            before = [request for request in few if request.admission_method == method]
            assert before == [request for request in many if request.admission_method == method]
            assert len(before) > 100

    def test_more_of_one_source_leaves_the_others_alone_also_where_they_share(self) -> None:
        shares = [{"id": "one", "share": 0.5}, {"id": "two", "share": 0.5, "admission_method": "22"}]
        alone = requests_of(department(requests_per_day=8, source=shares), 60)
        with_other = requests_of(department(requests_per_day=8, source=[*shares, RANDOM]), 60)

        two = [request for request in alone if request.admission_method == "22"]
        assert two == [request for request in with_other if request.admission_method == "22"]

    def test_each_source_has_its_own_admission_method_stays_and_rule_for_a_full_ward(self) -> None:
        stay = {"distribution": "fixed", "value": 2}
        sources = [
            {**RANDOM, "stay": stay, "delay_share": 0, "when_full": "divert"},
            {**LIST, "delay_share": 1},
        ]
        drawn = requests_of(department(source=sources), 30)

        random = [request for request in drawn if request.admission_method == "21"]
        listed = [request for request in drawn if request.admission_method == "11"]
        assert {(request.length, request.delay, request.when_full) for request in random} == {(2 * DAY, 0, "divert")}
        assert all(request.delay >= 4 * DAY for request in listed)
        assert {request.when_full for request in listed} == {"wait"}
        assert len({request.length for request in listed}) == len(listed)

    def test_a_longer_run_begins_as_a_shorter_one_whatever_draws_the_stays(self) -> None:
        ward = structs.replace(department(requests_per_day=5), stay=TwoNumbers())
        few, many = (
            list(requests(ward, Streams(1, "h", "ward"), FIRST, last)) for last in (date(2024, 1, 20), date(2024, 3, 1))
        )

        assert many[: len(few)] == few
        assert len(few) > 50

    def test_several_sources_fill_the_share_of_beds_that_is_the_target(self) -> None:
        ward = hospitals.department(
            beds=150,
            target_occupancy=0.6,
            weekday_multipliers=BY_WEEKDAY,
            hour_multipliers=BY_HOUR,
            max_stay_days=8,
            delay_share=0,
            long_stay_share=0,
            source=[
                {"id": "emergency", "share": 0.6},
                {"id": "transfer", "share": 0.4, "stay": {"distribution": "gamma", "mean": 9, "sd": 6}},
                {
                    "id": "list",
                    "schedule": [{"weekday": "monday", "time": "08:00", "patients": 14}],
                    "stay": {"distribution": "uniform", "low": 1, "high": 3},
                },
                {"id": "renewal", "interarrival": {"distribution": "fixed", "value": 0.4}},
            ],
        )
        config = hospitals.hospital(ward, warmup_days=60).config
        occupancy = []
        for seed in range(12):
            seen = measure(config, date(2025, 1, 6), date(2025, 5, 25), seed=seed).departments["ward"]
            occupancy.append(seen.occupied_bed_seconds / seen.open_bed_seconds)

        assert scipy.stats.ttest_1samp(occupancy, 0.6).pvalue > RIGHT
        assert scipy.stats.ttest_1samp(np.array(occupancy) * 1.05, 0.6).pvalue < RIGHT
