"""Truncation keeps the stated mean, or raises an error if that is impossible."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from quadrature import moment_of_quantile

from hospital_sim import distributions as d

pytestmark = pytest.mark.property

positive = st.floats(0.1, 50)


@st.composite
def smooth(draw: st.DrawFn) -> d.ByInversion:
    mean, variation = draw(positive), draw(st.floats(0.1, 3))
    kind = draw(st.sampled_from([d.Gamma, d.Lognormal, d.Weibull]))
    return kind(mean, mean * variation)


@given(smooth(), st.floats(0, 0.9), st.floats(1.1, 40) | st.none())
def test_a_truncated_distribution_has_the_stated_mean_within_its_bounds(
    whole: d.ByInversion, low_share: float, high_multiple: float | None
) -> None:
    low = low_share * whole.mean
    high = None if high_multiple is None else high_multiple * whole.mean
    try:
        cut = d.Truncated(whole, low, high)
    except ValueError:
        # The search for a factor ends once less than a millionth of the values is between the bounds.
        return

    assert cut.mean == whole.mean
    assert cut.partial_moment(0, np.array([math.inf]))[0] == pytest.approx(1)
    assert moment_of_quantile(cut.quantile, 1) == pytest.approx(whole.mean, rel=1e-5)
    ends = cut.quantile(np.array([0.0, 1.0]))
    assert ends[0] >= low
    assert high is None or ends[1] <= high


@given(smooth(), st.floats(2.5, 40))
def test_a_lognormal_can_keep_its_mean_below_any_bound_well_above_it(whole: d.ByInversion, multiple: float) -> None:
    lognormal = d.Lognormal(whole.mean, whole.sd)

    cut = d.Truncated(lognormal, 0, multiple * whole.mean)

    assert cut.stretch >= 1 - 1e-9
    assert cut.variance <= lognormal.variance * (1 + 1e-9)
