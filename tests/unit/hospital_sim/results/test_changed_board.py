"""The bed board of a hospital that changes: departments that open and close, with the beds of each day."""

from pathlib import Path

import pytest
from changing_hospital import changing

from hospital_sim.clock import DAY
from hospital_sim.results.board.frames import board_frames
from hospital_sim.results.read_back import read_history

pytestmark = pytest.mark.unit

MINUTES = DAY // 60


def test_the_board_shows_each_department_with_the_beds_of_the_day(tmp_path: Path) -> None:
    changing().simulate("2024-01-01", "2024-02-09", seed=5, sink=tmp_path / "raw")
    changing().simulate("2024-01-01", "2024-02-29", seed=5, sink=tmp_path / "raw", emit_from="2024-02-10")
    whole = changing().simulate("2024-01-01", "2024-02-29", seed=5)
    for run, events in ((whole.record.run, whole.events), read_history(str(tmp_path / "raw"))):
        departments = board_frames(run, events)["departments"]
        assert isinstance(departments, list)
        assert {entry["name"]: (entry["spaces"], entry["beds"]) for entry in departments} == {
            "Acute": (14, [[0, 12], [20 * MINUTES, 14]]),
            "Day Case": (4, [[0, 4], [20 * MINUTES, 0]]),
            "Surgery": (6, [[0, 6]]),
            "Frailty": (5, [[0, 0], [40 * MINUTES, 5]]),
        }
