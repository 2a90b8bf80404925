"""vidigi and pm4py read the exported logs, and compute from them the numbers of the run."""

import warnings
from datetime import timedelta
from pathlib import Path
from types import ModuleType

import pandas
import pytest
from tiny_hospitals import poisson

from hospital_sim import Run
from hospital_sim.events import Admission, DepSnapshot, WaitSnapshot
from hospital_sim.hospital import Hospital
from hospital_sim.observe import Observation, measure

pytestmark = pytest.mark.integration

DAYS, BEDS = 20, 6
DAY = 24 * 60
CONFIG = poisson(beds=BEDS, per_day=7, stay_days=0.8, departments=2, delay_share=0.2, delay_days=(0.5, 1.5))
NAMES = ("d1", "d2")


@pytest.fixture(scope="module")
def run() -> Run:
    """A run with patients in a bed at its start and its end, and patients who wait at both."""
    return Hospital(CONFIG).simulate("2024-01-01", "2024-01-20", seed=1)


@pytest.fixture(scope="module")
def seen(run: Run) -> Observation:
    """The same run, measured while it ran."""
    return measure(CONFIG, run.record.run.start, run.record.run.end, seed=1)


@pytest.fixture
def frame(run: Run) -> pandas.DataFrame:
    """The log for vidigi."""
    return run.event_log("vidigi").to_pandas()


@pytest.fixture(scope="module")
def pm4py() -> ModuleType:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        module: ModuleType = pytest.importorskip("pm4py")
    return module


def _vidigi(module: str) -> ModuleType:
    loaded: ModuleType = pytest.importorskip(f"vidigi.{module}")
    return loaded


def _waiting_at_end(run: Run) -> int:
    return sum(isinstance(event, WaitSnapshot) and event.snapshot_date == run.record.run.end for event in run.events)


@pytest.mark.filterwarnings("error")
def test_vidigi_accepts_every_event(run: Run) -> None:
    log = _vidigi("logging").EventLogger()
    for row in run.event_log("vidigi"):
        log.log_event(**{name: cell for name, cell in row.items() if cell is not None})
    admissions = sum(isinstance(event, Admission) for event in run.events)
    assert log.summary()["total_events"] == len(run.event_log("vidigi"))
    assert log.summary()["unique_entities"] == admissions + _waiting_at_end(run)


@pytest.mark.filterwarnings("ignore:.*still open.*:UserWarning")
def test_vidigi_computes_the_same_occupied_beds(frame: pandas.DataFrame, seen: Observation) -> None:
    capacities = {f"{name}_bed": BEDS for name in NAMES}
    result = _vidigi("analysis").resource_utilisation(
        frame, by="step", limit_duration=DAYS * DAY, resource_capacities=capacities
    )
    assert result["event"].tolist() == [f"{name}_bed" for name in NAMES]
    for mean, share, name in zip(result["mean_in_use"], result["utilisation"], NAMES, strict=True):
        assert mean == pytest.approx(seen.metric("occupied_beds", name))
        assert share == pytest.approx(seen.metric("utilisation", name))


@pytest.mark.filterwarnings("ignore:.*still open.*:UserWarning")
@pytest.mark.filterwarnings("error:.*overlapping busy bouts.*")
def test_vidigi_finds_no_bed_that_two_patients_share(frame: pandas.DataFrame) -> None:
    result = _vidigi("analysis").resource_utilisation(
        frame, by="resource", resource_col_name="unique_resource_id", limit_duration=DAYS * DAY
    )
    assert len(result) == BEDS * len(NAMES)
    assert result["utilisation"].max() <= 1


def test_vidigi_computes_the_waits_of_requests_in_the_run(run: Run, frame: pandas.DataFrame) -> None:
    for name in NAMES:
        result = _vidigi("analysis").event_durations(frame, f"{name}_wait", f"{name}_bed", keep_incomplete=False)
        waits = [
            (event.admission_date - event.request_date).total_seconds() / 60
            for event in run.events
            if isinstance(event, Admission)
            and event.requested_department_id == name
            and event.request_date.date() >= run.record.run.start
        ]
        assert sorted(result["duration"]) == pytest.approx(sorted(waits))
        assert len(waits) > 100


def test_vidigi_shows_the_queue_at_each_midnight(run: Run, frame: pandas.DataFrame) -> None:
    result = _vidigi("analysis").queue_size_over_time(
        frame, [f"{name}_wait" for name in NAMES], (DAYS - 1) * DAY, every_x_time_units=DAY
    )
    counted = {(row.event, row.snapshot_time): row.count for row in result.itertuples(index=False)}
    first = run.record.run.start
    for event in run.events:
        if isinstance(event, DepSnapshot) and event.snapshot_type == "SOD":
            minute = (event.snapshot_date - first) // timedelta(days=1) * DAY
            assert counted.get((f"{event.department_id}_wait", minute), 0) == event.waiting_list_size


def test_vidigi_animates_the_log(frame: pandas.DataFrame) -> None:
    places = [f"{name}_{what}" for name in NAMES for what in ("wait", "bed")]
    positions = pandas.DataFrame(
        [{"event": event, "x": 100 * number, "y": 100, "label": event} for number, event in enumerate(places, 1)]
        + [{"event": event, "x": 500, "y": y, "label": event} for event, y in (("depart", 400), ("exit", 500))]
    )
    positions["resource"] = [f"{event}s" if event.endswith("_bed") else None for event in positions["event"]]
    figure = _vidigi("animation").animate_activity_log(
        frame,
        positions,
        scenario={f"{name}_beds": BEDS for name in NAMES},
        every_x_time_units=DAY,
        limit_duration=5 * DAY,
    )
    assert len(figure.frames) == 6


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("variant", ["chunk_regex", "iterparse", "iterparse_20", "line_by_line"])
@pytest.mark.parametrize("name", ["run.xes", "run.xes.gz"])
def test_each_xes_reader_of_pm4py_reads_the_cells_of_the_frame(
    run: Run, pm4py: ModuleType, tmp_path: Path, variant: str, name: str
) -> None:
    run.write_xes(tmp_path / name)
    read = pm4py.read_xes(str(tmp_path / name), variant=variant)
    frame = run.event_log("pm4py").to_pandas()
    assert set(read.columns) == set(frame.columns)
    pandas.testing.assert_frame_equal(read[frame.columns], frame, check_dtype=False)


@pytest.mark.filterwarnings("ignore")
def test_pm4py_discovers_the_order_of_events_and_measures_the_true_durations(run: Run, pm4py: ModuleType) -> None:
    log = pm4py.format_dataframe(run.event_log("pm4py").to_pandas())
    discharges, in_bed = sum(run.stays()["discharges"]), sum(run.stays()["in_bed_at_end"])
    whole = ("request", "admission", "ready for discharge", "discharge")
    assert pm4py.get_variants(log) == {whole: discharges, whole[:2]: in_bed, whole[:1]: _waiting_at_end(run)}
    between, *_ = pm4py.discover_performance_dfg(log)
    (delays,) = run.delays("hospital")
    days = between["ready for discharge", "discharge"]["mean"] / 86_400
    assert days == pytest.approx(delays["delay_days_mean"] * delays["delayed_share"])
