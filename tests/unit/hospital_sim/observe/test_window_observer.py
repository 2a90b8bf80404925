"""A window counts and integrates exactly what lies in it, to the second: each case is worked out by hand."""

from datetime import date

import pytest
from tiny_hospitals import replayed

from hospital_sim.experiments.field_values import with_fields
from hospital_sim.observe import METRICS, Observation, WindowObserver, measure

pytestmark = pytest.mark.unit

HOUR, DAY = 3600, 86_400
START, END = date(2025, 1, 2), date(2025, 1, 3)


def _measure(arrivals: dict[str, list[str]], **fields: object) -> Observation:
    return measure(replayed(arrivals, **fields), START, END, seed=1)


def test_a_stay_that_began_in_the_warm_up_counts_for_its_time_in_the_window_and_its_length_from_the_admission() -> None:
    seen = _measure({"ward": ["2025-01-01T18:00:00Z"]}).departments["ward"]

    assert (seen.occupied_at_start, seen.occupied_at_end) == (1, 0)
    assert (seen.requests, seen.admissions, seen.discharges) == (0, 0, 1)
    assert seen.occupied_bed_seconds == 18 * HOUR
    assert seen.full_seconds == 18 * HOUR
    assert list(seen.stays) == [DAY]


def test_waits_of_those_admitted_are_whole_and_the_queue_is_integrated_within_the_window_only() -> None:
    # The first holds the bed from 12:00 of the warm-up to 12:00; the second waits from 20:00 of the warm-up for it;
    # the third from 18:00 to 12:00 of the next day; the fourth from 20:00 of the last day until after the window.
    arrivals = ["2025-01-01T12:00:00Z", "2025-01-01T20:00:00Z", "2025-01-02T18:00:00Z", "2025-01-03T20:00:00Z"]

    seen = _measure({"ward": arrivals}).departments["ward"]

    assert list(seen.waits) == [16 * HOUR, 18 * HOUR]
    assert seen.queue_seconds == (12 + 18 + 4) * HOUR
    assert (seen.waiting_at_start, seen.waiting_at_end) == (1, 1)
    assert (seen.requests, seen.admissions) == (2, 2)


def test_a_request_in_the_first_second_is_in_the_window_and_one_in_the_second_after_it_is_not() -> None:
    seen = _measure({"ward": ["2025-01-02T00:00:00Z", "2025-01-04T00:00:00Z"]}).departments["ward"]

    assert (seen.requests, seen.admissions, seen.discharges) == (1, 1, 1)
    assert (seen.occupied_at_start, seen.occupied_at_end) == (0, 0)
    assert seen.occupied_bed_seconds == DAY


def test_delayed_beds_count_from_ready_to_discharge_within_the_window() -> None:
    # Ready after a day, delayed by two: the first is ready at 06:00 of the first day and leaves after the window.
    delayed = {"delay_share": 1, "delay": {"distribution": "fixed", "value": 2.0}}

    seen = _measure({"ward": ["2025-01-01T06:00:00Z"]}, **delayed).departments["ward"]
    earlier = _measure({"ward": ["2024-12-30T06:00:00Z"]}, warmup_days=5, **delayed).departments["ward"]

    assert seen.delayed_bed_seconds == (18 + 24) * HOUR
    assert not seen.delays
    assert earlier.delayed_bed_seconds == 6 * HOUR
    assert list(earlier.delays) == [2 * DAY]
    assert list(earlier.stays) == [3 * DAY]


def test_a_patient_turned_away_counts_as_a_request_and_a_diversion_only() -> None:
    arrivals = ["2025-01-01T12:00:00Z", "2025-01-01T13:00:00Z", "2025-01-02T11:00:00Z", "2025-01-02T12:00:00Z"]

    seen = _measure({"ward": arrivals}, when_full="divert").departments["ward"]

    assert (seen.requests, seen.diversions, seen.admissions, seen.queue_seconds) == (2, 1, 1, 0)
    assert METRICS["diverted_share"].of(seen) == 0.5


