"""Measures the power of the validation: the seeds that pass the correct simulator and catch one with a fault.

Plants each fault of ``tests/faults/validation.toml`` in a copy of the project. A row names a fault, a check that caught
it, the seeds that it caught, the lower end of the exact 95% interval of that probability, and the smallest distance
between observed and expected, in lengths from the expected value to the end of the interval; above 1 is caught.

Run: python benchmarks/validation_power.py [--seeds N] [--right N] [--workers N] [--all] [--only WORD]

A fault is met with the study that its test names, and with ``--all`` with every study: that shows which check alone
catches it. One seed of all studies takes 40 seconds of a processor.
"""

import argparse
import json
import math
import subprocess
import sys
import tempfile
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from pathlib import Path
from queue import SimpleQueue

from scipy import stats

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests" / "faults"))

from ledger import Fault, read_ledger  # noqa: E402
from plant import Copy  # noqa: E402

CODE = """
import json, sys
from hospital_sim.validation import STUDIES, validate
chosen = [study for study in STUDIES if not sys.argv[2] or study.name.lower().replace(" ", "_") in sys.argv[2]]
result = []
for study in chosen:
    # One mistake of an exact study is enough, so that more replications would find the same.
    replications = 4 if study.name == "Exact" else 30
    report = validate(seed=int(sys.argv[1]), studies=[study], workers=1, replications=replications)
    result += [[f"{study.name}: {check.name}", check.distance] for check in report.checks]
print(json.dumps(result))
"""

Distances = dict[str, float]


def distances(copy: Copy, fault: Fault | None, study: str, seed: int) -> Distances:
    """Return the distance of each check in a copy with a fault, or of the correct simulator."""
    with copy.planted(fault) if fault else nullcontext():
        command = [sys.executable, "-c", CODE, str(seed), study]
        done = subprocess.run(command, cwd=copy.folder, capture_output=True, text=True, check=True)
    return dict(json.loads(done.stdout))


def print_row(fault: str, check: str, values: list[float]) -> None:
    """Print the number of seeds beyond the interval, the confidence in it, and the least or greatest distance."""
    caught, count = sum(value > 1 for value in values), len(values)
    sure = stats.beta.ppf(0.05, caught, count - caught + 1) if caught else stats.beta.ppf(0.95, 1, count)
    farthest = min(values) if caught else max(values)
    print(f"{fault:<70} {check:<90} {caught:>4}/{count:<4} {sure:>7.1%} {farthest:>9.3g}", flush=True)


def main() -> int:
    """Print the rates; the exit code is 1 if a fault escapes or the correct simulator fails."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=1, metavar="N", help="seeds of each fault")
    parser.add_argument("--right", type=int, default=1, metavar="N", help="seeds of the correct simulator")
    parser.add_argument("--workers", type=int, default=2, metavar="N", help="copies of the project")
    parser.add_argument("--all", action="store_true", help="run every study with each fault")
    parser.add_argument("--also", default="", metavar="STUDIES", help="studies to run too: erlang_b,stroke_unit")
    parser.add_argument("--only", action="append", metavar="WORD", help="only faults with a word in their names")
    arguments = parser.parse_args()
    words = arguments.only or [""]
    faults = [each for each in read_ledger() if each.room == "validation" and any(word in each.name for word in words)]
    tasks: list[tuple[Fault | None, str, int]] = [(None, "", seed + 1) for seed in range(arguments.right)]
    for fault in faults:
        study = "" if arguments.all else f"{fault.test.partition('[')[2].rstrip(']')},{arguments.also}"
        tasks += [(fault, study, seed + 1) for seed in range(arguments.seeds)]
    copies: SimpleQueue[Copy] = SimpleQueue()
    failed = 0
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(arguments.workers) as pool:
        for number in range(arguments.workers):
            copies.put(Copy(ROOT, Path(folder, str(number))))

        def measure(task: tuple[Fault | None, str, int]) -> Distances:
            copy = copies.get()
            try:
                return distances(copy, *task)
            finally:
                copies.put(copy)

        results = pool.map(measure, tasks)
        for fault, count in [(None, arguments.right), *((fault, arguments.seeds) for fault in faults)]:
            by_check = defaultdict(list)
            for _ in range(count):
                for check, distance in next(results).items():
                    by_check[check].append(math.inf if math.isnan(distance) else distance)
            catching = {check: values for check, values in by_check.items() if max(values) > 1}
            for check, values in (catching if fault else by_check).items():
                print_row(fault.name if fault else "correct", check, values)
            escaped = fault and not any(min(values) > 1 for values in catching.values())
            failed += bool(escaped) or (fault is None and bool(catching))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
