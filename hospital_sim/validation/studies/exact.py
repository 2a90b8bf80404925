"""Studies of what must hold to the second, without tolerance.

The oracle is the recursion of a queue with several servers: in the order of the requests each patient takes the bed
that becomes free first, at once or when it does. It knows the draws and the beds, and nothing of the simulation.
"""

from collections.abc import Iterable
from datetime import timedelta
from heapq import heapreplace

import numpy as np

from hospital_sim.config import HospitalConfig
from hospital_sim.draws.requests import Request, requests
from hospital_sim.draws.streams import Streams
from hospital_sim.events.codec import encode
from hospital_sim.simulation.discharge_profile import DischargeClock, discharge_clock
from hospital_sim.simulation.runner import plan_run, run_events
from hospital_sim.validation.checks import Check, of_mistakes
from hospital_sim.validation.instruments.following import Follower, Ledger
from hospital_sim.validation.instruments.queueing_departments import hospital, period, run, ward, window
from hospital_sim.validation.study import Measures, Samples, Study

DAYS = 30
_WEEK = (1.2, 1.1, 1.1, 1.1, 1.3, 0.7, 0.5)
_HOURS = (0.2,) * 8 + (1.5,) * 12 + (0.5,) * 4
_WARDS = (
    ward("short", 10, 45.0, stay={"distribution": "exponential", "mean": 0.2}),
    ward("simple", 20, 3.5, max_stay_days=8, long_stay_share=0.01, delay_share=0.05),
    ward(
        "cleaned",
        6,
        8.0,
        stay={"distribution": "lognormal", "mean": 0.5, "sd": 0.7},
        turnaround_hours={"distribution": "uniform", "low": 0.5, "high": 3},
        hour_multipliers=_HOURS,
    ),
    ward(
        "rhythm",
        15,
        4.0,
        stay={"distribution": "gamma", "mean": 3, "sd": 3},
        delay_share=0.05,
        discharge_weekday_multipliers=_WEEK,
        discharge_hour_multipliers=_HOURS,
    ),
)
_HOSPITAL = hospital("exact", 30, _WARDS)
_ROOMIER = hospital("exact", 30, [dict(each, beds=int(str(each["beds"])) + 1) for each in _WARDS])
_LARGER = hospital("exact", 30, [*_WARDS, ward("another", 5, 4.0, stay={"distribution": "exponential", "mean": 1})])

MISTAKES = {
    "oracle": "patients whose admission or discharge is not in the second of the recursion",
    "order": "patients who overtake",
    "idle": "seconds in which a bed is free while somebody waits",
    "conservation": "days on which beds or waiting lists do not add up",
    "little_beds": "bed seconds: integral of the census less the sum of the stays",
    "little_queue": "waiting seconds: integral of the waiting list less the sum of the waits",
    "statistics": "bed and waiting seconds: those of the library's statistics less the sums of stays and waits",
    "more_beds": "patients who wait longer where there is one bed more",
    "prefix": "events of 20 days that are not those with which 40 days begin",
    "another": "events that change where another department is added",
}


def follow(seed: int) -> Measures:
    """Return the number of mistakes of each kind."""
    start, end = window(_HOSPITAL, DAYS)
    follower = Follower(start, end)
    run(_HOSPITAL, DAYS, seed, follower)
    mistakes = dict.fromkeys(MISTAKES, 0)
    for position, ledger in enumerate(follower.ledgers):
        drawn = _drawn(_HOSPITAL, position, seed)
        expected = recursion(_HOSPITAL.department[position].beds, drawn, clock(_HOSPITAL, position))
        statistics = follower.statistics[_HOSPITAL.department[position].id]
        beds, waiting = ledger.overlaps(start, end)
        mistakes["oracle"] += _unlike(ledger, expected, end)
        mistakes["order"] += _overtaking(ledger)
        mistakes["idle"] += ledger.integral.idle_seconds
        mistakes["conservation"] += ledger.mistakes
        mistakes["little_beds"] += abs(ledger.integral.bed_seconds - beds)
        mistakes["little_queue"] += abs(ledger.integral.queue_seconds - waiting)
        mistakes["statistics"] += abs(statistics.occupied_bed_seconds - beds) + abs(statistics.queue_seconds - waiting)
    mistakes["more_beds"] = _longer_waits(follower, seed)
    mistakes |= _bytes(seed)
    return {name: np.array(float(count)) for name, count in mistakes.items()}


