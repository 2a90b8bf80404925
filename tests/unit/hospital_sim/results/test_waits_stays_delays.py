"""Waits, stays and delays count once they have ended, from their true beginning; every group has a row."""

import pytest
from tiny_hospitals import poisson, replayed

from hospital_sim import Run
from hospital_sim.events import Admission, Discharge
from hospital_sim.experiments.field_values import with_fields
from hospital_sim.hospital import Hospital
from hospital_sim.observe import measure

pytestmark = pytest.mark.unit

REQUESTS = {"one": ["2024-01-01T12:00:00Z", "2024-01-30T06:00:00Z", "2024-03-02T00:00:00Z"], "two": []}


def _run(**fields: object) -> Run:
    """Run two departments from 2 January to 2 March; one has three patients, the other none."""
    arrivals = REQUESTS | {"two": ["2024-04-01T00:00:00Z"]}
    return Hospital(replayed(arrivals, stay_days=3.5, **fields)).simulate("2024-01-02", "2024-03-02", seed=1)


def test_a_stay_counts_from_its_true_admission_once_it_has_ended() -> None:
    one, two = _run().stays()
    assert (one["discharges"], one["stay_days_mean"], one["stay_days_p95"], one["in_bed_at_end"]) == (2, 3.5, 3.5, 1)
    assert (two["discharges"], two["stay_days_mean"], two["stay_days_max"], two["in_bed_at_end"]) == (0, None, None, 0)


def test_every_month_of_the_run_has_a_row_even_if_empty() -> None:
    run = _run()
    assert run.stays("month")["month"] == ["2024-01", "2024-02", "2024-03"]
    assert run.stays("month")["discharges"] == [1, 1, 0]
    assert run.stays("month")["in_bed_at_end"] == [1, 0, 1]
    assert run.delays("month")["discharges"] == [1, 1, 0]
    assert run.waits("month")["month"] == ["2024-01", "2024-02", "2024-03"]
    assert run.waits("month")["admissions"] == [1, 0, 1]
    assert run.waits("month")["wait_hours_mean"] == [0.0, None, 0.0]


def test_delays_are_those_of_patients_who_left_later_than_ready() -> None:
    (never, _), (always, none) = _run().delays(), _run(delay_share=1, delay_days=(1.0, 1.0)).delays()
    assert (never["discharges"], never["delayed"], never["delayed_share"], never["delay_days_mean"]) == (2, 0, 0, None)
    assert (always["delayed"], always["delayed_share"], always["delay_days_p50"]) == (2, 1.0, 1.0)
    assert (none["discharges"], none["delayed_share"], none["delay_days_max"]) == (0, None, None)


def test_a_delay_is_part_of_the_stay() -> None:
    assert _run(delay_share=1, delay_days=(1.0, 1.0)).stays("hospital")["stay_days_mean"] == [4.5]


def test_waits_count_for_the_department_asked_and_stays_for_the_one_with_the_bed() -> None:
    arrivals = {"asked": ["2024-01-02T00:00:00Z"] * 2, "other": ["2024-04-01T00:00:00Z"]}
    config = with_fields(replayed(arrivals), {"asked.overflow": {"after_hours": 4, "to": ["other"]}})
    run = Hospital(config).simulate("2024-01-02", "2024-01-05", seed=1)
    assert run.waits()["admissions"] == [2, 0]
    assert run.stays()["discharges"] == [1, 1]
    assert run.delays()["discharges"] == [1, 1]


def test_an_observer_measures_the_same() -> None:
    config = poisson(beds=6, per_day=7, stay_days=0.8, departments=2, delay_share=0.3, delay_days=(0.5, 1.5))
    run = Hospital(config).simulate("2024-01-02", "2024-02-10", seed=3)
    seen = measure(config, run.record.run.start, run.record.run.end, seed=3).table()
    for table, columns in (
        (run.waits(), {"wait_hours_mean": "wait_mean", "wait_hours_p90": "wait_p90", "admissions": "admissions"}),
        (run.stays(), {"stay_days_mean": "stay_mean", "stay_days_p90": "stay_p90", "discharges": "discharges"}),
        (run.delays(), {"delay_days_mean": "delay_mean", "delayed_share": "delayed_share"}),
    ):
        for column, metric in columns.items():
            assert table[column] == pytest.approx(seen[metric][:2])
    assert sum(isinstance(event, Admission) for event in run.events) > sum(
        isinstance(event, Discharge) for event in run.events
    )


@pytest.mark.parametrize("method", ["waits", "stays", "delays"])
def test_an_unknown_grouping_is_an_error_that_lists_the_groupings(method: str) -> None:
    with pytest.raises(ValueError, match="by: 'ward' is not known; use one of 'department', 'month', 'hospital'"):
        getattr(_run(), method)("ward")
