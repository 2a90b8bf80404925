"""The order of events that fall on one second: tests of what ``hospital_sim.simulation.order`` says."""

import pytest
from hand_made import Asked, Seen, drive, ward

from hospital_sim import Hospital
from hospital_sim.clock import DAY
from hospital_sim.config import parse_hospital
from hospital_sim.events import Admission
from hospital_sim.simulation.order import Order, Phase

pytestmark = pytest.mark.unit

T = 1_000
"""The second in which everything falls."""


def _at(seen: list[Seen], second: int) -> list[tuple[str, str, int]]:
    return [(entry.what, entry.where, entry.who) for entry in seen if entry.second == second and entry.where]


def test_the_start_of_day_census_comes_before_everything_else_of_its_second() -> None:
    """At midnight one leaves, one who waits is admitted and one asks: the census shows none of it."""
    seen = drive([(ward("a", 1), [Asked(DAY - 10, 10), Asked(DAY - 5, 99), Asked(DAY, 99)])], DAY + 1)
    at_midnight = [(entry.what, entry.who) for entry in seen if entry.second == DAY]
    assert at_midnight == [("SOD", ((1, 1),)), ("discharged", 0), ("admitted", 1)]


@pytest.mark.parametrize(
    ("beds", "before", "waiting", "new"),
    [(1, [10], 1, 0), (1, [10], 0, 1), (2, [10, 9], 1, 1), (3, [20, 10, 9], 3, 0), (3, [10, 10, 10], 1, 2)],
)
def test_discharges_come_first_then_admissions_from_the_queue_then_requests(
    beds: int, before: list[int], waiting: int, new: int
) -> None:
    """All beds become free; the lowest go to those who have waited, in the order of asking, then to new requests."""
    asked = [Asked(T - ago, ago) for ago in before] + [Asked(T - 5, 99)] * waiting + [Asked(T, 99)] * new
    seen = [entry for entry in drive([(ward("a", beds), asked)], T + 1) if entry.second == T]
    out, to_bed = [entry.who for entry in seen[:beds]], [(entry.who, entry.bed) for entry in seen[beds:]]
    assert [entry.what for entry in seen] == ["discharged"] * beds + ["admitted"] * (waiting + new)
    assert (sorted(out), to_bed) == ([*range(beds)], [(beds + number, number + 1) for number in range(waiting + new)])


def test_a_diverting_department_admits_a_request_in_the_second_in_which_a_bed_becomes_free() -> None:
    seen = drive([(ward("a", 1, "divert"), [Asked(T - 10, 10), Asked(T - 1, 5), Asked(T, 99)])], T + 1)
    assert _at(seen, T - 1) == [("diverted", "a", 1)]
    assert _at(seen, T) == [("discharged", "a", 0), ("admitted", "a", 2)]


@pytest.mark.parametrize("first", ["a", "z"])
def test_within_a_phase_departments_take_their_turn_in_the_order_of_the_configuration(first: str) -> None:
    """In each of two departments one leaves, one who waits is admitted and one asks and waits, all in one second."""
    second = "z" if first == "a" else "a"
    asked = [Asked(T - 10, 10), Asked(T - 5, 99)]
    seen = drive([(ward(first, 1), asked), (ward(second, 1), asked)], T + 1)
    assert _at(seen, T) == [
        ("discharged", first, 0),
        ("discharged", second, 0),
        ("admitted", first, 1),
        ("admitted", second, 1),
    ]


def test_all_requests_of_a_department_in_one_second_come_before_those_of_the_next_department() -> None:
    asked = [Asked(T, 5)] * 3
    seen = drive([(ward("z", 5), asked), (ward("a", 5), asked)], T + 1)
    assert _at(seen, T) == [("admitted", name, who) for name in "za" for who in range(3)]


