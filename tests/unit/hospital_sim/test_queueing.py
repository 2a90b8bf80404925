"""Queueing formulas agree with published values, definitions and limits."""

import math

import pytest

from hospital_sim.queueing import erlang_b, erlang_c, erlang_c_mean_wait, erlang_c_wait_quantile, one_bed_mean_wait

pytestmark = pytest.mark.unit


def test_erlang_b_agrees_with_a_published_stroke_unit() -> None:
    shares = [erlang_b(beds, 8.355) for beds in range(9, 15)]
    assert shares == pytest.approx([0.191, 0.138, 0.095, 0.062, 0.038, 0.022], abs=0.0005)


def test_erlang_c_of_ten_beds_and_a_load_of_nine() -> None:
    assert erlang_c(10, 9.0) == pytest.approx(0.66873, abs=5e-6)
    assert erlang_c_mean_wait(10, 9.0) == pytest.approx(erlang_c(10, 9.0))
    assert erlang_c_wait_quantile(10, 9.0, 0.9) == pytest.approx(1.9002, abs=5e-5)
    assert erlang_c_wait_quantile(10, 9.0, 0.95) == pytest.approx(2.5934, abs=5e-5)


def test_erlang_b_agrees_with_its_definition() -> None:
    load = 3.7
    terms = [load**beds / math.factorial(beds) for beds in range(6)]
    assert erlang_b(5, load) == pytest.approx(terms[5] / sum(terms))
    assert erlang_b(0, load) == 1.0


def test_erlang_c_with_one_bed_agrees_with_pollaczek_and_khinchine() -> None:
    assert erlang_c(1, 0.7) == pytest.approx(0.7)
    assert erlang_c_mean_wait(1, 0.7, mean_stay=3.0) == pytest.approx(one_bed_mean_wait(0.7 / 3, 3.0, 2 * 9.0))
    # Fixed stays halve the wait.
    assert one_bed_mean_wait(0.7, 1.0, 1.0) == pytest.approx(one_bed_mean_wait(0.7, 1.0, 2.0) / 2)


def test_waits_scale_with_the_stay_and_patients_who_do_not_wait_wait_zero() -> None:
    assert erlang_c_mean_wait(10, 9.0, 4.0) == pytest.approx(4 * erlang_c_mean_wait(10, 9.0))
    assert erlang_c_wait_quantile(10, 9.0, 0.9, 4.0) == pytest.approx(4 * erlang_c_wait_quantile(10, 9.0, 0.9))
    assert erlang_c_wait_quantile(10, 2.0, 0.5) == 0.0


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: erlang_b(-1, 1.0), "beds: must be at least 0, not -1"),
        (lambda: erlang_b(3, 0.0), "load: must be above 0 and finite, not 0.0"),
        (lambda: erlang_b(3, math.inf), "load: must be above 0 and finite, not inf"),
        (lambda: erlang_b(3, math.nan), "load: must be above 0 and finite, not nan"),
        (lambda: erlang_c(3, 3.0), "load: must be below the 3 beds, not 3.0"),
        (lambda: erlang_c_wait_quantile(3, 1.0, 1.0), "probability: must be at least 0 and below 1, not 1.0"),
        (lambda: one_bed_mean_wait(1.0, 1.0, 1.0), "load: must be below the 1 beds"),
    ],
)
def test_the_error_of_a_wrong_argument_states_its_name(call: object, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()  # type: ignore[operator]
