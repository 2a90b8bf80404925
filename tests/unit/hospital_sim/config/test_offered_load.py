"""Offered load: the rate of requests times the mean time in the bed, of each source of demand."""

from datetime import date

import pytest
from config_tables import read_ward
from hospitals import department, hospital

import hospital_sim as hs
from hospital_sim.config import check_config
from hospital_sim.config.calendar import DAYS_IN_MONTH
from hospital_sim.config.expectations import expectations
from hospital_sim.config.offered_load import (
    beds_needed_by_month,
    mean_bed_days,
    mean_ready_days,
    month_multipliers,
    offered_load,
    requests_per_day,
)
from hospital_sim.config.sources import sources

pytestmark = pytest.mark.unit

LONG = {"long_stay_share": 0.01, "long_stay_multiple": (90 / 14, 90 / 14)}


def test_demand_meets_the_target_with_long_stays_and_delays_in_the_mean() -> None:
    ward = department(beds=83, target_occupancy=0.9, max_stay_days=14, delay_share=0.05, delay_days=(4, 14), **LONG)
    assert mean_ready_days(ward) == pytest.approx(7.5 + 0.01 * (90 - 7.5))
    assert mean_bed_days(ward) == pytest.approx(7.5 + 0.825 + 0.05 * 9)
    assert requests_per_day(ward) == pytest.approx(0.9 * 83 / mean_bed_days(ward))
    assert offered_load(ward) == pytest.approx(0.9)


def test_requests_per_day_determine_the_load() -> None:
    ward = department(beds=10, requests_per_day=2.0, stay=hs.Fixed(value=4), delay_share=0.0)
    assert offered_load(ward) == pytest.approx(0.8)


def test_the_load_of_a_month_follows_its_multiplier_which_averages_one_over_a_calendar_year() -> None:
    ward = department(target_occupancy=0.8, month_multipliers=(3.0,) + (1.0,) * 11)
    factors = month_multipliers(ward)
    assert sum(map(lambda factor, days: factor * days, factors, DAYS_IN_MONTH)) == pytest.approx(sum(DAYS_IN_MONTH))
    assert factors[0] == pytest.approx(3 * factors[1])
    assert sum(DAYS_IN_MONTH) == 365.25
    assert beds_needed_by_month(ward) == pytest.approx([0.8 * ward.beds * factor for factor in factors])


def test_describe_shows_each_department_and_the_hospital_weighted_by_beds() -> None:
    wards = [department("a", beds=30, target_occupancy=0.9), department("b", beds=10, target_occupancy=0.5)]
    table = hospital(*wards).describe()
    assert table["department"] == ["A", "B", "All departments"]
    assert table["beds"] == [30, 10, 40]
    assert table["year"] == pytest.approx([0.9, 0.5, 0.8])
    assert table["Dec"] == pytest.approx([0.9, 0.5, 0.8])


def test_describe_of_one_department_has_one_row_and_shows_a_peak_month_above_one() -> None:
    (row,) = hospital(department("a", month_multipliers=(2.0,) + (1.0,) * 11)).describe()
    assert float(str(row["Jan"])) > 1 > float(str(row["Feb"]))
    assert row["year"] == pytest.approx(0.9)


@pytest.mark.parametrize("name", hs.presets())
def test_the_load_of_a_preset_is_its_target_below_one(name: str) -> None:
    for entry in (entry for loaded in hs.load_all(name) for entry in loaded.config.department):
        assert offered_load(entry) == pytest.approx(entry.target_occupancy)
        assert offered_load(entry) < 1


def test_shared_demand_meets_the_target_together_with_what_other_sources_bring() -> None:
    fixed = {"distribution": "fixed", "value": 2}
    ward = read_ward(
        beds=20,
        requests_per_day=None,
        target_occupancy=0.9,
        source=[
            {"id": "emergency", "share": 0.7},
            {"id": "transfer", "share": 0.3, "stay": {"distribution": "lognormal", "mean": 6, "sd": 6}},
            {"id": "list", "schedule": [{"weekday": "monday", "time": "08:00", "patients": 7}], "stay": fixed},
            {"id": "renewal", "interarrival": {"distribution": "gamma", "mean": 0.5, "sd": 0.2}, "delay_share": 0},
        ],
    ).department[0]
    rates = {source.config.id: source.per_day for source in sources(ward)}
    assert (rates["list"], rates["renewal"]) == pytest.approx((1, 2))
    assert rates["emergency"] / rates["transfer"] == pytest.approx(7 / 3)
    assert sum(source.per_day * source.stay.mean_bed_days for source in sources(ward)) == pytest.approx(18)
    assert offered_load(ward) == pytest.approx(0.9)
    assert requests_per_day(ward) == pytest.approx(sum(rates.values()))


def test_a_source_without_a_longest_stay_has_no_long_stays_and_the_mean_that_it_states() -> None:
    own = {"id": "own", "requests_per_day": 1, "stay": {"distribution": "gamma", "mean": 5, "sd": 2}}
    config = read_ward(requests_per_day=None, source=[own])
    assert sources(config.department[0])[0].stay.mean_bed_days == pytest.approx(5)
    [period] = expectations(config, date(2025, 1, 1), date(2025, 1, 31))
    assert period.departments[0].long_stay_share == 0
    assert offered_load(config.department[0]) == pytest.approx(0.5)


STAY = {"distribution": "lognormal", "mean": 5, "sd": 4}
SIMPLE = {"max_stay_days": 9, "long_stay_multiple": [3, 5]}
LONGS, DELAYS = 0.01 * (4 * 9 - 5), 0.05 * 9


@pytest.mark.parametrize(
    ("fields", "days"),
    [
        ({"stay": STAY}, [5]),
        ({"stay": STAY, "max_stay_days": 30}, [5]),
        ({"stay": STAY, "delay_share": 0.1}, [5.9]),
        ({"stay": STAY, "delay_share": 0.1, "delay_days": [1, 3]}, [5.2]),
        ({"stay": STAY, "max_stay_days": 30, "long_stay_share": 0.02}, [5 + 0.02 * (4.5 * 30 - 5)]),
        (SIMPLE, [5 + LONGS + DELAYS]),
        (SIMPLE | {"delay_days": [1, 3]}, [5 + LONGS + 0.1]),
        (SIMPLE | {"source": [{"share": 0.4, "stay": STAY}, {"share": 0.6}]}, [5, 5 + LONGS + DELAYS]),
        (SIMPLE | {"source": [{"share": 1, "stay": STAY, "max_stay_days": 30}]}, [5]),
        (SIMPLE | {"delay_share": 0.05, "source": [{"share": 1, "stay": STAY}]}, [5 + DELAYS]),
        ({"stay": STAY, "source": [{"share": 0.4, "max_stay_days": 7}, {"share": 0.6}]}, [4 + 0.01 * 27.5 + 0.45, 5]),
    ],
)
def test_long_stays_and_delays_are_added_to_a_distribution_of_stays_only_if_asked_for(
    fields: dict[str, object], days: list[float]
) -> None:
    given = [{"id": f"s{number}"} | dict(source) for number, source in enumerate(fields.get("source", ()))]
    config = read_ward(beds=99, **{"max_stay_days": None} | fields | {"source": given})
    for ward in (config, check_config(config)):
        assert [source.stay.mean_bed_days for source in sources(ward.department[0])] == pytest.approx(days)
