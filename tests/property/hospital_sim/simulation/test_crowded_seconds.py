"""Many events in every second around midnight: the simulation against a naive loop over seconds."""

import pytest
from hand_made import Asked, drive, ward
from hypothesis import example, given, settings
from hypothesis import strategies as st
from second_by_second import live_through

from hospital_sim.clock import DAY
from hospital_sim.config import DepartmentConfig

pytestmark = pytest.mark.property

FIRST, AFTER = DAY - 12, DAY + 60

Wards = list[tuple[DepartmentConfig, list[Asked]]]

CROWD: Wards = [
    (ward("a", 2), [Asked(DAY - 8 + number // 2, 1 + number % 3) for number in range(24)]),
    (ward("b", 1, "divert"), [Asked(DAY - 8 + number, 1 + number % 2) for number in range(16)]),
    (ward("c", 3), [Asked(DAY - 6 + number // 3, 3) for number in range(24)]),
]


@st.composite
def crowds(draw: st.DrawFn) -> Wards:
    asked = st.builds(Asked, st.integers(FIRST, DAY + 12), st.integers(1, 6), st.sampled_from((0, 0, 1, 3)))
    wards = []
    for name in "abc"[: draw(st.integers(1, 3))]:
        config = ward(name, draw(st.integers(1, 4)), draw(st.sampled_from(("wait", "wait", "divert"))))
        wards.append((config, sorted(draw(st.lists(asked, max_size=25)), key=lambda each: each.second)))
    return wards


@example(wards=CROWD, stops=[])
@settings(max_examples=2 * settings.default.max_examples)
@given(wards=crowds(), stops=st.lists(st.integers(FIRST, AFTER - 1), max_size=5))
def test_changes_come_in_the_order_of_the_naive_loop(wards: Wards, stops: list[int]) -> None:
    expected = live_through(wards, [0, *range(FIRST, AFTER)])
    assert drive(wards, *sorted({*stops, AFTER})) == expected
