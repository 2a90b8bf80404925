"""Ranges of Poisson, binomial and chi-squared variables for a stated chance to lie outside; exact."""


def poisson_range(mean: float, level: float) -> tuple[int, int]:
    """Return the least and the greatest count of a Poisson variable, each tail beyond them at most half the level.

    Args:
        mean: Its mean, 0 or more.
        level: Chance to lie outside, above 0 and below 1.
    """
    from scipy.stats import poisson

    return int(poisson.ppf(level / 2, mean)), int(poisson.isf(level / 2, mean))


def binomial_range(trials: int, share: float, level: float) -> tuple[int, int]:
    """Return the least and the greatest count of a binomial variable, each tail beyond them at most half the level.

    Args:
        trials: How many trials, 1 or more.
        share: The chance of each to succeed, 0 to 1.
        level: Chance to lie outside, above 0 and below 1.
    """
    from scipy.stats import binom

    return int(binom.ppf(level / 2, trials, share)), int(binom.isf(level / 2, trials, share))


def chi_squared_range(degrees: int, level: float) -> tuple[float, float]:
    """Return the points of a chi-squared variable with half the level below the first and above the second.

    Args:
        degrees: Degrees of freedom, 1 or more.
        level: Chance to lie outside, above 0 and below 1.
    """
    from scipy.special import chdtri, gammaincinv

    return 2 * float(gammaincinv(degrees / 2, level / 2)), float(chdtri(degrees, level / 2))
