"""Requests for a bed: those of each source of a department by its own rule, merged in the order of time.

A request carries its second, its stay and its delay before it meets a bed. So demand is the same whatever the number of
beds.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from heapq import merge
from itertools import chain, pairwise, repeat, takewhile
from operator import attrgetter

from msgspec import Struct, structs

from hospital_sim.clock import second_of
from hospital_sim.config import DepartmentConfig
from hospital_sim.config.changes import Timeline, turnaround_name
from hospital_sim.config.parts import WhenFull
from hospital_sim.config.sources import Source, sources, with_fixed_demand
from hospital_sim.draws.request_times import comes_by_day, days_in_block, request_times
from hospital_sim.draws.stays import Choice, StayDraws
from hospital_sim.draws.streams import Streams
from hospital_sim.events.fields import AdmissionMethod, DelayReason, DischargeDestination

_DRAWN_ELSEWHERE = DepartmentConfig(
    id="any", name="Any", treatment_function_code="000", beds=1, requests_per_day=1, delay_share=0
)
"""Values of the fields on which requests and stays do not depend."""

_NOT_DEMAND = (
    "name",
    "treatment_function_code",
    "beds",
    "capacity",
    "bed_change",
    "escalation",
    "overflow",
    "discharge_weekday_multipliers",
    "discharge_hour_multipliers",
    "ages",
    "female_share",
    "return_share",
    "allow_overload",
)
"""Fields on which requests and stays do not depend."""


class Request(Struct, frozen=True, gc=False):
    """One decision to admit, with all draws for it.

    Attributes:
        second: Second of the request.
        length: Seconds from admission until fit for discharge, at least 1.
        delay: Seconds from fit for discharge until discharge; 0 unless the discharge is delayed.
        turnaround: Seconds for which the bed is cleaned after the discharge, in the department that was asked.
        outlier_turnarounds: The same in each other department that may take the patient and cleans its beds, by the
            name of its turnarounds: the identifier, until a change sets other turnarounds.
        destination: NHS discharge destination code.
        delay_reason: Reason for the delay; None unless the discharge is delayed.
        admission_method: NHS admission method code.
        returning: A number in [0, 1) that decides if the patient is a former one.
        pick: A number in [0, 1) that selects the former patient.
        overflow: A number in [0, 1) that decides after what wait the patient may take a bed of another department.
        when_full: ``"wait"`` or ``"divert"``, for a request without a free bed.
    """

    second: int
    length: int
    delay: int
    turnaround: int
    outlier_turnarounds: Mapping[str, int]
    destination: DischargeDestination
    delay_reason: DelayReason | None
    admission_method: AdmissionMethod
    returning: float
    pick: float
    overflow: float
    when_full: WhenFull


def requests(
    department: DepartmentConfig,
    streams: Streams,
    first_day: date,
    last_day: date | None = None,
    places: Sequence[DepartmentConfig] = (),
) -> Iterator[Request]:
    """Yield the requests of a department in the order of their seconds.

    Requests in one second are in the order of their sources in the configuration. The draws up to a day do not depend
    on the end of the run.

    Args:
        department: The department that is asked.
        streams: The department's random streams.
        first_day: First day of the warm-up.
        last_day: Last day, inclusive; without end if None.
        places: Departments that may take its patients as outliers.
    """
    draws = [
        _SourceDraws(source, department, streams.of_source(source.config.id), places) for source in sources(department)
    ]
    days_at_once = min(each.days_at_once for each in draws)
    by_source = [each.blocks(first_day, last_day, days_at_once) for each in draws]
    second = attrgetter("second")
    if all(comes_by_day(each.source) for each in draws):
        # Sorting the blocks of the same days is as stable as merging, and faster.
        blocks = (sorted(chain.from_iterable(days), key=second) for days in zip(*by_source, strict=True))
        return chain.from_iterable(blocks)
    return merge(*map(chain.from_iterable, by_source), key=second)


def requests_over_time(
    timeline: Timeline,
    streams: Streams,
    first_day: date,
    last_day: date | None = None,
    places: Iterable[Timeline] = (),
) -> Iterator[Request]:
    """Yield the requests of a department whose configuration changes, in the order of their seconds.

    A change of its demand or its stays begins a new epoch with streams of its own. Other changes alter no draw, and no
    change alters a draw for a day before it.

    Args:
        timeline: The configurations of the department.
        streams: The department's random streams.
        first_day: First day of the warm-up.
        last_day: Last day, inclusive; without end if None.
        places: The configurations of each department that may ever take its patients as outliers.
    """
    with_turnarounds = tuple(chain.from_iterable(map(_turnarounds, places)))
    epochs = [*_epochs(timeline), (date.max, None)]
    return chain.from_iterable(
        _requests_until(
            after,
            department,
            streams if first == date.min else streams.from_day(first),
            max(first, first_day),
            last_day,
            with_turnarounds,
        )
        for (first, department), (after, _) in pairwise(epochs)
        if department is not None
    )


def _turnarounds(timeline: Timeline) -> Iterable[DepartmentConfig]:
    """Return a department with each of its turnarounds, under the name of the turnarounds."""
    states = [state for _, state in timeline if state is not None]
    by_name = {turnaround_name(timeline, state): state for state in states}
    return (structs.replace(state, id=name) for name, state in by_name.items())


def _epochs(timeline: Timeline) -> Iterator[tuple[date, DepartmentConfig | None]]:
    """Yield the first day and the configuration of each epoch of a department's demand."""
    before: DepartmentConfig | None = None
    for first, department in timeline:
        if department is None or before is None or not _same_demand(before, department):
            yield first, department
        before = department


