"""Measures a build: from nothing to all tests passed for the year of the demonstration, and with nothing new.

The events of the year are simulated and put into the raw tables first, which is not measured. Measured is the
command `hospital-elt build`, from its start to its end, as a user waits for it.

Exits 1 if the first build takes 45 seconds or more, or the median of those with nothing new 2 seconds or more.

Run: python benchmarks/build.py [preset] [rounds with nothing new]
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.append(str(Path(__file__).parent / "support"))

from raw_rows import make_raw_tables, put_rows, rows_by_month

import hospital_sim as hs
from elt.load.runs import loaded_run
from elt.warehouse import open_warehouse
from hospital_sim.events import encode
from hospital_sim.events.keys import record_key
from hospital_sim.storage import FinishedRun

PROMISED_WHOLE, PROMISED_NOTHING_NEW = 45.0, 2.0
COMMAND = [sys.executable, "-c", "from elt.cli import main; main()", "build", "--warehouse"]


def load_year(preset: str, folder: Path) -> str:
    """Put a simulated year into a new warehouse; return its DSN."""
    run = hs.load(preset).simulate("2024-01-01", "2024-12-31", seed=1)
    finished = FinishedRun(record_key(run.record.run.run_id), encode(run.record), run.record)
    dsn = f"chdb://{folder}/warehouse"
    with open_warehouse(dsn, create=True) as warehouse:
        make_raw_tables(warehouse)
        for table, rows in loaded_run(finished).rows().items():
            if rows.num_rows:
                warehouse.insert(table, rows)
        for kind, months in rows_by_month(run.events).items():
            for month, rows in months.items():
                put_rows(warehouse, kind, month, rows)
    return dsn


def seconds(dsn: str) -> float:
    """Run the command; return the seconds it takes."""
    begin = time.perf_counter()
    done = subprocess.run([*COMMAND, dsn], capture_output=True, text=True, check=False, env=dict(os.environ))
    taken = time.perf_counter() - begin
    if done.returncode:
        sys.exit(done.stdout + done.stderr)
    return taken


def main(preset: str = "district_general", rounds: int = 5) -> None:
    """Measure, print, and exit 1 if a promise is not kept."""
    with tempfile.TemporaryDirectory() as folder:
        dsn = load_year(preset, Path(folder))
        whole = seconds(dsn)
        again = statistics.median(seconds(dsn) for _ in range(rounds))
    kept = []
    for what, taken, promised in (
        (f"a year of {preset}", whole, PROMISED_WHOLE),
        ("nothing new", again, PROMISED_NOTHING_NEW),
    ):
        kept.append(taken < promised)
        print(f"{what:<28} {taken:>7.2f} s   promised below {promised:g} s: {'kept' if kept[-1] else 'NOT KEPT'}")
    sys.exit(0 if all(kept) else 1)


if __name__ == "__main__":
    main(*sys.argv[1:2], *map(int, sys.argv[2:]))  # type: ignore[arg-type]
