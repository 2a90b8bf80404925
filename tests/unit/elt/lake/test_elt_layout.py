"""Keys of staging, quarantine and manifests: written and read back."""

from datetime import date

import pytest

from elt.lake import layout

pytestmark = pytest.mark.unit

MARCH = date(2024, 3, 1)


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
