"""Charts are built from the numbers of the run, and render to JSON and to a picture without a network."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hospitals import RunPlan, busy, department, hospital
from time_zones import local_times

from hospital_sim import MissingExtraError, Run
from hospital_sim.results.charts import Charts

pytestmark = pytest.mark.unit


@pytest.fixture(scope="module")
def run() -> Run:
    return busy().run()


def _values(chart: object) -> list[dict[str, object]]:
    """Return the rows that a chart draws, from the JSON that it renders to."""
    spec = json.loads(chart.to_json())  # type: ignore[attr-defined]
    drawn = spec["layer"][0] if "layer" in spec else spec
    data = drawn.get("data") or spec["data"]
    values: list[dict[str, object]] = data["values"] if "values" in data else spec["datasets"][data["name"]]
    return values


@pytest.mark.parametrize("draw", [Charts.occupancy, Charts.queue, Charts.waits], ids=lambda draw: draw.__name__)
def test_a_chart_renders_to_a_picture(run: Run, draw: object) -> None:
    import vl_convert

    picture = vl_convert.vegalite_to_png(draw(run.chart).to_json())  # type: ignore[operator]
    assert picture.startswith(b"\x89PNG\r\n")
    assert len(picture) > 5_000


@pytest.mark.parametrize("draw", [Charts.occupancy, Charts.queue, Charts.waits], ids=lambda draw: draw.__name__)
def test_a_chart_is_the_same_in_every_time_zone(run: Run, draw: Callable[[Charts], object]) -> None:
    assert local_times(draw(run.chart).to_json()) == []  # type: ignore[attr-defined]


def test_a_picture_begins_on_the_first_day_west_of_greenwich(tmp_path: Path) -> None:
    # In a process of its own, because the zone is read once.
    program = """import sys, hospital_sim as hs
run = hs.load("small").simulate("2024-01-01", "2024-01-03", seed=1)
run.chart.occupancy("general_surgery").save(sys.argv[1])"""
    picture = tmp_path / "x.svg"
    subprocess.run([sys.executable, "-c", program, picture], check=True, env=os.environ | {"TZ": "America/New_York"})
    assert 'aria-label="date: Jan 01, 2024;' in picture.read_text(encoding="utf-8")


def test_occupancy_draws_every_department_and_day_and_the_two_limits(run: Run) -> None:
    chart = run.chart.occupancy()
    names = {entry.department_id: entry.department_name for entry in run.record.run.departments}
    named = [row | {"date": str(row["date"]), "name": names[str(row["department"])]} for row in run.census()]
    assert _values(chart) == named
    assert json.loads(chart.to_json())["layer"][1]["data"]["values"] == [{"limit": 0.85}, {"limit": 0.92}]


def test_a_chart_of_one_department_draws_only_that_one_which_must_exist(run: Run) -> None:
    for chart in (run.chart.occupancy("b"), run.chart.queue("b")):
        values = _values(chart)
        assert {row["department"] for row in values} == {"b"}
        assert len(values) == 40
    with pytest.raises(ValueError, match="department: 'x' is not one of a, b, c"):
        run.chart.occupancy("x")


def test_waits_draw_the_median_and_the_p90_of_each_month(run: Run) -> None:
    drawn = {(row["month"], row["percentile"]): row["hours"] for row in _values(run.chart.waits())}
    for row in run.waits("month"):
        assert drawn[row["month"], "P50"] == row["wait_hours_p50"]
        assert drawn[row["month"], "P90"] == row["wait_hours_p90"]


def test_a_run_without_patients_can_be_drawn() -> None:
    quiet = RunPlan(hospital(department("quiet", requests_per_day=1e-9)), seed=1, days=3).run()
    assert [value["hours"] for value in _values(quiet.chart.waits())] == [None, None]
    assert len(_values(quiet.chart.occupancy())) == 3


def test_without_altair_a_chart_says_what_to_install(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "altair", None)
    with pytest.raises(MissingExtraError, match=r"a chart needs an extra: pip install 'simpy-hospital\[charts\]'"):
        run.chart.occupancy()
