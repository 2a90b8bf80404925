"""The pathway of the page on pathways of one's own: its census adds up, and is the same the second time."""

from typing import Any

import pytest
from pages import blocks

import hospital_sim as hs

pytestmark = pytest.mark.e2e


def _run_the_first_example() -> dict[str, Any]:
    names: dict[str, Any] = {}
    exec(next(block.text for block in blocks("docs/how-to/own-pathway.md") if block.language == "python"), names)
    return names


def test_the_census_of_the_pathway_adds_up_and_is_the_same_the_second_time() -> None:
    names = _run_the_first_example()
    summary = names["census"].summary()

    assert isinstance(summary, hs.Table)
    assert names["env"].now == 365
    acute, rehab = summary
    assert (acute["ward"], acute["beds"], rehab["ward"], rehab["beds"]) == ("acute", 10, "rehab", 12)
    # The load of the beds is 7.4 / 1.2 days and that of rehabilitation waits for acute beds too: both are busy.
    assert 250 < acute["admitted"] < 360
    assert 5 < acute["occupied"] <= 10
    assert 2 < rehab["occupied"] <= 12
    assert all(row["left"] + names[row["ward"]].occupied == row["admitted"] for row in summary), "a patient is lost"
    assert list(_run_the_first_example()["census"].summary()) == list(summary)
