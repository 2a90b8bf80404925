"""Simulated patients a second: a bare SimPy program, this library, Ciw and salabim on one queue, in one run.

The queue: Poisson requests, 2,000 a day, 100 beds, exponential stays, a load of 0.9; first come, first served. Every
side draws its own times, as a user of it would, and nothing is kept of a patient who has left where a side can do that.

The sides take turns, and what is measured is the processor time of this process: on a machine that is shared it varies
less than the time on the wall. A ratio is the median of the ratios of the rounds. A side whose package is not installed
says so. Exits 1 if the engine is not as fast as promised: 1.6 times the bare program with an observer that counts, 1.3
times with typed events built; or if its memory grows with the length of the run.

Run: python benchmarks/simulated_patients.py [rounds]
"""

import gc
import heapq
import random
import statistics
import sys
import time
import tracemalloc
from collections.abc import Callable, Generator, Sequence
from datetime import date, timedelta
from importlib.util import find_spec
from typing import Any

import numpy as np
import simpy

import hospital_sim as hs
from hospital_sim.blocks.processes import StartedProcess
from hospital_sim.config import HospitalConfig, parse_hospital
from hospital_sim.events import Event, RunStarted
from hospital_sim.simulation.runner import observe, plan_run, run_events

BEDS = 100
REQUESTS_A_DAY = 2000
STAY = 0.9 * BEDS / REQUESTS_A_DAY
START = date(2025, 1, 1)
PROMISED = {"engine": 1.6, "engine, events built": 1.3}
GROWTH_ALLOWED = 1.1
"""How much more memory a run of twice the days may take: beyond it, something is kept of each patient."""

Side = Callable[[int], None]


def bare(days: int) -> None:
    """Run SimPy and nothing else: arrivals, request, timeout, release."""
    env = simpy.Environment()
    beds = simpy.Resource(env, BEDS)
    gap, rate = REQUESTS_A_DAY, 1 / STAY

    def patient() -> Generator[simpy.Event, Any, None]:
        with beds.request() as request:
            yield request
            yield env.timeout(random.expovariate(rate))

    def source() -> Generator[simpy.Event, Any, None]:
        while True:
            yield env.timeout(random.expovariate(gap))
            env.process(patient())

    env.process(source())
    env.run(until=days)


class Counter:
    """An observer that counts."""

    def __init__(self) -> None:
        self.requests = self.admissions = self.discharges = 0

    def requested(self, _: object) -> None:
        self.requests += 1

    def admitted(self, _: object) -> None:
        self.admissions += 1

    def discharged(self, _: object) -> None:
        self.discharges += 1

    def diverted(self, department: object, request: object) -> None:
        """Nobody is turned away here."""

    def start_of_day(self, second: int, departments: Sequence[object]) -> None:
        """Count nothing."""

    def end_of_day(self, second: int, departments: Sequence[object]) -> None:
        """Count nothing."""


def hospital(days: int) -> tuple[HospitalConfig, RunStarted]:
    """Return the queue as a hospital of one department, and a run of it."""
    ward = {
        "id": "ward",
        "name": "Ward",
        "treatment_function_code": "300",
        "beds": BEDS,
        "requests_per_day": REQUESTS_A_DAY,
        "stay": {"distribution": "exponential", "mean": STAY},
        "long_stay_share": 0,
        "delay_share": 0,
    }
    config = parse_hospital({"id": "queue", "name": "Queue", "warmup_days": 0, "department": [ward]})
    return config, plan_run(config, START, START + timedelta(days=days - 1), seed=1)


def engine(days: int) -> None:
    """Run a hospital and count."""
    observe(*hospital(days), Counter())


def engine_with_events(days: int) -> None:
    """Run a hospital, build every event, and count them."""
    count = 0

    def emit(_: Event) -> None:
        nonlocal count
        count += 1

    run_events(*hospital(days), emit)


def blocks(days: int) -> None:
    """Run a ward and a pathway of one's own, whose times are drawn beforehand."""
    env = simpy.Environment()
    ward = hs.Ward(env, "ward", beds=BEDS)

    def patient(stay: float) -> Generator[simpy.Event, Any, None]:
        with (yield from ward.admit(None)):
            yield env.timeout(stay)

    def source() -> Generator[simpy.Event, Any, None]:
        for gap, stay in drawn(days):
            yield env.timeout(gap)
            StartedProcess(env, patient(stay))

    env.process(source())
    env.run(until=days)


def blocks_keyed(days: int) -> None:
    """Run the same with the library's arrivals, and draws that are keyed by patient."""
    env = simpy.Environment()
    ward, stays = hs.Ward(env, "ward", beds=BEDS), hs.Exponential(mean=STAY)

    def pathway(patient: hs.Patient) -> Generator[simpy.Event, Any, None]:
        with (yield from ward.admit(patient)):
            yield env.timeout(patient.draw("stay", stays))

    hs.arrivals(env, hs.Exponential(mean=1 / REQUESTS_A_DAY), pathway, seed=1)
    env.run(until=days)


