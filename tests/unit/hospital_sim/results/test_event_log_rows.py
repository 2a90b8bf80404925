"""An event log holds every request to the second, even if it was not finished at the end of the run."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from tiny_hospitals import replayed

from hospital_sim import Run
from hospital_sim.events import Admission, DepSnapshot, WaitSnapshot
from hospital_sim.experiments.field_values import with_fields
from hospital_sim.hospital import Hospital
from hospital_sim.results.event_logs.courses import EarlierPatientsError

pytestmark = pytest.mark.unit

REQUESTS = ("2024-01-01T12:00:00Z", "2024-01-02T06:00:00Z", "2024-01-03T18:00:30Z", "2024-01-03T20:00:00Z")
"""For one bed, a day each: in it at the start; after a wait; at once, and there at the end; still waiting then."""


@pytest.fixture(scope="module")
def run() -> Run:
    return Hospital(replayed({"ward": REQUESTS})).simulate("2024-01-02", "2024-01-03", seed=1)


def _names(run: Run) -> dict[str, str]:
    """Return what to call each case: spells by the order of admission, and the one who waits."""
    spells = [event.spell_id for event in run.events if isinstance(event, Admission)]
    waiting = [event.patient_id for event in run.events if isinstance(event, WaitSnapshot)]
    return {name: f"spell {number}" for number, name in enumerate(spells, 1)} | dict.fromkeys(waiting, "waiting")


def test_the_log_for_vidigi_has_a_row_for_each_step_in_the_order_of_time(run: Run) -> None:
    names = _names(run)
    columns = ("event_type", "event", "time", "resource_id")
    rows = [(names[str(row["entity_id"])], *map(row.get, columns)) for row in run.event_log("vidigi")]
    assert rows == [
        ("spell 1", "arrival_departure", "arrival", -720.0, None),
        ("spell 1", "queue", "ward_wait", -720.0, None),
        ("spell 1", "resource_use", "ward_bed", -720.0, 1),
        ("spell 2", "arrival_departure", "arrival", 360.0, None),
        ("spell 2", "queue", "ward_wait", 360.0, None),
        ("spell 1", "resource_use_end", "ward_bed_left", 720.0, 1),
        ("spell 1", "arrival_departure", "depart", 720.0, None),
        ("spell 2", "resource_use", "ward_bed", 720.0, 1),
        ("spell 2", "resource_use_end", "ward_bed_left", 2160.0, 1),
        ("spell 2", "arrival_departure", "depart", 2160.0, None),
        ("spell 3", "arrival_departure", "arrival", 2520.5, None),
        ("spell 3", "queue", "ward_wait", 2520.5, None),
        ("spell 3", "resource_use", "ward_bed", 2520.5, 1),
        ("waiting", "arrival_departure", "arrival", 2640.0, None),
        ("waiting", "queue", "ward_wait", 2640.0, None),
    ]


def test_the_log_for_pm4py_has_the_events_of_each_case(run: Run) -> None:
    names = _names(run)
    table = run.event_log("pm4py")
    rows = [
        (names[str(row["case:concept:name"])], row["concept:name"], f"{row['time:timestamp']:%d %H:%M:%S}")
        for row in table
    ]
    assert rows == [
        ("spell 1", "request", "01 12:00:00"),
        ("spell 1", "admission", "01 12:00:00"),
        ("spell 1", "ready for discharge", "02 12:00:00"),
        ("spell 1", "discharge", "02 12:00:00"),
        ("spell 2", "request", "02 06:00:00"),
        ("spell 2", "admission", "02 12:00:00"),
        ("spell 2", "ready for discharge", "03 12:00:00"),
        ("spell 2", "discharge", "03 12:00:00"),
        ("spell 3", "request", "03 18:00:30"),
        ("spell 3", "admission", "03 18:00:30"),
        ("waiting", "request", "03 20:00:00"),
    ]
    assert set(table["lifecycle:transition"]) == {"complete"}
    assert table["org:resource"] == [None, *["ward_1"] * 3, None, *["ward_1"] * 3, None, "ward_1", None]
    assert table["time:timestamp"][0] == datetime(2024, 1, 1, 12, tzinfo=UTC)
    births = {event.birth_date for event in run.events if isinstance(event, Admission | WaitSnapshot)}
    assert {date.fromisoformat(str(cell)) for cell in table["case:birth_date"]} == births


def test_a_patient_who_waits_past_midnight_is_one_case() -> None:
    requests = {"ward": ["2024-01-02T18:00:00Z", "2024-01-02T20:00:00Z"]}
    run = Hospital(replayed(requests)).simulate("2024-01-02", "2024-01-04", seed=1)
    assert any(isinstance(event, WaitSnapshot) for event in run.events)
    assert run.event_log("pm4py")["concept:name"].count("request") == 2
    assert run.event_log("vidigi")["event"].count("arrival") == 2


def test_a_patient_in_a_bed_of_another_department_waits_in_the_queue_that_was_asked() -> None:
    requests = {"asked": ["2024-01-02T00:00:00Z", "2024-01-02T01:00:00Z"], "other": ["2024-01-04T01:00:00Z"]}
    config = with_fields(replayed(requests), {"asked.overflow": {"after_hours": 4, "to": ["other"]}})
    run = Hospital(config).simulate("2024-01-02", "2024-01-03", seed=1)
    log = run.event_log("vidigi")
    steps = [(row["event"], row["pathway"], row["unique_resource_id"], row["time"]) for row in log]
    assert ("other_bed", "asked", "other_1", 5 * 60.0) in steps
    assert {event for event, *_ in steps if str(event).endswith("_wait")} == {"asked_wait"}
    groups = [row["org:group"] for row in run.event_log("pm4py") if row["org:resource"] == "other_1"]
    assert groups == ["other"] * 3


def test_a_continuing_run_is_refused_because_it_lacks_patients_in_a_bed(run: Run, tmp_path: Path) -> None:
    later = Hospital(run.config).simulate("2024-01-02", "2024-01-03", seed=1, emit_from="2024-01-03")
    results: list[Callable[[], object]] = [
        later.board,
        lambda: later.event_log("vidigi"),
        lambda: later.event_log("pm4py"),
        lambda: later.write_xes(tmp_path / "log.xes"),
    ]
    for result in results:
        with pytest.raises(EarlierPatientsError, match=r"from 2024-01-03 .* a run that emits from 2024-01-02 has them"):
            result()
    assert list(tmp_path.iterdir()) == []


def test_a_run_without_requests_has_an_empty_log_and_another_kind_of_log_is_an_error() -> None:
    run = Hospital(replayed({"ward": ["2024-02-01T00:00:00Z"]})).simulate("2024-01-02", "2024-01-03", seed=1)
    assert all(isinstance(event, DepSnapshot) for event in run.events)
    for kind in ("vidigi", "pm4py"):
        assert len(run.event_log(kind)) == 0
        assert len(run.event_log(kind).columns) > 8
    with pytest.raises(ValueError, match="kind: 'ocel' is not known; use one of 'vidigi', 'pm4py'"):
        run.event_log("ocel")
