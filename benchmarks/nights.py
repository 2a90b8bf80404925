"""Measures the cost of a night after 10 nights and after 1,000: CPU seconds and requests to S3 of each nightly command.

Both hospitals are the preset `small`, and both histories end on the same day: the measured nights are the same days of
the calendar, so as many days of the month are staged in each. The commands are those of `docs/how-to/nightly.md`, each
in a process of its own, on a lake in a SeaweedFS of this machine, behind a proxy that counts requests. CPU is that of
the process and of all that it starts, such as dbt. Nights of the two histories are measured in turn; the numbers are
medians.

The nights before are made more cheaply, with the same objects in the lake and the same rows in the warehouse:

- one simulation gives the runs of all nights (`tests/support/nightly_runs.py`); each is written and staged by itself,
  in this process and on the local disk; then the lake is copied to S3;
- the staged files and run records are inserted with one statement for each table, and noted as loaded one by one;
- the models are built once, after the last of these nights.

Exits 1 if a late night takes more than 1.2 times the CPU or the requests of an early one. `simulate` runs the hospital
from its first day, so its share of the CPU grows with the history: it is in the sum, and shown.

Run: python benchmarks/nights.py [early night] [late night] [nights measured]      as promised: 10 1000 3
"""

import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

sys.path += [str(Path(__file__).parent / "support"), str(Path(__file__).parents[1] / "tests" / "support")]

from guarded_s3 import Gate, guarded
from iam import statements
from nightly_runs import nights
from raw_rows import make_raw_tables
from s3_servers import seaweedfs

import hospital_sim as hs
from elt.build.run import build
from elt.contracts import columns_schema
from elt.lake.copy import copy_lake
from elt.lake.lake import Lake
from elt.load.runs import loaded_run
from elt.staging import stage
from elt.warehouse import Warehouse, open_warehouse
from elt.warehouse.tables import LOADED_FILE, RUN, SOURCE_FILE, RawTable, event_table
from hospital_sim.storage import FinishedRun, open_store

PROMISED = 1.2
FIRST_MEASURED = date(2026, 9, 10)
HOSPITAL, SEED = "small", 1
ANYTHING = statements(
    '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}'
)
PROGRAMS = Path(sys.executable).parent


class Cost(NamedTuple):
    """Cost of one command or of a night."""

    cpu: float
    requests: float


@dataclass(frozen=True)
class History:
    """A lake and a warehouse that have lived for some nights.

    Attributes:
        start: First day of the history.
        lake: URL of the lake.
        folder: Folder of the warehouse and of what the commands write.
    """

    start: date
    lake: str
    folder: Path

    def commands(self, day: date) -> dict[str, list[str]]:
        """Return the commands of a night."""
        lake, warehouse = ["--lake", self.lake], ["--warehouse", f"chdb://{self.folder}/warehouse"]
        run = ["--start", str(self.start), "--end", str(day), "--emit-from", str(day), "--seed", str(SEED)]
        checked, report = str(self.folder / "checked"), str(self.folder / "report")
        return {
            "simulate": ["hospital-sim", "simulate", HOSPITAL, *run, "--sink", f"{self.lake}/raw"],
            "stage": ["hospital-elt", "stage", *lake, "--open-months"],
            "load": ["hospital-elt", "load", *lake, *warehouse],
            "build": ["hospital-elt", "build", *warehouse],
            "check": ["hospital-elt", "check", *lake, *warehouse, "--out", checked, "--open-months"],
            "report": ["hospital-elt", "report", *warehouse, "--out", report],
        }


def made(folder: Path, count: int, url: str) -> History:
    """Make the history of some nights before the first measured one, and copy its lake to a URL."""
    start = FIRST_MEASURED - timedelta(days=count)
    local = folder / "lake"
    for night in nights(hs.load(HOSPITAL), start, count, SEED):
        night.write(f"{local}/raw")
        stage(Lake.open(str(local)))
    with open_warehouse(f"chdb://{folder}/warehouse", create=True) as warehouse:
        make_raw_tables(warehouse)
        insert_lake(warehouse, Lake.open(str(local)))
    built = build(f"chdb://{folder}/warehouse")
    if not built.passed:
        sys.exit(f"the build of {count} nights failed: {built}")
    copy_lake(Lake.open(str(local)), open_store(url))
    return History(start, url, folder)


