"""The simulator agrees with theory; ``tests/faults/validation.toml`` has the faults that each study catches."""

import pytest

from hospital_sim.validation import REPLICATIONS, STUDIES, Study, validate

pytestmark = pytest.mark.property

EXACT = 4
"""Replications of the exact study: one mistake is enough, so that more would find the same."""


@pytest.mark.parametrize("study", STUDIES, ids=lambda study: study.name.lower().replace(" ", "_"))
def test_a_correct_simulator_passes(study: Study) -> None:
    replications = EXACT if study.name == "Exact" else REPLICATIONS

    report = validate(studies=[study], replications=replications, workers=1)

    assert [
        f"{check.name} ({check.part}): {check.observed:g} is not in {check.low:g} to {check.high:g}"
        for check in report.failed
    ] == []
