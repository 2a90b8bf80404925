"""Loads every staged file and every finished run record into the raw schema, each exactly once.

A file is loaded when the table ``loaded_file`` has a row for it, and that row is written last. Rows of a file without
such a row come from a load that was killed, so they are deleted before the file is loaded again. Rows of a file that a
repair has superseded are deleted together with the load of the file that replaces it.
"""

from collections.abc import Collection, Container, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from itertools import groupby
from operator import itemgetter

from elt import BrokenLakeError, EltError, EmptyLakeError, OnProgress, report_progress
from elt.contracts import columns_schema
from elt.lake.lake import Lake
from elt.lake.layout import month_after
from elt.lake.repairs import current_files
from elt.lake.staging_runs import StagedFile, StagingRun
from elt.load.removals import discard_last_build, load_forgotten_counts, repair_digests
from elt.load.runs import LoadedRun, loaded_run
from elt.load.same_lake import require_one_history, require_one_lake
from elt.load.staged_contract import require_contract
from elt.warehouse import DEFAULT_PREFIX, Warehouse, open_warehouse
from elt.warehouse.tables import (
    EVENT_TABLES,
    FORGOTTEN_COUNT,
    LOADED_FILE,
    RAW_TABLES,
    RUN,
    SOURCE_FILE,
    RawTable,
    event_table,
)
from elt.warehouse.version import note_version
from hospital_sim.storage import FinishedRun


@dataclass(frozen=True)
class LoadSummary:
    """Counts of one load.

    Attributes:
        files: Staged files loaded now.
        rows: Events loaded now.
        files_before: Staged files that were loaded before.
        files_removed: Superseded files whose rows were removed now.
        runs: Run records loaded now.
        runs_broken: Broken run records, which are not loaded.
        rows_in_warehouse: Events in the warehouse after the load, by type.
    """

    files: int
    rows: int
    files_before: int
    files_removed: int
    runs: int
    runs_broken: int
    rows_in_warehouse: dict[str, int]

    def as_dict(self) -> dict[str, object]:
        """Return the summary as the command prints it."""
        return asdict(self)

    def as_counts(self) -> dict[str, object]:
        """Return the summary as one number a line, for people."""
        counts = {f"in the warehouse: {name}": rows for name, rows in self.rows_in_warehouse.items()}
        return {name: value for name, value in asdict(self).items() if not isinstance(value, dict)} | counts


def load(lake: Lake, dsn: str, prefix: str = DEFAULT_PREFIX, on_progress: OnProgress | None = None) -> LoadSummary:
    """Load the staged files and run records that the warehouse does not hold yet. A second call changes nothing.

    Args:
        lake: The lake.
        dsn: DSN of the warehouse; it is created if missing.
        prefix: Beginning of the names of the schemas.
        on_progress: Called as files are loaded.

    Returns:
        The counts of the load.

    Raises:
        WrongCallError: If the DSN is not valid.
        EmptyLakeError: If nothing is staged in the lake.
        BrokenLakeError: If a staged file differs from its manifest. Files before it are loaded; it is not.
        EltError: If the warehouse holds another lake's files, or another history of a hospital.
        WarehouseError: If the warehouse cannot be opened or refuses rows.
    """
    runs = lake.staging_runs()
    _staged(lake, runs)  # checked first, so that a lake with nothing to load creates no warehouse
    with open_warehouse(dsn, prefix, create=True) as warehouse:
        return load_into(warehouse, lake, on_progress, runs)


