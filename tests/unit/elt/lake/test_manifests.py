"""Months that are closed; what plans and commits say; counts of staging runs."""

from datetime import date

import msgspec
import pytest

from elt import BrokenLakeError
from elt.lake.manifests import (
    ClosedMonths,
    Commit,
    CommittedOutput,
    OutputCounts,
    Plan,
    StagedFile,
    StagingRun,
    counts_of_runs,
    decode_manifest,
)

pytestmark = pytest.mark.unit

MARCH = date(2024, 3, 1)


def test_a_month_is_closed_by_the_day_after_it_ended_for_its_own_hospital_alone() -> None:
    assert not ClosedMonths().closes("city", MARCH)
    assert not ClosedMonths(hospitals={"city": date(2024, 4, 1)}).closes("coast", MARCH)
    for by in (date(2024, 3, 1), date(2024, 3, 31), date(2024, 4, 1), date(2025, 1, 1)):
        assert ClosedMonths(hospitals={"city": by}).closes("city", MARCH) is (by >= date(2024, 4, 1)), by
        assert ClosedMonths(everywhere=by).closes("city", MARCH) is (by >= date(2024, 4, 1)), by


def test_what_one_of_two_closes_both_together_close() -> None:
    one = ClosedMonths(hospitals={"city": date(2024, 4, 1), "coast": date(2024, 2, 1)})
    other = ClosedMonths(everywhere=date(2024, 1, 1), hospitals={"coast": date(2024, 5, 1)})

    joined = one.joined(other)

    assert joined == other.joined(one)
    assert joined == ClosedMonths(date(2024, 1, 1), {"city": date(2024, 4, 1), "coast": date(2024, 5, 1)})


def plan(number: int) -> Plan:
    return Plan(1, number, 1, ClosedMonths(), ClosedMonths(), (), None, 0)


def run(number: int, *staged: dict[str, dict[str, list[int]]]) -> StagingRun:
    """Return a finished run with an output for each of some counts; one that staged nothing has no file."""
    outputs = [
        CommittedOutput("admission", MARCH, "the key" if counts else None, 99, "0a", OutputCounts(rows, {}, counts, {}))
        for counts in staged
        for rows in [sum(sum(days) for departments in counts.values() for days in departments.values())]
    ]
    return StagingRun(plan(number), Commit(1, number, "0b", tuple(outputs), 0))


def test_a_run_has_the_files_that_its_commit_names_and_none_while_it_is_unfinished() -> None:
    finished = run(3, {"city": {"acute": [0, 2]}}, {})
    assert list(finished.files()) == [StagedFile("the key", "admission", MARCH, 2, 99, "0a", 3)]
    assert len(finished.outputs) == 2
    unfinished = StagingRun(plan(4), None)
    assert (unfinished.outputs, list(unfinished.files())) == ((), [])


def test_the_counts_of_runs_are_added_by_hospital_department_and_day() -> None:
    runs = [run(1, {"city": {"acute": [1, 0, 4], "rehab": [0, 1]}}), run(2, {"city": {"acute": [2]}, "coast": {}})]
    assert counts_of_runs([*runs, StagingRun(plan(3), None)]) == {
        ("admission", "city", "acute", MARCH): 3,
        ("admission", "city", "acute", date(2024, 3, 3)): 4,
        ("admission", "city", "rehab", date(2024, 3, 2)): 1,
    }
    assert len(counts_of_runs(runs)) == 3


def test_a_manifest_is_read_back_and_anything_else_is_named() -> None:
    written = run(1, {"city": {"acute": [1]}})
    assert decode_manifest("k", msgspec.json.encode(written.plan), Plan) == written.plan
    assert decode_manifest("k", msgspec.json.encode(written.commit), Commit) == written.commit
    for data in (b"{}", b"\xff", b"[" * 100_000, msgspec.json.encode(written.commit)):
        with pytest.raises(BrokenLakeError, match=r"^the/key: not a manifest of this version \("):
            decode_manifest("the/key", data, Plan)
