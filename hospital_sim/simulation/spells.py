"""The coroutines of a hospital: arrivals, the spell of a patient, and the census.

Each change is reported to an observer, so that nothing here depends on events, sinks or statistics.
"""

from collections.abc import Callable, Generator, Iterable, Sequence
from itertools import count
from typing import Any

from simpy import Environment
from simpy.events import Event

from hospital_sim.blocks.processes import Clockwork, start
from hospital_sim.blocks.turns import Turn
from hospital_sim.clock import DAY
from hospital_sim.draws.requests import Request
from hospital_sim.simulation.department import Department, Observer, Spell
from hospital_sim.simulation.order import Order, Phase


def arrivals(
    env: Clockwork, department: Department, requests: Iterable[Request], observer: Observer
) -> Generator[Event, Any, None]:
    """Start a spell at the second of each request.

    Args:
        env: The environment.
        department: The department that is asked.
        requests: The requests, in the order of their seconds.
        observer: Receives a call for each change.
    """
    at_request = department.at_request
    for request in requests:
        if not env.skip_to(request.second):
            yield Turn(env, request.second, at_request)
        start(run_spell(env, department, request, observer))


def run_spell(
    env: Environment, department: Department, request: Request, observer: Observer
) -> Generator[Event, Any, None]:
    """Take a bed or wait for one, hold it for the stay and the delay, and leave it; its department cleans it.

    Args:
        env: The environment.
        department: The department that is asked.
        request: The request, made now.
        observer: Receives a call for each change.
    """
    if request.when_full == "divert" and not department.ward.has_room:
        observer.diverted(department, request)
        return
    spell = Spell(department, request, department, department.clock)
    observer.requested(spell)
    bed = department.ward.take_bed(spell)
    place, second = department, request.second
    if bed is None:
        turn = department.ward.join_list(spell)
        department.on_list_changed()
        ward, bed = yield turn
        department.on_list_changed()
        place, second = department.outlier_places.get(ward.name, department), int(env.now)
    spell.admit(place, bed, second)
    observer.admitted(spell)
    yield Turn(env, spell.discharged, place.at_discharge)
    turnaround = (
        request.turnaround if place is department else request.outlier_turnarounds.get(place.turnaround_name, 0)
    )
    place.ward.leave_bed(bed, clean=not turnaround)
    observer.discharged(spell)
    if turnaround:
        yield Turn(env, spell.discharged + turnaround, place.at_beds_change)
        place.ward.bed_cleaned(bed)


def census(
    env: Environment,
    departments: Sequence[Department],
    order: Order,
    observer: Observer,
    begin_day: Callable[[int], None],
) -> Generator[Event, Any, None]:
    """Call the observer in the first and the last second of each day.

    Args:
        env: The environment, at the beginning of a day.
        departments: The departments, in order.
        order: The order of events within a second.
        observer: Receives a call for each change.
        begin_day: Called in the first second of each day, before the observer.
    """
    at_start, at_end = order.priority(Phase.START_OF_DAY), order.priority(Phase.END_OF_DAY)
    for midnight in count(int(env.now), DAY):
        yield Turn(env, midnight, at_start)
        begin_day(midnight)
        observer.start_of_day(midnight, departments)
        last_second = midnight + DAY - 1
        yield Turn(env, last_second, at_end)
        observer.end_of_day(last_second, departments)