def load_into(
    warehouse: Warehouse,
    lake: Lake,
    on_progress: OnProgress | None = None,
    staging_runs: list[StagingRun] | None = None,
) -> LoadSummary:
    """Load a lake into an open warehouse (see ``load``).

    Args:
        warehouse: The warehouse.
        lake: The lake.
        on_progress: Called as files are loaded.
        staging_runs: The staging runs of the lake; read by default.

    Returns:
        The counts of the load.
    """
    staging_runs = lake.staging_runs() if staging_runs is None else staging_runs
    staged, superseded = _staged(lake, staging_runs)
    warehouse.require_lake(lake.store)
    note_version(warehouse)
    for table in RAW_TABLES:
        warehouse.create_raw_table(table)
    loaded = _loaded_digests(warehouse)
    files = [file for file in staged if not _is_loaded(file.key, file.sha256, loaded, warehouse)]
    records = list(lake.runs().finished())
    finished = [loaded_run(record) for record in records if isinstance(record, FinishedRun)]
    runs = [run for run in finished if not _is_loaded(run.key, run.sha256, loaded, warehouse)]
    versions = {file.key: require_contract(lake, file) for file in files}
    require_one_history(warehouse, finished)
    require_one_lake(warehouse, lake, loaded, {file.key for file in (*staged, *superseded)})
    repairs, undone = repair_digests(staging_runs)
    new_repairs = [key for key, sha256 in repairs.items() if not _is_loaded(key, sha256, loaded, warehouse)]
    if new_repairs:
        discard_last_build(warehouse)
    for run in runs:
        _load_run(warehouse, run)
    places = {_place(file) for file in files}
    # A superseded file is loaded no more, so its leftovers are there only until its repair is loaded.
    replaced_now = [file for file in superseded if new_repairs or _place(file) in places]
    leftovers = _leftovers(warehouse, {_place(file) for file in (*files, *replaced_now)}) - loaded.keys()
    removed = [
        file for file in superseded if file.key in leftovers or _is_loaded(file.key, file.sha256, loaded, warehouse)
    ]
    removed_by_month = {place: list(group) for place, group in groupby(sorted(removed, key=_place), _place)}
    for file in report_progress(files, "loading", len(files), on_progress):
        replaced = removed_by_month.pop(_place(file), [])
        load_file(warehouse, lake, file, leftovers, versions[file.key], replaced)
    for rest in removed_by_month.values():
        with warehouse.transaction():
            _remove(warehouse, rest)
    _load_repairs(warehouse, staging_runs, {key: repairs[key] for key in new_repairs}, undone & loaded.keys())
    return LoadSummary(
        files=len(files),
        rows=sum(file.rows for file in files),
        files_before=len(staged) - len(files),
        files_removed=len(removed),
        runs=len(runs),
        runs_broken=len(records) - len(finished),
        rows_in_warehouse={table.name: _count_rows(warehouse, table) for table in EVENT_TABLES},
    )


def _staged(lake: Lake, runs: list[StagingRun]) -> tuple[list[StagedFile], list[StagedFile]]:
    """Return the current staged files, and those that were superseded."""
    staged = current_files(runs)
    keys = {file.key for file in staged}
    superseded = [file for run in runs for file in run.files() if file.key not in keys]
    if not staged and not superseded:
        raise EmptyLakeError(f"{lake.url}: nothing is staged; run hospital-elt stage --lake {lake.url} first")
    return staged, superseded


def _place(file: StagedFile) -> tuple[str, date]:
    return file.event_type, file.month


def _remove(warehouse: Warehouse, files: Sequence[StagedFile]) -> None:
    """Remove the rows of files of one event type.

    Each is known as loaded until its rows are gone, so a load that was killed begins again here.
    """
    if files:
        keys = [file.key for file in files]
        warehouse.delete(event_table(files[0].event_type), SOURCE_FILE, *keys)
        warehouse.delete(LOADED_FILE, SOURCE_FILE, *keys)


def _loaded_digests(warehouse: Warehouse) -> dict[str, str]:
    rows = warehouse.query(f"SELECT source_file, sha256 FROM {warehouse.schema('raw')}.{LOADED_FILE.name}")  # noqa: S608
    return dict(zip(rows["source_file"].to_pylist(), rows["sha256"].to_pylist(), strict=True))


def _is_loaded(key: str, sha256: str, loaded: dict[str, str], warehouse: Warehouse) -> bool:
    if key not in loaded:
        return False
    if loaded[key] != sha256:
        raise EltError(
            f"{key}: warehouse {warehouse.dsn} was loaded from another lake, whose file of this name differs; "
            "load this lake into a warehouse of its own"
        )
    return True


