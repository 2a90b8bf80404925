"""Seeds of replications: no two pairs of a seed and a replication have one seed, by construction.

The seed of replication ``i`` of an experiment with seed ``s`` is the number whose upper 42 bits are ``s + 1`` and whose
lower 21 bits are ``i``. So a replication is an ordinary run that ``Hospital.simulate`` can repeat with its events; two
replications have different seeds unless both numbers are the same; and none is a seed below 2,097,152, as people choose
for a single run. Every random stream is keyed by the seed (``hospital_sim.draws.streams``).
"""

from hospital_sim.errors import ConfigurationError, ConfigurationTypeError

REPLICATION_BITS = 21
MOST_REPLICATIONS = 2**REPLICATION_BITS
LARGEST_SEED = 2 ** (63 - REPLICATION_BITS) - 2


def replication_seed(seed: int, replication: int) -> int:
    """Return the seed of one replication.

    Args:
        seed: Seed of the experiment, from 0 to ``LARGEST_SEED``.
        replication: Its number, from 0, below ``MOST_REPLICATIONS``.

    Raises:
        ConfigurationError: If one of them is not a whole number in its range.
    """
    _check("seed", seed, LARGEST_SEED)
    _check("replication", replication, MOST_REPLICATIONS - 1)
    return (seed + 1) << REPLICATION_BITS | replication


def _check(name: str, value: int, largest: int) -> None:
    if isinstance(value, bool) or not isinstance(value, int):
        raise ConfigurationTypeError(f"{name}: must be a whole number, not {value!r}")
    if not 0 <= value <= largest:
        raise ConfigurationError(f"{name}: must be between 0 and {largest}, not {value}")
