"""Planned beds of each day, the fewest and the most of any day, and their mean, from the changes of beds."""

from datetime import date

import pytest
from config_tables import cases, read_ward

from hospital_sim.config.offered_load import mean_bed_days, offered_load, requests_per_day
from hospital_sim.config.open_beds import fewest_and_most_beds, mean_open_beds, planned_beds
from hospital_sim.config.parts import BedChange

pytestmark = pytest.mark.unit

FEWEST_AND_MOST = """
name = "W" -> 10, 10
bed_change = [{ beds = 5, first = "12-01", last = "02-29" }, { beds = -6, weekdays = ["sunday"] }] -> 4, 15
bed_change = [{ beds = -6, first = "01-01", last = "06-29" }, { beds = -6, first = "07-01" }] -> 4, 10
bed_change = [{ beds = -6, last = "2024-12-31" }, { beds = -6, first = "2025-01-01" }] -> 4, 4
bed_change = [{ beds = 3, first = "02-29", last = "02-29" }, { beds = 2, weekdays = ["monday"] }] -> 10, 15
bed_change = [{ beds = 4, first = "2060-05-01", last = "2060-05-02" }, { beds = 4, first = "05-02" }] -> 10, 18
bed_change = [{ beds = 4, first = "2060-05-01", last = "2060-05-02" }, { beds = 4, first = "05-03" }] -> 10, 14
"""


@pytest.mark.parametrize(
    ("first", "last", "inside", "outside"),
    [
        ("11-01", "02-29", "2024-11-01 2024-12-31 2025-01-01 2024-02-29 2025-02-28", "2025-03-01"),
        ("03-01", "05-31", "2025-03-01 2030-05-31", "2025-02-28 2025-06-01"),
        ("2025-11-01", "2026-03-01", "2025-11-01 2026-03-01", "2024-12-01 2026-03-02 2025-10-31"),
        ("2025-11-01", None, "2025-11-01 2030-01-01", "2025-10-31"),
        (None, "2025-11-01", "2020-01-01 2025-11-01", "2025-11-02"),
        (None, "02-28", "2025-01-01 2025-02-28", "2025-03-01 2025-12-31"),
        (None, None, "2025-01-01", ""),
    ],
)
def test_a_change_holds_from_its_first_day_to_its_last(
    first: str | None, last: str | None, inside: str, outside: str
) -> None:
    change = BedChange(beds=1, first=first, last=last)
    assert [day for day in inside.split() if not change.applies(date.fromisoformat(day))] == []
    assert [day for day in outside.split() if change.applies(date.fromisoformat(day))] == []


def test_a_change_holds_on_its_weekdays_only() -> None:
    change = BedChange(beds=-2, first="01-01", last="01-31", weekdays=("saturday", "sunday"))
    assert [day for day in range(1, 15) if change.applies(date(2025, 1, day))] == [4, 5, 11, 12]
    assert not change.applies(date(2025, 2, 1))


def test_changes_of_one_day_add_up() -> None:
    changes = [{"beds": 5, "first": "12-01"}, {"beds": -3, "weekdays": ["sunday"]}]
    ward = read_ward(bed_change=changes).department[0]
    assert [planned_beds(ward, date(2025, 12, day)) for day in (6, 7, 8)] == [15, 12, 15]
    assert planned_beds(ward, date(2025, 11, 30)) == 7


def test_the_fewest_and_the_most_beds_are_those_of_a_day() -> None:
    for changes, expected in (case.split(" -> ") for case in cases(FEWEST_AND_MOST)):
        fewest, most = fewest_and_most_beds(read_ward(changes, capacity=20).department[0])
        assert f"{fewest}, {most}" == expected, changes


def test_a_target_is_of_the_beds_that_are_open_on_average() -> None:
    half = [{"beds": -10, "weekdays": ["saturday", "sunday"]}]
    config = read_ward(bed_change=half, requests_per_day=None, target_occupancy=0.7, allow_overload=True)
    ward = config.department[0]
    assert mean_open_beds(ward) == pytest.approx(10 * 5 / 7, rel=0.01)
    assert requests_per_day(ward) * mean_bed_days(ward) == pytest.approx(0.7 * mean_open_beds(ward))
    assert offered_load(ward) == pytest.approx(0.7)
