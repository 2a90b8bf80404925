"""Studies of the building blocks (wards, arrivals, census) in days.

They repeat the stroke unit, and compare a ward with the recursion of a queue with several servers without tolerance.
"""

from collections.abc import Generator, Iterator
from functools import partial
from heapq import heapreplace
from typing import Any

import numpy as np
import simpy
from simpy.events import Event

from hospital_sim.blocks.census import Census
from hospital_sim.blocks.pathways import Patient, arrivals
from hospital_sim.blocks.wards import Stay, Ward
from hospital_sim.distributions import Distribution, Exponential, Lognormal
from hospital_sim.validation.checks import Check, check_none
from hospital_sim.validation.instruments.queueing_departments import NO_LIMIT
from hospital_sim.validation.studies.stroke import PATIENTS, PUBLISHED, audited
from hospital_sim.validation.studies.stroke import judge as judge_stroke
from hospital_sim.validation.study import Measures, Samples, Study

_WARMUP = 3 * 365
AUDITED_DAYS, DIVERTED_DAYS = 15_000, 10_000
QUEUE_BEDS, QUEUE_DAYS = 8, 600
_QUEUE_STAY = Lognormal(3, 4)


def audit(days: int, seed: int) -> Measures:
    """Return the measures of ``audited`` from the daily samples of a census."""
    env = simpy.Environment()
    unit = Ward(env, "unit", beds=NO_LIMIT)

    def stay_in(stay: Distribution, patient: Patient) -> Generator[Event, Any, None]:
        with (yield from unit.admit(patient)):
            yield env.timeout(patient.draw("stay", stay))

    for name, (every, stay) in PATIENTS.items():
        arrivals(env, Exponential(every), partial(stay_in, stay), seed=seed, name=name)
    env.run(until=_WARMUP)
    census = Census(env, unit, every=1)
    env.run(until=_WARMUP + days)
    occupied = np.array(census.samples(unit)["occupied"], int)
    return audited(np.bincount(occupied, minlength=max(PUBLISHED) + 1))


def turn_away(days: int, seed: int) -> Measures:
    """Return the patients who find no room, and all patients, for each number of beds in the table."""
    env = simpy.Environment()
    away, asked = np.zeros(len(PUBLISHED)), np.zeros(len(PUBLISHED))

    def ask(unit: Ward, position: int, stay: Distribution, patient: Patient) -> Generator[Event, Any, None]:
        is_counted = env.now >= _WARMUP
        asked[position] += is_counted
        if not unit.has_room:
            away[position] += is_counted
            return
        with (yield from unit.admit(patient)):
            yield env.timeout(patient.draw("stay", stay))

    for position, beds in enumerate(PUBLISHED):
        unit = Ward(env, f"{beds} beds", beds=beds)
        for name, (every, stay) in PATIENTS.items():
            pathway = partial(ask, unit, position, stay)
            arrivals(env, Exponential(every), pathway, seed=seed, name=f"{beds}/{name}")
    env.run(until=_WARMUP + days)
    return {"part": away, "whole": asked}


def queue(seed: int) -> Measures:
    """Return the differences between a ward with a waiting list and the recursion, and between census and stays."""
    env = simpy.Environment()
    unit = Ward(env, "unit", beds=QUEUE_BEDS)
    census = Census(env, unit)
    stays: list[tuple[Patient, float]] = []
    admitted: dict[int, float] = {}
    discharged: dict[int, float] = {}

    def stay_in(patient: Patient) -> Generator[Event, Any, None]:
        length = patient.draw("stay", _QUEUE_STAY)
        stays.append((patient, length))
        with (yield from unit.admit(patient)) as stay:
            admitted[patient.number] = _admitted(stay)
            yield env.timeout(length)
            discharged[patient.number] = env.now

    arrivals(env, Exponential(_QUEUE_STAY.mean / (0.92 * QUEUE_BEDS)), stay_in, seed=seed)
    env.run(until=QUEUE_DAYS)
    summary = next(iter(census.summary()))
    overlaps = sum(discharged.get(number, QUEUE_DAYS) - begin for number, begin in admitted.items())
    waits = sum(admitted.get(patient.number, QUEUE_DAYS) - patient.arrived for patient, _ in stays)
    return {
        "oracle": float(_deviations(stays, admitted, discharged)),
        "beds": _relative_difference(float(str(summary["occupied"])) * QUEUE_DAYS, overlaps),
        "queue": _relative_difference(float(str(summary["queue"])) * QUEUE_DAYS, waits),
    }


def judge_queue(samples: Samples) -> Iterator[Check]:
    """Expect no difference, but for the rounding of sums of times in days."""
    yield check_none("blocks: patients whose admission or discharge is not that of the recursion", samples["oracle"])
    sums = {
        "beds": "bed days, census less the sum of the stays",
        "queue": "waiting days, census less the sum of the waits",
    }
    for name, words in sums.items():
        yield Check(f"blocks: {words}", 0.0, float(samples[name].max()), 0.0, 1e-9)


def _admitted(stay: Stay) -> float:
    return float("nan") if stay.admitted is None else stay.admitted


def _relative_difference(one: float, other: float) -> float:
    return abs(one - other) / max(abs(other), 1.0)


def _deviations(stays: list[tuple[Patient, float]], admitted: dict[int, float], discharged: dict[int, float]) -> int:
    free = [0.0] * QUEUE_BEDS
    wrong = 0
    for patient, length in stays:
        begin = max(patient.arrived, free[0])
        end = begin + length
        heapreplace(free, end)
        right = (begin if begin < QUEUE_DAYS else None, end if end < QUEUE_DAYS else None)
        wrong += (admitted.get(patient.number), discharged.get(patient.number)) != right
    return wrong


STUDIES = (
    Study(
        "Stroke unit of blocks, audited daily",
        partial(audit, AUDITED_DAYS),
        partial(judge_stroke, "of blocks, beds without limit, audited daily"),
        cost=0.3,
    ),
    Study(
        "Stroke unit of blocks, turned away",
        partial(turn_away, DIVERTED_DAYS),
        partial(judge_stroke, "of blocks, turned away"),
        cost=0.9,
    ),
    Study("Blocks, exact", queue, judge_queue, cost=0.05),
)
