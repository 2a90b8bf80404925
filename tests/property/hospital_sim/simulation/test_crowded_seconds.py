"""Many events in every second around midnight: the simulation against a naive loop over seconds."""

import pytest
from hand_made import Asked, drive, ward
from hypothesis import given, settings
from hypothesis import strategies as st
from second_by_second import live_through

from hospital_sim.clock import DAY
from hospital_sim.config import DepartmentConfig

pytestmark = pytest.mark.property

FIRST, AFTER = DAY - 12, DAY + 24


@st.composite
def crowds(draw: st.DrawFn) -> list[tuple[DepartmentConfig, list[Asked]]]:
    asked = st.builds(Asked, st.integers(FIRST, DAY + 12), st.integers(1, 6), st.sampled_from((0, 0, 1, 3)))
    wards = []
    for name in "abc"[: draw(st.integers(1, 3))]:
        config = ward(name, draw(st.integers(1, 4)), draw(st.sampled_from(("wait", "wait", "divert"))))
        wards.append((config, sorted(draw(st.lists(asked, max_size=25)), key=lambda each: each.second)))
    return wards


@settings(max_examples=max(300, settings.default.max_examples))
@given(wards=crowds(), stops=st.lists(st.integers(FIRST, AFTER - 1), max_size=5))
def test_changes_come_in_the_order_of_the_naive_loop(
    wards: list[tuple[DepartmentConfig, list[Asked]]], stops: list[int]
) -> None:
    expected = live_through(wards, [0, *range(FIRST, AFTER)])
    assert drive(wards, *sorted({*stops, AFTER})) == expected
