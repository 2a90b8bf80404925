"""A validation passes the real simulator, and catches each fault that is planted in it."""

import pytest
import simulator_faults as faults
from simulator_faults import Planted

from hospital_sim.validation import STUDIES, validate

pytestmark = pytest.mark.property

BY_NAME = {study.name: study for study in STUDIES}


def _failed(study: str, replications: int) -> int:
    return len(validate(seed=5, replications=replications, studies=[BY_NAME[study]], workers=1).failed)


@pytest.mark.parametrize(("study", "replications"), [("Exact", 2), ("Blocks, exact", 3), ("Inputs", 30)])
def test_the_simulator_passes(study: str, replications: int) -> None:
    assert _failed(study, replications) == 0


@pytest.mark.parametrize(
    ("fault", "study", "replications"),
    [
        (faults.last_come_first_served, "Exact", 2),
        (faults.last_come_first_served, "Blocks, exact", 2),
        (faults.a_bed_leaks, "Exact", 2),
        (faults.a_bed_leaks, "Blocks, exact", 2),
        (faults.statistics_count_a_stay_twice, "Exact", 2),
        (faults.a_discharge_is_observed_twice, "Exact", 2),
        (faults.departments_share_their_streams, "Inputs", 30),
        (faults.replications_share_their_streams, "Inputs", 30),
        (faults.stay_and_delay_share_a_stream, "Inputs", 30),
        (faults.RATE_HIGH, "Inputs", 30),
        (faults.RATE_LOW, "Inputs", 30),
    ],
    ids=lambda value: getattr(value, "__name__", str(value)),
)
def test_a_fault_is_caught(fault: Planted, study: str, replications: int) -> None:
    with fault():
        assert _failed(study, replications) > 0
