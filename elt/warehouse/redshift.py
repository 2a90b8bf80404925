"""Amazon Redshift. The only module that knows redshift_connector."""

import struct
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from types import TracebackType
from typing import TYPE_CHECKING, Self

from elt.errors import WrongCallError
from elt.warehouse.dsn import REDSHIFT_PASSWORD, RedshiftDsn
from elt.warehouse.errors import NoWarehouseError, StatementError, WarehouseError
from elt.warehouse.protocol import DEFAULT_PREFIX, schema_name
from elt.warehouse.redshift_copy import (
    Access,
    access,
    copy_statement,
    explained,
    read_checked,
    require_s3,
    write_manifest,
)
from elt.warehouse.redshift_rows import arrow_table, batches
from elt.warehouse.redshift_sql import WRONG_SQL, create_staging_table, create_table, one_line, quoted_name
from elt.warehouse.tables import SOURCE_FILE, RawTable, staged_columns
from hospital_sim.storage import ObjectStore

if TYPE_CHECKING:
    import pyarrow as pa
    from redshift_connector.core import Connection
    from redshift_connector.cursor import Cursor

_CONNECT_SECONDS = 10
_NOT_LET_IN = {"28000", "28P01"}
_READ_ONLY = "25006"
_CONFLICT = {"40001", "40P01"}
_COPIED = "copied"


