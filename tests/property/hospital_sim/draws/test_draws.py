"""The draws of demand and stays are what the configuration promises: exact intervals on fixed seeds."""

from collections import Counter
from collections.abc import Iterator
from datetime import date
from functools import cache
from itertools import takewhile

import numpy as np
import pytest
from hospitals import department, hospital
from standard_errors import Verdict, of_binomial, of_chi_squared, of_dispersion, of_poisson, of_uniform

from hospital_sim import Exponential
from hospital_sim.clock import DAY, date_of, second_of
from hospital_sim.config import DepartmentConfig
from hospital_sim.config.offered_load import month_multipliers
from hospital_sim.config.sources import sources
from hospital_sim.draws.requests import Request, requests
from hospital_sim.draws.stays import StayDraws, Stays
from hospital_sim.draws.streams import Streams
from hospital_sim.events import DepSnapshot

pytestmark = pytest.mark.property

SEASON = (1.4, 1.3, 1.1, 1.0, 0.9, 0.8, 0.8, 0.8, 0.9, 1.0, 1.1, 1.2)
YEAR = [date_of(second_of(date(2024, 1, 1)) + DAY * number) for number in range(366)]
WARD = department(
    beds=60,
    requests_per_day=100.0,
    max_stay_days=8.0,
    long_stay_share=0.02,
    delay_share=0.1,
    month_multipliers=SEASON,
    allow_overload=True,
    admission_methods={"11": 0.25, "21": 0.6, "81": 0.15},
    return_share=0.3,
)
MANY = 100_000


def _year(ward: DepartmentConfig = WARD, seed: int = 1) -> list[Request]:
    drawn: Iterator[Request] = requests(ward, Streams(seed, "city", ward.id), YEAR[0])
    return list(takewhile(lambda request: request.second < second_of(YEAR[-1]) + DAY, drawn))


@cache
def _ward_year() -> list[Request]:
    return _year()


@cache
def _ward_stays() -> Stays:
    return _stays()


def _daily(drawn: list[Request]) -> list[int]:
    counts = Counter(date_of(request.second) for request in drawn)
    return [counts[day] for day in YEAR]


def _rates(ward: DepartmentConfig = WARD) -> list[float]:
    factors = month_multipliers(ward)
    return [100.0 * factors[day.month - 1] for day in YEAR]


def _stays(ward: DepartmentConfig = WARD, size: int = MANY) -> Stays:
    (source,) = sources(ward)
    return StayDraws(source.stay, ward, Streams(1, "city", ward.id)).draw(size)


def _assert_agrees(verdict: Verdict) -> None:
    assert verdict.agrees, verdict


def test_the_requests_of_a_year_are_as_many_as_configured() -> None:
    _assert_agrees(of_poisson(len(_ward_year()), sum(_rates())))


def test_requests_come_evenly_over_the_day() -> None:
    _assert_agrees(of_uniform([request.second % DAY + 0.5 for request in _ward_year()], 0, DAY))


def test_ordinary_stays_are_uniform() -> None:
    lengths = [length / DAY for length in _ward_stays().length]
    _assert_agrees(of_uniform([length for length in lengths if length <= 8], 1, 8))


def test_stays_of_each_class_are_as_many_as_expected() -> None:
    # Classes of a day, and of six for the long stays.
    lengths = np.array([length / DAY for length in _ward_stays().length])
    counts, _ = np.histogram(lengths, [*range(1, 9), *range(24, 49, 6)])
    between = [count for index, count in enumerate(counts) if index != 7]
    assert counts[7] == 0, "no stay is between the maximum and three times the maximum"
    _assert_agrees(of_chi_squared(between, [0.98 / 7] * 7 + [0.02 / 4] * 4))


def test_long_stays_have_their_share() -> None:
    _assert_agrees(of_binomial(sum(length > 8 * DAY for length in _ward_stays().length), MANY, 0.02))


def test_delays_have_their_share() -> None:
    _assert_agrees(of_binomial(sum(delay > 0 for delay in _ward_stays().delay), MANY, 0.1))


