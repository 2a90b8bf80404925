"""The naive hospital detects each fault planted in the engine, on every seed."""

import pytest
from crowded_hospital import crowded
from naive_agreement import differences
from naive_faults import FAULTS, Plant

pytestmark = pytest.mark.property

SEEDS, DAYS = range(3), 20


@pytest.mark.parametrize("plant", FAULTS, ids=lambda plant: plant.__name__)
def test_a_fault_in_the_engine_is_detected(plant: Plant, monkeypatch: pytest.MonkeyPatch) -> None:
    plant(monkeypatch)

    assert [seed for seed in SEEDS if not _is_seen(seed)] == []


def test_the_engine_without_a_fault_agrees_with_the_naive_hospital() -> None:
    assert not any(_is_seen(seed) for seed in SEEDS)


def _is_seen(seed: int) -> bool:
    """Tell whether the engine differs from the naive hospital, or breaks down."""
    try:
        return bool(differences(crowded(), DAYS, seed))
    except (AttributeError, KeyError, ValueError):
        return True