class RedshiftWarehouse:
    """A warehouse in a database of Redshift; one load at a time.

    Args:
        dsn: Where it is.
        prefix: What the names of the schemas begin with.
        create: Whether a warehouse without tables is meant.

    Raises:
        WrongCallError: If it refuses the user or the password, or the extra is not installed.
        NoWarehouseError: If the raw schema is not there, and none is to be made.
        WarehouseError: If it cannot be reached.
    """

    def __init__(self, dsn: RedshiftDsn, prefix: str = DEFAULT_PREFIX, *, create: bool = False) -> None:
        self.dsn = str(dsn)
        self.prefix = prefix
        self._place = dsn
        self._access: Access | None = None
        self._in_transaction = False
        self._connection = self._connected()
        try:
            self._run("SET timezone = 'UTC'")
            if not create:
                self._require_schema()
        except BaseException:
            self.close()
            raise

    def schema(self, name: str) -> str:
        """Return the full name of a schema."""
        return schema_name(self.prefix, name)

    def query(self, sql: str) -> "pa.Table":
        """Run one query, which may only read, and return its rows (see ``Warehouse.query``)."""
        statement = sql.rstrip().removesuffix(";")
        if self._in_transaction:
            return self._rows(statement)
        self._run("BEGIN READ ONLY")
        try:
            return self._rows(statement)
        finally:
            with suppress(WarehouseError):
                self._run("ROLLBACK")

    def execute(self, sql: str) -> None:
        """Run one statement without a result."""
        self._run(sql)

    def require_lake(self, store: ObjectStore) -> None:
        """Refuse a lake that is not on S3, or that Redshift has neither a role nor credentials to read."""
        require_s3(store)
        self._reading()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Do what is within as a whole or not at all; one within another is part of it."""
        if self._in_transaction:
            yield
            return
        self._run("BEGIN")
        self._in_transaction = True
        try:
            yield
        except BaseException:
            self._in_transaction = False
            with suppress(WarehouseError):
                self._run("ROLLBACK")
            raise
        self._in_transaction = False
        self._run("COMMIT")

    def has_table(self, schema: str, table: str) -> bool:
        """Tell whether a table or view is in a schema."""
        asked = "SELECT count(*) AS n FROM information_schema.tables WHERE table_schema = ? AND table_name = ?"
        return bool(self._rows(asked, [self.schema(schema), table])["n"][0].as_py())

    def create_raw_table(self, table: RawTable) -> None:
        """Create a table of the raw schema, unless it is there."""
        self._run(f"CREATE SCHEMA IF NOT EXISTS {self.schema('raw')}")
        self._run(create_table(self.schema("raw"), table))

    def load_parquet(self, table: RawTable, store: ObjectStore, key: str) -> None:
        """Add the rows of one staged file to a raw table, as a whole: rows of it that are there already are replaced.

        Redshift reads the file itself, by position; so its footer is compared with the table before.
        """
        self.require_lake(store)
        how = self._reading()
        raw = f"{self.schema('raw')}.{table.name}"
        columns = staged_columns(table)
        size = read_checked(store, key, raw, self._columns_of(table))
        manifest = write_manifest(store, key, size)
        names = ", ".join(quoted_name(column.name) for column in columns)
        with self.transaction():
            self._run(create_staging_table(_COPIED, columns))
            try:
                self._run(copy_statement(_COPIED, manifest, how))
            except StatementError as error:
                raise explained(error, store, key, how) from None
            self._run(f"DELETE FROM {raw} WHERE {SOURCE_FILE} = ?", [key])  # noqa: S608
            self._run(
                f"INSERT INTO {raw} ({names}, {SOURCE_FILE}) SELECT {names}, CAST(? AS VARCHAR(1024)) FROM {_COPIED}",  # noqa: S608
                [key],
            )
            self._run(f"DROP TABLE {_COPIED}")

    def insert(self, table: RawTable, rows: "pa.Table") -> None:
        """Add rows to a raw table."""
        self._insert(self.schema("raw"), table, rows)

    def delete(self, table: RawTable, column: str, value: str) -> None:
        """Remove the rows of a raw table whose column has a value."""
        self._run(f"DELETE FROM {self.schema('raw')}.{table.name} WHERE {quoted_name(column)} = ?", [value])  # noqa: S608

    def replace_quality_table(self, table: RawTable, rows: "pa.Table") -> None:
        """Make a table of the quality schema hold these rows and no others; until then it holds the old ones."""
        schema = self.schema("quality")
        self._run(f"CREATE SCHEMA IF NOT EXISTS {schema}")
        with self.transaction():
            self._run(f"DROP TABLE IF EXISTS {schema}.{table.name}")
            self._run(create_table(schema, table, longest=True))
            self._insert(schema, table, rows)

    def close(self) -> None:
        """Let go of the server."""
        from redshift_connector.error import Error

        with suppress(Error, OSError, struct.error):
            self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _connected(self) -> "Connection":
        try:
            import redshift_connector
        except ImportError:
            raise WrongCallError("redshift:// needs an extra: pip install 'hospital-sim[redshift]'") from None
        with self._refusals():
            connection = redshift_connector.connect(
                host=self._place.host,
                port=self._place.port,
                database=self._place.database,
                user=self._place.user,
                password=self._place.password,
                ssl=self._place.sslmode != "disable",
                sslmode=self._place.sslmode,
                application_name="hospital-elt",
                timeout=_CONNECT_SECONDS,
                max_prepared_statements=0,
            )
        # The patience was for the connection; a statement may take as long as it takes.
        connection._usock.settimeout(None)
        connection.autocommit = True
        return connection

    def _reading(self) -> Access:
        if self._access is None:
            self._access = access(self._place)
        return self._access

    def _require_schema(self) -> None:
        found = self._rows("SELECT count(*) AS n FROM pg_namespace WHERE nspname = ?", [self.schema("raw")])
        if not found["n"][0].as_py():
            raise NoWarehouseError(
                f"warehouse {self.dsn}: there is none of prefix {self.prefix}; make one with hospital-elt load"
            )

    def _columns_of(self, table: RawTable) -> list[tuple[str, str]]:
        """Return name and type of the columns that a staged file is to have, as they are in the table."""
        found = self._rows(
            "SELECT column_name, data_type FROM information_schema.columns WHERE table_schema = ? AND table_name = ? "
            "ORDER BY ordinal_position",
            [self.schema("raw"), table.name],
        )
        pairs = zip(found["column_name"].to_pylist(), found["data_type"].to_pylist(), strict=True)
        return [(str(name), str(kind)) for name, kind in pairs if name != SOURCE_FILE]

    def _insert(self, schema: str, table: RawTable, rows: "pa.Table") -> None:
        columns = tuple(column for column in table.columns if column.name in rows.column_names)
        names = ", ".join(quoted_name(column.name) for column in columns)
        row = f"({', '.join('?' * len(columns))})"
        with self.transaction():
            for count, values in batches(rows, columns):
                self._run(f"INSERT INTO {schema}.{table.name} ({names}) VALUES {', '.join([row] * count)}", values)  # noqa: S608

    def _run(self, sql: str, values: Sequence[object] = ()) -> "Cursor":
        with self._refusals():
            cursor = self._connection.cursor()
            cursor.paramstyle = "qmark"
            return cursor.execute(sql, values) if values else cursor.execute(sql)

    def _rows(self, sql: str, values: Sequence[object] = ()) -> "pa.Table":
        cursor = self._run(sql, values)
        described = [(str(column[0]), int(column[1])) for column in cursor.description or ()]
        return arrow_table(cursor.fetchall() if described else (), described)

    @contextmanager
    def _refusals(self) -> Iterator[None]:
        """Say in one line, without a secret, what the driver or the server says; what they said is not passed on."""
        from redshift_connector.error import Error

        try:
            yield
        except Error as error:
            told = error.args[0] if error.args and isinstance(error.args[0], dict) else None
            raise self._told(told) if told is not None else self._lost(error) from None
        except (OSError, EOFError, struct.error) as error:
            raise self._lost(error) from None

    def _told(self, told: dict[str, str]) -> WarehouseError | WrongCallError:
        code, message = told.get("C", ""), one_line(told.get("M", ""))
        if self._access is not None:
            message = self._access.without_secrets(message)
        if code in _NOT_LET_IN:
            return WrongCallError(
                f"warehouse {self.dsn}: the server refuses this user or password; set {REDSHIFT_PASSWORD}"
            )
        if code == _READ_ONLY or "read-only" in message:
            return StatementError(f"A query may change nothing (readonly): {message}", wrong_sql=True)
        if code in _CONFLICT:
            return WarehouseError(
                f"warehouse {self.dsn}: someone else writes into it ({message}); run the same command again afterwards"
            )
        return StatementError(message, wrong_sql=code.startswith(WRONG_SQL))

    def _lost(self, error: Exception) -> WarehouseError:
        cause = error.args[1] if len(error.args) > 1 and isinstance(error.args[1], OSError) else error
        certificate = getattr(cause, "verify_message", "")
        if certificate:
            return WarehouseError(
                f"warehouse {self.dsn}: its certificate is not one for this host: {certificate}; write the host as the "
                "cluster's endpoint names it"
            )
        return WarehouseError(
            f"warehouse {self.dsn}: the server cannot be reached or went away ({type(cause).__name__}); when it is "
            "there, run the same command again"
        )
