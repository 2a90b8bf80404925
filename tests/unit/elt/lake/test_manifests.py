"""Months that are closed; plans, commits and their counts; keys of staging and manifests, written and read back."""

from datetime import date

import msgspec
import pytest

from elt import BrokenLakeError
from elt.lake import layout
from elt.lake.manifests import (
    ClosedMonths,
    Commit,
    CommittedOutput,
    OutputCounts,
    Plan,
    decode_manifest,
)
from elt.lake.staging_runs import StagedFile, StagingRun, counts_by_cell

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
    outputs = [output for run in [*runs, StagingRun(plan(3), None)] for output in run.outputs]
    counts = counts_by_cell(outputs)
    assert counts == {
        ("admission", "city", "acute", MARCH): 3,
        ("admission", "city", "acute", date(2024, 3, 3)): 4,
        ("admission", "city", "rehab", date(2024, 3, 2)): 1,
    }
    assert len(counts) == 3


def test_a_manifest_is_read_back_and_anything_else_is_named() -> None:
    written = run(1, {"city": {"acute": [1]}})
    assert decode_manifest("k", msgspec.json.encode(written.plan), Plan) == written.plan
    assert decode_manifest("k", msgspec.json.encode(written.commit), Commit) == written.commit
    for data in (b"{}", b"\xff", b"[" * 100_000, msgspec.json.encode(written.commit)):
        with pytest.raises(BrokenLakeError, match=r"^the/key: not a manifest of this version \("):
            decode_manifest("the/key", data, Plan)


def test_the_first_file_of_a_month_has_no_number_and_later_ones_are_numbered_from_two() -> None:
    assert layout.staged_key("admission", MARCH, 1) == "staging/admission/event_date=2024-03/admission.parquet"
    assert layout.staged_key("admission", MARCH, 2) == "staging/admission/event_date=2024-03/admission-0002.parquet"
    for number in (1, 2, 9999, 12345):
        key = layout.staged_key("dep_snapshot", MARCH, number)
        assert layout.parse_staged_key(key) == ("dep_snapshot", MARCH, number)


def test_the_month_after_begins_on_its_first_day() -> None:
    for day, after in (
        (date(2024, 1, 31), date(2024, 2, 1)),
        (date(2024, 12, 1), date(2025, 1, 1)),
        (date(2024, 11, 30), date(2024, 12, 1)),
        (date(9999, 11, 30), date(9999, 12, 1)),
        (date(9999, 12, 1), date.max),
    ):
        assert layout.month_after(day) == after


def test_manifests_list_in_the_order_of_their_numbers() -> None:
    keys = [layout.plan_key(number) for number in (1, 2, 10, 99_999)]

    assert keys == sorted(keys)
    assert layout.parse_manifest_key(layout.plan_key(12)) == (12, "plan")
    assert layout.parse_manifest_key(layout.commit_key(1_234_567)) == (1_234_567, "commit")


def test_other_keys_are_neither_staged_files_nor_manifests() -> None:
    keys = [
        "staging/admission/event_date=2024-13/admission.parquet",
        "staging/admission/event_date=2024-03/discharge.parquet",
        "staging/admission/event_date=2024-03/admission.parquet.tmp",
        "staging/visit/event_date=2024-03/visit.parquet",
        "staging/admission/event_date=2024-03/admission-0001.parquet",
        "staging/admission/event_date=2024-03/admission-00002.parquet",
        "staging/admission/event_date=2024-03/admission-\u0660\u0660\u0660\u0662.parquet",
        "staging/admission/event_date=\uff12\uff10\uff12\uff14-03/admission.parquet",
        "staging/admission/event_date=0000-03/admission.parquet",
        "manifests/staging/000001/notes.txt",
        "manifests/staging/0000001/plan.json",
        "manifests/staging/\u0660\u0660\u0660\u0660\u0660\u0661/plan.json",
        "manifests/staging/\uff10\uff10\uff10\uff10\uff10\uff11/commit.json",
        "manifests/staging/000001/plan.json\n",
        "manifests/staging/../000001/plan.json",
    ]
    assert [key for key in keys if layout.parse_staged_key(key) or layout.parse_manifest_key(key)] == []
