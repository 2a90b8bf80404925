"""A month is open until every hospital that reached it has closed it."""

from datetime import date

import pytest

from elt.lake.manifests import ClosedMonths
from elt.staging.plan import is_open

pytestmark = pytest.mark.unit

JANUARY, FEBRUARY, MARCH, APRIL = (date(2024, month, 1) for month in (1, 2, 3, 4))
MONTHS = (JANUARY, FEBRUARY, MARCH, APRIL)


@pytest.mark.parametrize(
    ("closed", "ends", "expected"),
    [
        ({}, {}, MONTHS),
        ({"city": date(2024, 2, 10)}, {"city": date(2024, 2, 9)}, (FEBRUARY, MARCH, APRIL)),
        ({"city": MARCH}, {"city": date(2024, 2, 29)}, (MARCH, APRIL)),
        ({"city": MARCH}, {"city": MARCH}, (MARCH, APRIL)),
        ({"city": FEBRUARY}, {"city": date(2024, 3, 9)}, (FEBRUARY, MARCH, APRIL)),
        ({"city": APRIL}, {"city": date(2024, 3, 31), "coast": date(2024, 2, 9)}, (JANUARY, FEBRUARY, APRIL)),
        ({"city": APRIL, "coast": date(2024, 2, 10)}, {"city": date(2024, 3, 31), "coast": date(2024, 2, 9)},
         (FEBRUARY, APRIL)),
        ({"city": APRIL, "coast": date(2024, 2, 10)}, {"city": date(2024, 3, 31), "coast": date(2024, 3, 31)},
         (FEBRUARY, MARCH, APRIL)),
        ({"city": MARCH}, {}, (MARCH, APRIL)),
    ],
    ids=["nothing is closed", "a hospital in February", "January and February are over", "the first night of March",
         "nights without a staging", "a new hospital", "one that ended in February", "one that goes on after a pause",
         "records that are gone"],
)  # fmt: skip
def test_a_month_is_open_unless_all_who_reached_it_closed_it(
    closed: dict[str, date], ends: dict[str, date], expected: tuple[date, ...]
) -> None:
    assert tuple(month for month in MONTHS if is_open(month, ClosedMonths(hospitals=closed), ends)) == expected


def test_a_day_that_closes_months_everywhere_closes_those_that_no_hospital_reached_later() -> None:
    closed = ClosedMonths(everywhere=MARCH)
    assert [month for month in MONTHS if is_open(month, closed, {})] == [MARCH, APRIL]
    assert [month for month in MONTHS if is_open(month, closed, {"city": date(2024, 2, 9)})] == [MARCH, APRIL]
