"""The tables of the raw schema, derived from the events and the run record."""

from dataclasses import dataclass
from functools import cache

from elt.contracts import Column, ColumnKind, columns, struct_columns
from hospital_sim.events import EVENT_TYPES, DepartmentPromise

SOURCE_FILE = "source_file"


@dataclass(frozen=True)
class RawTable:
    """A table of the raw schema.

    Attributes:
        name: Its name.
        columns: Its columns, in order.
        order_by: Columns that it is sorted by, from few values to many.
        partition_by: Column whose month partitions it; empty without partitions.
    """

    name: str
    columns: tuple[Column, ...]
    order_by: tuple[str, ...]
    partition_by: str = ""


def staged_columns(table: RawTable) -> tuple[Column, ...]:
    """Return the columns of a staged file: all except the one with its key."""
    return tuple(column for column in table.columns if column.name != SOURCE_FILE)


@cache
def event_table(event_type: str, version: int | None = None) -> RawTable:
    """Return the table of an event type: its staged columns, then the key of the file of each row.

    Args:
        event_type: A key of ``EVENT_TYPES``.
        version: Version of its fields, for the columns in files of that version; None for the newest.
    """
    return RawTable(
        name=event_type,
        columns=(
            *columns(event_type, version),
            Column(SOURCE_FILE, ColumnKind.STRING, "Key of the staged file the row came from."),
        ),
        order_by=("hospital_id", "department_id", "event_time", "event_id"),
        partition_by="event_time",
    )


_RUN_ID = Column("run_id", ColumnKind.STRING, "Digest of configuration, seed, period and warm-up.")
_HOSPITAL_ID = Column("hospital_id", ColumnKind.STRING, "Identifier of the hospital.")
_DEPARTMENT_ID = Column("department_id", ColumnKind.STRING, "Identifier of the department.")

_VALID = (
    Column(
        "valid_from",
        ColumnKind.DATE,
        "First day for which it holds, the day of a change; null if it holds from the beginning.",
        nullable=True,
    ),
    Column(
        "valid_to",
        ColumnKind.DATE,
        "Last day for which it holds, the day before a change; null if it has no end.",
        nullable=True,
    ),
)

RUN = RawTable(
    name="run",
    columns=(
        _RUN_ID,
        Column(
            "history_id",
            ColumnKind.STRING,
            "Digest of the hospital's past: equal for runs that differ in their end alone.",
        ),
        _HOSPITAL_ID,
        Column("hospital_name", ColumnKind.STRING, "Name of the hospital."),
        Column("seed", ColumnKind.INTEGER, "Seed of the random streams."),
        Column("stream_version", ColumnKind.INTEGER, "Version of the order in which random numbers are drawn."),
        Column("warmup_days", ColumnKind.INTEGER, "Days simulated before the start."),
        Column("start_date", ColumnKind.DATE, "First day of the history."),
        Column("emit_from", ColumnKind.DATE, "First day whose events the run emits."),
        Column("end_date", ColumnKind.DATE, "Last day of the run, inclusive."),
        Column("configuration_hash", ColumnKind.STRING, "Digest of the configuration."),
        Column(SOURCE_FILE, ColumnKind.STRING, "Key of the run record."),
    ),
    order_by=("hospital_id", "run_id"),
)

RUN_DEPARTMENT = RawTable(
    name="run_department",
    columns=(_RUN_ID, _HOSPITAL_ID, *struct_columns(DepartmentPromise), *_VALID),
    order_by=("hospital_id", "run_id", "department_id"),
)

RUN_MONTH = RawTable(
    name="run_month",
    columns=(
        _RUN_ID,
        _HOSPITAL_ID,
        _DEPARTMENT_ID,
        Column("month_number", ColumnKind.INTEGER, "Month of the year, 1 to 12."),
        Column("multiplier", ColumnKind.FLOAT, "Factor on the requests of a day."),
        *_VALID,
    ),
    order_by=("hospital_id", "run_id", "department_id", "month_number"),
)

RUN_COUNT = RawTable(
    name="run_count",
    columns=(
        _RUN_ID,
        _HOSPITAL_ID,
        Column("event_type", ColumnKind.STRING, "Which event.", values=tuple(EVENT_TYPES)),
        _DEPARTMENT_ID,
        Column("event_date", ColumnKind.DATE, "UTC date of the events."),
        Column("count", ColumnKind.INTEGER, "How many the run emitted."),
    ),
    order_by=("hospital_id", "run_id", "event_type", "department_id", "event_date"),
)

RUN_DIVERSION = RawTable(
    name="run_diversion",
    columns=(
        _RUN_ID,
        _HOSPITAL_ID,
        _DEPARTMENT_ID,
        Column("event_date", ColumnKind.DATE, "UTC date of the requests."),
        Column("count", ColumnKind.INTEGER, "How many requests the department turned away."),
    ),
    order_by=("hospital_id", "run_id", "department_id", "event_date"),
)

FORGOTTEN_COUNT = RawTable(
    name="forgotten_count",
    columns=(
        _HOSPITAL_ID,
        Column("event_type", ColumnKind.STRING, "Which event.", values=tuple(EVENT_TYPES)),
        _DEPARTMENT_ID,
        Column("event_date", ColumnKind.DATE, "UTC date of the events."),
        Column("count", ColumnKind.INTEGER, "How many were forgotten, on days that are still kept."),
        Column(SOURCE_FILE, ColumnKind.STRING, "Key of the plan that forgot them."),
    ),
    order_by=("hospital_id", "event_type", "department_id", "event_date"),
)

LOADED_FILE = RawTable(
    name="loaded_file",
    columns=(
        Column(SOURCE_FILE, ColumnKind.STRING, "Key of the staged file, the run record or the plan of a repair."),
        Column("table_name", ColumnKind.STRING, "The raw table it is in."),
        Column("month", ColumnKind.DATE, "First day of its month; null unless it is a staged file.", nullable=True),
        Column("row_count", ColumnKind.INTEGER, "How many rows it has."),
        Column("sha256", ColumnKind.STRING, "Digest of its bytes."),
        Column("loaded_at", ColumnKind.TIMESTAMP, "When it was loaded, UTC."),
    ),
    order_by=(SOURCE_FILE,),
)
"""The files that are loaded completely. A file without a row here is not loaded, even if a table has rows from it."""

RUN_TABLES = (RUN, RUN_DEPARTMENT, RUN_MONTH, RUN_COUNT, RUN_DIVERSION)
EVENT_TABLES = tuple(event_table(event_type) for event_type in EVENT_TYPES)
RAW_TABLES = (*EVENT_TABLES, *RUN_TABLES, FORGOTTEN_COUNT, LOADED_FILE)

LAST_BUILD = RawTable(
    name="last_build",
    columns=(
        Column("name", ColumnKind.STRING, "Always 'last'."),
        Column("project", ColumnKind.STRING, "Digest of the dbt project and of the versions of dbt."),
        Column(
            "loaded",
            ColumnKind.STRING,
            "Digest of the loaded files; empty unless every model was built and every test passed.",
        ),
    ),
    order_by=("name",),
)
"""Record of the last build. Without it a build makes everything again."""
