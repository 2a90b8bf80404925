"""Phase-type distributions: the time to pass through the phases of a stay."""

import math
from collections.abc import Iterable
from functools import cached_property, lru_cache

import numpy as np
from msgspec.structs import force_setattr

from hospital_sim.distributions.base import ByInversion, Derived
from hospital_sim.distributions.checks import above_zero, finite, non_negatives, shares, uniforms
from hospital_sim.distributions.protocol import Floats
from hospital_sim.distributions.table import Curve, QuantileTable

_ROUNDING = 1e-9
_TERMS = 22


class PhaseType(ByInversion, frozen=True):
    """The time until a Markov chain is absorbed.

    Attributes:
        initial: Probability of each phase at the beginning; they add up to 1.
        generator: Rates from phase (row) to phase (column); on the diagonal, minus the rate of leaving the phase. The
            rate of absorption is minus the sum of a row.
    """

    initial: tuple[float, ...]
    generator: tuple[tuple[float, ...], ...]

    def __post_init__(self) -> None:
        force_setattr(self, "initial", shares("initial", self.initial))
        force_setattr(self, "generator", _generator(self.generator, len(self.initial)))

    @property
    def mean(self) -> float:
        """The expected value."""
        return float(self._start @ self._times.sum(axis=1))

    @property
    def variance(self) -> float:
        """The variance."""
        return float(2 * self._start @ self._times @ self._times.sum(axis=1)) - self.mean**2

    def quantile(self, probability: Floats) -> Floats:
        """Return the quantiles for an array of probabilities."""
        return self._table.quantile(uniforms(probability))

    def at(self, uniform: float) -> float:
        """Return the value for one uniform number in [0, 1)."""
        return self._table.at(uniform)

    def partial_moment(self, order: int, upto: Floats) -> Floats:
        """Return the part of E[X**order] from values up to ``upto``."""
        times = np.maximum(np.ravel(upto), 0.0)
        whole = math.factorial(order) * float(self._start @ np.linalg.matrix_power(self._times, order).sum(axis=1))
        part = np.full(times.shape, whole)
        inside = np.isfinite(times)
        here, done = self._after(times[inside])
        part[inside] = done if order == 0 else whole - self._beyond(order, times[inside], here)
        return part.reshape(np.shape(upto))

    def _beyond(self, order: int, time: Floats, here: Floats) -> Floats:
        """Return the part of E[X**order] from values above each time, given the probabilities of the phases then."""
        once = self._times.sum(axis=1)
        staying, rest = here.sum(axis=1), here @ once
        beyond: Floats = time * staying + rest
        if order == 2:
            beyond = time * (beyond + rest) + 2 * (here @ self._times @ once)
        return beyond

    @cached_property
    def _start(self) -> Floats:
        return np.array(self.initial)

    @cached_property
    def _rates(self) -> Floats:
        return np.array(self.generator)

    @cached_property
    def _times(self) -> Floats:
        """Mean time spent in each phase (column), starting from a phase (row)."""
        return np.linalg.inv(-self._rates).astype(np.float64)

    @cached_property
    def _table(self) -> QuantileTable:
        return _table(self)

    def _after(self, time: Floats) -> tuple[Floats, Floats]:
        """Return the probabilities of the phases after each time, shape (times, phases), and of absorption.

        Uniformisation adds non-negative terms only, so small probabilities have small relative errors. For the
        thousands of times of a table it is also some fifty times as fast as ``scipy.linalg.expm``.
        """
        fastest = float(-self._rates.diagonal().min())
        size = len(self.initial)
        jump = np.zeros((size + 1, size + 1))
        jump[:size, :size] = self._rates / fastest + np.eye(size)
        jump[:size, size] = np.maximum(-self._rates.sum(axis=1), 0.0) / fastest
        jump[size, size] = 1.0
        # Each time has its own number of halvings, because every squaring doubles the relative error.
        halvings = np.ceil(np.log2(np.maximum(fastest * time, 1.0))).astype(np.int64)
        jumps = (fastest * time / 2.0**halvings)[:, np.newaxis, np.newaxis]
        term = np.broadcast_to(np.eye(size + 1), (len(time), size + 1, size + 1))
        total = term.copy()
        for number in range(1, _TERMS):
            term = term @ jump * (jumps / number)
            total += term
        total *= np.exp(-jumps)
        for number in range(int(halvings.max(initial=0))):
            rest = halvings > number
            total[rest] = total[rest] @ total[rest]
        after = self._start @ total[:, :size, :]
        return after[:, :size], after[:, size]

    def _curve(self, logs: Floats) -> Curve:
        time = np.exp(logs)
        here, done = self._after(time)
        leaving = np.maximum(-self._rates.sum(axis=1), 0.0)
        density = here @ leaving
        with np.errstate(divide="ignore", invalid="ignore"):
            bend = 1 + time * (here @ self._rates @ leaving) / density
        return Curve(done, here.sum(axis=1), time * density, bend)


