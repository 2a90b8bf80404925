"""The rows of a run record: one for each department and period in which its expectations hold."""

from datetime import date

import pytest
from hospitals import department, hospital

from elt.load.runs import loaded_run
from elt.warehouse.tables import RUN_DEPARTMENT, RUN_MONTH
from hospital_sim import Hospital
from hospital_sim.config import parse_hospital
from hospital_sim.events import encode
from hospital_sim.storage import FinishedRun

pytestmark = pytest.mark.unit


def _rows(*changes: object) -> list[tuple[object, ...]]:
    import msgspec

    document = msgspec.json.decode(msgspec.json.encode(hospital(department("a"), department("b")).config))
    config = parse_hospital(document | {"change": list(changes)})
    record = Hospital(config).simulate("2024-01-01", "2024-01-31", seed=1).record
    loaded = loaded_run(FinishedRun("_runs/x.json", encode(record), record))
    months = loaded.rows()[RUN_MONTH].to_pylist()
    assert {(row["department_id"], row["valid_from"]) for row in months} == {
        (row["department_id"], row["valid_from"]) for row in loaded.rows()[RUN_DEPARTMENT].to_pylist()
    }
    assert len(months) == 12 * loaded.rows()[RUN_DEPARTMENT].num_rows
    return [
        (row["department_id"], row["beds"], row["valid_from"], row["valid_to"])
        for row in loaded.rows()[RUN_DEPARTMENT].to_pylist()
    ]


def test_without_changes_expectations_have_no_bounds() -> None:
    assert _rows() == [("a", 8, None, None), ("b", 8, None, None)]


def test_each_change_ends_a_period_and_begins_another_up_to_the_end_of_the_run() -> None:
    changes = [
        {"from": "2024-01-11", "department": [{"id": "a", "beds": 9}]},
        {"from": "2024-01-21", "closed": ["b"]},
        {"from": "2024-02-01", "department": [{"id": "a", "beds": 10}]},
    ]
    tenth, twentieth = date(2024, 1, 10), date(2024, 1, 20)
    eleventh, twenty_first = date(2024, 1, 11), date(2024, 1, 21)
    assert _rows(*changes) == [
        ("a", 8, None, tenth),
        ("b", 8, None, tenth),
        ("a", 9, eleventh, twentieth),
        ("b", 8, eleventh, twentieth),
        ("a", 9, twenty_first, None),
    ]
