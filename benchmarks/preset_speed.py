"""Spells a second of each preset: this library beside the same hospital written plainly in SimPy, in one run.

Real departments have 3 to 20 requests a day, so that what is done once for each day, hour or source counts. The one
queue of ``simulated_patients.py`` hides it. The plain program has a ``simpy.Resource`` for each department, Poisson
arrivals and lognormal stays with the means of the preset, and builds a dict for each admission, discharge and census.
It has no seasons, sources, overflow, patients or identifiers. No side keeps an event.

Every side begins with an empty hospital, and runs as many days as a year and the preset's warm-up, all with events. The
sides take turns, and what is measured is the processor time of this process: on a machine that is shared it varies less
than the time on the wall. A ratio is the median of the ratios of the rounds. A missed aim is printed, and
does not end ``make bench``.

Run: python benchmarks/preset_speed.py [--preset NAME] [--rounds N]
"""

import argparse
import gc
import random
import statistics
import sys
import time
from collections.abc import Callable, Generator, Sequence
from datetime import date, timedelta
from typing import Any

import simpy
from msgspec import structs
from simulated_patients import Counter

import hospital_sim as hs
from hospital_sim.config import DepartmentConfig, HospitalConfig
from hospital_sim.config.presets import presets
from hospital_sim.config.sources import sources
from hospital_sim.events import Discharge, Event
from hospital_sim.simulation.runner import observe, plan_run, run_events

FIRST, LAST = date(2025, 1, 1), date(2025, 12, 31)
PLAIN = "plain SimPy"
AIMS = {"counting observer": 1.5, "typed events built": 1.0}
"""Least spells a second of each way to run a preset, as a multiple of the plain program's."""

EXPERIMENT_AIM = {"district_general": 1.15}
"""Most processor time of a replication, as a multiple of that of a run with a counting observer."""

REPLICATIONS = 2
RUNS = {"small": 8}
"""Runs in one measurement, 1 for other presets: a year of a small hospital is over too soon to be measured alone."""

Side = Callable[[HospitalConfig, int], int]
"""Runs a preset with a seed; returns the number of spells, or of runs in an experiment."""


def plain(config: HospitalConfig, seed: int) -> int:
    """Run a hospital as written plainly in SimPy."""
    random.seed(seed)
    env, discharges = simpy.Environment(), 0

    def emit(event: dict[str, object]) -> None:
        nonlocal discharges
        discharges += event["event_type"] == "discharge"

    def patient(name: str, number: int, beds: simpy.Resource, stay: float) -> Generator[simpy.Event, Any, None]:
        asked = env.now
        with beds.request() as request:
            yield request
            admitted = env.now
            emit({"event_type": "admission", "time": admitted, "department": name, "patient": number, "asked": asked})
            yield env.timeout(stay)
        emit({"event_type": "discharge", "time": env.now, "department": name, "patient": number, "admitted": admitted})

    def arrivals(department: DepartmentConfig, beds: simpy.Resource) -> Generator[simpy.Event, Any, None]:
        a_day, mean = demand(department)
        stays, number = hs.Lognormal(mean=mean, sd=mean), 0
        centre, width = stays.log_mean, stays.log_sd
        while True:
            yield env.timeout(random.expovariate(a_day))
            number += 1
            env.process(patient(department.id, number, beds, random.lognormvariate(centre, width)))

    def census(beds_by_name: dict[str, simpy.Resource]) -> Generator[simpy.Event, Any, None]:
        while True:
            for kind, pause in (("start", 0.99999), ("end", 0.00001)):
                for name, beds in beds_by_name.items():
                    counts = {"beds": beds.capacity, "occupied": beds.count, "waiting": len(beds.queue)}
                    emit({"event_type": "census", "time": env.now, "department": name, "kind": kind, **counts})
                yield env.timeout(pause)

    beds_by_name = {each.id: simpy.Resource(env, each.beds) for each in config.department}
    for department in config.department:
        env.process(arrivals(department, beds_by_name[department.id]))
    env.process(census(beds_by_name))
    env.run(until=(LAST - FIRST).days + 1 + config.warmup_days)
    return discharges


def demand(department: DepartmentConfig) -> tuple[float, float]:
    """Return the mean requests a day and the mean days in the bed."""
    rates = [(source.per_day, source.stay.mean_bed_days) for source in sources(department)]
    a_day = sum(rate for rate, _ in rates)
    return a_day, sum(rate * days for rate, days in rates) / a_day


