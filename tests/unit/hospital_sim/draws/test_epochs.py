"""Epochs of demand: a change of demand or stays draws anew from its day on, and other changes draw nothing anew."""

from datetime import date, timedelta
from itertools import takewhile

import msgspec
import pytest
from hospitals import department

import hospital_sim as hs
from hospital_sim.clock import DAY, second_of
from hospital_sim.config import DepartmentConfig
from hospital_sim.config.parts import SourceConfig
from hospital_sim.draws.requests import Request, requests_over_time
from hospital_sim.draws.streams import Streams

pytestmark = pytest.mark.unit

FIRST, CHANGE, LAST = date(2024, 1, 1), date(2024, 1, 31), date(2024, 2, 29)
WARD = department("a", requests_per_day=4.0, max_stay_days=2.0)


def _drawn(*states: tuple[date, DepartmentConfig | None], last: date = LAST) -> list[Request]:
    return list(requests_over_time(((date.min, WARD), *states), Streams(1, "h", "a"), FIRST, last))


def _before(requests: list[Request], day: date) -> list[Request]:
    return [request for request in requests if request.second < second_of(day)]


@pytest.mark.parametrize("source", [{}, {"source": (SourceConfig(id="s", interarrival=hs.Exponential(mean=0.25)),)}])
def test_an_epoch_ends_on_the_day_of_the_next_one(source: dict[str, object]) -> None:
    first = msgspec.structs.replace(WARD, requests_per_day=None, **source) if source else WARD
    timeline = ((date.min, first), (CHANGE, None), (CHANGE + timedelta(days=5), first))
    drawn = requests_over_time(timeline, Streams(1, "h", "a"), FIRST, LAST)
    end = second_of(LAST)
    seconds = [request.second for request in takewhile(lambda request: request.second < end, drawn)]
    closed = range(second_of(CHANGE), second_of(CHANGE + timedelta(days=5)))
    assert seconds == sorted(seconds)
    assert [second for second in seconds if second in closed] == []
    assert min(seconds) < closed.start < closed.stop < max(seconds)


def test_an_epoch_has_streams_of_its_own() -> None:
    busier = msgspec.structs.replace(WARD, delay_share=0.5)
    drawn = _drawn((CHANGE, busier))
    assert _before(drawn, CHANGE) == _before(_drawn(), CHANGE)
    offsets = [
        [request.second - second_of(start) for request in drawn if 0 <= request.second - second_of(start) < 29 * DAY]
        for start in (FIRST, CHANGE)
    ]
    assert len(offsets[1]) > 50
    assert len(set(offsets[0]) & set(offsets[1])) < 5


@pytest.mark.parametrize("field", [{"name": "Other"}, {"beds": 20}, {"female_share": 0.9}, {"allow_overload": True}])
def test_a_change_of_other_fields_draws_nothing_anew(field: dict[str, object]) -> None:
    assert _drawn((CHANGE, msgspec.structs.replace(WARD, **field))) == _drawn()


def test_draws_up_to_a_day_do_not_depend_on_the_end_of_the_run() -> None:
    timeline = ((CHANGE, msgspec.structs.replace(WARD, requests_per_day=2.0)),)
    short = _drawn(*timeline, last=date(2024, 2, 10))
    assert _before(_drawn(*timeline), date(2024, 2, 11)) == short