class Coxian(Derived, frozen=True):
    """Phases in sequence; a stay may end after each of them.

    Attributes:
        means: Mean time in each phase.
        onward: Probability of going on to the next phase, for all phases except the last.
    """

    means: tuple[float, ...]
    onward: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        means = non_negatives("means", self.means)
        for position, mean in enumerate(means):
            above_zero(f"means[{position}]", mean)
        force_setattr(self, "means", means)
        force_setattr(self, "onward", _onward(self.onward, len(means)))

    @property
    def mean(self) -> float:
        """The expected value."""
        return self.form.mean

    @property
    def variance(self) -> float:
        """The variance."""
        return self.form.variance

    @cached_property
    def form(self) -> PhaseType:
        """The same distribution as a phase-type distribution."""
        size = len(self.means)
        rates = np.diag([-1 / mean for mean in self.means])
        for phase, probability in enumerate(self.onward):
            rates[phase, phase + 1] = probability / self.means[phase]
        return PhaseType((1.0,) + (0.0,) * (size - 1), tuple(map(tuple, rates.tolist())))


@lru_cache(maxsize=64)
def _table(distribution: PhaseType) -> QuantileTable:
    return QuantileTable(distribution._curve, math.log(distribution.mean))


def _onward(onward: object, phases: int) -> tuple[float, ...]:
    result = () if isinstance(onward, tuple | list) and not onward else non_negatives("onward", onward)
    if len(result) != phases - 1:
        raise ValueError(f"onward: must be one fewer than the means ({phases}), not {len(result)}")
    for position, probability in enumerate(result):
        if probability > 1:
            raise ValueError(f"onward[{position}]: must be between 0 and 1, not {probability:g}")
    return result


def _generator(rows: object, size: int) -> tuple[tuple[float, ...], ...]:
    """Return a valid generator with ``size`` phases.

    Raises:
        TypeError: If it is not a matrix of numbers.
        ValueError: If it has another size, a rate has the wrong sign, or absorption is impossible from a phase.
    """
    if not isinstance(rows, Iterable) or isinstance(rows, str):
        raise TypeError(f"generator: must be a list of rows, not {rows!r}")
    result = []
    for phase, row in enumerate(rows):
        name = f"generator[{phase}]"
        if not isinstance(row, Iterable) or isinstance(row, str):
            raise TypeError(f"{name}: must be a list of numbers, not {row!r}")
        result.append(tuple(finite(f"{name}[{column}]", rate) for column, rate in enumerate(row)))
    if len(result) != size or any(len(row) != size for row in result):
        raise ValueError(f"generator: must have {size} rows and columns, as initial has phases")
    for phase, row in enumerate(result):
        _check_row(f"generator[{phase}]", phase, row)
    _check_absorbed(result)
    return tuple(result)


def _check_row(name: str, phase: int, row: tuple[float, ...]) -> None:
    for column, rate in enumerate(row):
        if column == phase and rate >= 0:
            raise ValueError(f"{name}[{column}]: must be below 0 on the diagonal, not {rate:g}")
        if column != phase and rate < 0:
            raise ValueError(f"{name}[{column}]: must be at least 0 off the diagonal, not {rate:g}")
    if math.fsum(row) > _ROUNDING * -row[phase]:
        raise ValueError(f"{name}: must add up to at most 0, not {math.fsum(row):g}")


def _check_absorbed(rows: list[tuple[float, ...]]) -> None:
    """Raise ValueError if absorption is impossible from a phase."""
    leaving = {phase for phase, row in enumerate(rows) if math.fsum(row) < -_ROUNDING * -row[phase]}
    while True:
        more = {
            phase
            for phase, row in enumerate(rows)
            if phase not in leaving and any(row[column] > 0 for column in leaving)
        }
        if not more:
            break
        leaving |= more
    if len(leaving) < len(rows):
        stuck = next(phase for phase in range(len(rows)) if phase not in leaving)
        raise ValueError(f"generator[{stuck}]: this phase is never left for good; give a row a sum below 0")
