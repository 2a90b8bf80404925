"""A month closes when a run has ended it: an event that comes later is counted as late, and still staged."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from lakes import DAY, QuickStore, admission, discharge, put_all, put_event, put_record, some_events

from elt.lake.lake import Lake
from elt.staging import stage

pytestmark = pytest.mark.integration


@pytest.fixture
def lake(tmp_path: Path) -> QuickStore:
    """Return a lake of one event of each type."""
    store = QuickStore(tmp_path / "lake")
    put_all(store, some_events(1))
    return store


def test_without_a_finished_run_nothing_closes(lake: QuickStore) -> None:
    stage(Lake(lake))
    put_event(lake, admission(901))
    assert stage(Lake(lake)).late == 0


def test_an_event_of_a_month_closed_earlier_is_late_and_still_staged(lake: QuickStore) -> None:
    put_record(lake, date(2024, 3, 31))
    stage(Lake(lake))
    put_all(lake, [admission(901), discharge(902), admission(903, DAY + timedelta(days=20))])

    summary = stage(Lake(lake))

    assert (summary.late, summary.rows) == (2, 3)
    assert Lake(lake).late_counts() == {
        ("admission", "city", date(2024, 3, 1)): 1,
        ("discharge", "city", date(2024, 3, 1)): 1,
    }


def test_a_month_closes_only_for_the_hospital_whose_run_ended_it(lake: QuickStore) -> None:
    put_record(lake, date(2024, 3, 31), "city", run=1)
    put_record(lake, date(2024, 3, 30), "coast", run=2)
    stage(Lake(lake))
    put_all(lake, [admission(901), admission(902, hospital="coast")])
    summary = stage(Lake(lake))
    assert (summary.late, summary.rows) == (1, 2)


def test_a_nightly_staging_of_the_current_month_is_never_late(lake: QuickStore) -> None:
    for night in range(3):
        put_all(lake, some_events(1, first=2 + night, day=DAY + timedelta(days=night)))
        put_record(lake, DAY.date() + timedelta(days=night), run=1 + night)
        assert stage(Lake(lake)).late == 0
    assert len([file for file in Lake(lake).staged_files() if file.event_type == "admission"]) == 3
    put_record(lake, DAY.date() + timedelta(days=3), run=4)
    assert stage(Lake(lake)).manifests == [], "a run that neither wrote events nor ended a month needs no manifest"


def test_an_explicit_day_closes_for_every_hospital(lake: QuickStore) -> None:
    stage(Lake(lake), as_of=date(2024, 4, 1))
    put_event(lake, admission(901, hospital="coast"))
    assert stage(Lake(lake)).late == 1


def test_a_run_that_finishes_after_its_events_were_staged_still_closes_its_months(lake: QuickStore) -> None:
    stage(Lake(lake))
    put_record(lake, date(2024, 3, 31))
    assert stage(Lake(lake)).manifests == [2]
    assert stage(Lake(lake)).manifests == []
    put_event(lake, admission(901))
    assert stage(Lake(lake)).late == 1
