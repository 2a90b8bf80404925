"""Formulas of queueing theory, which a correct simulator of beds must reproduce.

``load`` is the offered load in beds: the rate of requests times the mean stay. Times are in units of the mean stay's.
"""

import math


def erlang_b(beds: int, load: float) -> float:
    """Return the probability that all beds are occupied, if patients who find no free bed are turned away.

    Holds for any distribution of the stay (Erlang 1917).

    Args:
        beds: Number of beds, 0 or more.
        load: Offered load in beds, above 0.
    """
    _check(beds, load)
    blocked = 1.0
    for bed in range(1, beds + 1):
        blocked = load * blocked / (bed + load * blocked)
    return blocked


def erlang_c(beds: int, load: float) -> float:
    """Return the probability that a patient has to wait, if stays are exponential and nobody is turned away.

    Args:
        beds: Number of beds, more than the load.
        load: Offered load in beds, above 0.
    """
    _check_stable(beds, load)
    blocked = erlang_b(beds, load)
    return blocked / (1 - load / beds * (1 - blocked))


def erlang_c_mean_wait(beds: int, load: float, mean_stay: float = 1.0) -> float:
    """Return the mean wait of all patients for exponential stays, in the unit of ``mean_stay``."""
    return erlang_c(beds, load) * mean_stay / (beds - load)


def erlang_c_wait_quantile(beds: int, load: float, probability: float, mean_stay: float = 1.0) -> float:
    """Return the quantile of the wait for exponential stays, in the unit of ``mean_stay``."""
    if not 0 <= probability < 1:
        raise ValueError(f"probability: must be at least 0 and below 1, not {probability}")
    tail = math.log(erlang_c(beds, load) / (1 - probability))
    return max(0.0, tail * mean_stay / (beds - load))


def one_bed_mean_wait(rate: float, mean_stay: float, mean_square_stay: float) -> float:
    """Return the mean wait for one bed with any distribution of the stay (Pollaczek and Khinchine).

    Args:
        rate: Requests per unit of time.
        mean_stay: E[S] in that unit.
        mean_square_stay: E[S²] in its square.
    """
    _check_stable(1, rate * mean_stay)
    return rate * mean_square_stay / (2 * (1 - rate * mean_stay))


def _check(beds: int, load: float) -> None:
    if beds < 0:
        raise ValueError(f"beds: must be at least 0, not {beds}")
    if not 0 < load < math.inf:
        raise ValueError(f"load: must be above 0 and finite, not {load}")


def _check_stable(beds: int, load: float) -> None:
    _check(beds, load)
    if load >= beds:
        raise ValueError(f"load: must be below the {beds} beds, not {load}; the queue would grow without end")
