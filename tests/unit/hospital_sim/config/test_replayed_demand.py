"""Demand of a table of real arrivals: its months, the days that it covers, and what a run outside of them says."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hospitals import department, hospital

from hospital_sim.config import DepartmentConfig
from hospital_sim.config.arrivals import days_covered, month_rates
from hospital_sim.config.calendar import DAYS_IN_MONTH
from hospital_sim.config.offered_load import mean_bed_days, month_multipliers, requests_per_day
from hospital_sim.experiments import compare
from hospital_sim.hospital import MONTHS

pytestmark = pytest.mark.unit


def _daily(first: str, days: int, times: int = 2) -> list[datetime]:
    """Return arrivals at even times of each day."""
    start = datetime.fromisoformat(first).replace(tzinfo=UTC)
    return [start + timedelta(days=number / times) for number in range(days * times)]


EMPTY_START = "nobody comes in the warm-up, so none of these patients is in a bed at the start"
JANUARY_AND_DECEMBER = _daily("2025-01-01", 28) + _daily("2025-12-01", 28)


def _ward(arrivals: list[datetime], **fields: Any) -> DepartmentConfig:
    source = {"id": "real", "arrivals": [moment.isoformat() for moment in arrivals]}
    return department("w", requests_per_day=None, target_occupancy=None, source=[source], beds=10, **fields)


def test_describe_shows_each_month_of_the_table() -> None:
    ward = _ward(JANUARY_AND_DECEMBER)
    (row,) = hospital(ward).describe()
    load = 56 / 31 * mean_bed_days(ward) / 10
    expected = {month: load if month in ("Jan", "Dec") else 0.0 for month in MONTHS}
    assert {month: row[month] for month in MONTHS} == pytest.approx(expected)
    assert row["year"] == pytest.approx(load * 62 / 365.25)
    assert row["requests_per_day"] == pytest.approx(112 / 365.25)


@pytest.mark.parametrize(
    ("arrivals", "start", "end"),
    [
        (JANUARY_AND_DECEMBER, "2025-01-01", "2025-12-31"),
        (_daily("2025-01-01", 365, 3), "2025-01-01", "2025-12-31"),
        (_daily("2025-03-15", 40, 3), "2025-03-15", "2025-04-23"),
        (_daily("2024-06-20", 300, 1), "2024-06-20", "2025-04-15"),
    ],
)
def test_the_requests_that_a_run_record_expects_of_each_month_are_those_of_the_table(
    arrivals: list[datetime], start: str, end: str
) -> None:
    ward = _ward(arrivals)
    rates = [requests_per_day(ward) * factor for factor in month_multipliers(ward)]
    day, last = date.fromisoformat(start), date.fromisoformat(end)
    expected: Counter[int] = Counter()
    while day <= last:
        expected[day.month] += rates[day.month - 1]
        day += timedelta(days=1)
    observed = Counter(moment.month for moment in arrivals)
    assert {month: count for month, count in expected.items() if count} == pytest.approx(dict(observed))
    assert sum(map(lambda factor, days: factor * days, month_multipliers(ward), DAYS_IN_MONTH)) == pytest.approx(365.25)


def test_a_month_in_two_years_of_the_table_has_the_mean_over_its_days() -> None:
    table = _daily("2023-02-01", 28, 2) + _daily("2023-03-01", 337, 1) + _daily("2024-02-01", 29, 4)
    rates = month_rates(tuple(table))
    assert rates[1] == pytest.approx((28 * 2 + 29 * 4) / 57)
    assert rates[6] == pytest.approx(1)


@pytest.mark.parametrize(
    ("arrivals", "covered"),
    [
        (JANUARY_AND_DECEMBER, "2025-01-01 2025-12-31"),
        (_daily("2025-03-15", 40), "2025-03-15 2025-04-23"),
        (_daily("2025-03-03", 10, 1) + _daily("2025-03-18", 5, 1), "2025-03-01 2025-03-22"),
        (_daily("2024-02-10", 1, 1), "2024-02-01 2024-02-29"),
        (_daily("2024-02-10", 1, 1) * 2, "2024-02-10 2024-02-10"),
    ],
)
def test_a_table_covers_whole_months_unless_it_is_silent_there_for_longer_than_anywhere(
    arrivals: list[datetime], covered: str
) -> None:
    assert " ".join(map(str, days_covered(arrivals))) == covered


@pytest.mark.parametrize(
    ("start", "end", "warmup_days", "effect"),
    [
        ("2025-01-01", "2025-12-31", 0, None),
        ("2025-02-01", "2025-03-01", 31, None),
        (
            "2025-01-01",
            "2025-01-31",
            30,
            EMPTY_START,
        ),
        ("2025-01-21", "2025-01-31", 30, "nobody comes on 10 of the 30 days of the warm-up"),
        ("2025-12-30", "2026-01-02", 30, "nobody comes on 2 of the 4 days of the run"),
        (
            "2024-12-31",
            "2025-01-03",
            5,
            f"nobody comes on 1 of the 4 days of the run; {EMPTY_START}",
        ),
    ],
)
def test_a_run_says_which_of_its_days_a_table_does_not_cover(
    start: str, end: str, warmup_days: int, effect: str | None
) -> None:
    ward = hospital(_ward(JANUARY_AND_DECEMBER), department("other"), warmup_days=warmup_days)
    run = ward.simulate(start, end, seed=1)
    notes = [] if effect is None else [f"w, real: its table of arrivals covers 2025-01-01 to 2025-12-31: {effect}"]
    assert list(run.notes) == notes
    assert all(note in (run._repr_html_() or "") for note in notes)
    compared = compare(now=ward, same=ward, start=start, end=end, replications=2, workers=1, metrics=["admissions"])
    assert list(compared.notes) == notes
