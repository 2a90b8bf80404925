"""Every check catches its fault: a wrong simulator does not pass."""

from collections.abc import Callable
from datetime import timedelta

import faults
import pytest
from agrees_with_oracle import assert_every_second_agrees
from bed_history import CHECKS, Check, RunHistory
from faults import Fault
from hand_made import Asked, drive, ward
from hospitals import RunPlan, busy, department, hospital, waiting_only
from second_by_second import live_through
from ward_log import watch

from hospital_sim import Run
from hospital_sim.clock import DAY
from hospital_sim.events import encode

pytestmark = pytest.mark.property

CAUGHT: dict[str, Fault] = {
    "occupied_beds_are_at_most_the_beds_and_beds_at_most_the_capacity": faults.a_census_counts_one_too_many,
    "patients_are_admitted_in_the_order_in_which_they_asked": faults.last_come_first_served,
    "no_bed_is_free_while_someone_waits": faults.a_bed_leaks,
    "the_beds_are_conserved_from_day_to_day": faults.an_event_is_lost,
    "the_waiting_list_is_conserved_from_day_to_day": faults.a_census_of_the_queue_counts_one_too_many,
    "the_start_of_a_day_is_the_end_of_the_day_before": faults.a_census_of_the_queue_counts_one_too_many,
    "every_department_has_both_snapshots_of_every_day_once": faults.a_census_is_lost,
    "a_census_counts_who_is_there": faults.a_census_counts_one_too_many,
    "those_who_wait_at_the_end_of_a_day_and_no_others_have_a_snapshot": faults.a_wait_snapshot_is_lost,
    "no_patient_asks_for_a_bed_while_waiting_or_in_one": faults.a_patient_in_a_bed_asks_for_another,
    "no_patient_is_admitted_twice_on_one_day": faults.a_patient_comes_back_on_the_day_of_the_admission,
    "no_two_patients_share_a_bed_and_each_takes_the_lowest_free_one": faults.a_bed_is_given_twice,
    "a_patient_asks_is_admitted_is_ready_and_leaves_in_that_order": faults.a_discharge_is_ready_after_it_has_happened,
    "every_discharge_has_its_admission_and_no_other": faults.a_discharge_tells_of_another_admission,
    "a_patient_belongs_to_one_department_and_stays_the_same_person": faults.a_patient_is_of_two_departments,
    "no_request_is_dropped_or_made_up": faults.a_request_is_dropped,
    "the_run_record_counts_the_events_that_were_emitted": faults.an_event_is_lost,
    "no_two_events_have_one_identifier": faults.an_identifier_is_used_twice,
    "every_event_keeps_the_contract_and_reads_back_as_it_was_written": faults.a_field_breaks_the_contract,
    "events_come_in_the_order_in_which_they_happen": faults.an_event_comes_too_late,
    "month_multipliers_average_one_over_the_calendar_year": faults.multipliers_are_not_scaled,
}
"""For each check a fault that it must catch."""

MORE = [
    ("no_bed_is_free_while_someone_waits", faults.admissions_from_the_queue_are_a_second_late),
    ("no_two_patients_share_a_bed_and_each_takes_the_lowest_free_one", faults.the_highest_free_bed_is_taken),
    ("those_who_wait_at_the_end_of_a_day_and_no_others_have_a_snapshot", faults.a_wait_is_a_second_short),
    ("every_discharge_has_its_admission_and_no_other", faults.opening_admissions_are_left_out),
    ("a_patient_belongs_to_one_department_and_stays_the_same_person", faults.a_birth_date_changes),
]

BY_NAME: dict[str, Check] = {check.__name__: check for check in CHECKS}


def test_every_check_has_a_fault_and_the_run_without_one_passes_all() -> None:
    assert CAUGHT.keys() == BY_NAME.keys()
    history = RunHistory(busy().run_anew())
    for check in CHECKS:
        check(history)
    assert all(ward.visits and ward.discharges for ward in history.departments)
    assert any(ward.waits for ward in history.departments)
    assert any(ward.diverted for ward in history.departments)


@pytest.mark.parametrize(
    ("check", "fault"),
    [pytest.param(*pair, id=f"{pair[1].__name__}-{pair[0]}") for pair in [*CAUGHT.items(), *MORE]],
)
def test_a_check_catches_its_fault(check: str, fault: Fault, monkeypatch: pytest.MonkeyPatch) -> None:
    fault(monkeypatch)
    history = RunHistory(busy().run_anew())
    with pytest.raises((AssertionError, KeyError, ValueError)):
        BY_NAME[check](history)


