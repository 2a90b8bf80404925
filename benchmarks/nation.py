"""What a nation costs: trusts of the preset `england` simulated into day bundles, staged, loaded, built and checked.

Trusts of all sizes are chosen, evenly, and each command is a process of its own on the local disk. Measured are the
processor time of a process and all that it starts, its time on the wall, and the memory of the largest.

1. `simulate --bundle` and `stage`, beside a program that simulates the same hospitals and drops each event.
2. Two workers beside one, on the wall. A ratio below 2 is partly the machine: two processes share its memory.
3. Every command for ten times the trusts beside the same for one tenth of them, a row.

Sides take turns; numbers are medians of the rounds. A missed aim is printed, and does not end `make bench`.

Run: python benchmarks/nation.py [--trusts N] [--days N] [--rounds N]      a year of England: --trusts 130 --days 366
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import hospital_sim as hs

FIRST = date(2024, 1, 1)
BESIDE_DROPPED, FROM_TWO_WORKERS = 2.0, 1.8
MOST_MEMORY = 1 << 30
GROWTH_AIMS = {"simulate": 1.05, "stage": 1.05, "load": 1.05, "build": 1.15, "check": 1.15}
"""Most processor time a row for ten times the trusts, as a multiple of that for a tenth of them."""

DROPPED = """
import sys
from datetime import date
import hospital_sim as hs
from hospital_sim.simulation.runner import plan_run, run_events
for hospital in hs.load_all(sys.argv[1]):
    plan = plan_run(hospital.config, date.fromisoformat(sys.argv[2]), date.fromisoformat(sys.argv[3]), 1)
    run_events(hospital.config, plan, lambda event: None)
