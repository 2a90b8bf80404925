"""The example of a user-written pathway runs verbatim."""

from typing import Any

import pytest

import hospital_sim as hs

pytestmark = pytest.mark.e2e

SNIPPET = """
import simpy, hospital_sim as hs                      # a pathway of one's own, in days
env = simpy.Environment()
acute, rehab = hs.Ward(env, "acute", beds=10), hs.Ward(env, "rehab", beds=12)
def stroke(patient):                                  # draws keyed by patient: common random numbers
    with (yield from acute.admit(patient)) as stay:
        yield env.timeout(patient.draw("acute", hs.Lognormal(mean=7.4, sd=8.61)))
        if patient.chance("rehab", 0.24):
            yield from stay.move_to(rehab)            # holds the acute bed until there is one
            yield env.timeout(patient.draw("rehab", hs.Lognormal(mean=28.4, sd=27.2)))
hs.arrivals(env, hs.Exponential(mean=1.2), stroke, seed=1)
census = hs.Census(env, acute, rehab)
env.run(until=365)
census.summary()
"""


@pytest.fixture(scope="module")
def names() -> dict[str, Any]:
    """The variables of the snippet after it has run."""
    names: dict[str, Any] = {}
    exec(SNIPPET, names)
    return names


def test_the_snippet_runs_verbatim(names: dict[str, Any]) -> None:
    summary = names["census"].summary()
    assert isinstance(summary, hs.Table)
    assert names["env"].now == 365
    acute, rehab = summary
    assert (acute["ward"], acute["beds"], rehab["ward"], rehab["beds"]) == ("acute", 10, "rehab", 12)
    # The load of the beds is 7.4 / 1.2 days and that of rehabilitation waits for acute beds too: both are busy.
    assert 250 < acute["admitted"] < 360
    assert 5 < acute["occupied"] <= 10
    assert 2 < rehab["occupied"] <= 12


def test_no_patient_is_lost_between_the_wards(names: dict[str, Any]) -> None:
    for row in names["census"].summary():
        assert row["left"] + names[row["ward"]].occupied == row["admitted"]


def test_a_second_run_gives_the_same_table(names: dict[str, Any]) -> None:
    again: dict[str, Any] = {}
    exec(SNIPPET, again)
    assert list(again["census"].summary()) == list(names["census"].summary())
