"""The offered load of months without open beds, of beds that differ by month, and of days with a dated change."""

from datetime import date
from typing import Any

import pytest
from hospitals import department, hospital

import hospital_sim as hs
from hospital_sim.config.offered_load import queue_load
from hospital_sim.config.periods import in_period, periods
from hospital_sim.errors import ConfigurationError
from hospital_sim.hospital import MONTHS

pytestmark = pytest.mark.unit

FIVE_DAYS: dict[str, Any] = {"stay": hs.Fixed(value=5), "delay_share": 0.0}


def _row(table: hs.Table, position: int = -1) -> dict[str, Any]:
    return list(table)[position]


def test_a_month_without_an_open_bed_has_no_load_and_the_rest_is_right() -> None:
    closed = department("a", beds=5, requests_per_day=0.5, bed_change=[{"beds": -5, "first": "08-01", "last": "08-31"}])
    loads = _row(hospital(closed).describe())
    assert loads["Aug"] is None
    assert loads["Jul"] == pytest.approx(0.5 * loads["mean_bed_days"] / 5)
    assert loads["year"] == pytest.approx(loads["Jul"] * 365.25 / (365.25 - 31))

    both = _row(hospital(closed, department("b", beds=5, requests_per_day=0.5)).describe())
    assert both["Aug"] == pytest.approx(2 * both["Jul"]), "five beds have the demand of ten"
    assert both["year"] == pytest.approx(loads["Jul"] * 10 * 365.25 / (10 * 365.25 - 5 * 31))
    whole = department("c", beds=5, requests_per_day=0.5, bed_change=closed.bed_change)
    assert _row(hospital(closed, whole).describe())["Aug"] is None


def test_the_hospital_is_weighted_by_the_open_beds_of_each_month() -> None:
    winter = [{"beds": 10, "first": "11-01", "last": "03-31"}]
    wards = [department("a", beds=10, bed_change=winter, requests_per_day=1.6, **FIVE_DAYS)]
    wards += [department("b", beds=10, requests_per_day=1.6, **FIVE_DAYS)]
    loads = _row(hospital(*wards).describe())
    open_days = {month: 30 if month in ("Nov", "Dec", "Jan", "Feb", "Mar") else 20 for month in MONTHS}
    assert [loads[month] for month in MONTHS] == pytest.approx([16 / open_days[month] for month in MONTHS])
    assert loads["year"] == pytest.approx(16 / (20 + 10 * (30 + 31 + 31 + 28.25 + 31) / 365.25))


@pytest.mark.parametrize(
    ("beds", "change", "expected"),
    [
        (10, {"beds": 10, "first": "2020-01-01"}, {None: 1.26, date(2020, 1, 1): 0.63}),
        (20, {"beds": -10, "last": "2019-12-31"}, {None: 1.26, date(2020, 1, 1): 0.63}),
        (
            20,
            {"beds": -15, "first": "2020-02-03", "last": "2020-02-09"},
            {None: 0.63, date(2020, 2, 3): 2.52, date(2020, 2, 10): 0.63},
        ),
    ],
)
def test_a_dated_change_counts_in_the_load_of_the_days_that_it_holds(
    beds: int, change: dict[str, object], expected: dict[date | None, float]
) -> None:
    ward = department("a", beds=beds, requests_per_day=2.52, bed_change=[change], **FIVE_DAYS)
    table = hospital(ward).describe()
    assert dict(zip(table["first_day"], table["year"], strict=True)) == pytest.approx(expected)
    assert table["Jun"] == pytest.approx(table["year"])


def test_the_periods_of_departments_together_cover_all_days_once() -> None:
    dated = [{"beds": 1, "first": "2020-01-01", "last": "2020-12-31"}, {"beds": 1, "first": "2020-07-01"}]
    wards = [department("a", bed_change=dated), department("b", bed_change=[{"beds": -1, "last": "2020-06-30"}])]
    spans = periods(wards)
    starts = [date.min, date(2020, 1, 1), date(2020, 7, 1), date(2021, 1, 1)]
    assert [first for first, _ in spans] == starts
    assert [last.toordinal() + 1 for _, last in spans[:-1]] == [day.toordinal() for day in starts[1:]]
    assert spans[-1][1] == date.max
    assert [[in_period(ward, span).beds for span in spans] for ward in wards] == [[8, 9, 10, 9], [7, 7, 8, 8]]
    assert "first_day" not in hospital(department()).describe().columns


@pytest.mark.parametrize(
    ("start", "end", "refused"),
    [
        ("2019-10-01", "2019-12-31", "to 2019-12-31"),
        ("2018-06-01", "2020-06-30", "to 2019-12-31"),
        ("2019-12-01", "2020-12-31", None),
        ("2020-01-01", "2020-01-31", None),
        ("2021-06-01", "2021-06-07", "from 2021-06-01 to 2021-06-07"),
        ("2021-06-01", "2021-07-07", None),
    ],
)
def test_a_run_through_days_of_overload_alone_or_for_a_year_is_refused(
    start: str, end: str, refused: str | None
) -> None:
    changes = [{"beds": 10, "first": "2020-01-01"}, {"beds": -15, "first": "2021-06-01", "last": "2021-06-07"}]
    ward = department("a", beds=10, requests_per_day=2.52, bed_change=changes, **FIVE_DAYS)
    if refused is None:
        assert hospital(ward).simulate(start, end, seed=1).record.run.departments[0].offered_load > 0
        return
    message = (
        rf"department\[0\] \(a\): requests_per_day: gives an offered load of .* {refused}, so the queue would grow"
    )
    with pytest.raises(ConfigurationError, match=message):
        hospital(ward).simulate(start, end, seed=1)
    allowed = department("a", beds=10, requests_per_day=2.52, bed_change=changes, allow_overload=True, **FIVE_DAYS)
    assert hospital(allowed).simulate(start, start, seed=1).record.run.hospital_id == "random"


def test_the_run_record_has_the_load_at_the_start_of_the_history() -> None:
    changes = [{"beds": 10, "first": "2020-01-01"}]
    ward = hospital(
        department("a", beds=10, requests_per_day=2.52, bed_change=changes, allow_overload=True, **FIVE_DAYS)
    )
    loads = [
        ward.simulate(day, day, seed=1).record.run.departments[0].offered_load for day in ("2019-12-31", "2020-01-01")
    ]
    assert loads == pytest.approx([1.26, 0.63])


def test_only_patients_who_wait_make_a_queue_grow() -> None:
    sources = [{"id": "a", "requests_per_day": 1.88}, {"id": "b", "requests_per_day": 0.3, "when_full": "divert"}]
    ward = department("a", beds=10, requests_per_day=None, target_occupancy=None, source=sources, **FIVE_DAYS)
    assert queue_load(ward) == pytest.approx(0.94)
    assert _row(hospital(ward).describe())["year"] == pytest.approx(1.09)
    sources[0]["requests_per_day"] = 2.1
    with pytest.raises(ConfigurationError, match=r"offered load of 1\.200 over the year \(1\.050 by those who wait"):
        hospital(department("a", beds=10, requests_per_day=None, target_occupancy=None, source=sources, **FIVE_DAYS))
