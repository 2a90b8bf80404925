"""Truncation that keeps the mean: values outside two bounds do not occur, and the rest are stretched to compensate."""

import math
from functools import cached_property, lru_cache
from typing import NamedTuple

import numpy as np
from msgspec.structs import force_setattr

from hospital_sim.distributions.base import ByInversion
from hospital_sim.distributions.checks import finite, not_negative, uniforms
from hospital_sim.distributions.composition import Composition, Part
from hospital_sim.distributions.protocol import Distribution, Floats

_SMALLEST_SHARE = 1e-6
_WIDEST_STRETCH = 2.0**40
_CLOSE = 1e-10
_BELOW_ONE = math.nextafter(1.0, 0.0)


class Truncated(ByInversion, frozen=True):
    """A distribution restricted to values between ``low`` and ``high``, with its mean unchanged.

    All values are first multiplied by one factor, chosen so that those between the bounds have the original mean. So a
    truncated lognormal, gamma or Weibull is the truncation of one with another mean and the same coefficient of
    variation. A distribution that is truncated twice keeps within both pairs of bounds.

    Attributes:
        of: The distribution to truncate.
        low: Smallest value.
        high: Largest value; None for no upper bound.
    """

    of: Distribution
    low: float = 0.0
    high: float | None = None

    def __post_init__(self) -> None:
        force_setattr(self, "low", not_negative("low", self.low))
        if self.high is not None:
            force_setattr(self, "high", finite("high", self.high))
            if self.high <= self.low:
                raise ValueError(f"high: must be above low ({self.low:g}), not {self.high:g}")
        _ = self._cut

    @property
    def mean(self) -> float:
        """The expected value, equal to that of the distribution before truncation."""
        return self.of.mean

    @property
    def stretch(self) -> float:
        """The factor that multiplies the values before truncation."""
        return self._cut.stretch

    def quantile(self, probability: Floats) -> Floats:
        """Return the quantiles for an array of probabilities."""
        return self._cut.quantile(uniforms(probability))

    def at(self, uniform: float) -> float:
        """Return the value for one uniform number in [0, 1)."""
        return self._drawn.at(uniform)

    def at_each(self, uniform: Floats) -> Floats:
        """Return the values for an array of uniform numbers."""
        return self._drawn.at_each(uniform)

    @property
    def draws_quantiles(self) -> bool:
        """True if ``at`` returns the quantile of its number; False for a mixture."""
        return self._cut.whole.draws_quantiles

    def partial_moment(self, order: int, upto: Floats) -> Floats:
        """Return the part of E[X**order] from values up to ``upto``."""
        return self._cut.partial_moment(order, upto)

    @property
    def _whole(self) -> ByInversion:
        if not isinstance(self.of, ByInversion):
            raise TypeError(f"of: must be a distribution by inversion, not {self.of!r}")
        return self.of

    @cached_property
    def _cut(self) -> "_Cut":
        try:
            return _cut(self._whole, self.low, math.inf if self.high is None else self.high)
        except NotImplementedError as error:
            raise TypeError(f"of: {error}, which truncation needs") from error

    @cached_property
    def _drawn(self) -> Part:
        """Draws from a mixture truncate each part by itself, which is much faster than the quantile of the mixture."""
        cut = self._cut
        if len(cut.whole.parts) == 1:
            return cut
        cuts = [(weight, cut._replace(whole=part).stretched(cut.stretch)) for weight, part in cut.whole.parts]
        return Composition([(weight * part.share / cut.share, part) for weight, part in cuts if part.share > 0])


