"""chDB: ClickHouse embedded in this process, with its data in a directory. No other module uses its driver."""

import re
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import TYPE_CHECKING

import pyarrow as pa

from elt.warehouse.clickhouse.base import ClickHouseBase
from elt.warehouse.clickhouse.clickhouse_sql import refusal
from elt.warehouse.clickhouse.lock import DirectoryLock
from elt.warehouse.errors import NoWarehouseError, WarehouseError
from elt.warehouse.protocol import DEFAULT_PREFIX
from elt.warehouse.tables import RawTable
from hospital_sim.storage import LocalStore, ObjectStore

if TYPE_CHECKING:
    from clickhouse_connect.driver.client import Client

_SETTINGS = {
    "join_use_nulls": "1",
    "session_timezone": "UTC",
    # A deletion, and a table that is dropped, is gone when the statement returns.
    "mutations_sync": "2",
    "database_atomic_wait_for_drop_and_detach_synchronously": "1",
}
# Queries use a second connection, because this setting holds for all statements of one.
_READ_ONLY = {"readonly": "2"}
_MADE_FIRST = "metadata"
"""Folder that chDB makes in a new directory."""
_GLOB = re.compile(r"[*?{}\[\]\\']")


class ChdbWarehouse(ClickHouseBase):
    """A warehouse in a directory, which this process alone holds until it is closed.

    Args:
        path: The directory.
        prefix: Prefix of the names of its schemas.
        create: True to make the directory if it does not exist.

    Raises:
        NoWarehouseError: If the directory holds no warehouse of the prefix and ``create`` is false.
        WarehouseInUseError: If another process, or another part of this one, holds it.
        WarehouseError: If it cannot be opened.
    """

    def __init__(self, path: Path, prefix: str = DEFAULT_PREFIX, *, create: bool = False) -> None:
        super().__init__(f"chdb://{path}", prefix)
        self._lock = locked(path, create=create)
        try:
            self._client = _open(path, _SETTINGS)
            self._reader = _open(path, _SETTINGS | _READ_ONLY)
        except WarehouseError:
            self._lock.release()
            raise
        if not create:
            try:
                self._require_schema()
            except NoWarehouseError:
                self.close()
                raise

    def execute(self, sql: str) -> None:
        """Run one statement without a result."""
        with _refusals(sql):
            self._client.command(sql)

    def load_parquet(self, table: RawTable, store: ObjectStore, key: str) -> None:
        """Add the rows of one staged file to a raw table; the engine itself reads the Parquet."""
        with _local_file(store, key) as path:
            self._read_parquet("file", str(path), table, key)

    def close(self) -> None:
        """Close the database and release the directory."""
        self._reader.close()
        self._client.close()
        self._lock.release()

    def _query(self, sql: str) -> pa.Table:
        with _refusals(sql):
            return self._reader.query_arrow(sql, use_strings=True)

    def _insert(self, schema: str, table: RawTable, rows: pa.Table) -> None:
        with _refusals():
            self._client.insert_arrow(table.name, rows, database=schema)


def locked(path: Path, *, create: bool) -> DirectoryLock:
    """Lock the directory of a warehouse and return the lock.

    Raises:
        NoWarehouseError: If chDB has made nothing in the directory and ``create`` is false.
        WarehouseInUseError: If it is locked already.
    """
    if not create and not (path / _MADE_FIRST).is_dir():
        raise NoWarehouseError(
            f"warehouse {path}: there is none; give the path of a warehouse, or make one with hospital-elt load"
        )
    return DirectoryLock(path)


def _open(path: Path, settings: dict[str, str]) -> "Client":
    import clickhouse_connect
    from clickhouse_connect.driver.exceptions import DatabaseError, ProgrammingError

    blocked = signal.pthread_sigmask(signal.SIG_BLOCK, ())
    try:
        return clickhouse_connect.get_client(interface="chdb", path=str(path), settings=settings)
    except (DatabaseError, ProgrammingError) as error:
        if "already" in str(error):
            raise WarehouseError(f"warehouse {path}: this process has another one open; close that first") from error
        # chDB prints the reason, and does not hand it on.
        raise WarehouseError(
            f"warehouse {path}: chDB cannot open it, for the reason above; for example, another process holds it, it "
            "cannot be written, it is of a newer chDB, or it was copied without its symbolic links"
        ) from error
    finally:
        # chDB blocks SIGPIPE, so every program that this process starts would outlive the reader of its output.
        signal.pthread_sigmask(signal.SIG_SETMASK, blocked)


@contextmanager
def _refusals(sql: str = "") -> Iterator[None]:
    from clickhouse_connect.driver.exceptions import ClickHouseError

    try:
        yield
    except ClickHouseError as error:
        code = re.search(r"Code: (\d+)", str(error))
        raise refusal(str(error), int(code[1]) if code else 0, sql) from error


@contextmanager
def _local_file(store: ObjectStore, key: str) -> Iterator[Path]:
    """Yield a path that the engine can read: the object's, or that of a copy if it is remote or reads as a pattern."""
    path = Path(store.url) / key
    if isinstance(store, LocalStore) and not _GLOB.search(str(path)):
        yield path
        return
    with NamedTemporaryFile(suffix=".parquet") as copy:
        copy.write(store.read(key))
        copy.flush()
        yield Path(copy.name)