def test_departments_overflow_in_the_order_of_the_configuration() -> None:
    """At noon a patient of each has waited long enough; the one of the second department began to wait first."""

    def full(name: str, hours: int) -> dict[str, object]:
        asked = [f"2024-01-01T{hour:02}:00:00Z" for hour in (8, 12 - hours)]
        return place(name, asked) | {"overflow": {"to": ["c"], "after_hours": hours}}

    def place(name: str, asked: list[str]) -> dict[str, object]:
        stay = {"stay": {"distribution": "fixed", "value": 9}, "long_stay_share": 0, "allow_overload": True}
        ward = {"id": name, "name": name, "treatment_function_code": "300", "beds": 1}
        return {**ward, **stay, "source": [{"id": "real", "arrivals": asked}]}

    wards = [full("z", 1), full("a", 2), place("c", ["2024-01-01T23:00:00Z"])]
    hospital = Hospital(parse_hospital({"id": "h", "name": "H", "warmup_days": 0, "department": wards}))
    run = hospital.simulate("2024-01-01", "2024-01-01", seed=1)
    outliers = [event for event in run.events if isinstance(event, Admission) and event.department_id == "c"]
    assert [(event.requested_department_id, event.admission_date.hour) for event in outliers] == [("z", 12)]


def test_a_phase_of_every_department_comes_before_the_next_phase_of_any() -> None:
    order = Order(3)
    priorities = [order.priority(phase, department) for phase in Phase for department in range(3)]
    assert priorities == sorted(set(priorities))


def test_nobody_overtakes_in_the_second_in_which_a_bed_becomes_free() -> None:
    """One bed becomes free while two wait and one asks: the head of the list gets it, and the new one is last."""
    asked = [Asked(T - 10, 10), Asked(T - 5, 4), Asked(T - 5, 4), Asked(T, 4)]
    seen = drive([(ward("a", 1), asked)], T + 20)
    admitted = [(entry.second, entry.who) for entry in seen if entry.what == "admitted"]
    assert admitted == [(T - 10, 0), (T, 1), (T + 4, 2), (T + 8, 3)]


def test_the_end_of_day_census_comes_after_everything_else_of_its_second() -> None:
    """In the last second one leaves, one who waits is admitted, one asks and waits: the census shows all of it."""
    last = DAY - 1
    seen = drive([(ward("a", 1), [Asked(last - 10, 10), Asked(last - 5, 99), Asked(last, 99)])], DAY)
    of_last = [(entry.what, entry.who) for entry in seen if entry.second == last]
    assert of_last == [("discharged", 0), ("admitted", 1), ("EOD", ((1, 1),))]


def test_a_stay_of_one_second_that_begins_in_the_last_second_is_seen_by_both_censuses() -> None:
    seen = drive([(ward("a", 1), [Asked(DAY - 1, 1)])], DAY + 1)
    of_midnight = [(entry.second, entry.what) for entry in seen if entry.second >= DAY - 1]
    assert of_midnight == [(DAY - 1, "admitted"), (DAY - 1, "EOD"), (DAY, "SOD"), (DAY, "discharged")]
    assert [entry.who for entry in seen if entry.what in ("EOD", "SOD")][1:] == [((1, 0),), ((1, 0),)]


@pytest.mark.parametrize("stops", [(2 * DAY,), (DAY, 2 * DAY), (DAY - 1, DAY, DAY + 1, 2 * DAY)])
def test_stopping_at_midnight_neither_loses_nor_repeats_a_census(stops: tuple[int, ...]) -> None:
    seen = drive([(ward("a", 1), [Asked(DAY - 10, 10)])], *stops)
    census = [(entry.second, entry.what) for entry in seen if not entry.where]
    assert census == [(0, "SOD"), (DAY - 1, "EOD"), (DAY, "SOD"), (2 * DAY - 1, "EOD")]


def test_what_happens_at_midnight_belongs_to_the_new_day() -> None:
    seen = drive([(ward("a", 1), [Asked(DAY - 10, 10)])], DAY)
    assert [entry.what for entry in seen] == ["SOD", "admitted", "EOD"]
