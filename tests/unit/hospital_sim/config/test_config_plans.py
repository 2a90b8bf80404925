"""Planned beds of each day, and the demand of each source, from a configuration."""

from datetime import date

import pytest
from config_tables import read_ward

from hospital_sim.config.expectations import expectations
from hospital_sim.config.offered_load import mean_bed_days, offered_load, requests_per_day
from hospital_sim.config.open_beds import fewest_and_most_beds, mean_open_beds, planned_beds
from hospital_sim.config.parts import BedChange
from hospital_sim.config.sources import sources
from hospital_sim.errors import ConfigurationError

pytestmark = pytest.mark.unit


FIXED = {"distribution": "fixed", "value": 2}


class TestBedChange:
    @pytest.mark.parametrize(
        ("first", "last", "inside", "outside"),
        [
            ("11-01", "02-29", ["2024-11-01", "2024-12-31", "2025-01-01", "2024-02-29", "2025-02-28"], ["2025-03-01"]),
            ("03-01", "05-31", ["2025-03-01", "2030-05-31"], ["2025-02-28", "2025-06-01"]),
            ("2025-11-01", "2026-03-01", ["2025-11-01", "2026-03-01"], ["2024-12-01", "2026-03-02", "2025-10-31"]),
            ("2025-11-01", None, ["2025-11-01", "2030-01-01"], ["2025-10-31"]),
            (None, "2025-11-01", ["2020-01-01", "2025-11-01"], ["2025-11-02"]),
            (None, "02-28", ["2025-01-01", "2025-02-28"], ["2025-03-01", "2025-12-31"]),
            (None, None, ["2025-01-01"], []),
        ],
    )
    def test_holds_from_its_first_day_to_its_last(
        self, first: str | None, last: str | None, inside: list[str], outside: list[str]
    ) -> None:
        change = BedChange(beds=1, first=first, last=last)

        assert [day for day in inside if not change.applies(date.fromisoformat(day))] == []
        assert [day for day in outside if change.applies(date.fromisoformat(day))] == []

    def test_holds_on_its_weekdays_only(self) -> None:
        change = BedChange(beds=-2, first="01-01", last="01-31", weekdays=("saturday", "sunday"))

        assert [day for day in range(1, 15) if change.applies(date(2025, 1, day))] == [4, 5, 11, 12]
        assert not change.applies(date(2025, 2, 1))

    def test_changes_of_one_day_add_up(self) -> None:
        config = read_ward(bed_change=[{"beds": 5, "first": "12-01"}, {"beds": -3, "weekdays": ["sunday"]}]).department[
            0
        ]

        assert [planned_beds(config, date(2025, 12, day)) for day in (6, 7, 8)] == [15, 12, 15]
        assert planned_beds(config, date(2025, 11, 30)) == 7

    @pytest.mark.parametrize(
        ("changes", "fewest", "most"),
        [
            ([], 10, 10),
            ([{"beds": 5, "first": "12-01", "last": "02-29"}, {"beds": -6, "weekdays": ["sunday"]}], 4, 15),
            ([{"beds": -6, "first": "01-01", "last": "06-29"}, {"beds": -6, "first": "07-01"}], 4, 10),
            ([{"beds": -6, "last": "2024-12-31"}, {"beds": -6, "first": "2025-01-01"}], 4, 4),
            ([{"beds": 3, "first": "02-29", "last": "02-29"}, {"beds": 2, "weekdays": ["monday"]}], 10, 15),
            ([{"beds": 4, "first": "2060-05-01", "last": "2060-05-02"}, {"beds": 4, "first": "05-02"}], 10, 18),
            ([{"beds": 4, "first": "2060-05-01", "last": "2060-05-02"}, {"beds": 4, "first": "05-03"}], 10, 14),
        ],
    )
    def test_the_fewest_and_the_most_beds_are_those_of_a_day(
        self, changes: list[dict[str, object]], fewest: int, most: int
    ) -> None:
        config = read_ward(bed_change=changes, capacity=20).department[0]
        assert fewest_and_most_beds(config) == (fewest, most)

    def test_changes_that_never_meet_need_not_fit_together(self) -> None:
        winter, summer = {"beds": 6, "first": "11-01", "last": "03-31"}, {"beds": 6, "first": "05-01", "last": "08-31"}
        assert read_ward(bed_change=[winter, summer], capacity=16).department[0].bed_spaces == 16

    def test_a_target_is_of_the_beds_that_are_open_on_average(self) -> None:
        half = [{"beds": -10, "weekdays": ["saturday", "sunday"]}]
        config = read_ward(bed_change=half, requests_per_day=None, target_occupancy=0.7, allow_overload=True)
        ward = config.department[0]
        assert mean_open_beds(ward) == pytest.approx(10 * 5 / 7, rel=0.01)
        assert requests_per_day(ward) * mean_bed_days(ward) == pytest.approx(0.7 * mean_open_beds(ward))
        assert offered_load(ward) == pytest.approx(0.7)


class TestResolvedSources:
    def test_shared_demand_meets_the_target_together_with_what_the_others_bring(self) -> None:
        department = read_ward(
            beds=20,
            requests_per_day=None,
            target_occupancy=0.9,
            source=[
                {"id": "emergency", "share": 0.7},
                {"id": "transfer", "share": 0.3, "stay": {"distribution": "lognormal", "mean": 6, "sd": 6}},
                {"id": "list", "schedule": [{"weekday": "monday", "time": "08:00", "patients": 7}], "stay": FIXED},
                {"id": "renewal", "interarrival": {"distribution": "gamma", "mean": 0.5, "sd": 0.2}, "delay_share": 0},
            ],
        ).department[0]

        rates = {source.config.id: source.per_day for source in sources(department)}
        load = sum(source.per_day * source.stay.mean_bed_days for source in sources(department))

        assert (rates["list"], rates["renewal"]) == pytest.approx((1, 2))
        assert rates["emergency"] / rates["transfer"] == pytest.approx(7 / 3)
        assert load == pytest.approx(18)
        assert offered_load(department) == pytest.approx(0.9)
        assert requests_per_day(department) == pytest.approx(sum(rates.values()))

    def test_a_source_without_a_longest_stay_has_no_long_stays_and_the_mean_that_it_states(self) -> None:
        config = read_ward(
            requests_per_day=None,
            source=[{"id": "own", "requests_per_day": 1, "stay": {"distribution": "gamma", "mean": 5, "sd": 2}}],
            delay_share=0,
        )

        assert sources(config.department[0])[0].stay.mean_bed_days == pytest.approx(5)
        assert expectations(config)[0].long_stay_share == 0
        assert offered_load(config.department[0]) == pytest.approx(0.5)

    def test_turnaround_holds_the_bed_but_is_no_stay(self) -> None:
        with pytest.raises(ConfigurationError, match=r"requests_per_day: gives an offered load of 1\.017"):
            read_ward(
                requests_per_day=4,
                max_stay_days=None,
                stay=FIXED,
                long_stay_share=0,
                delay_share=0,
                turnaround_hours={"distribution": "fixed", "value": 13},
            )

    def test_where_some_wait_overload_is_refused_and_where_all_are_turned_away_it_is_not(self) -> None:
        crowded = {"requests_per_day": 10, "source": [{"id": "a", "share": 1, "when_full": "wait"}]}

        assert read_ward(requests_per_day=10, when_full="divert")
        with pytest.raises(ConfigurationError, match="allow_overload"):
            read_ward(when_full="divert", **crowded)