@pytest.mark.parametrize(
    "fault",
    [
        faults.last_come_first_served,
        faults.a_bed_leaks,
        faults.admissions_from_the_queue_are_a_second_late,
        faults.a_delay_is_counted_twice,
        faults.a_bed_is_left_a_second_late,
        faults.a_request_is_dropped,
    ],
    ids=lambda fault: fault.__name__,
)
def test_the_oracle_catches_a_fault(fault: Fault, monkeypatch: pytest.MonkeyPatch) -> None:
    plan = waiting_only(busy())
    config = plan.hospital.config
    assert_every_second_agrees(plan, watch(config, plan.start, plan.end, plan.seed))
    fault(monkeypatch)
    log = watch(config, plan.start, plan.end, plan.seed)
    with pytest.raises(AssertionError):
        assert_every_second_agrees(plan, log)


CROWD = [
    (ward("a", 2), [Asked(DAY - 8 + number // 2, 1 + number % 3) for number in range(24)]),
    (ward("b", 1, "divert"), [Asked(DAY - 8 + number, 1 + number % 2) for number in range(16)]),
    (ward("c", 3), [Asked(DAY - 6 + number // 3, 3) for number in range(24)]),
]
SECONDS = [0, *range(DAY - 10, DAY + 60)]


def test_the_crowd_without_a_fault_passes() -> None:
    assert drive(CROWD, SECONDS[-1] + 1) == live_through(CROWD, SECONDS)


@pytest.mark.parametrize(
    "fault",
    [
        faults.last_come_first_served,
        faults.the_highest_free_bed_is_taken,
        faults.one_bed_is_filled_in_a_round,
        faults.admissions_from_the_queue_are_a_second_late,
        faults.new_requests_come_before_admissions_and_overtake,
        faults.new_requests_come_before_discharges,
        faults.the_start_of_day_census_comes_last,
        faults.the_end_of_day_census_comes_first,
        faults.departments_take_their_turn_backwards,
    ],
    ids=lambda fault: fault.__name__,
)
def test_the_naive_loop_catches_a_fault(fault: Fault, monkeypatch: pytest.MonkeyPatch) -> None:
    fault(monkeypatch)
    assert drive(CROWD, SECONDS[-1] + 1) != live_through(CROWD, SECONDS)


def _bytes(run: Run) -> list[bytes]:
    return [encode(event) for event in run.events]


def _a_longer_run_begins_with_a_shorter_one() -> bool:
    short = _bytes(busy().run_anew())
    return _bytes(busy().run_anew(days=45))[: len(short)] == short


def _appended_days_are_the_rest_of_a_long_run() -> bool:
    rest = busy().run_anew(days=45, emit_from=busy().end + timedelta(days=1))
    return _bytes(busy().run_anew()) + _bytes(rest) == _bytes(busy().run_anew(days=45))


def _another_department_changes_nothing() -> bool:
    config = busy().hospital.config
    alone = RunPlan(hospital(config.department[1], warmup_days=10), busy().seed, busy().days).run_anew()
    among = [event for event in busy().run_anew().events if event.department_id == config.department[1].id]
    return _bytes(alone) == [encode(event) for event in among]


def _departments_differ() -> bool:
    """Departments of other names have other draws, though they are alike in all else."""
    run = hospital(department("a"), department("b")).simulate("2024-01-01", "2024-02-01", seed=1)
    times = [[each.event_time for each in run.events if each.department_id == name] for name in "ab"]
    return times[0] != times[1]


@pytest.mark.parametrize(
    ("holds", "fault"),
    [
        (_a_longer_run_begins_with_a_shorter_one, faults.draws_are_never_the_same),
        (_a_longer_run_begins_with_a_shorter_one, faults.draws_depend_on_the_end),
        (_appended_days_are_the_rest_of_a_long_run, faults.admissions_before_emit_from_are_told_again),
        (_appended_days_are_the_rest_of_a_long_run, faults.draws_depend_on_the_end),
        (_another_department_changes_nothing, faults.draws_depend_on_the_other_departments),
        (_departments_differ, faults.every_department_draws_from_one_stream),
    ],
    ids=lambda given: given.__name__.strip("_"),
)
def test_a_comparison_of_bytes_catches_a_fault(
    holds: Callable[[], bool], fault: Fault, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert holds()
    fault(monkeypatch)
    assert not holds()
