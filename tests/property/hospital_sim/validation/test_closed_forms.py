"""The simulation against queueing theory, decided by standard errors over replications with fixed seeds.

A right simulator leaves each interval once in a thousand seeds; for each check a fault is planted that it must catch.
"""

from collections.abc import Iterator
from datetime import timedelta

import faults
import numpy as np
import pytest
from faults import Fault
from hospitals import START, department
from scipy import stats
from standard_errors import Verdict, of_dispersion, of_means, of_poisson
from theory import Replication, replications, share

from hospital_sim import Exponential, Fixed, Lognormal, Uniform
from hospital_sim.config.calendar import DAYS_IN_MONTH
from hospital_sim.config.offered_load import mean_bed_days
from hospital_sim.queueing import erlang_b, erlang_c, erlang_c_mean_wait, erlang_c_wait_quantile, one_bed_mean_wait

pytestmark = pytest.mark.property

MEAN = 0.1
"""Mean stay in days: short, so that a day holds many stays and costs little."""

FIVE_PERCENT = faults.the_rate_is_off_by(5)


def _caught(*planted: Fault) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("fault", planted, ids=lambda fault: fault.__name__)


# Patients who find no bed are turned away: Erlang B, whatever the distribution of the stay.

STAYS = {
    "exponential": {"stay": Exponential(mean=MEAN)},
    "fixed": {"stay": Fixed(value=MEAN)},
    "lognormal": {"stay": Lognormal(mean=MEAN, sd=1.2 * MEAN)},
    "uniform": {"stay": Uniform(low=0.0, high=2 * MEAN)},
}
STROKE_LOAD, STROKE_BEDS = 8.355, 10
"""Load and beds of the acute stroke unit of Monks et al. 2016."""


def turned_away(stay: str, count: int = 32) -> Verdict:
    rate = STROKE_LOAD / MEAN
    ward = department(beds=STROKE_BEDS, requests_per_day=rate, when_full="divert", delay_share=0.0, **STAYS[stay])
    runs = replications(ward, count, days=40, warmup_days=2)
    return of_means([run.turned_away / run.asked for run in runs], erlang_b(STROKE_BEDS, STROKE_LOAD))


def turned_away_by_the_simple_rule() -> Verdict:
    simple = {"max_stay_days": 3.0, "long_stay_share": 0.03, "delay_share": 0.05}
    load, mean = 38.0, mean_bed_days(department(requests_per_day=1.0, beds=1000, **simple))
    ward = department(beds=40, requests_per_day=load / mean, when_full="divert", **simple)
    runs = replications(ward, 20, days=150, warmup_days=50)
    return of_means([run.turned_away / run.asked for run in runs], erlang_b(40, load))


@pytest.mark.parametrize("stay", STAYS)
def test_the_share_turned_away_is_that_of_erlang_b_for_any_distribution_of_the_stay(stay: str) -> None:
    assert turned_away(stay, 32 if stay == "exponential" else 16).agrees


def test_the_share_turned_away_is_that_of_erlang_b_for_the_simple_rule() -> None:
    assert turned_away_by_the_simple_rule().agrees


@_caught(FIVE_PERCENT, faults.a_bed_leaks)
def test_erlang_b_catches(fault: Fault, monkeypatch: pytest.MonkeyPatch) -> None:
    fault(monkeypatch)
    assert not turned_away("exponential").agrees


@_caught(faults.a_delay_is_counted_twice, faults.long_stays_are_left_out)
def test_erlang_b_with_the_simple_rule_catches(fault: Fault, monkeypatch: pytest.MonkeyPatch) -> None:
    fault(monkeypatch)
    assert not turned_away_by_the_simple_rule().agrees


# Patients wait, with exponential stays: Erlang C.

BEDS, LOAD = 4, 2.4


def _waiting_runs() -> Iterator[Replication]:
    ward = department(beds=BEDS, requests_per_day=LOAD / MEAN, stay=Exponential(mean=MEAN), delay_share=0.0)
    return replications(ward, 40, days=100, warmup_days=5)


