"""Invariants that hold exactly for every hospital, read off the events alone."""

import pytest
from bed_history import RunHistory
from crowded_hospital import crowded_run
from hospitals import busy
from invariants import CHECKS
from ledger import read_ledger

pytestmark = pytest.mark.property


@pytest.fixture(scope="module")
def eventful() -> list[RunHistory]:
    """Return two runs in which all happens that can: one of the simple rules, one of every rule."""
    return [RunHistory(plan.run()) for plan in (busy(), crowded_run(days=30))]


def test_queues_diversions_delays_outliers_and_changing_beds_are_all_in_the_runs(eventful: list[RunHistory]) -> None:
    for history in eventful:
        assert all(ward.visits and ward.discharges for ward in history.departments)
        assert any(ward.waits for ward in history.departments)
        assert any(ward.diverted for ward in history.departments)
        assert any(event.delay_reason for ward in history.departments for event in ward.discharges)
    outliers = {(event.requested_department_id, event.department_id) for event in eventful[1].admissions}
    assert outliers >= {
        ("surgery", "medicine"),
        ("medicine", "surgery"),
        ("surgery", "elderly"),
        ("elderly", "medicine"),
    }
    beds = {ward.config.id: {census.beds for census in ward.census.values()} for ward in eventful[1].departments}
    assert len(beds["surgery"]) > 2
    assert len(beds["medicine"]) > 1


@pytest.mark.parametrize("check", CHECKS)
def test_in_eventful_runs(check: str, eventful: list[RunHistory]) -> None:
    assert [violation for history in eventful for violation in CHECKS[check](history)] == []


def test_every_invariant_has_a_fault_in_the_ledger_that_it_catches() -> None:
    caught_by = {fault.test.partition("::test_in_eventful_runs")[2].strip("[]") for fault in read_ledger()}
    assert CHECKS.keys() - caught_by == set()
