"""Tables of a run are computed from its events: waits, stays, delays, the census, the summary; empty runs too."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import pytest
from bed_history import RunHistory
from hospitals import RunPlan, busy, department, hospital
from tiny_hospitals import poisson, replayed

from hospital_sim import Fixed, MemorySink, Run
from hospital_sim.events import Admission
from hospital_sim.experiments.field_values import with_fields
from hospital_sim.hospital import Hospital
from hospital_sim.observe import measure
from hospital_sim.results.run import EventsNotKeptError

pytestmark = pytest.mark.unit

REQUESTS = {
    "one": ["2024-01-01T12:00:00Z", "2024-01-30T06:00:00Z", "2024-03-02T00:00:00Z"],
    "two": ["2024-04-01T00:00:00Z"],
}


@pytest.fixture(scope="module")
def run() -> Run:
    return busy().run_anew()


def _three_patients(**fields: object) -> Run:
    """Run two departments from 2 January to 2 March; one has three patients, the other none."""
    return Hospital(replayed(REQUESTS, stay_days=3.5, **fields)).simulate("2024-01-02", "2024-03-02", seed=1)


def _percentile(values: list[float], share: float) -> float:
    """Return a percentile by its definition: linear between the two nearest ranks."""
    place = share * (len(values) - 1)
    below = int(place)
    above = min(below + 1, len(values) - 1)
    return values[below] + (place - below) * (values[above] - values[below])


def _numbers(values: Iterable[object]) -> list[int]:
    return [value for value in values if isinstance(value, int)]


def test_waits_are_those_of_patients_admitted_in_the_run_and_not_before(run: Run) -> None:
    start = datetime.combine(run.record.run.start, datetime.min.time(), UTC)
    admissions = [event for event in run.events if isinstance(event, Admission)]
    in_run = [event for event in admissions if event.admission_date >= start]
    assert len(in_run) < len(admissions)
    table = run.waits()
    assert table["department"] == ["a", "b", "c"]
    for row in table:
        asked = [event for event in in_run if event.requested_department_id == row["department"]]
        hours = sorted((event.admission_date - event.request_date) / timedelta(hours=1) for event in asked)
        assert row["admissions"] == len(hours)
        assert row["wait_hours_mean"] == pytest.approx(sum(hours) / len(hours))
        assert row["wait_hours_max"] == pytest.approx(hours[-1])
        for percent in (50, 90, 95):
            assert row[f"wait_hours_p{percent}"] == pytest.approx(_percentile(hours, percent / 100))
    assert sum(_numbers(run.waits("month")["admissions"])) == len(in_run)
    assert run.waits("hospital")["admissions"] == [len(in_run)]


def test_the_census_has_a_row_for_each_department_and_day(run: Run) -> None:
    census = run.census()
    assert len(census) == 3 * 40
    wards = {ward.config.id: ward for ward in RunHistory(run).departments}
    for row in census:
        snapshot = wards[str(row["department"])].census[row["date"], "EOD"]  # type: ignore[index]
        assert (row["beds"], row["occupied_beds"]) == (snapshot.beds, snapshot.occupied_beds)
        assert row["occupancy_rate"] == pytest.approx(snapshot.occupied_beds / snapshot.beds)
        assert row["waiting_list_size"] == snapshot.waiting_list_size


def test_the_summary_has_a_row_for_each_department_and_one_for_all(run: Run) -> None:
    table = run.summary()
    assert table["department"] == ["A", "B", "C", "All departments"]
    assert table["beds"] == [9, 6, 3, 18]
    wards = RunHistory(run).departments
    assert table["discharges"] == [*(len(ward.discharges) for ward in wards), sum(len(w.discharges) for w in wards)]
    occupied = [[ward.census[day, "EOD"].occupied_beds for day in ward.days] for ward in wards]
    shares = [sum(days) / 40 / ward.config.beds for days, ward in zip(occupied, wards, strict=True)]
    assert table["occupancy"][:3] == pytest.approx(shares)
    assert table["occupancy"][3] == pytest.approx(sum(map(sum, occupied)) / 40 / 18)
    queues = [[ward.census[day, "EOD"].waiting_list_size for day in ward.days] for ward in wards]
    assert table["longest_queue"] == [*map(max, queues), max(map(sum, zip(*queues, strict=True)))]
    assert table["waiting_at_end"] == [*(queue[-1] for queue in queues), sum(queue[-1] for queue in queues)]


def test_the_summary_counts_long_stays_of_twenty_one_days_and_delays() -> None:
    for days, delayed, expected in ((20.0, 1.0, (1.0, 1.0)), (20.999, 0.0, (0.0, 0.0))):
        stay = {"stay": Fixed(value=days), "delay_share": delayed, "delay_days": (1.0, 1.0)}
        place = hospital(department("a", beds=40, requests_per_day=1.0, **stay))
        (row,) = RunPlan(place, seed=1, days=60).run_anew().summary()
        assert (row["long_stays"], row["delayed"]) == expected


def test_shares_and_percentiles_are_none_without_data() -> None:
    nothing = RunPlan(hospital(department("quiet", requests_per_day=1e-9)), seed=1, days=3).run_anew()
    (row,) = nothing.summary()
    assert (row["admissions"], row["discharges"], row["occupancy"], row["longest_queue"]) == (0, 0, 0.0, 0)
    assert [row[name] for name in ("wait_p50_h", "wait_p90_h", "long_stays", "delayed")] == [None] * 4
    (waits,) = nothing.waits()
    assert (waits["admissions"], waits["wait_hours_mean"], waits["wait_hours_max"]) == (0, None, None)
    assert "Quiet" in nothing._repr_html_()  # type: ignore[operator]


def test_results_without_kept_events_are_an_error_that_says_how_to_keep_them() -> None:
    run = hospital(department("a")).simulate("2024-01-01", "2024-01-02", seed=1, sink=MemorySink())
    with pytest.raises(EventsNotKeptError, match=r"call simulate\(…, keep=True\)"):
        run.summary()
    assert run._repr_html_() is None
    assert repr(run).startswith("<Run ")


def test_every_month_of_the_run_has_a_row_even_if_empty() -> None:
    run = _three_patients()
    stays, delays, waits = run.stays("month"), run.delays("month"), run.waits("month")
    assert stays["month"] == waits["month"] == delays["month"] == ["2024-01", "2024-02", "2024-03"]
    assert (stays["discharges"], stays["in_bed_at_end"], delays["discharges"]) == ([1, 1, 0], [1, 0, 1], [1, 1, 0])
    assert (waits["admissions"], waits["wait_hours_mean"]) == ([1, 0, 1], [0.0, None, 0.0])


def test_a_stay_counts_from_its_true_admission_once_it_has_ended_with_its_delay() -> None:
    run, late = _three_patients(), _three_patients(delay_share=1, delay_days=(1.0, 1.0))
    one, two = run.stays()
    assert (one["discharges"], one["stay_days_mean"], one["stay_days_p95"], one["in_bed_at_end"]) == (2, 3.5, 3.5, 1)
    assert (two["discharges"], two["stay_days_mean"], two["stay_days_max"], two["in_bed_at_end"]) == (0, None, None, 0)
    assert late.stays("hospital")["stay_days_mean"] == [4.5]
    (never, _), (always, none) = run.delays(), late.delays()
    assert (never["discharges"], never["delayed"], never["delayed_share"], never["delay_days_mean"]) == (2, 0, 0, None)
    assert (always["delayed"], always["delayed_share"], always["delay_days_p50"]) == (2, 1.0, 1.0)
    assert (none["discharges"], none["delayed_share"], none["delay_days_max"]) == (0, None, None)


def test_waits_count_for_the_department_asked_and_stays_for_the_one_with_the_bed() -> None:
    arrivals = {"asked": ["2024-01-02T00:00:00Z"] * 2, "other": ["2024-04-01T00:00:00Z"]}
    config = with_fields(replayed(arrivals), {"asked.overflow": {"after_hours": 4, "to": ["other"]}})
    run = Hospital(config).simulate("2024-01-02", "2024-01-05", seed=1)
    assert run.waits()["admissions"] == [2, 0]
    assert run.stays()["discharges"] == run.delays()["discharges"] == [1, 1]


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


@pytest.mark.parametrize("method", ["waits", "stays", "delays"])
def test_an_unknown_grouping_is_an_error_that_lists_the_groupings(run: Run, method: str) -> None:
    with pytest.raises(ValueError, match="by: 'ward' is not known; use one of 'department', 'month', 'hospital'"):
        getattr(run, method)("ward")