def insert_lake(warehouse: Warehouse, lake: Lake) -> None:
    """Insert the staged files and the run records of a lake, and note them as loaded."""
    names = [column.name for column in LOADED_FILE.columns]
    rows: dict[RawTable, list[pa.Table]] = {}
    loaded: list[dict[str, object]] = []

    def note(key: str, table: RawTable, count: int, sha256: str, month: date | None) -> None:
        values = (key, table.name, month, count, sha256, datetime.now(UTC))
        loaded.append(dict(zip(names, values, strict=True)))

    for file in lake.staged_files():
        table = event_table(file.event_type)
        staged = pq.read_table(Path(lake.store.url, file.key), partitioning=None)
        rows.setdefault(table, []).append(staged.append_column(SOURCE_FILE, pa.repeat(file.key, file.rows)))
        note(file.key, table, file.rows, file.sha256, file.month)
    for finished in lake.runs().finished():
        if isinstance(finished, FinishedRun):
            run = loaded_run(finished)
            for table, of_run in run.rows().items():
                rows.setdefault(table, []).append(of_run)
            note(run.key, RUN, 1, run.sha256, None)
    rows[LOADED_FILE] = [pa.Table.from_pylist(loaded, schema=columns_schema(LOADED_FILE.columns))]
    for table, parts in rows.items():
        warehouse.insert(table, pa.concat_tables(parts))


def night(history: History, day: date, gate: Gate, environment: Mapping[str, str]) -> dict[str, Cost]:
    """Run the commands of a night; return the cost of each."""
    costs = {}
    for name, (program, *words) in history.commands(day).items():
        before = len(gate.asked)
        with (history.folder / "log").open("ab") as log:
            process = subprocess.Popen([PROGRAMS / program, *words], env=environment, stdout=log, stderr=log)
            _, status, usage = os.wait4(process.pid, 0)
        if status:
            sys.exit(f"{name} of {day} failed:\n{(history.folder / 'log').read_text()[-2000:]}")
        costs[name] = Cost(usage.ru_utime + usage.ru_stime, len(gate.asked) - before)
    return costs


def medians(measured: Iterable[Mapping[str, Cost]]) -> dict[str, Cost]:
    """Return the medians of each command, and of the whole night."""
    totals = [{**costs, "night": Cost(*map(sum, zip(*costs.values(), strict=True)))} for costs in measured]
    return {
        name: Cost(*(statistics.median(values) for values in zip(*(costs[name] for costs in totals), strict=True)))
        for name in totals[0]
    }


def main(early: int = 10, late: int = 1000, measured: int = 3) -> int:
    """Measure, print and judge."""
    with tempfile.TemporaryDirectory() as text, seaweedfs(_made(Path(text, "s3"))) as server:
        os.environ.update(server.environment())
        histories = [made(_made(Path(text, str(count))), count - 1, server.new_url()) for count in (early, late)]
        with guarded(server, ANYTHING) as gate:
            environment = os.environ | {"AWS_ENDPOINT_URL": gate.endpoint}
            days = [FIRST_MEASURED + timedelta(days=number) for number in range(measured)]
            costs = [[night(history, day, gate, environment) for history in histories] for day in days]
    few, many = (medians(of_history) for of_history in zip(*costs, strict=True))
    titles = (f"night {early:,}", f"night {late:,}", "ratio")
    print(f"{'':<10}{'CPU seconds':>36}{'requests to S3':>36}")
    print(f"{'':<10}{''.join(f'{title:>12}' for title in 2 * titles)}")
    for name, cost in few.items():
        print(f"{name:<10}{_cells(cost.cpu, many[name].cpu, 2)}{_cells(cost.requests, many[name].requests, 0)}")
    share = (many["simulate"].cpu - few["simulate"].cpu) / few["night"].cpu
    print(f"simulate, which begins with the first day, adds {share:.3f} to the ratio of CPU")
    kept = all(cost <= PROMISED * earlier for earlier, cost in zip(few["night"], many["night"], strict=True))
    print(f"promised {PROMISED}: {'kept' if kept else 'NOT KEPT'}")
    return int(not kept)


def _cells(few: float, many: float, digits: int) -> str:
    ratio = f"{many / few:.2f}" if few else ""
    return f"{few:>12,.{digits}f}{many:>12,.{digits}f}{ratio:>12}"


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True)
    return folder


if __name__ == "__main__":
    sys.exit(main(*(int(word) for word in sys.argv[1:])))
