"""Patients: a share comes back, except those who wait, are in a bed or were admitted that day; no request is lost."""

from collections import Counter
from datetime import date

import pytest
from hospitals import department, hospital
from scipy.stats import triang
from standard_errors import of_binomial, of_uniform

import hospital_sim as hs
from hospital_sim.clock import DAY, date_of, second_of
from hospital_sim.draws.identity import Identity
from hospital_sim.draws.patients import REMEMBERED, PatientRegister, Person
from hospital_sim.draws.streams import Streams

pytestmark = pytest.mark.unit

YEAR = 20_000 * DAY
"""A second in 2024."""


def _register(**fields: object) -> PatientRegister:
    ward = department(**({"return_share": 1.0} | fields))
    return PatientRegister(ward, Streams(1, "city", ward.id), Identity(1, "city", ward.id))


def _ask(register: PatientRegister, day: int = 0, returning: float = 0.0, pick: float = 0.0) -> Person:
    return register.patient_for(YEAR + day * DAY, returning, pick)


def _visit(register: PatientRegister, patient: Person, admitted: int, discharged: int | None = None) -> None:
    """Let a patient leave who was admitted on a day, on that day unless on another."""
    last = admitted if discharged is None else discharged
    register.discharged(patient, YEAR + admitted * DAY, YEAR + last * DAY + 1)


@pytest.mark.parametrize(("admitted", "day"), [(0, 1), (0, 2), (1, 2)])
def test_one_who_left_on_day_1_may_come_back_on_any_day_after_the_admission(admitted: int, day: int) -> None:
    register = _register()
    patient = _ask(register)
    _visit(register, patient, admitted, 1)
    assert _ask(register, day) is patient


@pytest.mark.parametrize("pick", [0.0, 0.5, 0.99])
def test_one_who_was_admitted_that_day_is_passed_over_for_one_who_is_eligible(pick: float) -> None:
    register = _register()
    earlier, today, also_today = (_ask(register) for _ in range(3))
    _visit(register, earlier, 1)
    _visit(register, today, 3)
    _visit(register, also_today, 3)
    assert _ask(register, 3, pick=pick) is earlier


def test_if_nobody_is_eligible_the_request_is_a_new_patients() -> None:
    """Not of one who was admitted that day, nor of one who is waiting or in a bed."""
    register = _register()
    patient = _ask(register)
    _visit(register, patient, 3)
    newcomer = _ask(register, 3)
    assert newcomer.patient_id != patient.patient_id
    assert _ask(register, 4) is patient
    assert _ask(register, 4) is not patient


def test_the_pick_selects_one_of_the_eligible_patients() -> None:
    register = _register()
    people = [_ask(register) for _ in range(4)]
    for patient in people:
        _visit(register, patient, 0)
    assert _ask(register, 5, pick=0.6) is people[2]
    assert _ask(register, 5, pick=0.6) is people[1]


@pytest.mark.parametrize("last_day", [0, 1])
def test_the_one_discharged_longest_ago_is_forgotten_first(last_day: int) -> None:
    """Those who leave on the day of the admission, and those who leave later."""
    register = _register()
    people = [_ask(register) for _ in range(REMEMBERED + 1)]
    for patient in people:
        _visit(register, patient, 0, last_day)
    back = [_ask(register, 2) for _ in range(REMEMBERED)]
    assert back == people[1:]


def test_day_patients_do_not_raise_the_number_remembered() -> None:
    register = _register()
    people = [_ask(register) for _ in range(2 * REMEMBERED)]
    for number, patient in enumerate(people):
        _visit(register, patient, number % 2, 1)
    back = [_ask(register, 2) for _ in range(REMEMBERED + 1)]
    assert len({patient.patient_id for patient in back} & {patient.patient_id for patient in people}) == REMEMBERED


@pytest.mark.parametrize(
    ("share", "returning", "comes_back"), [(0.2, 0.19, True), (0.2, 0.21, False), (0.0, 0.0, False)]
)
def test_the_share_of_requests_says_who_comes_back(share: float, returning: float, comes_back: bool) -> None:
    register = _register(return_share=share)
    patient = _ask(register, returning=1.0)
    _visit(register, patient, 0)
    assert (_ask(register, 1, returning=returning) is patient) == comes_back


@pytest.mark.parametrize("mode", [20.0, 35.0, 80.0])
def test_sexes_and_ages_are_as_the_configuration_says(mode: float) -> None:
    register = _register(female_share=0.6, ages=(20.0, mode, 80.0), return_share=0.0)
    people = [_ask(register) for _ in range(5000)]
    sexes = Counter(patient.sex for patient in people)
    ages = [(date_of(YEAR) - patient.birth_date).days / 365.2425 for patient in people]
    assert of_binomial(sexes["female"], 5000, 0.6).agrees
    assert of_uniform(triang((mode - 20) / 60, 20, 60).cdf(ages).tolist(), 0, 1).agrees
    assert min(ages) + 1 / 365 >= 20
    assert max(ages) <= 80
    assert _ask(_register(ages=(0.0, 0.0, 0.0))).birth_date == date_of(YEAR)


@pytest.mark.parametrize(
    ("day", "ages", "oldest"),
    [
        (date(1975, 6, 1), (18, 74, 100), 75.41),
        (date(1971, 1, 2), (65, 82, 105), 71),
        (date(1971, 1, 2), (70, 120, 120), 71),
        (date(1999, 12, 31), (18, 74, 100), 100),
        (date(2019, 1, 1), (90, 118, 120), 119),
    ],
)
def test_nobody_is_born_before_1900_and_ages_that_fit_are_as_likely_as_before(
    day: date, ages: tuple[float, float, float], oldest: float
) -> None:
    register, size = _register(ages=ages, return_share=0.0), 100
    people = [register.patient_for(second_of(day), 0.5, 0.5) for _ in range(size)]
    years = [(day - patient.birth_date).days / 365.2425 for patient in people]
    low, mode, high = ages
    every_age = triang((mode - low) / (high - low), low, high - low)
    assert min(patient.birth_date for patient in people) >= date(1900, 1, 1)
    assert len({patient.patient_id for patient in people}) == size
    assert of_uniform((every_age.cdf(years) / every_age.cdf(oldest)).tolist(), 0, 1).agrees


def test_ages_that_would_all_be_births_before_1900_are_refused_before_anything_runs() -> None:
    ward = department("ward", ages=(72, 80, 99))
    hospital(ward).simulate("1973-06-01", "1973-06-01", seed=1)
    message = "start: 1972-12-01: patients of ward are 72 or older, and would be born before 1900; start later"
    with pytest.raises(hs.ConfigurationError, match=message):
        hospital(ward).simulate("1972-12-01", "1972-12-01", seed=1)