def waits() -> dict[str, Verdict]:
    """Return the mean of the waits, how many wait at all, and how many longer than the P90 and the P99."""
    p90, p99 = (erlang_c_wait_quantile(BEDS, LOAD, share, MEAN) for share in (0.9, 0.99))
    runs = [run.waits for run in _waiting_runs()]
    return {
        "mean": of_means([float(np.mean(waited)) for waited in runs], erlang_c_mean_wait(BEDS, LOAD, MEAN)),
        "any": of_means([share([wait > 0 for wait in waited]) for waited in runs], erlang_c(BEDS, LOAD)),
        "p90": of_means([share([wait > p90 for wait in waited]) for waited in runs], 0.1),
        "p99": of_means([share([wait > p99 for wait in waited]) for waited in runs], 0.01),
    }


def test_waits_are_those_of_erlang_c() -> None:
    assert [name for name, verdict in waits().items() if not verdict.agrees] == []


@pytest.mark.parametrize(
    ("fault", "by"),
    [
        (FIVE_PERCENT, {"any", "p90"}),
        (faults.a_bed_leaks, {"mean", "any", "p90", "p99"}),
        (faults.last_come_first_served, {"p99"}),
    ],
    ids=lambda given: getattr(given, "__name__", ""),
)
def test_erlang_c_catches(fault: Fault, by: set[str], monkeypatch: pytest.MonkeyPatch) -> None:
    fault(monkeypatch)
    assert by <= {name for name, verdict in waits().items() if not verdict.agrees}


# One bed, stays of great variance and delays: Pollaczek and Khinchine.

ONE_BED = {
    "beds": 1,
    "requests_per_day": 11.0,
    "stay": Lognormal(mean=0.05, sd=0.08),
    "delay_share": 0.2,
    "delay_days": (0.01, 0.05),
}


def _moments_of_time_in_bed() -> tuple[float, float]:
    """Return E[S] and E[S²] in days: a lognormal stay, and for one in five a uniform delay after it."""
    stay, delay = (0.05, 0.05**2 + 0.08**2), (0.2 * 0.03, 0.2 * (0.01**2 + 0.01 * 0.05 + 0.05**2) / 3)
    return stay[0] + delay[0], stay[1] + 2 * stay[0] * delay[0] + delay[1]


def wait_for_one_bed() -> Verdict:
    runs = replications(department(**ONE_BED), 40, days=200, warmup_days=10)
    return of_means([float(np.mean(run.waits)) for run in runs], one_bed_mean_wait(11.0, *_moments_of_time_in_bed()))


def test_the_wait_for_one_bed_is_that_of_pollaczek_and_khinchine() -> None:
    assert _moments_of_time_in_bed()[0] == pytest.approx(mean_bed_days(department(**ONE_BED)))
    assert wait_for_one_bed().agrees


@_caught(faults.the_rate_is_off_by(10), faults.a_delay_is_counted_twice)
def test_pollaczek_and_khinchine_catch(fault: Fault, monkeypatch: pytest.MonkeyPatch) -> None:
    fault(monkeypatch)
    assert not wait_for_one_bed().agrees


# Beds without limit: the number present is Poisson, whatever the distribution of the stay.

APART = 2
"""Days between two counts: no stay is as long, so the counts are independent."""

SHORT_STAYS = {
    "uniform": Uniform(low=0.0, high=1.0),
    "fixed": Fixed(value=0.5),
}


def number_present(stay: str) -> tuple[Verdict, Verdict]:
    """Return how many patients were counted in all, and how the counts were dispersed."""
    ward = department(beds=400, requests_per_day=40.0, stay=SHORT_STAYS[stay], delay_share=0.0)
    run = next(replications(ward, 1, days=1600, warmup_days=APART))
    counts = run.census[::APART]
    return of_poisson(sum(counts), 20.0 * len(counts)), of_dispersion(counts, [20.0] * len(counts))