def counted(config: HospitalConfig, seed: int) -> int:
    """Run a preset with an observer that counts."""
    counter = Counter()
    observe(config, plan_run(config, FIRST, LAST, seed), counter)
    return counter.discharges


def with_events(config: HospitalConfig, seed: int) -> int:
    """Run a preset from an empty hospital, build every event and drop it."""
    first, discharges = FIRST - timedelta(days=config.warmup_days), 0
    empty = structs.replace(config, warmup_days=0)

    def emit(event: Event) -> None:
        nonlocal discharges
        discharges += type(event) is Discharge

    run_events(empty, plan_run(empty, first, LAST, seed), emit)
    return discharges


def replicated(config: HospitalConfig, seed: int) -> int:
    """Replicate a preset in this process."""
    return len(hs.replicate(hs.Hospital(config), FIRST, LAST, replications=REPLICATIONS, seed=seed, workers=1))


def compared(config: HospitalConfig, seed: int) -> int:
    """Compare a preset with itself in this process."""
    twice = {"one": hs.Hospital(config), "other": hs.Hospital(config)}
    hs.compare(twice, start=FIRST, end=LAST, replications=REPLICATIONS, seed=seed, workers=1)
    return len(twice) * REPLICATIONS


SIDES: dict[str, Side] = {PLAIN: plain, "counting observer": counted, "typed events built": with_events}
EXPERIMENTS: dict[str, Side] = {"replicate": replicated, "compare": compared}


def measure(side: Side, config: HospitalConfig, runs: int = 1) -> tuple[float, int]:
    """Return the processor seconds of some runs, and the sum of what they return."""
    gc.collect()
    begin = time.process_time()
    count = sum(side(config, seed) for seed in range(1, runs + 1))
    return time.process_time() - begin, count


def report_speed(name: str, rounds: int) -> None:
    """Measure the sides of a preset and print them."""
    config, runs = hs.load(name).config, RUNS.get(name, 1)
    measured = [{side: measure(run, config, runs) for side, run in SIDES.items()} for _ in range(rounds)]
    rates = [{side: spells / seconds for side, (seconds, spells) in each.items()} for each in measured]
    for side in SIDES:
        ratio = statistics.median(each[side] / each[PLAIN] for each in rates)
        line = f"{name:<17} {side:<19} {statistics.median(each[side] for each in rates):>9,.0f} {ratio:>9.2f}"
        missed = side in AIMS and ratio < AIMS[side]
        print(f"{line} {measured[0][side][1]:>9,}   {verdict(missed, AIMS.get(side), 'at least')}")


def report_experiments(name: str, rounds: int) -> None:
    """Measure experiments with a preset and print them."""
    config, ratios = hs.load(name).config, dict[str, list[float]]()
    for _ in range(rounds):
        alone, _ = measure(counted, config)
        for experiment, run in EXPERIMENTS.items():
            seconds, replications = measure(run, config)
            ratios.setdefault(experiment, []).append(seconds / replications / alone)
    aim = EXPERIMENT_AIM.get(name)
    for experiment in EXPERIMENTS:
        ratio = statistics.median(ratios[experiment])
        missed = aim is not None and ratio > aim
        line = f"{name:<17} {experiment}, a replication: {ratio:.2f} times the run alone"
        print(f"{line}   {verdict(missed, aim, 'at most')}")


def verdict(missed: bool, aim: float | None, bound: str) -> str:
    """Return an aim and the word that says if it is met; nothing without an aim."""
    return "" if aim is None else f"{bound} {aim}: {'MISSED' if missed else 'met'}"


def main(arguments: Sequence[str]) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="Measures the speed of presets.")
    # Each hospital of the nation is scaled from a preset that is measured.
    measurable = [name for name in presets() if len(hs.load_all(name)) == 1]
    parser.add_argument("--preset", choices=measurable, help="the only preset to measure")
    parser.add_argument("--rounds", type=int, default=5, help="rounds of each side")
    options = parser.parse_args(arguments)
    names = [options.preset] if options.preset else measurable
    heading = f"{'':<37} {'spells/s':>9} {'of plain':>9} {'spells':>9}"
    print(f"{heading}   medians of {options.rounds} rounds, by processor time")
    for name in names:
        report_speed(name, options.rounds)
        report_experiments(name, options.rounds)


if __name__ == "__main__":
    main(sys.argv[1:])
