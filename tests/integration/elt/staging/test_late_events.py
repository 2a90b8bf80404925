"""A month closes when a run has ended it: an event that comes later is counted as late, and still staged."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from lakes import DAY, QuickStore, admission, discharge, put_all, put_event, put_record, some_events

from elt.contracts import EVENT_TYPES
from elt.lake.lake import Lake
from elt.staging import stage

pytestmark = pytest.mark.integration


@pytest.fixture
def lake(tmp_path: Path) -> QuickStore:
    """Return a lake of one event of each type."""
    store = QuickStore(tmp_path / "lake")
    put_all(store, some_events(1))
    return store


CITY = {("admission", "city", date(2024, 3, 1)): 1, ("discharge", "city", date(2024, 3, 1)): 1}
COAST = {("admission", "coast", date(2024, 3, 1)): 1}


@pytest.mark.parametrize(
    ("ends", "as_of", "late"),
    [
        ({}, None, {}),
        ({"city": date(2024, 3, 31)}, None, CITY),
        ({"city": date(2024, 3, 31), "coast": date(2024, 3, 30)}, None, CITY),
        ({"city": date(2024, 3, 30)}, date(2024, 4, 1), CITY | COAST),
        ({"city": date(2024, 3, 31)}, date(2024, 3, 31), {}),
    ],
)
def test_an_event_is_late_and_still_staged_if_a_run_of_its_hospital_or_a_day_closed_its_month_before(
    lake: QuickStore, ends: dict[str, date], as_of: date | None, late: dict[tuple[str, str, date], int]
) -> None:
    for run, (hospital, end) in enumerate(ends.items()):
        put_record(lake, end, hospital, run)
    stage(Lake(lake), as_of=as_of)
    put_all(lake, [admission(901), admission(902, hospital="coast"), discharge(903)])
    put_event(lake, admission(904, DAY + timedelta(days=20)))

    summary = stage(Lake(lake))

    assert (summary.late, summary.rows) == (sum(late.values()), 4)
    assert Lake(lake).late_counts() == late


def test_a_nightly_staging_of_the_current_month_is_never_late(lake: QuickStore) -> None:
    for night in range(3):
        put_all(lake, some_events(1, first=2 + night, day=DAY + timedelta(days=night)))
        put_record(lake, DAY.date() + timedelta(days=night), run=1 + night)
        assert stage(Lake(lake)).late == 0
    assert len([file for file in Lake(lake).staged_files() if file.event_type == "admission"]) == 3
    put_record(lake, DAY.date() + timedelta(days=3), run=4)
    assert stage(Lake(lake)).manifests == [], "a run that neither wrote events nor ended a month needs no manifest"


def test_a_run_that_finishes_after_its_events_were_staged_still_closes_its_months(lake: QuickStore) -> None:
    stage(Lake(lake))
    put_record(lake, date(2024, 3, 31))
    assert stage(Lake(lake)).manifests == [2]
    assert stage(Lake(lake)).manifests == []
    put_event(lake, admission(901))
    assert stage(Lake(lake)).late == 1


def test_open_months_leave_late_events_to_a_staging_of_all_months(lake: QuickStore) -> None:
    put_record(lake, date(2024, 3, 31))
    stage(Lake(lake), only_open=True)
    put_event(lake, admission(901))
    put_event(lake, discharge(902, DAY + timedelta(days=20)))

    assert stage(Lake(lake), only_open=True).staged == dict.fromkeys(EVENT_TYPES, 0) | {"discharge": 1}

    night = stage(Lake(lake), only_open=True)
    sunday = stage(Lake(lake))
    assert (night.rows, sunday.rows, sunday.late) == (0, 1, 1)


def test_open_months_have_the_months_of_a_hospital_that_is_new(lake: QuickStore) -> None:
    put_record(lake, date(2024, 3, 31))
    stage(Lake(lake))
    put_event(lake, admission(901, hospital="coast"))
    put_record(lake, date(2024, 3, 20), "coast", run=2)

    night = stage(Lake(lake), only_open=True)
    assert (night.rows, night.late) == (1, 0)
