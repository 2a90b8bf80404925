"""A ClickHouse server over its native protocol. The only module that knows clickhouse-driver."""

import logging
import re
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import TYPE_CHECKING

from elt.contracts import Column
from elt.errors import WrongCallError
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
from elt.warehouse.clickhouse.s3_url import s3_url
from elt.warehouse.clickhouse.wire import arrow_table, wire_columns
from elt.warehouse.dsn import CLICKHOUSE_PASSWORD, ClickHouseDsn
from elt.warehouse.errors import NoWarehouseError, StatementError, WarehouseError
from elt.warehouse.protocol import DEFAULT_PREFIX, ClosingWarehouse, schema_name
from elt.warehouse.tables import SOURCE_FILE, RawTable, staged_columns
from hospital_sim.storage import ObjectStore

if TYPE_CHECKING:
    import pyarrow as pa

# What the driver logs of a lost connection, with a traceback, is said in one line where it is caught.
logging.getLogger("clickhouse_driver").addHandler(logging.NullHandler())

OLDEST_SERVER = (24, 3)
"""Servers before it do not know what the models need."""
_SETTINGS = {"join_use_nulls": 1}
# Asking changes nothing, whatever is asked.
_READ_ONLY = {"readonly": 2}
_WRONG_PASSWORD = {192, 193, 194, 516}
_CONNECT_SECONDS = 8
_ROWS_IN_BLOCK = 131_072
_POLL_SECONDS = 0.05


