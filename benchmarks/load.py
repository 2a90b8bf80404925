"""Measures the loading of a staged month against the least that could load it: rows a second, both sides in turn.

Into chDB: one staged file loaded, counted and booked, beside a bare `INSERT … SELECT` from that file into a
table of the same columns. Into a server over the native protocol: the same beside a bare columnar insert of the same
arrays, made ready beforehand. The server is the one that `make clickhouse` installs.

Exits 1 if the median ratio is below 0.8 into chDB, or below 0.5 into the server.

Run: python benchmarks/load.py [rows] [rounds]
"""

import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

sys.path += [str(Path(__file__).parent / "support"), str(Path(__file__).parents[1] / "tests" / "support")]

from raw_rows import rows_by_month

import hospital_sim as hs
from elt.lake.lake import Lake
from elt.lake.staging_runs import StagedFile
from elt.load.run import load_file
from elt.warehouse import Warehouse, open_warehouse
from elt.warehouse.clickhouse.clickhouse_sql import create_table, insert_from, quoted, structure
from elt.warehouse.clickhouse.server import ClickHouseWarehouse
from elt.warehouse.clickhouse.wire import wire_columns
from elt.warehouse.tables import LOADED_FILE, SOURCE_FILE, RawTable, event_table, staged_columns
from hospital_sim.storage import LocalStore

MONTH = date(2024, 1, 1)
PROMISED = {"chDB": 0.8, "server": 0.5}
KEY = "staging/admission/event_date=2024-01/admission.parquet"
Side = Callable[[], None]


def staged_month(folder: Path, rows: int) -> StagedFile:
    """Write a month of admissions: those of a hospital, again and again under other identifiers."""
    some = rows_by_month(hs.load("small").simulate("2024-01-01", "2024-01-31", seed=1).events)["admission"][MONTH]
    copies = [_copied(some, number) for number in range(-(-rows // some.num_rows))]
    table = pa.concat_tables(copies).slice(0, rows)
    path = folder / KEY
    path.parent.mkdir(parents=True)
    pq.write_table(table, path, compression="zstd")
    return StagedFile(KEY, "admission", MONTH, rows, path.stat().st_size, "0" * 64, 1)


def _copied(rows: pa.Table, number: int) -> pa.Table:
    for name in ("event_id", "patient_id", "spell_id"):
        at = rows.schema.get_field_index(name)
        values = [f"{number:06x}{value[6:]}" for value in rows[name].to_pylist()]
        rows = rows.set_column(at, rows.schema.field(at), pa.array(values))
    return rows


def into(warehouse: Warehouse, store: LocalStore, file: StagedFile) -> Side:
    """Return the load of one staged file."""
    return lambda: load_file(warehouse, Lake(store), file, leftovers=())


def bare_select(warehouse: Warehouse, store: LocalStore, table: RawTable) -> Side:
    """Return the engine's own INSERT … SELECT."""
    columns = quoted(structure(staged_columns(table)))
    source = f"file({quoted(str(Path(store.url) / KEY))}, 'Parquet', {columns})"
    return lambda: warehouse.execute(insert_from(source, warehouse.schema("raw"), table, KEY))


def rounds(
    name: str,
    warehouse: Warehouse,
    load: Side,
    bare: Callable[[RawTable], Side],
    count: int,
    rows: int,
) -> bool:
    """Take turns, each into an empty table; print the medians, and return whether the promise is kept."""
    seconds: dict[str, list[float]] = {"load": [], "bare": []}
    table = event_table("admission")
    schema = warehouse.schema("raw")
    for number in range(count + 1):
        for side in ("load", "bare") if number % 2 else ("bare", "load"):
            warehouse.execute(f"DROP TABLE IF EXISTS {schema}.{table.name}")
            warehouse.execute(create_table(schema, table))
            run = load if side == "load" else bare(table)
            begin = time.perf_counter()
            run()
            if number:  # The first round warms the caches.
                seconds[side].append(time.perf_counter() - begin)
    ratio = statistics.median(b / a for a, b in zip(seconds["load"], seconds["bare"], strict=True))
    kept = ratio >= PROMISED[name]
    speeds = {side: rows / statistics.median(times) for side, times in seconds.items()}
    print(
        f"{name:<8} {speeds['load']:>12,.0f} {speeds['bare']:>12,.0f} {ratio:>7.2f}"
        f"   promised {PROMISED[name]}: {'kept' if kept else 'NOT KEPT'}"
    )
    return kept


def bare_insert(warehouse: ClickHouseWarehouse, store: LocalStore, table: RawTable) -> Side:
    """Return the driver's own insert of arrays that are ready."""
    rows = pq.read_table(Path(store.url) / KEY, partitioning=None)
    rows = rows.append_column(SOURCE_FILE, pa.repeat(KEY, rows.num_rows))
    arrays = wire_columns(rows, table.columns)
    names = ", ".join(column.name for column in table.columns)
    statement = f"INSERT INTO {warehouse.schema('raw')}.{table.name} ({names}) VALUES"

    def insert() -> None:
        warehouse._client.execute(statement, arrays, columnar=True)

    return insert


@contextmanager
def server(folder: Path) -> Iterator[ClickHouseWarehouse | None]:
    """Open a warehouse on a server, if it is installed."""
    from clickhouse_server import LIBRARY, start

    if not LIBRARY.exists():
        yield None
        return
    running = start(folder)
    try:
        with running.open("benchmark_load") as warehouse:
            yield warehouse
    finally:
        running.stop()


def main(rows: int = 300_000, count: int = 5) -> None:
    """Measure, print, and exit 1 if a promise is not kept."""
    kept = []
    print(f"{'rows/s':<8} {'load':>12} {'bare':>12} {'ratio':>7}   {rows:,} rows, medians of {count} rounds")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        store = LocalStore(folder / "lake")
        file = staged_month(folder / "lake", rows)
        with open_warehouse(f"chdb://{folder}/warehouse", "benchmark_load", create=True) as warehouse:
            for table in (event_table("admission"), LOADED_FILE):
                warehouse.create_raw_table(table)
            load = into(warehouse, store, file)
            kept.append(
                rounds(
                    "chDB",
                    warehouse,
                    load,
                    lambda table: bare_select(warehouse, store, table),
                    count,
                    rows,
                )
            )
        (folder / "server").mkdir()
        with server(folder / "server") as own:
            if own is None:
                print(f"{'server':<8} {'not there':>12}")
            else:
                for table in (event_table("admission"), LOADED_FILE):
                    own.create_raw_table(table)
                load = into(own, store, file)
                kept.append(rounds("server", own, load, lambda table: bare_insert(own, store, table), count, rows))
    sys.exit(0 if all(kept) else 1)


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:]))
