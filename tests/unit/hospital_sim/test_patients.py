"""Patients: a share comes back; who waits, is in a bed or was admitted that day is passed over; no request is lost."""

from collections import Counter

import pytest
from hospitals import department
from standard_errors import of_binomial, of_uniform

from hospital_sim.clock import DAY, date_of
from hospital_sim.demand import Request
from hospital_sim.identity import Identity
from hospital_sim.patients import REMEMBERED, PatientRegister, Person
from hospital_sim.streams import Streams

pytestmark = pytest.mark.unit

YEAR = 20_000 * DAY
"""A second in 2024."""


def _register(**fields: object) -> PatientRegister:
    ward = department(**({"return_share": 1.0} | fields))
    return PatientRegister(ward, Streams(1, "city", ward.id), Identity(1, "city", ward.id))


def _request(day: int = 0, returning: float = 0.0, pick: float = 0.0) -> Request:
    return Request(YEAR + day * DAY, 1, 0, 0, "19", None, "21", returning, pick, "wait")


def _visit(register: PatientRegister, patient: Person, day: int) -> None:
    patient.last_admitted = YEAR // DAY + day
    register.discharged(patient)


def test_the_first_request_is_a_new_patients() -> None:
    register = _register()
    assert register.patient_for(_request()) is not register.patient_for(_request())


def test_one_who_has_left_may_come_back_another_day() -> None:
    register = _register()
    patient = register.patient_for(_request())
    _visit(register, patient, 0)
    assert register.patient_for(_request(1)) is patient


def test_one_who_was_admitted_that_day_is_passed_over_for_the_next_who_is_eligible() -> None:
    register = _register()
    today, earlier = (register.patient_for(_request()) for _ in range(2))
    _visit(register, today, 3)
    _visit(register, earlier, 1)
    assert register.patient_for(_request(3, pick=0.0)) is earlier


def test_if_nobody_is_eligible_the_request_is_a_new_patients() -> None:
    register = _register()
    patient = register.patient_for(_request())
    _visit(register, patient, 3)
    newcomer = register.patient_for(_request(3))
    assert newcomer.patient_id != patient.patient_id


def test_one_who_is_waiting_or_in_a_bed_does_not_ask_again() -> None:
    register = _register()
    patient = register.patient_for(_request())
    _visit(register, patient, 0)
    assert register.patient_for(_request(1)) is patient
    assert register.patient_for(_request(1)) is not patient


def test_the_search_goes_round_from_the_one_that_was_picked() -> None:
    register = _register()
    people = [register.patient_for(_request()) for _ in range(4)]
    for patient, day in zip(people, (0, 5, 5, 5), strict=True):
        _visit(register, patient, day)
    assert register.patient_for(_request(5, pick=0.6)) is people[0]


def test_the_one_discharged_longest_ago_is_forgotten_first() -> None:
    register = _register()
    people = [register.patient_for(_request()) for _ in range(REMEMBERED + 1)]
    for patient in people:
        _visit(register, patient, 0)
    back = [register.patient_for(_request(1)) for _ in range(REMEMBERED)]
    assert back == people[1:]


@pytest.mark.parametrize(
    ("share", "returning", "comes_back"), [(0.2, 0.19, True), (0.2, 0.21, False), (0.0, 0.0, False)]
)
def test_the_share_of_requests_says_who_comes_back(share: float, returning: float, comes_back: bool) -> None:
    register = _register(return_share=share)
    patient = register.patient_for(_request(returning=1.0))
    _visit(register, patient, 0)
    assert (register.patient_for(_request(1, returning=returning)) is patient) == comes_back


def test_sexes_and_ages_are_as_the_configuration_says() -> None:
    register = _register(female_share=0.6, ages=(20.0, 20.0, 80.0), return_share=0.0)
    people = [register.patient_for(_request()) for _ in range(5000)]
    sexes = Counter(patient.sex for patient in people)
    ages = [(date_of(YEAR) - patient.birth_date).days / 365.2425 for patient in people]
    assert of_binomial(sexes["female"], 5000, 0.6).agrees
    assert of_uniform([1 - ((80 - age) / 60) ** 2 for age in ages], 0, 1).agrees
    assert min(ages) + 1 / 365 >= 20
    assert max(ages) <= 80


def test_ages_may_be_all_the_same() -> None:
    register = _register(ages=(0.0, 0.0, 0.0))
    assert register.patient_for(_request()).birth_date == date_of(YEAR)


def test_patients_of_two_departments_are_never_the_same() -> None:
    identifiers = {
        PatientRegister(department(name), Streams(1, "city", name), Identity(1, "city", name))
        .patient_for(_request())
        .patient_id
        for name in ("a", "b")
    }
    assert len(identifiers) == 2