@pytest.mark.parametrize("stay", SHORT_STAYS)
def test_with_beds_without_limit_the_number_present_is_poisson(stay: str) -> None:
    total, dispersion = number_present(stay)
    assert total.agrees
    assert dispersion.agrees


@_caught(FIVE_PERCENT, faults.a_bed_is_given_twice, faults.demand_comes_in_the_first_half_of_the_day)
def test_the_number_present_catches(fault: Fault, monkeypatch: pytest.MonkeyPatch) -> None:
    fault(monkeypatch)
    assert not all(verdict.agrees for verdict in number_present("uniform"))


SEASON = (2.0, 1.8, 1.4, 1.0, 0.7, 0.5, 0.5, 0.5, 0.7, 1.0, 1.4, 1.8)
SEASONAL_RATE, SEASONAL_STAY = 10.0, Lognormal(mean=15.0, sd=15.0)
COUNTED = (0, 4, 30, 59, 99)
"""Days from the start at the end of which the patients are counted."""


def _expected_present(day: int) -> float:
    """Return the sum of λ(u)·P(S > t - u) over the days u up to day t, by the hour."""
    mean = sum(map(lambda factor, days: factor * days, SEASON, DAYS_IN_MONTH)) / sum(DAYS_IN_MONTH)
    spread = np.sqrt(np.log1p((SEASONAL_STAY.sd / SEASONAL_STAY.mean) ** 2))
    stay = stats.lognorm(spread, scale=SEASONAL_STAY.mean * np.exp(-(spread**2) / 2))
    hours = (np.arange(24) + 0.5) / 24
    rates = [SEASON[(START + timedelta(days=past)).month - 1] / mean * SEASONAL_RATE for past in range(day + 1)]
    return float(sum(rate * stay.sf(day + 1 - past - hours).mean() for past, rate in enumerate(rates)))


def seasonal_census() -> list[Verdict]:
    ward = department(
        beds=800,
        requests_per_day=SEASONAL_RATE,
        month_multipliers=SEASON,
        stay=SEASONAL_STAY,
        delay_share=0.0,
    )
    counts = [run.census for run in replications(ward, 40, days=COUNTED[-1] + 1, warmup_days=0)]
    return [of_poisson(sum(census[day] for census in counts), 40 * _expected_present(day)) for day in COUNTED]


def test_with_seasonal_demand_from_empty_the_census_is_that_of_an_infinite_server_queue() -> None:
    assert all(verdict.agrees for verdict in seasonal_census())


@_caught(FIVE_PERCENT, faults.seasons_come_a_month_late)
def test_the_seasonal_census_catches(fault: Fault, monkeypatch: pytest.MonkeyPatch) -> None:
    fault(monkeypatch)
    assert not all(verdict.agrees for verdict in seasonal_census())


# Poisson arrivals see time averages.


def _share_of_time_full(run: Replication, beds: int) -> float:
    steps = sorted(
        [(passage.admitted, 1) for passage in run.passages] + [(passage.discharged, -1) for passage in run.passages]
    )
    full = level = 0
    before = run.begin
    for second, step in steps:
        if level == beds and run.begin < second:
            full += min(second, run.end) - max(before, run.begin)
        level, before = level + step, second
    return full / (run.end - run.begin)


def arrivals_against_time() -> Verdict:
    """Return how much oftener patients find all beds occupied than all beds are occupied."""
    ward = department(
        beds=3, requests_per_day=2.0 / MEAN, stay=Exponential(mean=MEAN), delay_share=0.0, when_full="divert"
    )
    runs = replications(ward, 30, days=100, warmup_days=2)
    return of_means([run.turned_away / run.asked - _share_of_time_full(run, 3) for run in runs], 0.0)


def test_poisson_arrivals_see_time_averages() -> None:
    assert arrivals_against_time().agrees


@_caught(faults.demand_comes_in_the_first_half_of_the_day)
def test_arrivals_that_see_no_time_averages_are_caught(fault: Fault, monkeypatch: pytest.MonkeyPatch) -> None:
    fault(monkeypatch)
    assert not arrivals_against_time().agrees
