"""A ClickHouse server, over its native protocol. No other module uses clickhouse-driver."""

import logging
import re
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from elt import WrongCallError
from elt.contracts import Column
from elt.warehouse.clickhouse.base import ClickHouseBase
from elt.warehouse.clickhouse.clickhouse_sql import quoted, refusal
from elt.warehouse.clickhouse.s3_url import s3_url
from elt.warehouse.clickhouse.wire import arrow_table, wire_columns
from elt.warehouse.dsn import CLICKHOUSE_PASSWORD, ClickHouseDsn
from elt.warehouse.errors import StatementError, WarehouseError
from elt.warehouse.protocol import DEFAULT_PREFIX
from elt.warehouse.tables import SOURCE_FILE, RawTable, staged_columns
from hospital_sim.storage import ObjectStore

# Silent, because the driver logs a lost connection with a traceback, and the error says it in one line.
logging.getLogger("clickhouse_driver").addHandler(logging.NullHandler())

OLDEST_SERVER = (26, 7)
"""The version that the tests run with."""
_SETTINGS: dict[str, int | str] = {"join_use_nulls": 1, "session_timezone": "UTC"}
_READ_ONLY = {"readonly": 2}
_FIXED_SETTINGS = 1
_WRONG_PASSWORD = {192, 193, 194, 516}
_CONNECT_SECONDS = 8
_ROWS_IN_BLOCK = 131_072
_POLL_SECONDS = 0.05
# The driver keeps the text of an error of TLS alone.
_CERTIFICATE = re.compile(r"certificate verify failed: (.*?)(?: \(_ssl|$)")


class ClickHouseWarehouse(ClickHouseBase):
    """A warehouse on a server, which other processes may use too; only one load at a time.

    Args:
        dsn: DSN of the server.
        prefix: Prefix of the names of its schemas.
        create: True to open a warehouse that has no tables yet.

    Raises:
        WrongCallError: If the server refuses the user or the password, or the file of ``ca`` does not exist.
        NoWarehouseError: If the raw schema does not exist and ``create`` is false.
        WarehouseError: If the server cannot be reached, its certificate is refused, or it is too old.
    """

    def __init__(self, dsn: ClickHouseDsn, prefix: str = DEFAULT_PREFIX, *, create: bool = False) -> None:
        from clickhouse_driver import Client

        super().__init__(str(dsn), prefix)
        if dsn.ca and not Path(dsn.ca).is_file():
            raise WrongCallError(f"warehouse {self.dsn}: there is no file {dsn.ca}; ca names that of an authority")
        # A server reads a lake on S3 itself, until the first read that fails.
        self._reads_s3 = True
        self._client = Client(
            host=dsn.host,
            port=dsn.port,
            user=dsn.user,
            password=dsn.password,
            secure=dsn.secure,
            ca_certs=dsn.ca or None,
            client_name="hospital-elt",
            connect_timeout=_CONNECT_SECONDS,
            sync_request_timeout=_CONNECT_SECONDS,
        )
        try:
            self._require_server()
            self._read_only = self._begin_session()
            if not create:
                self._require_schema()
        except BaseException:
            self._client.disconnect()
            raise

    def execute(self, sql: str) -> None:
        """Run one statement without a result."""
        with self._refusals(sql):
            self._client.execute(sql)

    def load_parquet(self, table: RawTable, store: ObjectStore, key: str) -> None:
        """Add the rows of one staged file to a raw table.

        The server reads the file from S3 with its own credentials. If it cannot, or the lake is not on S3, this process
        sends the columns.
        """
        url = s3_url(store.url, key) if self._reads_s3 else None
        if url is not None:
            try:
                self._read_parquet("s3", url, table, key)
            except StatementError:
                self._reads_s3 = False
                self.delete(table, SOURCE_FILE, key)
            else:
                return
        self._stream_parquet(table, store.read(key), key)

    def delete(self, table: RawTable, column: str, *values: str) -> None:
        """Remove the rows of a raw table whose column has one of some values; wait until the server has done so."""
        super().delete(table, column, *values)
        unfinished = f"database = {quoted(self.schema('raw'))} AND table = {quoted(table.name)} AND NOT is_done"
        while self._exists("mutations", unfinished):
            time.sleep(_POLL_SECONDS)

    def close(self) -> None:
        """Close the connection."""
        self._client.disconnect()

    def _query(self, sql: str) -> pa.Table:
        with self._refusals(sql):
            columns, types = self._client.execute(sql, columnar=True, with_column_types=True, settings=self._read_only)
        return arrow_table(columns, types, self._client.connection.server_info.get_timezone())

    def _stream_parquet(self, table: RawTable, data: bytes, key: str) -> None:
        file = pq.ParquetFile(pa.BufferReader(data))
        names = [column.name for column in staged_columns(table)]
        batches = file.iter_batches(batch_size=_ROWS_IN_BLOCK, columns=names)

        def next_columns() -> list[Sequence[object]] | None:
            batch = next(batches, None)
            if batch is None:
                return None
            rows = pa.Table.from_batches([batch]).append_column(SOURCE_FILE, pa.repeat(key, batch.num_rows))
            return wire_columns(rows, table.columns)

        # Prefetching prepares the next columns while the server takes the last ones.
        with ThreadPoolExecutor(1) as prefetch:
            prepared = prefetch.submit(next_columns)
            while (columns := prepared.result()) is not None:
                prepared = prefetch.submit(next_columns)
                self._send(self.schema("raw"), table, table.columns, columns)

    def _insert(self, schema: str, table: RawTable, rows: pa.Table) -> None:
        if not rows.num_rows:
            return
        columns = tuple(column for column in table.columns if column.name in rows.column_names)
        self._send(schema, table, columns, wire_columns(rows, columns))

    def _send(self, schema: str, table: RawTable, columns: Sequence[Column], values: Sequence[object]) -> None:
        names = ", ".join(column.name for column in columns)
        with self._refusals():
            self._client.execute(
                f"INSERT INTO {schema}.{table.name} ({names}) VALUES",
                values,
                columnar=True,
                settings={"insert_block_size": _ROWS_IN_BLOCK},
            )

    def _require_server(self) -> None:
        with self._refusals():
            self._client.connection.connect()
        server = self._client.connection.server_info
        if (server.version_major, server.version_minor) < OLDEST_SERVER:
            needed = ".".join(map(str, OLDEST_SERVER))
            raise WarehouseError(
                f"warehouse {self.dsn}: the server is ClickHouse {server.version_major}.{server.version_minor}; "
                f"{needed} or newer is needed"
            )

    def _begin_session(self) -> dict[str, int]:
        """Set the session's settings, if this user may, and return those of a query."""
        with self._refusals():
            [(readonly,)] = self._client.execute("SELECT getSetting('readonly')")
        if readonly == _FIXED_SETTINGS:
            return {}
        self._client.settings.update(_SETTINGS)
        return _READ_ONLY

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
            raise refusal(message, error.code, sql) from error
        except (Error, EOFError, OSError) as error:
            self._client.disconnect()
            raise self._lost(error) from error

    def _lost(self, error: Exception) -> WarehouseError:
        certificate = _CERTIFICATE.search(str(error))
        if certificate:
            return WarehouseError(
                f"warehouse {self.dsn}: the server's certificate is refused: {certificate[1]}; write the host as the "
                "certificate names it, or name the file of its authority: ?secure=true&ca=/path"
            )
        return WarehouseError(
            f"warehouse {self.dsn}: the server cannot be reached or went away ({type(error).__name__}); when it is "
            "there, run the same command again"
        )
