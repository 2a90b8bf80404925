"""The number of replications is the smallest that is enough; a warm-up is found and drawn."""

import pytest
from tiny_hospitals import poisson

from hospital_sim.errors import ConfigurationError
from hospital_sim.experiments import Precision, replicate, replications_for, t_interval, warmup
from hospital_sim.experiments.precision import LOOK_AHEAD
from hospital_sim.hospital import Hospital

pytestmark = pytest.mark.property

WARD = Hospital(poisson(beds=60, per_day=12.0, stay_days=1.0, warmup_days=10))
WEEK = {"start": "2025-05-05", "end": "2025-05-11"}


@pytest.fixture(scope="module")
def precise() -> Precision:
    """Return the replications for a precision of 0.6 patients."""
    return replications_for(WARD, "occupied_beds", **WEEK, precision=0.6, seed=3)


def test_the_number_of_replications_is_the_first_that_is_enough_and_stays_so(precise: Precision) -> None:
    number = precise.replications
    assert number > 5, "the wanted precision should not be met at once"
    widths = dict(enumerate(precise.half_widths, 2))
    assert all(widths[size] <= 0.6 for size in range(number, number + LOOK_AHEAD + 1))
    assert any(widths[size] > 0.6 for size in range(number - 1, number + LOOK_AHEAD))
    assert precise.interval == t_interval(precise.ran.values("occupied_beds")[:number])


def test_it_runs_the_replications_that_replicate_would(precise: Precision) -> None:
    same = replicate(WARD, **WEEK, replications=precise.replications, seed=3, metrics=["occupied_beds"])
    assert same.interval("occupied_beds") == precise.interval


def test_a_relative_precision_is_a_share_of_the_mean(precise: Precision) -> None:
    relative = replications_for(WARD, "occupied_beds", **WEEK, precision=0.05, relative=True, seed=3)

    # The mean is 12, so a twentieth of it is 0.6, nearly.
    assert abs(precise.replications - relative.replications) <= 5
    assert relative.interval.half_width is not None
    assert relative.interval.mean is not None
    assert relative.interval.half_width <= 0.05 * relative.interval.mean


def test_an_unreached_precision_is_an_error_that_states_the_interval() -> None:
    with pytest.raises(ConfigurationError, match=r"precision: 6 replications give occupied_beds 1.*not within 0.001;"):
        replications_for(WARD, "occupied_beds", **WEEK, precision=0.001, at_most=6)


def test_a_slower_ward_needs_a_longer_warm_up() -> None:
    quick = warmup(Hospital(poisson(beds=100, per_day=5.0, stay_days=1.0)), days=100, replications=5)
    slow = warmup(Hospital(poisson(beds=200, per_day=5.0, stay_days=20.0)), days=300, replications=5)

    assert quick.settled
    assert slow.settled
    # From empty the number present is m(1 - exp(-t/s)): after three mean stays a twentieth is to come.
    assert quick.days <= 15
    assert 30 <= slow.days <= 150
    assert slow.present()[-1] == pytest.approx(100, rel=0.1)


def test_a_queue_without_end_never_settles() -> None:
    found = warmup(Hospital(poisson(beds=5, per_day=8.0)), days=60, replications=3)

    assert not found.settled
    assert found.table()["settled"] == ["no"]


def test_seasons_are_left_out_of_a_warm_up() -> None:
    seasonal = Hospital(poisson(beds=60, per_day=10.0, month_multipliers=[1.5] * 2 + [1.0] * 9 + [0.1]))
    even = Hospital(poisson(beds=60, per_day=10.0))

    assert warmup(seasonal, days=40, replications=2).present() == warmup(even, days=40, replications=2).present()


def test_welchs_plot_shows_the_days_their_average_and_the_cut() -> None:
    found = warmup(WARD, days=30, replications=3)

    chart = found.chart("d1", window=5).to_dict()

    days, average, rule, _ = (layer["data"]["values"] for layer in chart["layer"])
    assert len(days) == 30
    assert days[0]["patients"] == pytest.approx(found.present("d1")[0], abs=1e-6)
    assert len(average) == 25
    assert rule[0]["day"] == found.departments["d1"].observations == found.days
