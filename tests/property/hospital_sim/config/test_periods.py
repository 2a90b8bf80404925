"""A department of a period plans, on each day of it, the beds that the department itself plans."""

from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hospitals import department
from hypothesis import given
from hypothesis import strategies as st

from hospital_sim.config.open_beds import planned_beds
from hospital_sim.config.parts import WEEKDAYS
from hospital_sim.config.periods import in_period, periods

pytestmark = pytest.mark.property

FIRST, BEFORE, AFTER = date(2023, 11, 1), date(2022, 1, 1), date(2026, 6, 1)
_dated = st.lists(
    st.sampled_from([str(FIRST + timedelta(days=number)) for number in range(500)]), min_size=2, max_size=2
).map(sorted)
_yearly = st.lists(st.sampled_from(["01-01", "02-29", "06-15", "11-01", "12-31"]), min_size=2, max_size=2)
_bounds = st.one_of(_dated, _yearly).flatmap(
    lambda pair: st.sampled_from([{}, {"first": pair[0]}, {"last": pair[1]}, {"first": pair[0], "last": pair[1]}])
)


@st.composite
def _changes(draw: st.DrawFn) -> list[dict[str, Any]]:
    changes: list[dict[str, Any]] = []
    for _ in range(draw(st.integers(0, 4))):
        weekdays = draw(st.sets(st.sampled_from(WEEKDAYS)))
        days = draw(_bounds) | ({"weekdays": sorted(weekdays)} if weekdays else {})
        changes.append({"beds": draw(st.integers(-5, 5))} | days)
    return changes


@given(_changes(), _changes())
def test_every_day_has_one_period_and_its_beds(one: list[dict[str, Any]], other: list[dict[str, Any]]) -> None:
    wards = [department(name, beds=50, bed_change=changes) for name, changes in (("a", one), ("b", other))]
    spans = periods(wards)
    assert (spans[0][0], spans[-1][1]) == (date.min, date.max)
    assert all(later[0] - earlier[1] == timedelta(days=1) for earlier, later in pairwise(spans))
    for first, last in spans:
        middle = date.fromordinal((max(first, BEFORE).toordinal() + min(last, AFTER).toordinal()) // 2)
        for ward in wards:
            changed = in_period(ward, (first, last))
            for day in (max(first, BEFORE), middle, min(last, AFTER)):
                assert planned_beds(changed, day) == planned_beds(ward, day)
