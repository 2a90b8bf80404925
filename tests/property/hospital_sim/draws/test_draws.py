"""The draws of demand and stays are what the configuration promises: exact intervals on fixed seeds."""

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date
from itertools import takewhile

import faults
import numpy as np
import pytest
from drawn_stays import Stay, each_stay
from faults import Fault
from hospitals import department, hospital
from standard_errors import Verdict, of_binomial, of_chi_squared, of_dispersion, of_poisson, of_uniform

from hospital_sim import Exponential
from hospital_sim.clock import DAY, date_of, second_of
from hospital_sim.config import DepartmentConfig
from hospital_sim.config.offered_load import month_multipliers
from hospital_sim.config.sources import sources
from hospital_sim.draws.requests import Request, requests
from hospital_sim.draws.stays import StayDraws
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


def _daily(drawn: list[Request]) -> list[int]:
    counts = Counter(date_of(request.second) for request in drawn)
    return [counts[day] for day in YEAR]


def _rates(ward: DepartmentConfig = WARD) -> list[float]:
    factors = month_multipliers(ward)
    return [100.0 * factors[day.month - 1] for day in YEAR]


def _stays(ward: DepartmentConfig = WARD, size: int = MANY) -> list[Stay]:
    (source,) = sources(ward)
    return list(each_stay(StayDraws(source.stay, ward, Streams(1, "city", ward.id)).draw(size)))


def months() -> list[Verdict]:
    counts, rates = _daily(_year()), _rates()
    return [
        of_poisson(
            sum(count for count, day in zip(counts, YEAR, strict=True) if day.month == month),
            sum(rate for rate, day in zip(rates, YEAR, strict=True) if day.month == month),
        )
        for month in range(1, 13)
    ]


def year() -> Verdict:
    return of_poisson(len(_year()), sum(_rates()))


def times_of_day() -> Verdict:
    return of_uniform([request.second % DAY + 0.5 for request in _year()], 0, DAY)


def ordinary_stays() -> Verdict:
    """Return how the stays of no more than the maximum differ from a uniform distribution."""
    lengths = [stay.length / DAY for stay in _stays()]
    return of_uniform([length for length in lengths if length <= 8], 1, 8)


def classes_of_stays() -> Verdict:
    """Return how the stays fall into classes of a day, and the long stays into classes of six."""
    lengths = np.array([stay.length / DAY for stay in _stays()])
    counts, _ = np.histogram(lengths, [*range(1, 9), *range(24, 49, 6)])
    between = [count for index, count in enumerate(counts) if index != 7]
    assert counts[7] == 0, "no stay is between the maximum and three times the maximum"
    return of_chi_squared(between, [0.98 / 7] * 7 + [0.02 / 4] * 4)


def long_stays() -> Verdict:
    return of_binomial(sum(stay.length > 8 * DAY for stay in _stays()), MANY, 0.02)


def delays() -> Verdict:
    return of_binomial(sum(stay.delay > 0 for stay in _stays()), MANY, 0.1)


def lengths_of_delays() -> Verdict:
    return of_uniform([stay.delay / DAY for stay in _stays() if stay.delay], 4, 14)


def long_stays_with_a_delay() -> Verdict:
    """Whether a stay is long and whether it is delayed have nothing to do with each other."""
    return of_binomial(sum(stay.length > 8 * DAY and stay.delay > 0 for stay in _stays()), MANY, 0.002)


def reasons_for_delays() -> Verdict:
    told = Counter(stay.delay_reason for stay in _stays() if stay.delay)
    return of_chi_squared([told[reason] for reason in WARD.delay_reasons], list(WARD.delay_reasons.values()))


def destinations() -> Verdict:
    told = Counter(stay.destination for stay in _stays())
    return of_chi_squared([told[word] for word in WARD.discharge_destinations], [0.955, 0.03, 0.015])


def methods_of_admission() -> Verdict:
    told = Counter(request.admission_method for request in _year())
    return of_chi_squared([told["11"], told["21"], told["81"]], [0.25, 0.6, 0.15])


def two_departments() -> Verdict:
    """Two departments alike but for their name: the days on which both have more than usual are half of all."""
    one, other = (np.array(_daily(_year(department(name, requests_per_day=100.0, beds=900)))) for name in "ab")
    above = (one > np.median(one)) == (other > np.median(other))
    return of_binomial(int(above.sum()), len(YEAR), 0.5)


def dispersion() -> Verdict:
    return of_dispersion(_daily(_year()), _rates())


CHECKS: list[Callable[[], Verdict]] = [
    year,
    dispersion,
    times_of_day,
    ordinary_stays,
    classes_of_stays,
    long_stays,
    delays,
    lengths_of_delays,
    long_stays_with_a_delay,
    reasons_for_delays,
    destinations,
    methods_of_admission,
    two_departments,
]


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_draws_lie_within_their_interval(check: Callable[[], Verdict]) -> None:
    verdict = check()
    assert verdict.agrees, verdict


def test_the_requests_of_each_month_lie_within_their_exact_interval() -> None:
    assert [number for number, verdict in enumerate(months(), 1) if not verdict.agrees] == []


@pytest.mark.parametrize("fault", [faults.seasons_come_a_month_late, faults.seasons_are_left_out])
def test_the_intervals_of_months_catch_a_planted_fault(fault: Fault, monkeypatch: pytest.MonkeyPatch) -> None:
    fault(monkeypatch)
    assert not all(verdict.agrees for verdict in months())


@pytest.mark.parametrize(
    ("check", "fault"),
    [
        (year, faults.the_rate_is_off_by(5)),
        (year, faults.the_rate_is_off_by(-5)),
        (dispersion, faults.demand_is_as_regular_as_a_clock),
        (dispersion, faults.seasons_are_left_out),
        (times_of_day, faults.demand_comes_in_the_first_half_of_the_day),
        (ordinary_stays, faults.a_stream_serves_two_purposes),
        (classes_of_stays, faults.stays_lean_to_the_short),
        (long_stays, faults.long_stays_are_left_out),
        (long_stays, faults.a_long_stay_is_not_told_from_an_ordinary_one),
        (delays, faults.delays_are_half_as_frequent),
        (lengths_of_delays, faults.stays_are_whole_days),
        (long_stays_with_a_delay, faults.long_stays_are_delayed),
        (reasons_for_delays, faults.words_are_drawn_alike),
        (destinations, faults.words_are_drawn_alike),
        (methods_of_admission, faults.words_are_drawn_alike),
        (two_departments, faults.every_department_draws_from_one_stream),
    ],
    ids=lambda given: given.__name__,
)
def test_the_interval_catches_a_planted_fault(
    check: Callable[[], Verdict], fault: Fault, monkeypatch: pytest.MonkeyPatch
) -> None:
    fault(monkeypatch)
    assert not check().agrees


def test_no_stay_is_shorter_than_a_day_and_a_long_one_is_above_the_maximum() -> None:
    assert min(stay.length for stay in _stays()) >= DAY
    ward = department(max_stay_days=1.0, long_stay_share=1.0, long_stay_multiple=(1.0, 1.0), delay_share=0.0)
    assert {stay.length for stay in _stays(ward, 100)} == {DAY + 1}


def test_a_stay_of_a_distribution_lasts_at_least_a_second() -> None:
    ward = department(stay=Exponential(mean=1e-6), requests_per_day=1.0)
    assert min(stay.length for stay in _stays(ward, 1000)) == 1


def test_requests_come_in_the_order_of_their_seconds() -> None:
    drawn = _year()
    assert [request.second for request in drawn] == sorted(request.second for request in drawn)


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
    assert bounded == _year()
