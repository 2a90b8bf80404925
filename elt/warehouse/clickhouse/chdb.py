"""chDB: ClickHouse inside the process, its data in a directory. The only module that knows it."""

import os
import re
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import TYPE_CHECKING

from elt.warehouse.clickhouse.clickhouse_sql import (
    WRONG_SQL,
    ColumnTypes,
    columns_of,
    create_table,
    insert_from,
    newer_columns,
    plain_message,
    quoted,
    structure,
)
from elt.warehouse.clickhouse.lock import DirectoryLock
from elt.warehouse.errors import NoWarehouseError, StatementError, WarehouseError
from elt.warehouse.protocol import DEFAULT_PREFIX, ClosingWarehouse, schema_name
from elt.warehouse.tables import RawTable, staged_columns
from hospital_sim.storage import LocalStore, ObjectStore

if TYPE_CHECKING:
    import pyarrow as pa
    from clickhouse_connect.driver.client import Client

_TYPES = ColumnTypes()
_SETTINGS = {
    "join_use_nulls": "1",
    "mutations_sync": "2",
    "session_timezone": "UTC",
}
# Asking changes nothing, whatever is asked; it has a connection of its own, for the setting stays with one.
_READ_ONLY = {"readonly": "2"}
_GLOB = re.compile(r"[*?{}\[\]\\']")


class ChdbWarehouse(ClosingWarehouse):
    """A warehouse in a directory, held by this process alone until it is closed.

    Args:
        path: The directory.
        prefix: What the names of the schemas begin with.
        create: Whether to make the directory if it is not there.

    Raises:
        NoWarehouseError: If there is no such directory, and none is to be made.
        WarehouseInUseError: If another process, or another part of this one, holds it.
        WarehouseError: If it cannot be opened.
    """

    def __init__(self, path: Path, prefix: str = DEFAULT_PREFIX, *, create: bool = False) -> None:
        self.path = path
        self.dsn = f"chdb://{path}"
        self.prefix = prefix
        self._lock = locked(path, create=create)
        try:
            self._client = _open(path, _SETTINGS)
            self._reader = _open(path, _SETTINGS | _READ_ONLY)
        except WarehouseError:
            self._lock.release()
            raise

    def schema(self, name: str) -> str:
        """Return the full name of a schema."""
        return schema_name(self.prefix, name)

    def query(self, sql: str) -> "pa.Table":
        """Run one query, which may only read, and return its rows (see ``Warehouse.query``)."""
        statement = sql.rstrip().removesuffix(";")
        with _refusals(statement):
            return self._reader.query_arrow(statement, use_strings=True)

    def execute(self, sql: str) -> None:
        """Run one statement without a result."""
        with _refusals(sql):
            self._client.command(sql)

    def require_lake(self, store: ObjectStore) -> None:
        """Refuse no lake: any can be read by this process."""

    def transaction(self) -> AbstractContextManager[None]:
        """Do each statement by itself: the engine has no transactions."""
        return nullcontext()

    def has_table(self, schema: str, table: str) -> bool:
        """Tell whether a table or view is in a schema."""
        with _refusals():
            found = self._client.command(
                "SELECT count() FROM system.tables WHERE database = {database:String} AND name = {name:String}",
                parameters={"database": self.schema(schema), "name": table},
            )
        return found == 1

    def create_raw_table(self, table: RawTable) -> None:
        """Create a table of the raw schema, or append the columns that it lacks."""
        schema = self.schema("raw")
        self.execute(f"CREATE DATABASE IF NOT EXISTS {schema}")
        self.execute(create_table(schema, table, _TYPES))
        there = self.query(columns_of(schema, table))
        found = dict(zip(there["name"].to_pylist(), there["type"].to_pylist(), strict=True))
        for statement in newer_columns(schema, table, found, _TYPES):
            self.execute(statement)

    def load_parquet(self, table: RawTable, store: ObjectStore, key: str) -> None:
        """Add the rows of one staged file to a raw table; the engine itself reads the Parquet."""
        with _local_file(store, key) as path:
            columns = quoted(structure(staged_columns(table), _TYPES))
            source = f"file({quoted(str(path))}, 'Parquet', {columns})"
            self.execute(insert_from(source, self.schema("raw"), table, key))

    def insert(self, table: RawTable, rows: "pa.Table") -> None:
        """Add rows to a raw table."""
        with _refusals():
            self._client.insert_arrow(table.name, rows, database=self.schema("raw"))

    def delete(self, table: RawTable, column: str, value: str) -> None:
        """Remove the rows of a raw table whose column has a value."""
        self.execute(f"ALTER TABLE {self._raw(table)} DELETE WHERE {column} = {quoted(value)}")

    def replace_quality_table(self, table: RawTable, rows: "pa.Table") -> None:
        """Make a table of the quality schema hold these rows and no others."""
        schema = self.schema("quality")
        self.execute(f"CREATE DATABASE IF NOT EXISTS {schema}")
        self.execute(f"DROP TABLE IF EXISTS {schema}.{table.name} SYNC")
        self.execute(create_table(schema, table, _TYPES))
        with _refusals():
            self._client.insert_arrow(table.name, rows, database=schema)

    def close(self) -> None:
        """Let go of the directory."""
        self._reader.close()
        self._client.close()
        self._lock.release()

    def _raw(self, table: RawTable) -> str:
        return f"{self.schema('raw')}.{table.name}"


def locked(path: Path, *, create: bool) -> DirectoryLock:
    """Return the lock of a warehouse's directory, held.

    Raises:
        NoWarehouseError: If there is no such directory, and none is to be made.
        WarehouseInUseError: If it is held already.
    """
    if not path.is_dir() and not create:
        raise NoWarehouseError(f"warehouse {path}: there is none; make one with hospital-elt load")
    return DirectoryLock(path)


def _open(path: Path, settings: dict[str, str]) -> "Client":
    import clickhouse_connect
    from clickhouse_connect.driver.exceptions import DatabaseError, ProgrammingError

    try:
        return clickhouse_connect.get_client(interface="chdb", path=str(path), settings=settings)
    except (DatabaseError, ProgrammingError) as error:
        reason = "this process has another one open" if "already" in str(error) else "another process holds it"
        raise WarehouseError(
            f"warehouse {path}: chDB cannot open it; {reason}, or it cannot be written, or is of a newer chDB"
        ) from error


@contextmanager
def _refusals(sql: str = "") -> Iterator[None]:
    from clickhouse_connect.driver.exceptions import ClickHouseError

    try:
        yield
    except ClickHouseError as error:
        text = str(error)
        code = re.search(r"Code: (\d+)", text)
        raise StatementError(
            plain_message(text, sql), wrong_sql=code is not None and int(code[1]) in WRONG_SQL
        ) from error


@contextmanager
def _local_file(store: ObjectStore, key: str) -> Iterator[Path]:
    """Yield a path that the engine can read: the object's own, or that of a copy."""
    own = Path(store.url) / key
    if isinstance(store, LocalStore) and not _GLOB.search(str(own)):
        yield own
        return
    with NamedTemporaryFile(suffix=".parquet") as copy:
        copy.write(store.read(key))
        copy.flush()
        yield Path(copy.name)


def environment(path: Path, prefix: str) -> dict[str, str]:
    """Return the variables by which the dbt project finds this warehouse."""
    return {
        **os.environ,
        "HOSPITAL_WAREHOUSE_TARGET": "chdb",
        "HOSPITAL_WAREHOUSE_PATH": str(path),
        "HOSPITAL_WAREHOUSE_PREFIX": prefix,
    }
