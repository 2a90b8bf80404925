"""No two pairs of a seed and a replication have one seed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hospital_sim.experiments import replication_seed
from hospital_sim.experiments.experiment import LARGEST_SEED, MOST_REPLICATIONS

pytestmark = pytest.mark.unit

SEEDS = st.integers(0, LARGEST_SEED)
NUMBERS = st.integers(0, MOST_REPLICATIONS - 1)


@given(SEEDS, NUMBERS)
def test_seed_and_replication_can_be_read_back_so_no_two_pairs_share_one(seed: int, number: int) -> None:
    found = replication_seed(seed, number)

    assert (found // 2**21 - 1, found % 2**21) == (seed, number)


def test_every_seed_is_one_that_a_run_takes_and_none_that_people_choose() -> None:
    assert replication_seed(LARGEST_SEED, MOST_REPLICATIONS - 1) == 2**63 - 1
    assert replication_seed(0, 0) == 2_097_152


@pytest.mark.parametrize(
    ("seed", "number", "message"),
    [
        (-1, 0, "seed: must be between 0 and 4398046511102, not -1"),
        (LARGEST_SEED + 1, 0, "seed: must be between 0 and"),
        (1, MOST_REPLICATIONS, "replication: must be between 0 and 2097151"),
        (1, -1, "replication: must be between"),
        (1.5, 0, "seed: must be a whole number, not 1.5"),
        (True, 0, "seed: must be a whole number, not True"),
    ],
)
def test_an_argument_out_of_range_is_named_in_the_error(seed: int, number: int, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        replication_seed(seed, number)