def _same_demand(one: DepartmentConfig, other: DepartmentConfig) -> bool:
    ignored = {field: getattr(_DRAWN_ELSEWHERE, field) for field in _NOT_DEMAND}
    return structs.replace(with_fixed_demand(one), **ignored) == structs.replace(with_fixed_demand(other), **ignored)


def _requests_until(
    after: date,
    department: DepartmentConfig,
    streams: Streams,
    first_day: date,
    last_day: date | None,
    places: Sequence[DepartmentConfig],
) -> Iterator[Request]:
    """Return the requests of a department before a day (other arguments as in ``requests``)."""
    if after == date.max:
        return requests(department, streams, first_day, last_day, places)
    last = after - timedelta(days=1)
    drawn = requests(department, streams, first_day, last if last_day is None else min(last, last_day), places)
    return takewhile(lambda request: request.second < second_of(after), drawn)


class _SourceDraws:
    """Draws the requests of one source, in blocks.

    Attributes:
        source: The source.
        days_at_once: Days in a block that suit the source.
    """

    def __init__(
        self, source: Source, department: DepartmentConfig, streams: Streams, places: Sequence[DepartmentConfig]
    ) -> None:
        self.source = source
        self._demand = streams.stream("demand")
        self._stays = StayDraws(source.stay, department, streams, places)
        self._methods = Choice(source.admission_methods, streams.stream("admission_method"))
        self._returning, self._pick = streams.stream("return"), streams.stream("return_pick")
        self._overflow = streams.stream("overflow")
        # One that is not by inversion may draw other numbers in other blocks, and the last block ends with the run.
        self.days_at_once = days_in_block(source) if self._stays.are_by_inversion else 1

    def blocks(self, first_day: date, last_day: date | None, days_at_once: int) -> Iterator[Iterator[Request]]:
        """Yield the requests of each block (arguments as in ``request_times``)."""
        for seconds in request_times(self.source, self._demand, first_day, last_day, days_at_once):
            size = len(seconds)
            yield map(
                Request,
                seconds,
                *self._stays.draw(size),
                self._methods.draw(size),
                self._returning.random(size).tolist(),
                self._pick.random(size).tolist(),
                self._overflow.random(size).tolist(),
                repeat(self.source.when_full, size),
            )
