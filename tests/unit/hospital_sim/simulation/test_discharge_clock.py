"""A discharge profile shapes the times of discharge and changes no draw.

Chance is decided by p-values: a right simulator passes 999 times of 1,000, and each test of chance has a fault beside
it that it finds.
"""

from datetime import UTC, date, datetime

import numpy as np
import pytest
import scipy
from drawn_demand import department
from hypothesis import example, given
from hypothesis import strategies as st
from naive_hospital import use_up
from numpy.typing import NDArray

from hospital_sim.clock import second_of
from hospital_sim.simulation.discharge_profile import DischargeClock, discharge_clock

pytestmark = pytest.mark.unit

HOUR, DAY, WEEK = 3600, 86_400, 7 * 86_400
MONDAY = second_of(date(2025, 1, 6))
BY_WEEKDAY = [0.9, 1.1, 1.2, 1.2, 1.3, 0.8, 0.5]
BY_HOUR = [0] * 7 + [0.2, 0.6, 1, 1.5, 2, 2.5, 3, 3, 3, 2.5, 2, 1.5, 1, 0.5, 0, 0, 0]
EVEN_WEEK, EVEN_DAY = [1.0] * 7, [1.0] * 24
RIGHT, WRONG = 0.001, 1e-6
SIZE = 20_000

relative = st.sampled_from([0.0, 0.1, 0.3, 0.5, 0.865, 1.0, 1.219, 2.0, 7.7])
weeks = st.lists(relative, min_size=7, max_size=7).filter(any)
days = st.lists(relative, min_size=24, max_size=24).filter(any)
moments = st.integers(0, 6 * WEEK).map(lambda second: MONDAY + second) | st.integers(0, 400).map(
    lambda hour: MONDAY + hour * HOUR
)
lengths = st.integers(1, 5) | st.integers(1, 5 * WEEK) | st.integers(1, 40).map(lambda days: days * DAY)


def _ends(clock: DischargeClock, starts: NDArray[np.int64], lengths: NDArray[np.int64]) -> NDArray[np.int64]:
    return np.array(
        [clock.after(start, length) for start, length in zip(starts.tolist(), lengths.tolist(), strict=True)]
    )


def _even_starts(rng: np.random.Generator) -> NDArray[np.int64]:
    return MONDAY + rng.integers(0, 4 * WEEK, SIZE)