def test_open_beds_are_integrated_through_planned_changes_and_a_closing_bed_until_its_patient_leaves() -> None:
    # A second bed is open on the first day only; the patient in it stays until 18:00 of the second. Both beds are taken
    # from 18:00 of the first day to 12:00 of the second; then the one that stays open is free.
    arrivals = ["2025-01-02T12:00:00Z", "2025-01-02T18:00:00Z"]
    change = {"bed_change": [{"beds": 1, "first": "2025-01-02", "last": "2025-01-02"}]}

    seen = _measure({"ward": arrivals}, **change).departments["ward"]

    assert seen.occupied_bed_seconds == 48 * HOUR
    assert seen.open_bed_seconds == (48 + 24 + 18) * HOUR
    assert seen.full_seconds == 18 * HOUR


def test_an_outlier_waits_for_the_department_that_was_asked_and_stays_in_the_other() -> None:
    arrivals = {"one": ["2025-01-02T00:00:00Z", "2025-01-02T01:00:00Z"], "two": ["2025-01-10T00:00:00Z"]}
    config = with_fields(replayed(arrivals), {"one.overflow": {"after_hours": 4, "to": ["two"]}})

    seen = measure(config, START, END, seed=1).departments

    assert (seen["one"].requests, seen["one"].admissions, seen["one"].outliers) == (2, 2, 1)
    assert (seen["one"].queue_seconds, list(seen["one"].waits)) == (4 * HOUR, [0, 4 * HOUR])
    assert (seen["one"].occupied_bed_seconds, seen["one"].discharges) == (DAY, 1)
    assert (seen["two"].requests, seen["two"].admissions, seen["two"].discharges) == (0, 0, 1)
    assert seen["two"].occupied_bed_seconds == DAY


def test_an_empty_period_has_counts_of_0_and_no_value_where_there_is_nothing_to_measure() -> None:
    found = _measure({"ward": ["2025-02-01T00:00:00Z"], "other": ["2025-02-01T00:00:00Z"]})

    for department in (None, "ward"):
        values = {name: found.metric(name, department) for name in METRICS}
        nothing = {name for name, value in values.items() if value is None}
        expected = {name for name in METRICS if name.startswith(("wait_m", "wait_p", "wait_o", "stay_"))}
        expected |= {"waited_share", "delayed_share", "delay_mean", "diverted_share", "outlier_share"}
        assert nothing == expected | ({"full_share"} if department is None else set())
        assert all(value == 0 for name, value in values.items() if value is not None and name != "open_beds")


def test_percentiles_are_taken_with_linear_interpolation() -> None:
    # Waits of 0, 23, 46 and 69 hours: P50 lies half way between 23 and 46, P90 at 0.7 between 46 and 69.
    arrivals = [f"2025-01-02T{hour:02}:00:00Z" for hour in range(4)]

    seen = measure(replayed({"ward": arrivals}), START, date(2025, 1, 9), seed=1)

    assert list(seen.hospital.waits) == [0, 23 * HOUR, 46 * HOUR, 69 * HOUR]
    assert seen.metric("wait_p50") == pytest.approx(34.5)
    assert seen.metric("wait_p90") == pytest.approx(46 + 0.7 * 23)
    assert seen.metric("wait_mean") == pytest.approx(34.5)
    assert seen.metric("wait_over_12h") == 0.75
    assert seen.metric("stay_over_7d") == 0


def test_the_hospital_is_the_sum_of_its_departments() -> None:
    found = _measure({"one": ["2025-01-02T00:00:00Z"], "two": ["2025-01-02T06:00:00Z", "2025-01-02T07:00:00Z"]})

    assert found.hospital.requests == 3
    assert found.hospital.occupied_bed_seconds == (24 + 42) * HOUR
    assert found.metric("utilisation") == pytest.approx(66 / 96)
    assert sorted(found.hospital.waits) == [0, 0, 23 * HOUR]
    assert found.table()["department"] == ["one", "two", "All departments"]


@pytest.mark.parametrize(("start", "end"), [(DAY, DAY), (2 * DAY, DAY), (5, DAY)])
def test_a_window_is_whole_days(start: int, end: int) -> None:
    with pytest.raises(ValueError, match="one or more whole days"):
        WindowObserver(start, end)


def test_an_unknown_metric_or_department_is_named() -> None:
    found = _measure({"ward": ["2025-01-02T00:00:00Z"]})

    with pytest.raises(ValueError, match="'utilization' is not known; did you mean 'utilisation'"):
        found.metric("utilization")
    with pytest.raises(ValueError, match="'wards' is not one of ward"):
        found.metric("queue", "wards")
