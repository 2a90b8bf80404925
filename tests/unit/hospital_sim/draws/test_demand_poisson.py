"""Random requests are a Poisson process whose rate follows the profiles of month, weekday and hour.

Chance is decided by p-values: a right simulator passes 999 times of 1,000, and each test of chance has a fault beside
it that it finds.
"""

from collections.abc import Iterable
from datetime import date, timedelta

import numpy as np
import pytest
import scipy
from drawn_demand import FIRST, department, seconds_of
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from hospital_sim.clock import second_of
from hospital_sim.config.calendar import DAYS_IN_MONTH, Profile

pytestmark = pytest.mark.unit

HOUR, DAY = 3600, 86_400
DAYS, PER_DAY = 1096, 40.0
BY_MONTH = [1.4, 1.2, 1.1, 1, 0.9, 0.8, 0.7, 0.8, 0.9, 1, 1.1, 1.3]
BY_WEEKDAY = [1.3, 1.1, 1, 1, 1.2, 0.6, 0]
BY_HOUR = [0] * 6 + [0.4, 0.8, 2, 3, 3, 2.5, 2, 2, 1.8, 1.6, 1.5, 1.2, 1, 0.8, 0.6, 0.4, 0.2, 0]
RIGHT, WRONG = 0.001, 1e-6

Counts = NDArray[np.int64]


@pytest.fixture(scope="module")
def seconds() -> list[int]:
    profile = {"month_multipliers": BY_MONTH, "weekday_multipliers": BY_WEEKDAY, "hour_multipliers": BY_HOUR}
    return seconds_of(department(requests_per_day=PER_DAY, **profile), DAYS)


class TestPoisson:
    def _expected(self) -> NDArray[np.float64]:
        """Mean requests of each hour, worked out from the relative numbers, as an array of days and hours."""
        weights = np.array([31, 28.25, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])
        by_month = np.array(BY_MONTH) / (weights @ np.array(BY_MONTH) / weights.sum())
        days = [FIRST + timedelta(days=number) for number in range(DAYS)]
        daily = [by_month[day.month - 1] * BY_WEEKDAY[day.weekday()] * 7 / sum(BY_WEEKDAY) for day in days]
        return PER_DAY * np.outer(daily, np.array(BY_HOUR) / sum(BY_HOUR))

    def _counted(self, seconds: Iterable[int]) -> Counts:
        hours = (np.array(list(seconds)) - second_of(FIRST)) // HOUR
        return np.bincount(hours, minlength=DAYS * 24).reshape(DAYS, 24)

    def _cells(self, seconds: Iterable[int]) -> float:
        """Return how likely counts by month, weekday and hour are, the least likely of 2,016 (exact, Bonferroni)."""
        counts, expected = self._counted(seconds), self._expected()
        days = [FIRST + timedelta(days=number) for number in range(DAYS)]
        keys = np.array([(day.month - 1) * 7 + day.weekday() for day in days])
        seen, mean = np.zeros((84, 24)), np.zeros((84, 24))
        np.add.at(seen, keys, counts)
        np.add.at(mean, keys, expected)
        below, above = scipy.stats.poisson.cdf(seen, mean), scipy.stats.poisson.sf(seen - 1, mean)
        return float(min(1, 2 * np.minimum(below, above).min() * seen.size))

    def _dispersion(self, seconds: Iterable[int]) -> float:
        """Return how likely the dispersion of hourly counts is: they are Poisson, so it is 1 (normal approximation)."""
        counts, expected = self._counted(seconds), self._expected()
        some = expected > 0
        squares = (counts[some] - expected[some]) ** 2 / expected[some]
        error = np.sqrt((2 + 1 / expected[some]).sum())
        return float(2 * scipy.stats.norm.sf(abs(squares.sum() - squares.size) / error))

    def _neighbours(self, seconds: Iterable[int]) -> float:
        """Return how likely the correlation of an hour with the next one is: they are independent."""
        residuals = (self._counted(seconds) - self._expected()) / np.sqrt(np.maximum(self._expected(), 1e-9))
        both = residuals[:, 6:22], residuals[:, 7:23]
        return float(scipy.stats.pearsonr(both[0].ravel(), both[1].ravel()).pvalue)

    def _within_the_hour(self, seconds: Iterable[int]) -> float:
        return float(scipy.stats.chisquare(np.bincount(np.array(list(seconds)) % HOUR // 60, minlength=60)).pvalue)

    def test_counts_by_month_weekday_and_hour_are_those_of_the_profiles(self, seconds: list[int]) -> None:
        assert self._cells(seconds) > RIGHT
        assert self._cells([second + HOUR for second in seconds[:-1]]) < WRONG
        assert self._cells(second + DAY for second in seconds if second < seconds[-1] - 2 * DAY) < WRONG

    def test_hourly_counts_have_the_dispersion_of_poisson_counts(self, seconds: list[int]) -> None:
        rng = np.random.default_rng(1)
        twice = [second for second in seconds for _ in range(2 * int(rng.random() < 0.5))]

        assert self._dispersion(seconds) > RIGHT
        assert self._dispersion(twice) < WRONG

    def test_one_hour_does_not_depend_on_the_one_before(self, seconds: list[int]) -> None:
        echo = [second + HOUR for second in seconds[:-100:3]]

        assert self._neighbours(seconds) > RIGHT
        assert self._neighbours([*seconds, *echo]) < WRONG

    def test_within_an_hour_every_second_is_as_likely(self, seconds: list[int]) -> None:
        assert self._within_the_hour(seconds) > RIGHT
        assert self._within_the_hour(second - second % 300 for second in seconds) < WRONG


class TestProfile:
    numbers = st.floats(0, 100).map(lambda number: round(number, 3))

    @given(
        st.lists(numbers, min_size=43, max_size=43).filter(
            lambda all_: any(all_[:12]) and any(all_[12:19]) and any(all_[19:])
        )
    )
    def test_multipliers_average_1_and_keep_their_ratios(self, relative: list[float]) -> None:
        by_month, by_weekday, by_hour = relative[:12], relative[12:19], relative[19:]
        profile = Profile(by_month, by_weekday, by_hour)

        assert np.average(profile.month_multipliers, weights=DAYS_IN_MONTH) == pytest.approx(1)
        assert np.mean(profile.weekday_multipliers) == pytest.approx(1)
        assert np.mean(profile.hour_multipliers) == pytest.approx(1)
        assert np.allclose(np.outer(profile.month_multipliers, by_month), np.outer(by_month, profile.month_multipliers))

    def test_days_of_the_months_are_those_of_four_years(self) -> None:
        days = [date(2023, 1, 1) + timedelta(days=number) for number in range(1461)]

        assert tuple(sum(day.month == month for day in days) / 4 for month in range(1, 13)) == DAYS_IN_MONTH
