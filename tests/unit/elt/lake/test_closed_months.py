"""When a month is closed, and for whom."""

from datetime import date

import pytest

from elt.lake.manifests import ClosedMonths

pytestmark = pytest.mark.unit

MARCH = date(2024, 3, 1)


@pytest.mark.parametrize(
    ("by", "closed"),
    [(date(2024, 3, 31), False), (date(2024, 4, 1), True), (date(2025, 1, 1), True), (date(2024, 3, 1), False)],
)
def test_a_month_is_closed_by_the_day_after_it_ended(by: date, closed: bool) -> None:
    assert ClosedMonths(hospitals={"city": by}).closes("city", MARCH) is closed
    assert ClosedMonths(everywhere=by).closes("city", MARCH) is closed


def test_a_month_is_closed_for_its_own_hospital_alone() -> None:
    assert not ClosedMonths(hospitals={"city": date(2024, 4, 1)}).closes("coast", MARCH)


def test_nothing_closes_without_a_day() -> None:
    assert not ClosedMonths().closes("city", MARCH)


def test_what_one_of_two_closes_both_together_close() -> None:
    one = ClosedMonths(hospitals={"city": date(2024, 4, 1), "coast": date(2024, 2, 1)})
    other = ClosedMonths(everywhere=date(2024, 1, 1), hospitals={"coast": date(2024, 5, 1)})

    joined = one.joined(other)

    assert joined == other.joined(one)
    assert joined == ClosedMonths(date(2024, 1, 1), {"city": date(2024, 4, 1), "coast": date(2024, 5, 1)})