def judge(samples: Samples) -> list[Check]:
    """Expect no mistake of any kind."""
    return [of_mistakes(words, samples[name]) for name, words in MISTAKES.items()]


def recursion(beds: int, drawn: Iterable[Request], clock: DischargeClock | None) -> list[tuple[int, int]]:
    """Return the seconds of admission and discharge of each request, in a department that is empty at first.

    Args:
        beds: How many beds there are.
        drawn: The requests, in order.
        clock: By which stays end; None if time passes at one pace.
    """
    free = [0] * beds
    seconds = []
    for request in drawn:
        admitted = max(request.second, free[0])
        if clock is None:
            left = admitted + request.length + request.delay
        else:
            ready = clock.after(admitted, request.length)
            left = clock.after(ready, request.delay) if request.delay else ready
        heapreplace(free, left + request.turnaround)
        seconds.append((admitted, left))
    return seconds


def clock(config: HospitalConfig, position: int) -> DischargeClock | None:
    """Return the clock by which the stays of a department end."""
    return discharge_clock(config.department[position])


def _drawn(config: HospitalConfig, position: int, seed: int) -> list[Request]:
    department = config.department[position]
    start, end = period(config, DAYS)
    streams = Streams(seed, config.id, department.id)
    return list(requests(department, streams, start - timedelta(days=config.warmup_days), end))


def _unlike(ledger: Ledger, expected: list[tuple[int, int]], end: int) -> int:
    """Count those who are not admitted, or do not leave, in the second of the recursion, up to the end of the run."""
    number = {spell: position for position, spell in enumerate(ledger.asked)}
    admitted = [(number[spell], second) for spell, second in ledger.admitted]
    left = [(number[spell], second) for spell, second in ledger.left]
    right_admitted = [(position, first) for position, (first, _) in enumerate(expected) if first < end]
    right_left = [(position, last) for position, (_, last) in enumerate(expected) if last < end]
    wrong = set(admitted) ^ set(right_admitted) | set(left) ^ set(right_left)
    told_twice = len(admitted) - len(set(admitted)) + len(left) - len(set(left))
    return len({position for position, _ in wrong}) + told_twice


def _overtaking(ledger: Ledger) -> int:
    return sum(spell is not first for (spell, _), first in zip(ledger.admitted, ledger.asked, strict=False))


def _longer_waits(follower: Follower, seed: int) -> int:
    """Count those who wait longer where each department has one bed more."""
    start, end = window(_ROOMIER, DAYS)
    roomier = Follower(start, end)
    run(_ROOMIER, DAYS, seed, roomier)
    longer = 0
    for few, more in zip(follower.ledgers, roomier.ledgers, strict=True):
        second = dict(more.admitted)
        for one, other in zip(few.asked, more.asked, strict=False):
            longer += one.bed != 0 and second.get(other, end) > one.admitted
    return longer


def _bytes(seed: int) -> dict[str, int]:
    """Count events of a short run that differ in a longer one, and in one with another department."""
    short = _events(_HOSPITAL, seed, 20)
    longer = _events(_HOSPITAL, seed, 40)
    larger = [event for event in _events(_LARGER, seed, 20) if b'"department_id":"another"' not in event]
    return {"prefix": _differences(short, longer[: len(short)]), "another": _differences(short, larger)}


def _events(config: HospitalConfig, seed: int, days: int) -> list[bytes]:
    events: list[bytes] = []
    start, end = period(config, days)
    run_events(config, plan_run(config, start, end, seed), lambda event: events.append(encode(event)))
    return events


def _differences(some: list[bytes], others: list[bytes]) -> int:
    same = sum(one == other for one, other in zip(some, others, strict=False))
    return max(len(some), len(others)) - same


STUDIES = (Study("Exact", follow, judge, cost=0.4),)
