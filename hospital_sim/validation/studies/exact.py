"""Study of properties that must hold to the second, without tolerance.

Its oracle is the recursion of a queue with several servers: in the order of the requests, each patient takes the bed
that becomes free first, at once or as soon as it is free. The oracle uses the draws and the number of beds, and none of
the simulation's code.
"""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from heapq import heapreplace

from hospital_sim.config import DepartmentConfig, HospitalConfig
from hospital_sim.draws.requests import Request, requests
from hospital_sim.draws.streams import Streams
from hospital_sim.events.codec import encode
from hospital_sim.simulation.discharge_profile import DischargeClock, discharge_clock
from hospital_sim.simulation.runner import plan_run, run_events
from hospital_sim.validation.checks import check_none
from hospital_sim.validation.instruments.ledgers import Ledger, LedgerObserver
from hospital_sim.validation.instruments.queueing_departments import hospital, period, run, ward, window
from hospital_sim.validation.study import Measures, Study

WARMUP, DAYS = 10, 10
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
_HOSPITAL = hospital("exact", WARMUP, _WARDS)
_ROOMIER = hospital("exact", WARMUP, [dict(each, beds=int(str(each["beds"])) + 1) for each in _WARDS])
_ANOTHER = ward("another", 5, 4.0, stay={"distribution": "exponential", "mean": 1})
_LARGER = hospital("exact", WARMUP, [*_WARDS, _ANOTHER])


def follow(seed: int) -> Measures:
    """Return the number of mistakes of each kind."""
    start, end = window(_HOSPITAL, DAYS)
    observer = LedgerObserver(start, end)
    run(_HOSPITAL, DAYS, seed, observer)
    mistakes = dict.fromkeys(("recursion", "conservation", "little"), 0)
    for department in _HOSPITAL.department:
        ledger, statistics = observer.ledgers[department.id], observer.statistics[department.id]
        expected = recursion(department.beds, _requests(_HOSPITAL, department, seed), discharge_clock(department))
        beds, waits = ledger.overlaps(start, end)
        mistakes["recursion"] += _deviations(ledger, expected, end)
        mistakes["conservation"] += ledger.mistakes
        mistakes["little"] += abs(statistics.occupied_bed_seconds - beds) + abs(statistics.queue_seconds - waits)
    mistakes |= {"more_beds": _longer_waits(observer, seed), "bytes": _changed_events(seed)}
    return {name: float(count) for name, count in mistakes.items()}


def recursion(beds: int, requests: Iterable[Request], clock: DischargeClock | None) -> list[tuple[int, int]]:
    """Return the seconds of admission and discharge of each request, in a department that begins empty.

    Args:
        beds: Number of beds.
        requests: Requests in their order.
        clock: Clock of a discharge profile, by which stays end; None without a profile.
    """
    free = [0] * beds
    seconds = []
    for request in requests:
        admitted = max(request.second, free[0])
        if clock is None:
            discharged = admitted + request.length + request.delay
        else:
            ready = clock.after(admitted, request.length)
            discharged = clock.after(ready, request.delay) if request.delay else ready
        heapreplace(free, discharged + request.turnaround)
        seconds.append((admitted, discharged))
    return seconds


def _requests(config: HospitalConfig, department: DepartmentConfig, seed: int) -> list[Request]:
    start, end = period(config, DAYS)
    streams = Streams(seed, config.id, department.id)
    return list(requests(department, streams, start - timedelta(days=config.warmup_days), end))


def _deviations(ledger: Ledger, expected: list[tuple[int, int]], end: int) -> int:
    """Count the admissions and discharges up to the end of the run that are not those of the recursion.

    Admissions must come in the order of the requests. A call that comes twice counts too.
    """
    number = {spell: position for position, spell in enumerate(ledger.requested)}
    admitted = [(number[spell], second) for spell, second in ledger.admitted]
    discharged = sorted((number[spell], second) for spell, second in ledger.discharged)
    right_admitted = [(position, first) for position, (first, _) in enumerate(expected) if first < end]
    right_discharged = [(position, last) for position, (_, last) in enumerate(expected) if last < end]
    return _differences(admitted, right_admitted) + _differences(discharged, right_discharged)


def _longer_waits(observer: LedgerObserver, seed: int) -> int:
    """Count the patients who wait longer if each department has one bed more."""
    start, end = window(_ROOMIER, DAYS)
    roomier = LedgerObserver(start, end)
    run(_ROOMIER, DAYS, seed, roomier)
    longer = 0
    for department, ledger in observer.ledgers.items():
        other = roomier.ledgers[department]
        admitted = dict(other.admitted)
        for spell, same in zip(ledger.requested, other.requested, strict=False):
            longer += spell.bed != 0 and admitted.get(same, end) > spell.admitted
    return longer


def _changed_events(seed: int) -> int:
    """Count the events that differ in a run that is longer and has another department."""
    short = _events(_HOSPITAL, seed, DAYS)
    larger = [event for event in _events(_LARGER, seed, 2 * DAYS) if b'"department_id":"another"' not in event]
    return _differences(short, larger[: len(short)])


def _events(config: HospitalConfig, seed: int, days: int) -> list[bytes]:
    events: list[bytes] = []
    start, end = period(config, days)
    run_events(config, plan_run(config, start, end, seed), lambda event: events.append(encode(event)))
    return events


def _differences(some: Sequence[object], others: Sequence[object]) -> int:
    same = sum(one == other for one, other in zip(some, others, strict=False))
    return max(len(some), len(others)) - same


STUDIES = (
    Study(
        "Exact",
        follow,
        {
            "admissions and discharges not in the second of a recursion, first come, first served": lambda runs: (
                check_none(runs["recursion"])
            ),
            "days on which beds or waiting lists do not add up": lambda runs: check_none(runs["conservation"]),
            "bed and waiting seconds: statistics less stays and waits": lambda runs: check_none(runs["little"]),
            "patients who wait longer where there is one bed more": lambda runs: check_none(runs["more_beds"]),
            "events that change in a longer run with another department": lambda runs: check_none(runs["bytes"]),
        },
        cost=0.15,
    ),
)
