"""Study of the building blocks (wards, arrivals, census) in days, with and without a waiting list."""

from collections.abc import Generator
from heapq import heapreplace
from typing import Any

import simpy
from simpy.events import Event

from hospital_sim.blocks.census import Census
from hospital_sim.blocks.pathways import Patient, arrivals
from hospital_sim.blocks.wards import Stay, Ward
from hospital_sim.distributions import Exponential, Lognormal
from hospital_sim.queueing import erlang_b
from hospital_sim.validation.checks import check_none, check_ratio
from hospital_sim.validation.study import Measures, Study

QUEUE_BEDS, QUEUE_DAYS = 8, 150
_QUEUE_STAY = Lognormal(3, 4)
BEDS, LOAD = 10, 8.355
WARMUP, DAYS = 10, 400
_STAY = Exponential(1.0)

ROUNDED = 1e-9
"""Largest relative difference of two sums of times in days, which are rounded."""


def blocks(seed: int) -> Measures:
    """Return the measures of a ward with a waiting list, and of one that turns patients away."""
    return {**queue(seed), **turn_away(seed)}


def turn_away(seed: int) -> Measures:
    """Return the patients who find no room, and all patients."""
    env = simpy.Environment()
    unit = Ward(env, "unit", beds=BEDS)
    counts = {"away": 0.0, "asked": 0.0}

    def ask(patient: Patient) -> Generator[Event, Any, None]:
        is_counted = env.now >= WARMUP
        counts["asked"] += is_counted
        if not unit.has_room:
            counts["away"] += is_counted
            return
        with (yield from unit.admit(patient)):
            yield env.timeout(patient.draw("stay", _STAY))

    arrivals(env, Exponential(_STAY.mean / LOAD), ask, seed=seed)
    env.run(until=WARMUP + DAYS)
    return counts


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
    beds, waiting = (float(str(summary[column])) * QUEUE_DAYS for column in ("occupied", "queue"))
    return {
        "recursion": float(_deviations(stays, admitted, discharged)),
        "census": max(_relative_difference(beds, overlaps), _relative_difference(waiting, waits)),
    }


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
        "Building blocks",
        blocks,
        {
            "patients not as in a recursion, and censuses unlike the stays and waits": lambda runs: check_none(
                runs["recursion"] + (runs["census"] > ROUNDED)
            ),
            "share turned away, 10 beds: Erlang B": lambda runs: check_ratio(
                runs["away"], runs["asked"], erlang_b(BEDS, LOAD)
            ),
        },
        cost=0.05,
    ),
)