"""


@dataclass(frozen=True)
class Cost:
    """What a command cost.

    Attributes:
        cpu: Processor seconds, of its children too.
        wall: Seconds on the wall.
        memory: Bytes of the largest process.
        output: What it printed.
    """

    cpu: float
    wall: float
    memory: int
    output: str

    @property
    def summary(self) -> dict[str, int]:
        """The JSON object that it printed."""
        summary: dict[str, int] = json.loads(self.output)
        return summary


def run(*command: str) -> Cost:
    """Run a command of this installation to its end."""
    begin = time.monotonic()
    with subprocess.Popen([sys.executable, *command], stdout=subprocess.PIPE, text=True) as process:
        output = process.stdout.read() if process.stdout else ""
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{' '.join(command)}: exit code {process.returncode}")
    return Cost(usage.ru_utime + usage.ru_stime, time.monotonic() - begin, usage.ru_maxrss << 10, output)


def command(program: str, *words: str) -> Cost:
    """Run a command of one of the two programs, which prints its summary."""
    return run("-c", f"from {program}.cli import main; main()", *words, "--json")


class Nation:
    """Some trusts of England, and their days.

    Args:
        folder: Folder for the file of the trusts, and for the lakes.
        trusts: Number of trusts.
        days: Number of days.
    """

    def __init__(self, folder: Path, trusts: int, days: int) -> None:
        self._folder = Path(tempfile.mkdtemp(dir=folder))
        self._file = self._folder / "trusts.toml"
        self._period = str(FIRST), str(FIRST + timedelta(days=days - 1))
        self._file.write_text("\n".join(_lines(trusts)), encoding="utf-8")

    def dropped(self) -> Cost:
        """Simulate every trust, and drop each event."""
        return run("-c", DROPPED, str(self._file), *self._period)

    def simulate(self, workers: int = 1) -> tuple[Path, Cost]:
        """Simulate every trust into the bundles of a new lake."""
        lake = Path(tempfile.mkdtemp(dir=self._folder))
        first, last = self._period
        words = ("--start", first, "--end", last, "--seed", "1", "--sink", f"{lake}/raw", "--workers", str(workers))
        return lake, command("hospital_sim", "simulate", str(self._file), *words, "--bundle")

    def rows(self) -> tuple[dict[str, Cost], int]:
        """Run every command up to the check; return the costs, and the number of rows."""
        lake, simulated = self.simulate()
        warehouse = f"chdb://{lake}-warehouse"
        costs = {"simulate": simulated, "stage": command("elt", "stage", "--lake", str(lake), "--workers", "1")}
        costs["load"] = command("elt", "load", "--lake", str(lake), "--warehouse", warehouse)
        costs["build"] = command("elt", "build", "--warehouse", warehouse)
        costs["check"] = command("elt", "check", "--lake", str(lake), "--warehouse", warehouse)
        return costs, simulated.summary["events"]


def _lines(trusts: int) -> Iterable[str]:
    """Yield the lines of a file of trusts of all sizes."""
    every = hs.load_all("england")
    chosen = [every[len(every) * (2 * number + 1) // (2 * trusts)].config for number in range(trusts)]
    yield 'scaled_from = "england_acute"'
    yield "hospital = ["
    for config in chosen:
        beds = sum(department.beds for department in config.department if department.is_general_and_acute)
        yield f'    {{ id = "{config.id}", name = "{config.name}", general_and_acute_beds = {beds} }},'
    yield "]"


def measure_bundles(nation: Nation, rounds: int) -> None:
    """Measure simulation and staging beside a simulation that drops its events, and two workers beside one."""
    ratios, gains, rates, memory = [], [], [], 0
    for _ in range(rounds):
        dropped = nation.dropped()
        lake, simulated = nation.simulate()
        staged = command("elt", "stage", "--lake", str(lake), "--workers", "1")
        _, by_two = nation.simulate(workers=2)
        ratios.append((simulated.cpu + staged.cpu) / dropped.cpu)
        gains.append(simulated.wall / by_two.wall)
        rates.append(simulated.summary["events"] / (simulated.wall + staged.wall))
        memory = max(memory, *(cost.memory for cost in (simulated, staged, by_two)))
        print(
            f"  {simulated.summary['events']:,} events: dropped {dropped.cpu:.1f} s; simulated {simulated.cpu:.1f} s, "
            f"staged {staged.cpu:.1f} s; {(simulated.wall + staged.wall) / 60:.1f} minutes on the wall"
        )
    print(f"{statistics.median(rates):,.0f} events a second, simulated and staged by one process")
    report("simulated into bundles and staged, beside dropped", statistics.median(ratios), BESIDE_DROPPED)
    report("one worker's time, beside two workers'", statistics.median(gains), FROM_TWO_WORKERS, at_most=False)
    report("GiB of the largest process", memory / (1 << 30), MOST_MEMORY / (1 << 30))


def measure_growth(small: Nation, large: Nation, rounds: int) -> None:
    """Measure what a row costs for ten times the trusts, beside a tenth of them."""
    ratios: dict[str, list[float]] = {name: [] for name in GROWTH_AIMS}
    for _ in range(rounds):
        (few, few_rows), (many, many_rows) = small.rows(), large.rows()
        for name in GROWTH_AIMS:
            ratios[name].append(many[name].cpu / many_rows / (few[name].cpu / few_rows))
    for name, aim in GROWTH_AIMS.items():
        report(f"{name}, a row, for ten times the trusts", statistics.median(ratios[name]), aim)


def report(what: str, value: float, aim: float, *, at_most: bool = True) -> None:
    """Print a figure with its aim."""
    met = value <= aim if at_most else value >= aim
    print(f"{what}: {value:.2f}   {'at most' if at_most else 'at least'} {aim}: {'met' if met else 'MISSED'}")


def main(arguments: Sequence[str]) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="Measures what a nation costs.")
    parser.add_argument("--trusts", type=int, default=10, help="trusts, ten or more")
    parser.add_argument("--days", type=int, default=91, help="days of each trust")
    parser.add_argument("--rounds", type=int, default=3, help="rounds of each side")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        nation = Nation(folder, options.trusts, options.days)
        print(f"{options.trusts} trusts, {options.days} days, medians of {options.rounds} rounds")
        measure_bundles(nation, options.rounds)
        measure_growth(Nation(folder, max(1, options.trusts // 10), options.days), nation, options.rounds)


if __name__ == "__main__":
    main(sys.argv[1:])
