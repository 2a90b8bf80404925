"""A history goes on under a changed configuration; what would change its past is refused by the name of the field."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hospitals import department, hospital

from hospital_sim import HistoryConflictError, Hospital, ObjectSink
from hospital_sim.config import parse_hospital
from hospital_sim.events import RunStarted
from hospital_sim.events.histories import is_same_history
from hospital_sim.simulation.runner import plan_run

pytestmark = pytest.mark.unit

FIRST, LAST, NEXT = "2024-01-01", "2024-01-10", "2024-01-11"
Document = dict[str, Any]


def _document() -> Document:
    city = hospital(department("a", requests_per_day=1.0), department("b", beds=3), warmup_days=5, identifier="city")
    document: Document = msgspec.json.decode(msgspec.json.encode(city.config))
    return document


def _city(edit: Callable[[Document], object] = lambda _: None) -> Hospital:
    document = _document()
    edit(document)
    return Hospital(parse_hospital(document))


def _changed(day: str, **fields: object) -> Callable[[Document], object]:
    return lambda document: document.update(change=[{"from": day, "department": [{"id": "a", **fields}]}])


def _set(place: int, **fields: object) -> Callable[[Document], object]:
    return lambda document: document["department"][place].update(fields)


@pytest.fixture
def raw(tmp_path: Path) -> Path:
    """Return the raw root of a lake with ten days of a hospital that has not changed."""
    _city().simulate(FIRST, LAST, seed=1, sink=tmp_path / "raw")
    return tmp_path / "raw"


def _refusal(raw: Path, city: Hospital, first: str = NEXT, last: str = "2024-01-20", seed: int = 1) -> str:
    with pytest.raises(HistoryConflictError) as refused:
        city.simulate(FIRST, last, seed=seed, sink=raw, emit_from=first)
    return str(refused.value)


def test_a_history_goes_on_with_a_change_and_a_second_one(raw: Path) -> None:
    sink = ObjectSink(raw)
    first = _city(_changed(NEXT, beds=9)).simulate(FIRST, "2024-01-15", seed=1, sink=sink, emit_from=NEXT, keep=True)
    whole = _city(_changed(NEXT, beds=9)).simulate(FIRST, "2024-01-15", seed=1)
    assert first.events == [event for event in whole.events if event.event_time.date() >= date(2024, 1, 11)]
    again = _city(_changed(NEXT, beds=9)).config
    again = msgspec.structs.replace(
        again, change=(*again.change, *_city(_changed("2024-01-16", beds=10)).config.change)
    )
    Hospital(again).simulate(FIRST, "2024-01-20", seed=1, sink=sink, emit_from="2024-01-16")
    _city().simulate(FIRST, LAST, seed=1, sink=sink)
    assert sink.found > 0, "the first days can be run again from the file without the changes"


@pytest.mark.parametrize(
    ("edit", "difference", "tables"),
    [
        (_set(0, beds=9), "department a: beds 8, this run 9", '[[change.department]] id = "a", beds = 9'),
        (_set(0, name="Other"), 'name "A", this run "Other"', '[[change.department]] id = "a", name = "Other"'),
        (
            _set(1, escalation={"beds": 2}),
            "department b: escalation none, this run {beds = 2, open_above = 0.95, close_below = 0.85}",
            'id = "b", escalation = {beds = 2, open_above = 0.95, close_below = 0.85}',
        ),
        (lambda document: document["department"].pop(), "has department b, this run has none", 'closed = ["b"]'),
        (
            lambda document: document["department"].append(document["department"][0] | {"id": "c"}),
            "has no department c, this run has one",
            '[[change.department]] id = "c", … (all its fields)',
        ),
        (lambda document: document.update(name="New"), 'name "A Hospital", this run "New"', 'name = "New"'),
    ],
)
def test_another_start_names_its_first_field_and_the_change_to_write(
    raw: Path, edit: Callable[[Document], object], difference: str, tables: str
) -> None:
    refused = _refusal(raw, _city(edit))
    assert difference in refused
    head, _, hint = refused.rpartition("\n")
    assert head.endswith("put that back, and add the change to the file:")
    assert hint.startswith(f"[[change]] from = {NEXT}")
    assert tables in hint


@pytest.mark.parametrize(
    ("edit", "seed", "difference"),
    [
        (lambda document: document.update(warmup_days=6), 1, "warmup_days 5, this run 6"),
        (lambda _: None, 2, "seed 1, this run 2"),
        (lambda document: document["department"].reverse(), 1, 'department ["a", "b"], this run ["b", "a"]'),
    ],
)
def test_what_no_change_can_do_belongs_in_another_lake(
    raw: Path, edit: Callable[[Document], object], seed: int, difference: str
) -> None:
    assert _refusal(raw, _city(edit), seed=seed).endswith(f"has {difference}; write this run to another lake")


def test_a_change_of_days_with_events_names_its_field_and_the_day_to_date_it(raw: Path) -> None:
    expected = (
        f"has events up to {LAST} without change[0] (2024-01-05): department a: beds; date the change {NEXT} or later"
    )
    assert _refusal(raw, _city(_changed("2024-01-05", beds=9))).endswith(expected)
    renamed = _city(lambda document: document.update(change=[{"from": LAST, "name": "New"}]))
    assert "change[0] (2024-01-10): name; date the change 2024-01-11 or later" in _refusal(raw, renamed)


def test_a_change_that_events_follow_can_be_neither_altered_nor_left_out(raw: Path) -> None:
    _city(_changed(NEXT, beds=9)).simulate(FIRST, "2024-01-15", seed=1, sink=raw, emit_from=NEXT)
    other = _refusal(raw, _city(_changed(NEXT, beds=10)), first="2024-01-16")
    assert other.endswith(
        "change[0] (2024-01-11): department a: beds 9, this run 10; put back the change that events follow"
    )
    without = _refusal(raw, _city(), first="2024-01-16")
    assert without.endswith("has a change from 2024-01-11 (department a: beds), which this run lacks; add it")


def _plan(day: str, last: date, **fields: object) -> RunStarted:
    return plan_run(_city(_changed(day, **fields)).config, date(2024, 1, 1), last, 1)


def test_changes_after_the_end_of_one_run_do_not_make_another_history() -> None:
    short, long = _plan("2024-01-11", date(2024, 1, 10), beds=9), _plan("2024-01-12", date(2024, 1, 20), beds=9)
    assert is_same_history(short, long)
    assert is_same_history(long, short)
    assert not is_same_history(long, _plan("2024-01-12", date(2024, 1, 12), beds=10))
    unchanged = plan_run(_city().config, date(2024, 1, 1), date(2024, 1, 31), 1)
    assert short.history_id == unchanged.history_id
    assert not is_same_history(long, unchanged)
    assert is_same_history(short, unchanged)
