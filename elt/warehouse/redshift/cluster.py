"""Amazon Redshift: loaded with COPY from a lake on S3, each file as a whole."""

from contextlib import AbstractContextManager, suppress
from typing import TYPE_CHECKING

from elt.warehouse.dsn import RedshiftDsn
from elt.warehouse.errors import NoWarehouseError, StatementError, WarehouseError
from elt.warehouse.protocol import DEFAULT_PREFIX, Warehouse
from elt.warehouse.redshift.copy_from_s3 import (
    Access,
    access,
    copy_statement,
    explained,
    read_checked,
    require_s3,
    write_manifest,
)
from elt.warehouse.redshift.redshift_sql import create_staging_table, create_table, newer_table, quoted_name
from elt.warehouse.redshift.rows import batches
from elt.warehouse.redshift.session import RedshiftSession
from elt.warehouse.tables import SOURCE_FILE, RawTable, staged_columns
from hospital_sim.storage import ObjectStore

if TYPE_CHECKING:
    import pyarrow as pa

_COPIED = "copied"


class RedshiftWarehouse(Warehouse):
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
        self._session = RedshiftSession(dsn)
        try:
            self._session.run("SET timezone = 'UTC'")
            if not create:
                self._require_schema()
        except BaseException:
            self.close()
            raise

    def query(self, sql: str) -> "pa.Table":
        """Run one query, which may only read, and return its rows (see ``Warehouse.query``)."""
        statement = sql.rstrip().removesuffix(";")
        if self._session.in_transaction:
            return self._session.rows(statement)
        self._session.run("BEGIN READ ONLY")
        try:
            return self._session.rows(statement)
        finally:
            with suppress(WarehouseError):
                self._session.run("ROLLBACK")

    def execute(self, sql: str) -> None:
        """Run one statement without a result."""
        self._session.run(sql)

    def require_lake(self, store: ObjectStore) -> None:
        """Refuse a lake that is not on S3, or that Redshift has neither a role nor credentials to read."""
        require_s3(store)
        self._reading()

    def transaction(self) -> AbstractContextManager[None]:
        """Do what is within as a whole or not at all; one within another is part of it."""
        return self._session.transaction()

    def has_table(self, schema: str, table: str) -> bool:
        """Tell whether a table or view is in a schema."""
        asked = "SELECT count(*) AS n FROM information_schema.tables WHERE table_schema = ? AND table_name = ?"
        return bool(self._session.rows(asked, [self.schema(schema), table])["n"][0].as_py())

    def create_raw_table(self, table: RawTable) -> None:
        """Create a table of the raw schema; one that lacks columns is made anew with them, in their places."""
        schema = self.schema("raw")
        self._session.run(f"CREATE SCHEMA IF NOT EXISTS {schema}")
        self._session.run(create_table(schema, table))
        if made_anew := newer_table(schema, table, self._nullable_columns(table)):
            with self.transaction():
                for statement in made_anew:
                    self._session.run(statement)

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
            self._session.run(create_staging_table(_COPIED, columns))
            try:
                self._session.run(copy_statement(_COPIED, manifest, how))
            except StatementError as error:
                raise explained(error, store, key, how) from None
            self._session.run(f"DELETE FROM {raw} WHERE {SOURCE_FILE} = ?", [key])  # noqa: S608
            self._session.run(
                f"INSERT INTO {raw} ({names}, {SOURCE_FILE}) SELECT {names}, CAST(? AS VARCHAR(1024)) FROM {_COPIED}",  # noqa: S608
                [key],
            )
            self._session.run(f"DROP TABLE {_COPIED}")

    def insert(self, table: RawTable, rows: "pa.Table") -> None:
        """Add rows to a raw table."""
        self._insert(self.schema("raw"), table, rows)

    def delete(self, table: RawTable, column: str, value: str) -> None:
        """Remove the rows of a raw table whose column has a value."""
        self._session.run(f"DELETE FROM {self.schema('raw')}.{table.name} WHERE {quoted_name(column)} = ?", [value])  # noqa: S608

    def replace_quality_table(self, table: RawTable, rows: "pa.Table") -> None:
        """Make a table of the quality schema hold these rows and no others; until then it holds the old ones."""
        schema = self.schema("quality")
        self._session.run(f"CREATE SCHEMA IF NOT EXISTS {schema}")
        with self.transaction():
            self._session.run(f"DROP TABLE IF EXISTS {schema}.{table.name}")
            self._session.run(create_table(schema, table, longest=True))
            self._insert(schema, table, rows)

    def close(self) -> None:
        """Let go of the server."""
        self._session.close()

    def _reading(self) -> Access:
        if self._access is None:
            self._access = access(self._place)
            self._session.secrets = self._access.secrets
        return self._access

    def _require_schema(self) -> None:
        found = self._session.rows("SELECT count(*) AS n FROM pg_namespace WHERE nspname = ?", [self.schema("raw")])
        if not found["n"][0].as_py():
            raise NoWarehouseError(
                f"warehouse {self.dsn}: there is none of prefix {self.prefix}; make one with hospital-elt load"
            )

    def _nullable_columns(self, table: RawTable) -> dict[str, bool]:
        """Return the columns that a table has, and whether a value of each may be missing."""
        found = self._session.rows(
            "SELECT column_name, is_nullable FROM information_schema.columns WHERE table_schema = ? AND table_name = ?",
            [self.schema("raw"), table.name],
        )
        pairs = zip(found["column_name"].to_pylist(), found["is_nullable"].to_pylist(), strict=True)
        return {str(name): nullable == "YES" for name, nullable in pairs}

    def _columns_of(self, table: RawTable) -> list[tuple[str, str]]:
        """Return name and type of the columns that a staged file is to have, as they are in the warehouse."""
        found = self._session.rows(
            "SELECT column_name, data_type FROM information_schema.columns WHERE table_schema = ? AND table_name = ? "
            "ORDER BY ordinal_position",
            [self.schema("raw"), table.name],
        )
        pairs = zip(found["column_name"].to_pylist(), found["data_type"].to_pylist(), strict=True)
        # A file of an older contract does not have those that were appended since.
        staged = {column.name for column in staged_columns(table)}
        return [(str(name), str(kind)) for name, kind in pairs if name in staged]

    def _insert(self, schema: str, table: RawTable, rows: "pa.Table") -> None:
        columns = tuple(column for column in table.columns if column.name in rows.column_names)
        names = ", ".join(quoted_name(column.name) for column in columns)
        row = f"({', '.join('?' * len(columns))})"
        with self.transaction():
            for count, values in batches(rows, columns):
                into = f"INSERT INTO {schema}.{table.name} ({names}) VALUES "  # noqa: S608
                self._session.run(into + ", ".join([row] * count), values)