def test_delays_are_uniform() -> None:
    _assert_agrees(of_uniform([delay / DAY for delay in _ward_stays().delay if delay], 4, 14))


def test_long_stays_are_delayed_no_more_often_than_others() -> None:
    stays = _ward_stays()
    both = sum(length > 8 * DAY and delay > 0 for length, delay in zip(stays.length, stays.delay, strict=True))
    _assert_agrees(of_binomial(both, MANY, 0.002))


def test_reasons_for_delays_have_their_shares() -> None:
    counts = Counter(_ward_stays().delay_reason)
    _assert_agrees(of_chi_squared([counts[reason] for reason in WARD.delay_reasons], list(WARD.delay_reasons.values())))


def test_destinations_have_their_shares() -> None:
    counts = Counter(_ward_stays().destination)
    _assert_agrees(of_chi_squared([counts[word] for word in WARD.discharge_destinations], [0.955, 0.03, 0.015]))


def test_methods_of_admission_have_their_shares() -> None:
    counts = Counter(request.admission_method for request in _ward_year())
    _assert_agrees(of_chi_squared([counts["11"], counts["21"], counts["81"]], [0.25, 0.6, 0.15]))


def test_departments_of_other_names_are_busy_on_other_days() -> None:
    # If the two are independent, the days on which both have more than usual, or both less, are half of all.
    one, other = (np.array(_daily(_year(department(name, requests_per_day=100.0, beds=900)))) for name in "ab")
    above = (one > np.median(one)) == (other > np.median(other))
    _assert_agrees(of_binomial(int(above.sum()), len(YEAR), 0.5))


def test_the_requests_of_a_day_vary_as_a_poisson_number() -> None:
    _assert_agrees(of_dispersion(_daily(_ward_year()), _rates()))


def test_the_requests_of_each_month_lie_within_their_exact_interval() -> None:
    requested = dict.fromkeys(range(1, 13), 0)
    expected = dict.fromkeys(range(1, 13), 0.0)
    for day, count, rate in zip(YEAR, _daily(_ward_year()), _rates(), strict=True):
        requested[day.month] += count
        expected[day.month] += rate
    verdicts = {month: of_poisson(requested[month], expected[month]) for month in requested}
    assert {month: verdict for month, verdict in verdicts.items() if not verdict.agrees} == {}


def test_no_stay_is_shorter_than_a_day_and_a_long_one_is_above_the_maximum() -> None:
    assert min(_ward_stays().length) >= DAY
    ward = department(max_stay_days=1.0, long_stay_share=1.0, long_stay_multiple=(1.0, 1.0), delay_share=0.0)
    assert set(_stays(ward, 100).length) == {DAY + 1}


def test_a_stay_of_a_distribution_lasts_at_least_a_second() -> None:
    ward = department(stay=Exponential(mean=1e-6), requests_per_day=1.0)
    assert min(_stays(ward, 1000).length) == 1


def test_what_is_drawn_does_not_depend_on_the_beds() -> None:
    one, other = (_year(department(beds=beds, requests_per_day=5.0)) for beds in (40, 4000))
    assert one == other


def test_the_order_of_the_shares_in_a_file_changes_nothing() -> None:
    shares = {"11": 0.25, "21": 0.6, "81": 0.15}
    one, other = (
        _year(department(admission_methods=dict(words), requests_per_day=1.0))
        for words in (shares.items(), reversed(shares.items()))
    )
    assert one == other


def test_a_department_with_hardly_any_demand_can_be_run() -> None:
    run = hospital(department("quiet", requests_per_day=1e-9)).simulate("2024-01-01", "2024-01-03", seed=1)
    assert {type(event) for event in run.events} == {DepSnapshot}


def test_requests_to_a_last_day_are_the_first_of_those_without_end() -> None:
    bounded = list(requests(WARD, Streams(1, "city", WARD.id), YEAR[0], YEAR[-1]))
    assert bounded == _ward_year()
