"""Measures `import hospital_sim` in a new process, next to the bare interpreter and its dependencies (medians).

Run: python benchmarks/import_time.py [repetitions]
"""

import statistics
import subprocess
import sys
import time

STATEMENTS = ("pass", "import numpy", "import simpy, msgspec, numpy", "import hospital_sim")


def seconds(statement: str) -> float:
    """Return how long a new interpreter takes to execute a statement, start and end included."""
    begin = time.perf_counter()
    subprocess.run([sys.executable, "-c", statement], check=True)
    return time.perf_counter() - begin


def main(repetitions: int = 15) -> None:
    """Measure each statement and print a table in seconds."""
    for statement in STATEMENTS:
        seconds(statement)
    # Taken in turn, so that a busy moment of the machine falls on all of them.
    rounds = [[seconds(statement) for statement in STATEMENTS] for _ in range(repetitions)]
    print(f"{'statement':<30} {'median':>8} {'fastest':>8} {'slowest':>8}   seconds, {repetitions} processes each")
    for statement, times in zip(STATEMENTS, zip(*rounds, strict=True), strict=True):
        print(f"{statement:<30} {statistics.median(times):>8.3f} {min(times):>8.3f} {max(times):>8.3f}")


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:]))
