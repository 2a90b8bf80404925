"""Intervals of Student's t for a mean over independent replications."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from hospital_sim.errors import ConfigurationError

CONFIDENCE = 0.95


@dataclass(frozen=True, slots=True)
class Interval:
    """A mean and the interval that covers the expected value with a stated confidence.

    Attributes:
        mean: The mean; None without values.
        low: Lower end; None with fewer than two values.
        high: Upper end; None with fewer than two values.
        values: How many values it is taken of: replications in which there was something to measure.
        confidence: The share of such intervals that cover the expected value.
    """

    mean: float | None
    low: float | None
    high: float | None
    values: int
    confidence: float

    @property
    def half_width(self) -> float | None:
        """Half the length of the interval; None with fewer than two values."""
        return None if self.low is None or self.high is None else (self.high - self.low) / 2

    def __str__(self) -> str:
        """Return mean and ends, rounded: ``12.3 (95% from 11.8 to 12.9)``."""
        if self.mean is None:
            return "no value"
        if self.low is None or self.high is None:
            return f"{self.mean:,.4g} (one value, no interval)"
        return f"{self.mean:,.4g} ({100 * self.confidence:g}% from {self.low:,.4g} to {self.high:,.4g})"


def t_interval(values: Sequence[float | None], confidence: float = CONFIDENCE) -> Interval:
    """Return the mean of independent values and its interval.

    Args:
        values: One for each replication; Nones, where there was nothing to measure, are left out.
        confidence: Above 0 and below 1.

    Raises:
        ConfigurationError: If the confidence is not between 0 and 1.
    """
    check_confidence(confidence)
    known = [value for value in values if value is not None]
    size = len(known)
    if not size:
        return Interval(None, None, None, 0, confidence)
    mean = math.fsum(known) / size
    if size == 1:
        return Interval(mean, None, None, 1, confidence)
    variance = math.fsum((value - mean) ** 2 for value in known) / (size - 1)
    half = student_t(confidence, size - 1) * math.sqrt(variance / size)
    return Interval(mean, mean - half, mean + half, size, confidence)


def check_confidence(confidence: float) -> None:
    """Raise ``ConfigurationError`` unless a confidence is above 0 and below 1."""
    if not 0 < confidence < 1:
        raise ConfigurationError(f"confidence: must be above 0 and below 1, such as 0.95, not {confidence}")


def student_t(confidence: float, degrees: int) -> float:
    """Return the t with the given probability that a Student variable lies between minus t and t.

    Args:
        confidence: The probability, above 0 and below 1.
        degrees: Degrees of freedom, 1 or more.
    """
    from scipy.special import stdtrit

    check_confidence(confidence)
    if degrees < 1:
        raise ValueError(f"degrees: must be 1 or more, not {degrees}")
    # From the lower tail, because there a small probability has all its digits.
    return -float(stdtrit(degrees, (1 - confidence) / 2))
