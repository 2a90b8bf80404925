"""The order of events that fall on one second: tests of what ``hospital_sim.simulation.order`` says."""

from datetime import timedelta
from typing import Any, NamedTuple

import pytest
from hospitals import START
from naive_agreement import event_rows

from hospital_sim import Hospital
from hospital_sim.clock import DAY, second_of, timestamp
from hospital_sim.config import parse_hospital
from hospital_sim.simulation.order import Order, Phase

pytestmark = pytest.mark.unit

T = 1_000
"""The second in which everything falls."""


class Seen(NamedTuple):
    """An event with the second of the request and the bed; of a census, the beds occupied and the patients waiting."""

    second: int
    what: str
    where: str
    who: int
    bed: int


def _ward(name: str, beds: int, *asked: tuple[int, int], **fields: object) -> dict[str, Any]:
    """Return a department with a source for each request: its second, and the seconds for which it holds the bed."""
    own = {"id": name, "name": name, "treatment_function_code": "300", "beds": beds, "allow_overload": True}
    sources = [
        {
            "id": f"source_{number}",
            "arrivals": [timestamp(second_of(START) + second).isoformat()],
            "stay": {"distribution": "fixed", "value": stay / DAY},
            "long_stay_share": 0,
            "delay_share": 0,
        }
        for number, (second, stay) in enumerate(asked)
    ]
    return {**own, "source": sources, **fields}


def _events(*wards: dict[str, Any], days: int = 1) -> list[Seen]:
    """Return the events of departments, in order."""
    config = parse_hospital({"id": "h", "name": "H", "warmup_days": 0, "department": wards})
    run = Hospital(config).simulate(START, START + timedelta(days=days - 1), seed=1)
    events, first = [], second_of(START)
    rows: list[tuple[Any, ...]] = list(event_rows(run))
    for second, what, *rest in rows:
        if what == "wait":
            continue
        if what in ("SOD", "EOD"):
            where, _, who, bed = rest
        else:
            where, _, requested, bed = rest if what == "admission" else rest[2:6]
            who = requested - first
        events.append(Seen(second - first, what, where, who, bed))
    return events


def _at(events: list[Seen], second: int) -> list[tuple[str, str, int]]:
    return [(entry.what, entry.where, entry.who) for entry in events if entry.second == second]


@pytest.mark.parametrize(
    ("beds", "before", "waiting", "new"),
    [(1, [10], 1, 0), (1, [10], 0, 1), (2, [10, 9], 1, 1), (3, [20, 10, 9], 3, 0), (3, [10, 10, 10], 1, 2)],
)
def test_discharges_come_first_then_admissions_from_the_queue_then_requests(
    beds: int, before: list[int], waiting: int, new: int
) -> None:
    """All beds become free; the lowest go to those who have waited, in the order of asking, then to new requests."""
    asked = [(T - ago, ago) for ago in before] + [(T - 5, 99)] * waiting + [(T, 99)] * new
    events = [entry for entry in _events(_ward("a", beds, *asked)) if entry.second == T]
    assert [entry.what for entry in events] == ["discharge"] * beds + ["admission"] * (waiting + new)
    assert sorted(entry.who for entry in events[:beds]) == sorted(T - ago for ago in before)
    to_bed = [(entry.who, entry.bed) for entry in events[beds:]]
    assert to_bed == [(second, bed) for bed, (second, _) in enumerate(asked[beds:], 1)]


@pytest.mark.parametrize("first", ["a", "z"])
def test_within_a_phase_departments_take_their_turn_in_the_order_of_the_configuration(first: str) -> None:
    """In each of two departments one leaves, and one who waits is admitted, all in one second."""
    second = "z" if first == "a" else "a"
    asked = [(T - 10, 10), (T - 5, 99)]
    assert _at(_events(_ward(first, 1, *asked), _ward(second, 1, *asked)), T) == [
        ("discharge", first, T - 10),
        ("discharge", second, T - 10),
        ("admission", first, T - 5),
        ("admission", second, T - 5),
    ]


def test_departments_overflow_in_the_order_of_the_configuration() -> None:
    """A patient of each has waited long enough; the one of the second department began to wait first."""
    wards = [
        _ward(name, 1, (1, DAY), (T - hours * 3600 + 20_000, 99), overflow={"to": ["c"], "after_hours": hours})
        for name, hours in (("z", 1), ("a", 2))
    ]
    assert _at(_events(*wards, _ward("c", 1, (DAY - 2, 99))), T + 20_000) == [("admission", "c", T + 16_400)]


def test_a_phase_of_every_department_comes_before_the_next_phase_of_any() -> None:
    order = Order(3)
    priorities = [order.priority(phase, department) for phase in Phase for department in range(3)]
    assert priorities == sorted(set(priorities))


def test_the_start_of_day_census_comes_before_everything_else_of_its_second() -> None:
    """At midnight one leaves, one who waits is admitted and one asks: the census shows none of it."""
    events = _events(_ward("a", 1, (DAY - 10, 10), (DAY - 5, 99), (DAY, 99)), days=2)
    assert _at(events, DAY) == [("SOD", "a", 1), ("discharge", "a", DAY - 10), ("admission", "a", DAY - 5)]
    assert [entry.bed for entry in events if entry.what == "SOD"] == [0, 1]


def test_the_end_of_day_census_comes_after_everything_else_of_its_second() -> None:
    """In the last second one leaves, one who waits is admitted, one asks and waits: the census shows all of it."""
    last = DAY - 1
    events = _events(_ward("a", 1, (last - 10, 10), (last - 5, 99), (last, 99)))
    assert _at(events, last) == [("discharge", "a", last - 10), ("admission", "a", last - 5), ("EOD", "a", 1)]
    assert events[-1].bed == 1


def test_a_stay_of_one_second_that_begins_in_the_last_second_is_seen_by_both_censuses() -> None:
    events = _events(_ward("a", 1, (DAY - 1, 1)), days=2)
    assert _at(events, DAY - 1) == [("admission", "a", DAY - 1), ("EOD", "a", 1)]
    assert _at(events, DAY) == [("SOD", "a", 1), ("discharge", "a", DAY - 1)]
    assert [entry.second for entry in events if entry.what in ("SOD", "EOD")] == [0, DAY - 1, DAY, 2 * DAY - 1]
