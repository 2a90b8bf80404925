"""Measures the cost of one more month: rows read and written by its build, after few months and after twice as many.

Both warehouses hold the same hospitals: copies of the preset `small`, under other names. The rows are the engine's own
count (`system.events`) before and after each statement of dbt, put down to the model that the statement names. Counted
apart, and shown: the dimensions, the quarter, year and whole-period rows of `mart_waiting_by_period`, and the tests.

Exits 1 if adding a month to the longer history reads and writes more than 1.05 times the rows of the shorter.

Run: python benchmarks/incremental.py [hospitals] [months] [months of the longer]      as promised: 50 12 24
"""

import json
import os
import re
import subprocess
import sys
import tempfile
from collections import Counter
from datetime import date, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

sys.path.append(str(Path(__file__).parent / "support"))

from raw_rows import RowsByMonth, make_raw_tables, put_rows, rows_by_month

import hospital_sim as hs
from elt.build.run import MODELS
from elt.lake.layout import month_after
from elt.warehouse import Warehouse, dbt_target, open_warehouse

PROMISED = 1.05
START = date(2023, 1, 1)
APART = re.compile(r"dim_.*|stg_bank_holidays|int_waits_by_longer_period|tests")
IDENTIFIERS = ("event_id", "patient_id", "spell_id")


def months(count: int) -> list[date]:
    """Return the first days of so many months."""
    found = [START]
    while len(found) < count:
        found.append(month_after(found[-1]))
    return found


def simulated(count: int) -> RowsByMonth:
    """Return the events of one hospital by type and month."""
    end = month_after(months(count)[-1]) - timedelta(days=1)
    return rows_by_month(hs.load("small").simulate(START, end, seed=1).events)


def copied(rows: pa.Table, number: int) -> pa.Table:
    """Return the rows of another hospital: the same course, other patients."""
    for name in IDENTIFIERS:
        if name in rows.column_names:
            at = rows.schema.get_field_index(name)
            other = pc.binary_join_element_wise(f"{number:04x}", pc.utf8_slice_codeunits(rows[name], 4), "")
            rows = rows.set_column(at, rows.schema.field(at), other)
    at = rows.schema.get_field_index("hospital_id")
    return rows.set_column(at, rows.schema.field(at), pa.array([f"hospital_{number:02}"] * rows.num_rows))


def put(warehouse: Warehouse, rows: RowsByMonth, hospitals: int, wanted: list[date]) -> None:
    """Put months of all hospitals into the raw tables."""
    for month in wanted:
        for kind, by_month in rows.items():
            if month in by_month:
                copies = [copied(by_month[month], number) for number in range(hospitals)]
                put_rows(warehouse, kind, month, pa.concat_tables(copies))


def added_month(rows: RowsByMonth, hospitals: int, history: int, folder: Path) -> Counter[str]:
    """Build a history, add a month, and return the rows that this reads and writes by model."""
    dsn = f"chdb://{folder}/warehouse-{history}"
    every = months(history + 1)
    with open_warehouse(dsn, create=True) as warehouse:
        make_raw_tables(warehouse)
        # Opening admissions are older than the first month.
        opening = sorted({month for by_month in rows.values() for month in by_month if month < START})
        put(warehouse, rows, hospitals, [*opening, *every[:-1]])
    counted(dsn, "run", "--full-refresh")
    with open_warehouse(dsn) as warehouse:
        put(warehouse, rows, hospitals, every[-1:])
    return counted(dsn, "run") + counted(dsn, "test")


def counted(dsn: str, *words: str) -> Counter[str]:
    """Run dbt in a process of its own, and return the rows it reads and writes by node."""
    with dbt_target(dsn) as target:
        target.workspace.mkdir(parents=True, exist_ok=True)
        out = target.workspace / "counted.json"
        done = subprocess.run(
            [sys.executable, __file__, "--count", str(out), str(target.workspace), *words],
            env=dict(target.environment),
            pass_fds=target.keep_open,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            sys.exit(done.stdout + done.stderr)
        return Counter(json.loads(out.read_text()))


def count(out: str, workspace: str, *words: str) -> None:
    """Run dbt in this process, counting."""
    from dbt.adapters.chdb.client import ChdbClient
    from dbt.cli.main import dbtRunner

    rows: Counter[str] = Counter()

    def total(client: ChdbClient) -> int:
        found = client._client.query(
            "SELECT sum(value) FROM system.events WHERE event IN ('SelectedRows', 'InsertedRows')"
        )
        return int(found.result_rows[0][0])

    def counting(name: str) -> None:
        original = getattr(ChdbClient, name)

        def counted_call(self: ChdbClient, sql: str, **kwargs: object) -> object:
            node = re.search(r'"node_id": "(\w+)\.\w+\.([\w.]+)"', sql)
            before = total(self)
            try:
                return original(self, sql, **kwargs)
            finally:
                # What asking for the number costs is in it twice: it is the same before every statement.
                if node and "system." not in sql:
                    rows[node[2] if node[1] == "model" else "tests"] += total(self) - before

        setattr(ChdbClient, name, counted_call)

    for name in ("query", "command"):
        counting(name)
    os.chdir(workspace)
    arguments = ["--project-dir", str(MODELS), "--profiles-dir", str(MODELS), "--target-path", workspace]
    done = dbtRunner().invoke([*words, *arguments, "--threads", "1", "--log-path", workspace, "--quiet"])
    Path(out).write_text(json.dumps(rows))
    sys.exit(0 if done.success else 1)


def main(hospitals: int = 50, history: int = 6, longer: int = 12) -> None:
    """Measure, print, and exit 1 if the promise is not kept."""
    rows = simulated(longer + 1)
    with tempfile.TemporaryDirectory() as folder:
        found = [added_month(rows, hospitals, count, Path(folder)) for count in (history, longer)]
    print(f"rows read and written by a build after one more month, {hospitals} hospitals")
    print(f"{'':<28} {f'to {history} months':>14} {f'to {longer} months':>14} {'ratio':>7}")
    for name in sorted(found[1], key=lambda name: (bool(APART.fullmatch(name)), -found[1][name])):
        few, many = (each[name] for each in found)
        apart = "   counted apart" if APART.fullmatch(name) else ""
        print(f"{name:<28} {few:>14,} {many:>14,} {many / max(few, 1):>7.2f}{apart}")
    few, many = (sum(each[name] for name in each if not APART.fullmatch(name)) for each in found)
    kept = many <= PROMISED * few
    verdict = "kept" if kept else "NOT KEPT"
    print(f"{'all but what is apart':<28} {few:>14,} {many:>14,} {many / few:>7.3f}   promised {PROMISED}: {verdict}")
    sys.exit(0 if kept else 1)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--count"]:
        count(*sys.argv[2:])
    main(*(int(argument) for argument in sys.argv[1:]))
