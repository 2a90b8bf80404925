"""Offered load: the rate of requests times the mean time in the bed."""

import pytest
from hospitals import department, hospital

import hospital_sim as hs
from hospital_sim.config.calendar import DAYS_IN_MONTH
from hospital_sim.config.offered_load import (
    mean_bed_days,
    mean_ready_days,
    month_multipliers,
    monthly_load,
    offered_load,
    requests_per_day,
)

pytestmark = pytest.mark.unit

SIMPLE = department(
    beds=83,
    target_occupancy=0.9,
    max_stay_days=14,
    long_stay_share=0.01,
    long_stay_multiple=(90 / 14, 90 / 14),
    delay_share=0.05,
    delay_days=(4, 14),
)


def test_long_stays_and_delays_are_part_of_the_mean() -> None:
    assert mean_ready_days(SIMPLE) == pytest.approx(7.5 + 0.01 * (90 - 7.5))
    assert mean_bed_days(SIMPLE) == pytest.approx(7.5 + 0.825 + 0.05 * 9)


def test_demand_is_derived_so_that_the_load_meets_the_target() -> None:
    assert requests_per_day(SIMPLE) == pytest.approx(0.9 * 83 / mean_bed_days(SIMPLE))
    assert offered_load(SIMPLE) == pytest.approx(0.9)


def test_requests_per_day_determine_the_load() -> None:
    ward = department(beds=10, requests_per_day=2.0, stay=hs.Fixed(value=4), delay_share=0.0)
    assert offered_load(ward) == pytest.approx(0.8)


def test_multipliers_average_one_over_the_days_of_a_calendar_year() -> None:
    factors = month_multipliers(department(month_multipliers=(3.0,) + (1.0,) * 11))
    assert sum(map(lambda factor, days: factor * days, factors, DAYS_IN_MONTH)) == pytest.approx(365.25)
    assert factors[0] == pytest.approx(3 * factors[1])
    assert sum(DAYS_IN_MONTH) == 365.25


def test_the_load_of_a_month_follows_its_multiplier() -> None:
    ward = department(target_occupancy=0.8, month_multipliers=(3.0,) + (1.0,) * 11)
    assert monthly_load(ward) == pytest.approx([0.8 * factor for factor in month_multipliers(ward)])


def test_describe_shows_each_department_and_the_hospital_weighted_by_beds() -> None:
    table = hospital(
        department("a", beds=30, target_occupancy=0.9), department("b", beds=10, target_occupancy=0.5)
    ).describe()
    assert table["department"] == ["A", "B", "All departments"]
    assert table["beds"] == [30, 10, 40]
    assert table["year"] == pytest.approx([0.9, 0.5, 0.8])
    assert table["Dec"] == pytest.approx([0.9, 0.5, 0.8])


def test_describe_of_one_department_has_one_row() -> None:
    assert len(hospital(department("a")).describe()) == 1


@pytest.mark.parametrize("name", hs.presets())
def test_the_load_of_a_preset_is_its_target(name: str) -> None:
    for entry in hs.load(name).config.department:
        assert offered_load(entry) == pytest.approx(entry.target_occupancy)
