"""The clock: whole seconds, days of UTC."""

from datetime import UTC, date, datetime
from itertools import islice

import pytest

from hospital_sim.clock import DAY, date_of, days_from, second_of, timestamp, to_seconds

pytestmark = pytest.mark.unit


@pytest.mark.parametrize("day", [date(1970, 1, 1), date(2024, 2, 29), date(2024, 3, 31), date(2199, 12, 31)])
def test_a_day_begins_at_midnight_utc_and_ends_a_second_before_the_next(day: date) -> None:
    first = second_of(day)
    assert timestamp(first) == datetime(day.year, day.month, day.day, tzinfo=UTC)
    assert (date_of(first), date_of(first + DAY - 1)) == (day, day)
    assert date_of(first - 1) < day < date_of(first + DAY)


def test_days_follow_each_other_over_a_leap_day_and_all_have_the_same_length() -> None:
    assert second_of(date(2024, 4, 1)) - second_of(date(2024, 3, 31)) == DAY == 86_400
    assert list(islice(days_from(date(2024, 2, 28)), 3)) == [date(2024, 2, 28), date(2024, 2, 29), date(2024, 3, 1)]


def test_days_are_rounded_to_the_nearest_second() -> None:
    assert [to_seconds(days) for days in (1, 0.5, 1 / DAY, 0.4 / DAY)] == [86_400, 43_200, 1, 0]
