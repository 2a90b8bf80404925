"""The first example of the documentation runs verbatim."""

import contextlib
from pathlib import Path

import pandas
import pytest

import hospital_sim as hs
from hospital_sim import Run, Table
from hospital_sim.events.keys import parse_event_key

pytestmark = pytest.mark.e2e

SNIPPET = """
import hospital_sim as hs
hospital = hs.load("district_general")                # a preset, or a TOML path
hospital.describe()                                   # offered load by department and month
run = hospital.simulate("2024-01-01", "2024-12-31", seed=1)
run.summary()                                         # reads well in a notebook
run.waits(by="department").to_pandas()
run.chart.occupancy("respiratory_medicine")
more = hospital.with_beds({"respiratory_medicine": +10})
hs.compare(now=hospital, more=more, replications=30).difference("wait_p90")
run.write("lake/raw")                                 # or "s3://bucket/raw", or any sink
"""


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder in which the snippet is run."""
    return tmp_path_factory.mktemp("here")


@pytest.fixture(scope="module")
def names(here: Path) -> dict[str, object]:
    """The variables of the snippet after it has run."""
    names: dict[str, object] = {}
    with contextlib.chdir(here):
        exec(SNIPPET, names)
    return names


def test_the_snippet_runs_verbatim(names: dict[str, object]) -> None:
    run = names["run"]
    assert isinstance(run, Run)
    assert isinstance(run.waits(by="department").to_pandas(), pandas.DataFrame)
    assert len(run.waits(by="department")) == len(run.config.department)


def test_mean_occupancy_of_the_year_lies_within_two_points_of_the_target(names: dict[str, object]) -> None:
    run = names["run"]
    assert isinstance(run, Run)
    wards = {ward.id: ward for ward in run.config.department}
    rates = [row["occupied_beds"] / wards[row["department"]].beds for row in run.census()]  # type: ignore[operator, index]
    target = sum(ward.target_occupancy or 0.0 for ward in wards.values()) / len(wards)
    assert sum(rates) / len(rates) == pytest.approx(target, abs=0.02)


def test_a_summary_reads_well_in_a_notebook(names: dict[str, object]) -> None:
    run = names["run"]
    assert isinstance(run, Run)
    summary = run.summary()
    assert isinstance(summary, Table)
    assert "Respiratory Medicine" in summary._repr_html_()
    assert max(map(len, repr(summary).splitlines())) <= 180


def test_the_run_is_written_to_a_raw_root(names: dict[str, object], here: Path) -> None:
    run = names["run"]
    assert isinstance(run, Run)
    keys = [path.relative_to(here / "lake/raw").as_posix() for path in (here / "lake/raw").rglob("*.json")]
    assert sum(parse_event_key(key) is not None for key in keys) == len(run.events)


def test_more_beds_shorten_the_waits_of_their_department() -> None:
    """The comparison of the snippet, but shorter: only the changed department differs."""
    hospital = hs.load("district_general")
    more = hospital.with_beds({"respiratory_medicine": +10})
    compared = hs.compare(
        now=hospital, more=more, start="2025-01-01", end="2025-02-28", replications=5, metrics=["wait_mean"]
    )
    assert compared.difference("wait_mean", "respiratory_medicine").verdict == "lower"
    assert compared.difference("wait_mean", "obstetrics").verdict == "the same"