def _leftovers(warehouse: Warehouse, places: Collection[tuple[str, date]]) -> set[str]:
    """Return the keys of files with rows in some months of event types; those not loaded are of a killed load.

    Other months are not read, so that the cost does not grow with the events in the warehouse.
    """
    keys: set[str] = set()
    for event_type, of_type in groupby(sorted(places), itemgetter(0)):
        months = " OR ".join(_is_in(month) for _, month in of_type)
        table = f"{warehouse.schema('raw')}.{event_table(event_type).name}"
        rows = warehouse.query(f"SELECT DISTINCT {SOURCE_FILE} FROM {table} WHERE {months}")  # noqa: S608
        keys.update(rows[SOURCE_FILE].to_pylist())
    return keys


def _is_in(month: date) -> str:
    """Return a condition that is true for the events of a month."""
    return f"(event_time >= '{month} 00:00:00' AND event_time < '{month_after(month)} 00:00:00')"


def load_file(
    warehouse: Warehouse,
    lake: Lake,
    file: StagedFile,
    leftovers: Container[str],
    version: int | None = None,
    replaced: Sequence[StagedFile] = (),
) -> None:
    """Load one staged file in a transaction.

    Deletes the rows of a load that was killed and of superseded files, adds the rows of the file, counts them, and
    records the file as loaded.

    Args:
        warehouse: The warehouse, with its raw tables.
        lake: The lake.
        file: The file.
        leftovers: Keys of files with rows from a load that was killed.
        version: Version of the contract that the file was staged with; None for the newest. Columns of later versions
            are null in its rows.
        replaced: Superseded files of its type and month, whose rows are removed.

    Raises:
        BrokenLakeError: If its number of rows differs from its manifest; none of them is kept.
        StatementError: If the warehouse refuses its rows.
    """
    table = event_table(file.event_type)
    with warehouse.transaction():
        _remove(warehouse, replaced)
        if file.key in leftovers:
            warehouse.delete(table, SOURCE_FILE, file.key)
        warehouse.load_parquet(event_table(file.event_type, version), lake.store, file.key)
        rows = _count_rows(warehouse, table, f"WHERE {SOURCE_FILE} = '{file.key}' AND {_is_in(file.month)}")
        if rows != file.rows:
            warehouse.delete(table, SOURCE_FILE, file.key)
            raise BrokenLakeError(
                f"{file.key}: has {rows} rows, but its manifest says {file.rows}; none of them was kept"
            )
        _record_as_loaded(warehouse, file.key, table, rows, file.sha256, file.month)


def _load_run(warehouse: Warehouse, run: LoadedRun) -> None:
    with warehouse.transaction():
        for table, rows in run.rows().items():
            warehouse.delete(table, "run_id", run.run.run_id)
            if rows.num_rows:
                warehouse.insert(table, rows)
        _record_as_loaded(warehouse, run.key, RUN, 1, run.sha256)


def _load_repairs(warehouse: Warehouse, runs: list[StagingRun], new: dict[str, str], undone: set[str]) -> None:
    if not new and not undone:
        return
    with warehouse.transaction():
        load_forgotten_counts(warehouse, runs)
        for key in undone:
            warehouse.delete(LOADED_FILE, SOURCE_FILE, key)
        for key, sha256 in new.items():
            _record_as_loaded(warehouse, key, FORGOTTEN_COUNT, 0, sha256)


def _record_as_loaded(
    warehouse: Warehouse, key: str, table: RawTable, rows: int, sha256: str, month: date | None = None
) -> None:
    import pyarrow as pa

    row = {
        SOURCE_FILE: key,
        "table_name": table.name,
        "month": month,
        "row_count": rows,
        "sha256": sha256,
        "loaded_at": datetime.now(UTC),
    }
    warehouse.insert(LOADED_FILE, pa.Table.from_pylist([row], schema=columns_schema(LOADED_FILE.columns)))


def _count_rows(warehouse: Warehouse, table: RawTable, where: str = "") -> int:
    counted = warehouse.query(f"SELECT count(*) AS n FROM {warehouse.schema('raw')}.{table.name} {where}")  # noqa: S608
    return int(counted["n"][0].as_py())