def _follows_profile(ends: NDArray[np.int64]) -> float:
    """Return how likely the counts by weekday and hour are (chi-squared); 0 if somebody left at an hour of none."""
    counts = np.bincount((ends - MONDAY) % WEEK // HOUR, minlength=168)
    shares = np.outer(BY_WEEKDAY, BY_HOUR).ravel() / (sum(BY_WEEKDAY) * sum(BY_HOUR))
    if counts[shares == 0].any():
        return 0.0
    return float(scipy.stats.chisquare(counts[shares > 0], shares[shares > 0] * len(ends)).pvalue)


class TestEndOfATime:
    @given(weeks, days, moments, lengths)
    @example([0.3] * 6 + [0.1], [0.1] * 23 + [0.0], MONDAY + WEEK - 1, 7 * DAY)
    def test_agrees_with_a_walk_through_the_week_hour_by_hour(
        self, by_weekday: list[float], by_hour: list[float], second: int, seconds: int
    ) -> None:
        end = DischargeClock(by_weekday, by_hour).after(second, seconds)

        moment = datetime.fromtimestamp(end, UTC)
        assert end == use_up(by_weekday, by_hour, second, seconds)
        assert end > second
        assert by_weekday[moment.weekday()] * by_hour[moment.hour] > 0, "nobody leaves at this hour"

    @given(weeks, days, moments, lengths, st.integers(1, 2) | st.integers(1, WEEK), st.integers(1, 60))
    def test_keeps_order_whole_weeks_and_ratios(
        self, by_weekday: list[float], by_hour: list[float], second: int, seconds: int, more: int, count: int
    ) -> None:
        # A time of 1 second at a fast hour is stretched to it: a longer one is not.
        seconds = max(seconds, 170)
        clock = DischargeClock(by_weekday, by_hour)
        end = clock.after(second, seconds)

        assert end <= clock.after(second + more, seconds), "begins later, ends earlier"
        assert end <= clock.after(second, seconds + more), "is longer, ends earlier"
        assert clock.after(second, seconds + count * WEEK) == end + count * WEEK
        assert DischargeClock([4 * x for x in by_weekday], [0.5 * x for x in by_hour]).after(second, seconds) == end

    @pytest.mark.parametrize("by_hour", [[0.7] * 12 + [0] * 12, [0.1] * 23 + [0.3], [0, 1] * 12])
    def test_never_comes_earlier_from_one_second_to_the_next_around_every_hour(self, by_hour: list[float]) -> None:
        clock = DischargeClock([0.3, 1.1, 0.7, 0.9, 0, 1.3, 0.1], by_hour)
        around = [MONDAY + hour * HOUR + step for hour in range(170) for step in (-1, 0, 1)]

        for seconds in (1, 42, DAY, WEEK, 10 * DAY):
            ends = [clock.after(second, seconds) for second in around]
            assert ends == sorted(ends)

    @pytest.mark.parametrize("pace", [1.0, 0.1, 3.7])
    def test_is_the_length_later_where_time_passes_at_one_pace(self, pace: float) -> None:
        clock = DischargeClock([pace] * 7, [pace] * 24)

        for second in range(MONDAY, MONDAY + WEEK, 4_999):
            assert [clock.after(second, seconds) - second for seconds in (1, HOUR, 40 * DAY)] == [1, HOUR, 40 * DAY]

    def test_by_hand(self) -> None:
        # From 08:00 to 20:00 time passes at twice the mean pace, else it stands still.
        clock = DischargeClock(EVEN_WEEK, [0] * 8 + [1] * 12 + [0] * 4)

        assert clock.after(MONDAY + 8 * HOUR, 4 * HOUR) == MONDAY + 10 * HOUR
        assert clock.after(MONDAY + 19 * HOUR, 4 * HOUR) == MONDAY + DAY + 9 * HOUR
        assert clock.after(MONDAY + 22 * HOUR, DAY) == MONDAY + 2 * DAY + 8 * HOUR
        assert clock.after(MONDAY + 20 * HOUR - 1, 1) == MONDAY + DAY + 8 * HOUR
        assert clock.after(MONDAY + 12 * HOUR, 1) == MONDAY + 12 * HOUR + 1


def test_discharges_follow_the_profile_of_weekday_and_hour_whenever_patients_are_admitted() -> None:
    rng = np.random.default_rng(1)
    clock = DischargeClock(BY_WEEKDAY, BY_HOUR)
    lengths = rng.integers(DAY, 8 * DAY, SIZE)
    evening = MONDAY + rng.integers(0, 28, SIZE) * DAY + rng.integers(18 * HOUR, 20 * HOUR, SIZE)

    assert _follows_profile(_ends(clock, _even_starts(rng), lengths)) > RIGHT
    assert _follows_profile(_ends(clock, evening, lengths)) > RIGHT
    assert _follows_profile(_ends(DischargeClock(BY_WEEKDAY, EVEN_DAY), evening, lengths)) < WRONG
    assert _follows_profile(_ends(DischargeClock(EVEN_WEEK, BY_HOUR), evening, lengths)) < WRONG
    assert _follows_profile(_ends(clock, evening, lengths) + HOUR // 10) < WRONG


def test_the_mean_stay_is_kept_where_patients_are_admitted_evenly() -> None:
    rng = np.random.default_rng(3)
    for drawn in (
        rng.integers(DAY, 15 * DAY, SIZE),
        np.rint(rng.lognormal(1.5, 0.9, SIZE) * DAY).astype(np.int64) + 1,
        np.rint(rng.exponential(8 * DAY, SIZE)).astype(np.int64) + 1,
    ):
        starts = _even_starts(rng)
        hours = (_ends(DischargeClock(BY_WEEKDAY, BY_HOUR), starts, drawn) - starts - drawn) / HOUR

        assert abs(hours.mean()) < 4 * hours.std() / np.sqrt(SIZE) + 0.25


def test_a_department_without_a_profile_has_no_clock_and_one_profile_is_enough() -> None:
    assert discharge_clock(department(requests_per_day=1)) is None
    weekly = discharge_clock(department(requests_per_day=1, discharge_weekday_multipliers=[1, 1, 1, 1, 1, 0, 0]))
    hourly = discharge_clock(department(requests_per_day=1, discharge_hour_multipliers=[0] * 12 + [1] * 12))

    assert weekly is not None
    assert hourly is not None
    assert weekly.after(MONDAY + 5 * DAY, 7 * HOUR) == MONDAY + WEEK + 5 * HOUR
    assert hourly.after(MONDAY, DAY) == MONDAY + DAY + 12 * HOUR