class ClickHouseWarehouse(ClosingWarehouse):
    """A warehouse on a server, for which others may have it open too; one load at a time.

    Args:
        dsn: Where the server is.
        prefix: What the names of the schemas begin with.
        create: Whether a warehouse without tables is meant.
        types: The types of its columns; an older server than ``OLDEST_SERVER`` is refused unless they are given.

    Raises:
        WrongCallError: If the server refuses the user or the password.
        NoWarehouseError: If the raw schema is not there, and none is to be made.
        WarehouseError: If the server cannot be reached, or is too old.
    """

    def __init__(
        self,
        dsn: ClickHouseDsn,
        prefix: str = DEFAULT_PREFIX,
        *,
        create: bool = False,
        types: ColumnTypes | None = None,
    ) -> None:
        from clickhouse_driver import Client

        self.dsn = str(dsn)
        self.prefix = prefix
        self._types = types or ColumnTypes()
        # The server reads a lake on S3 itself, until it shows that it cannot.
        self._reads_s3 = True
        self._client = Client(
            host=dsn.host,
            port=dsn.port,
            user=dsn.user,
            password=dsn.password,
            secure=dsn.secure,
            client_name="hospital-elt",
            connect_timeout=_CONNECT_SECONDS,
            sync_request_timeout=_CONNECT_SECONDS,
            settings=dict(_SETTINGS),
        )
        try:
            self._require_server(old=types is not None)
            if not create:
                self._require_schema()
        except BaseException:
            self._client.disconnect()
            raise

    def schema(self, name: str) -> str:
        """Return the full name of a schema."""
        return schema_name(self.prefix, name)

    def query(self, sql: str) -> "pa.Table":
        """Run one query, which may only read, and return its rows (see ``Warehouse.query``)."""
        statement = sql.rstrip().removesuffix(";")
        with self._refusals(statement):
            columns, described = self._client.execute(
                statement, columnar=True, with_column_types=True, settings=_READ_ONLY
            )
        return arrow_table(columns, described)

    def execute(self, sql: str) -> None:
        """Run one statement without a result."""
        with self._refusals(sql):
            self._client.execute(sql)

    def require_lake(self, store: ObjectStore) -> None:
        """Refuse no lake: any can be read by this process."""

    def transaction(self) -> AbstractContextManager[None]:
        """Do each statement by itself: the engine has no transactions."""
        return nullcontext()

    def has_table(self, schema: str, table: str) -> bool:
        """Tell whether a table or view is in a schema."""
        found = self.query(
            "SELECT count() AS n FROM system.tables "  # noqa: S608
            f"WHERE database = {quoted(self.schema(schema))} AND name = {quoted(table)}"
        )
        return bool(found["n"][0].as_py())

    def create_raw_table(self, table: RawTable) -> None:
        """Create a table of the raw schema, or append the columns that it lacks."""
        schema = self.schema("raw")
        self.execute(f"CREATE DATABASE IF NOT EXISTS {schema}")
        self.execute(create_table(schema, table, self._types))
        there = self.query(columns_of(schema, table))
        found = dict(zip(there["name"].to_pylist(), there["type"].to_pylist(), strict=True))
        for statement in newer_columns(schema, table, found, self._types):
            self.execute(statement)

    def load_parquet(self, table: RawTable, store: ObjectStore, key: str) -> None:
        """Add the rows of one staged file to a raw table.

        The server reads it by itself from S3, with credentials of its own; where it cannot, and from any other lake,
        the columns are sent to it.
        """
        url = s3_url(store.url, key) if self._reads_s3 else None
        if url is not None:
            columns = quoted(structure(staged_columns(table), self._types))
            try:
                self.execute(insert_from(f"s3({quoted(url)}, 'Parquet', {columns})", self.schema("raw"), table, key))
            except StatementError:
                self._reads_s3 = False
                self.delete(table, SOURCE_FILE, key)
            else:
                return
        self._stream_parquet(table, store.read(key), key)

    def insert(self, table: RawTable, rows: "pa.Table") -> None:
        """Add rows to a raw table."""
        self._insert(self.schema("raw"), table, rows)

    def delete(self, table: RawTable, column: str, value: str) -> None:
        """Remove the rows of a raw table whose column has a value."""
        schema = self.schema("raw")
        self.execute(f"ALTER TABLE {schema}.{table.name} DELETE WHERE {column} = {quoted(value)}")
        unfinished = (
            "SELECT count() AS n FROM system.mutations "  # noqa: S608
            f"WHERE database = {quoted(schema)} AND table = {quoted(table.name)} AND NOT is_done"
        )
        while self.query(unfinished)["n"][0].as_py():
            time.sleep(_POLL_SECONDS)

    def replace_quality_table(self, table: RawTable, rows: "pa.Table") -> None:
        """Make a table of the quality schema hold these rows and no others."""
        schema = self.schema("quality")
        self.execute(f"CREATE DATABASE IF NOT EXISTS {schema}")
        self.execute(f"DROP TABLE IF EXISTS {schema}.{table.name}")
        self.execute(create_table(schema, table, self._types))
        self._insert(schema, table, rows)

    def close(self) -> None:
        """Let go of the server."""
        self._client.disconnect()

    def _stream_parquet(self, table: RawTable, data: bytes, key: str) -> None:
        import pyarrow as pa
        import pyarrow.parquet as pq

        file = pq.ParquetFile(pa.BufferReader(data))
        names = [column.name for column in staged_columns(table)]
        batches = file.iter_batches(batch_size=_ROWS_IN_BLOCK, columns=names)

        def next_columns() -> list[Sequence[object]] | None:
            batch = next(batches, None)
            if batch is None:
                return None
            rows = pa.Table.from_batches([batch]).append_column(SOURCE_FILE, pa.repeat(key, batch.num_rows))
            return wire_columns(rows, table.columns, self._types)

        # The next columns are made ready while the server takes the last ones.
        with ThreadPoolExecutor(1) as ahead:
            ready = ahead.submit(next_columns)
            while (columns := ready.result()) is not None:
                ready = ahead.submit(next_columns)
                self._send(self.schema("raw"), table, table.columns, columns)

    def _insert(self, schema: str, table: RawTable, rows: "pa.Table") -> None:
        if not rows.num_rows:
            return
        columns = tuple(column for column in table.columns if column.name in rows.column_names)
        self._send(schema, table, columns, wire_columns(rows, columns, self._types))

    def _send(self, schema: str, table: RawTable, columns: Sequence[Column], values: Sequence[object]) -> None:
        names = ", ".join(column.name for column in columns)
        with self._refusals():
            self._client.execute(
                f"INSERT INTO {schema}.{table.name} ({names}) VALUES",
                values,
                columnar=True,
                settings={"insert_block_size": _ROWS_IN_BLOCK},
            )

    def _require_schema(self) -> None:
        raw = quoted(self.schema("raw"))
        found = self.query(f"SELECT count() AS n FROM system.databases WHERE name = {raw}")  # noqa: S608
        if not found["n"][0].as_py():
            raise NoWarehouseError(
                f"warehouse {self.dsn}: there is none of prefix {self.prefix}; make one with hospital-elt load"
            )

    def _require_server(self, *, old: bool) -> None:
        with self._refusals():
            self._client.execute("SELECT 1")
        server = self._client.connection.server_info
        if not old and (server.version_major, server.version_minor) < OLDEST_SERVER:
            needed = ".".join(map(str, OLDEST_SERVER))
            raise WarehouseError(
                f"warehouse {self.dsn}: the server is ClickHouse {server.version_major}.{server.version_minor}; "
                f"{needed} or newer is needed"
            )
        if not old:
            self._client.settings["session_timezone"] = "UTC"

    @contextmanager
    def _refusals(self, sql: str = "") -> Iterator[None]:
        from clickhouse_driver.errors import Error, ServerException

        try:
            yield
        except ServerException as error:
            if error.code in _WRONG_PASSWORD:
                raise WrongCallError(
                    f"warehouse {self.dsn}: the server refuses this user or password; set {CLICKHOUSE_PASSWORD}"
                ) from None
            message = re.sub(r"^Code: \d+\.\s*", "", str(error.message))
            raise StatementError(plain_message(message, sql), wrong_sql=error.code in WRONG_SQL) from error
        except (Error, EOFError, OSError) as error:
            self._client.disconnect()
            raise WarehouseError(
                f"warehouse {self.dsn}: the server cannot be reached or went away "
                f"({type(error).__name__}); when it is there, run the same command again"
            ) from error