def ciw_queue(days: int) -> None:
    """Run the queue in Ciw."""
    import ciw

    ciw.seed(1)
    network = ciw.create_network(
        arrival_distributions=[ciw.dists.Exponential(rate=REQUESTS_A_DAY)],
        service_distributions=[ciw.dists.Exponential(rate=1 / STAY)],
        number_of_servers=[BEDS],
    )
    ciw.Simulation(network).simulate_until_max_time(days)


def salabim_queue(days: int) -> None:
    """Run the queue in salabim."""
    import salabim

    env = salabim.Environment(trace=False, yieldless=False, random_seed=1)
    beds = salabim.Resource("beds", capacity=BEDS, env=env)
    stays = salabim.Exponential(STAY, env=env)

    class Patient(salabim.Component):  # type: ignore[misc]
        def process(self) -> Generator[object, Any, None]:
            yield self.request(beds)
            yield self.hold(stays.sample())
            self.release()

    salabim.ComponentGenerator(Patient, iat=salabim.Exponential(1 / REQUESTS_A_DAY, env=env), env=env)
    env.run(till=days)


def recursion(days: int) -> None:
    """Give each patient the bed that is free first: no simulation, the floor of what a queue costs."""
    free_at = [0.0] * BEDS
    now = 0.0
    for gap, stay in drawn(days):
        now += gap
        heapq.heapreplace(free_at, max(now, free_at[0]) + stay)


def drawn(days: int) -> "zip[tuple[float, float]]":
    """Return times between requests, and stays, for about so many days."""
    rng, patients = np.random.default_rng(1), days * REQUESTS_A_DAY
    gaps, stays = rng.exponential(1 / REQUESTS_A_DAY, patients), rng.exponential(STAY, patients)
    return zip(gaps.tolist(), stays.tolist(), strict=True)


SIDES: dict[str, tuple[Side, int]] = {
    "bare SimPy": (bare, 40),
    "engine": (engine, 80),
    "engine, events built": (engine_with_events, 60),
    "blocks": (blocks, 60),
    "blocks, hs.arrivals": (blocks_keyed, 30),
    "Ciw": (ciw_queue, 20),
    "salabim": (salabim_queue, 2),
    "FIFO recursion on a heap": (recursion, 800),
}
"""Each side and how many days it runs for: about a second of the processor, so that all are measured equally well."""
NEEDS = {"Ciw": "ciw", "salabim": "salabim"}


def rate(side: Side, days: int) -> float:
    """Return how many patients a side simulates in a second of the processor."""
    gc.collect()
    begin = time.process_time()
    side(days)
    return days * REQUESTS_A_DAY / (time.process_time() - begin)


def peak(side: Side, days: int) -> int:
    """Return the most memory that a run had in use at one time, in bytes."""
    gc.collect()
    tracemalloc.start()
    side(days)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return most


def main(rounds: int = 5) -> None:
    """Measure, print, and exit 1 if a promise is not kept."""
    there = {name: side for name, side in SIDES.items() if name not in NEEDS or find_spec(NEEDS[name])}
    for side, _ in there.values():
        side(1)
    rates = [{name: rate(*side) for name, side in there.items()} for _ in range(rounds)]
    print(f"{'':<26} {'patients/s':>12} {'of bare SimPy':>14}   medians of {rounds} rounds, by processor time")
    kept = [_report(name, rates) for name in SIDES]
    kept += [_report_memory(name, there[name][0]) for name in PROMISED]
    sys.exit(0 if all(kept) else 1)


def _report(name: str, rates: Sequence[dict[str, float]]) -> bool:
    if name not in rates[0]:
        print(f"{name:<26} {'not installed':>12}")
        return True
    ratio = statistics.median(each[name] / each["bare SimPy"] for each in rates)
    line = f"{name:<26} {statistics.median(each[name] for each in rates):>12,.0f} {ratio:>14.2f}"
    if name not in PROMISED:
        print(line)
        return True
    kept = ratio >= PROMISED[name]
    print(f"{line}   promised {PROMISED[name]}: {'kept' if kept else 'NOT KEPT'}")
    return kept


def _report_memory(name: str, side: Side, days: int = 10) -> bool:
    once, twice = peak(side, days), peak(side, 2 * days)
    kept = twice <= GROWTH_ALLOWED * once
    print(
        f"{name:<26} {once / 1e6:>9.1f} MB at most in {days} days, {twice / 1e6:.1f} MB in {2 * days}"
        f"   {'does not grow' if kept else 'GROWS'}"
    )
    return kept


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:]))
