"""Every event is accounted for at every step, or the counts do not agree."""

from dataclasses import replace
from datetime import date

import pytest

from elt.quality.results import Reconciliation

pytestmark = pytest.mark.unit

COMPLETE = Reconciliation(
    "discharge", date(2024, 1, 1), emitted=5, raw_objects=5, staged=4, quarantined=1, loaded=4, fact_rows=4
)


@pytest.mark.parametrize("step", ["emitted", "raw_objects", "staged", "quarantined", "loaded", "fact_rows"])
def test_one_more_or_less_at_any_one_step_does_not_agree(step: str) -> None:
    assert COMPLETE.agrees
    for number in (getattr(COMPLETE, step) - 1, getattr(COMPLETE, step) + 1):
        assert not replace(COMPLETE, **{step: number}).agrees