class _Cut(NamedTuple):
    """A distribution, stretched and then restricted to a range.

    Attributes:
        whole: The distribution.
        low: Smallest value.
        high: Largest value.
        stretch: The factor.
        start: Share of the stretched values below ``low``.
        share: Share of the stretched values between the bounds.
    """

    whole: ByInversion
    low: float
    high: float
    stretch: float = 1.0
    start: float = 0.0
    share: float = 1.0

    @property
    def mean(self) -> float:
        """The expected value of the values between the bounds."""
        first, last = self.whole.partial_moment(1, self._ends).tolist()
        return self.stretch * float(last - first) / self.share

    @property
    def _ends(self) -> Floats:
        # A low bound of 0 keeps values of exactly 0, because the range starts below them.
        low = self.low if self.low > 0 else -math.inf
        return np.array([low, self.high]) / self.stretch

    def stretched(self, stretch: float) -> "_Cut":
        """Return the same cut with another factor."""
        cut = self._replace(stretch=stretch)
        start, end = self.whole.cdf(cut._ends).tolist()
        return cut._replace(start=start, share=end - start)

    def quantile(self, probability: Floats) -> Floats:
        """Return quantiles of the values between the bounds."""
        # Rounding must not turn a probability below 1 into 1, because that quantile may be infinite.
        most = np.where(probability < 1, _BELOW_ONE, 1.0)
        inner = self.whole.quantile(np.minimum(self.start + self.share * probability, most))
        return np.clip(self.stretch * inner, self.low, self.high)

    def at(self, uniform: float) -> float:
        """Return the value for one uniform number."""
        if not self.whole.draws_quantiles:
            return float(self.quantile(np.array([uniform]))[0])
        inner = self.whole.at(min(self.start + self.share * uniform, _BELOW_ONE))
        return min(max(self.stretch * inner, self.low), self.high)

    def at_each(self, uniform: Floats) -> Floats:
        """Return the values for an array of uniform numbers."""
        return self.quantile(uniform)

    def partial_moment(self, order: int, upto: Floats) -> Floats:
        """Return partial moments of the values between the bounds."""
        if self.share == self.stretch == 1:
            return self.whole.partial_moment(order, upto)
        below = self.whole.partial_moment(order, self._ends[:1])
        upto_end = self.whole.partial_moment(order, np.clip(upto, self.low, self.high) / self.stretch)
        part = self.stretch**order * (upto_end - below) / self.share
        return np.where(np.asarray(upto) < self.low, 0.0, part)


@lru_cache(maxsize=256)
def _cut(whole: ByInversion, low: float, high: float) -> _Cut:
    """Truncate a distribution with the factor that keeps its mean.

    Raises:
        ValueError: If no factor does.
    """
    if isinstance(whole, Truncated):
        inner_high = math.inf if whole.high is None else whole.high
        return _cut(whole._whole, max(low, whole.low), min(high, inner_high))
    mean, uncut = whole.mean, _Cut(whole, low, high)
    least, most = whole.quantile(np.array([0.0, 1.0])).tolist()
    if low <= least and most <= high:
        return uncut
    if not low < mean < high:
        raise ValueError(f"low, high: values {_between(low, high)} cannot have the mean {mean:g}")
    from scipy.optimize import brentq

    inner, outer = _bracket(uncut, mean)
    log_stretch = brentq(
        lambda log: uncut.stretched(math.exp(log)).mean - mean, math.log(inner), math.log(outer), xtol=1e-15
    )
    cut = uncut.stretched(math.exp(log_stretch))
    if abs(cut.mean - mean) > _CLOSE * mean:
        raise ValueError(f"low, high: {_between(low, high)} the mean {mean:g} cannot be kept, as values are skipped")
    return cut


def _bracket(uncut: _Cut, mean: float) -> tuple[float, float]:
    """Return two factors, the one nearer to 1 first, with the required factor between them."""
    here = uncut.stretched(1.0)
    if here.share < _SMALLEST_SHARE:
        raise ValueError(f"low, high: less than a millionth of the values lies {_between(uncut.low, uncut.high)}")
    up = here.mean < mean
    inner, step, reached = 1.0, 1.125 if up else 1 / 1.125, here.mean
    while max(step, 1 / step) < _WIDEST_STRETCH:
        here = uncut.stretched(step)
        if here.share < _SMALLEST_SHARE:
            break
        reached = here.mean
        if (reached > mean) == up:
            return inner, step
        inner, step = step, step * step
    limit = f"up to about {reached:.3g}" if up else f"down to about {reached:.3g}"
    where = _between(uncut.low, uncut.high)
    raise ValueError(f"low, high: stretched, this distribution has means {limit} {where}; {mean:g} cannot be kept")


def _between(low: float, high: float) -> str:
    return f"above {low:g}" if high == math.inf else f"between {low:g} and {high:g}"
