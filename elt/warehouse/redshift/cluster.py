"""A warehouse on Amazon Redshift, which loads each staged file from S3 with one COPY."""

from contextlib import AbstractContextManager, suppress

import pyarrow as pa

from elt.warehouse.dsn import RedshiftDsn
from elt.warehouse.errors import NoWarehouseError, StatementError, WarehouseError
from elt.warehouse.protocol import DEFAULT_PREFIX, Warehouse
from elt.warehouse.redshift.arrow_rows import batches
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
from elt.warehouse.redshift.session import RedshiftSession
from elt.warehouse.tables import SOURCE_FILE, RawTable, staged_columns
from hospital_sim.storage import ObjectStore

_COPIED = "copied"


class RedshiftWarehouse(Warehouse):
    """A warehouse in a database of Redshift; only one load at a time.

    Args:
        dsn: DSN of the cluster.
        prefix: Prefix of the names of its schemas.
        create: True to open a warehouse that has no tables yet.

    Raises:
        WrongCallError: If it refuses the user or the password, or the extra is not installed.
        NoWarehouseError: If the raw schema does not exist and ``create`` is false.
        WarehouseError: If it cannot be reached.
    """

    def __init__(self, dsn: RedshiftDsn, prefix: str = DEFAULT_PREFIX, *, create: bool = False) -> None:
        self.dsn = str(dsn)
        self.prefix = prefix
        self._parsed_dsn = dsn
        self._access: Access | None = None
        self._session = RedshiftSession(dsn)
        try:
            self._session.run("SET timezone = 'UTC'")
            if not create:
                self._require_schema()
        except BaseException:
            self.close()
            raise

    def query(self, sql: str) -> pa.Table:
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
        """Refuse a lake that is not on S3, or for which Redshift has neither a role nor credentials."""
        require_s3(store)
        self._lake_access()

    def transaction(self) -> AbstractContextManager[None]:
        """Commit all statements in the block together or none; a nested one is part of the outer one."""
        return self._session.transaction()

    def has_table(self, schema: str, table: str) -> bool:
        """Return True if a table or view exists in a schema."""
        sql = "SELECT count(*) AS n FROM information_schema.tables WHERE table_schema = ? AND table_name = ?"
        return bool(self._session.rows(sql, [self.schema(schema), table])["n"][0].as_py())

    def create_raw_table(self, table: RawTable) -> None:
        """Create a table of the raw schema, or replace one that lacks columns by one that has them in their places."""
        schema = self.schema("raw")
        self._session.run(f"CREATE SCHEMA IF NOT EXISTS {schema}")
        self._session.run(create_table(schema, table))
        existing = self._columns(table, "is_nullable")
        if statements := newer_table(schema, table, {name: nullable == "YES" for name, nullable in existing}):
            with self.transaction():
                for statement in statements:
                    self._session.run(statement)

    def load_parquet(self, table: RawTable, store: ObjectStore, key: str) -> None:
        """Add the rows of one staged file to a raw table in one transaction, in place of older rows of the same file.

        Redshift reads the file by position, so its footer is compared with the table first.
        """
        self.require_lake(store)
        credentials = self._lake_access()
        raw = f"{self.schema('raw')}.{table.name}"
        columns = staged_columns(table)
        # A file of an older contract lacks the columns that were appended since.
        names = {column.name for column in columns}
        expected = [(name, kind) for name, kind in self._columns(table, "data_type") if name in names]
        size = read_checked(store, key, raw, expected)
        manifest = write_manifest(store, key, size)
        listed = ", ".join(quoted_name(column.name) for column in columns)
        with self.transaction():
            self._session.run(create_staging_table(_COPIED, columns))
            try:
                self._session.run(copy_statement(_COPIED, manifest, credentials))
            except StatementError as error:
                raise explained(error, store, key, credentials) from None
            self._session.run(f"DELETE FROM {raw} WHERE {SOURCE_FILE} = ?", [key])  # noqa: S608
            self._session.run(
                f"INSERT INTO {raw} ({listed}, {SOURCE_FILE}) SELECT {listed}, CAST(? AS VARCHAR(1024)) FROM {_COPIED}",  # noqa: S608
                [key],
            )
            self._session.run(f"DROP TABLE {_COPIED}")

    def insert(self, table: RawTable, rows: pa.Table) -> None:
        """Add rows to a raw table."""
        self._insert(self.schema("raw"), table, rows)

    def delete(self, table: RawTable, column: str, *values: str) -> None:
        """Remove the rows of a raw table whose column has one of some values."""
        condition = f"{quoted_name(column)} IN ({', '.join('?' * len(values))})"
        self._session.run(f"DELETE FROM {self.schema('raw')}.{table.name} WHERE {condition}", values)  # noqa: S608

    def replace_quality_table(self, table: RawTable, rows: pa.Table) -> None:
        """Make a table of the quality schema hold these rows and no others, in one transaction."""
        schema = self.schema("quality")
        self._session.run(f"CREATE SCHEMA IF NOT EXISTS {schema}")
        with self.transaction():
            self._session.run(f"DROP TABLE IF EXISTS {schema}.{table.name}")
            self._session.run(create_table(schema, table, longest=True))
            self._insert(schema, table, rows)

    def close(self) -> None:
        """Close the connection."""
        self._session.close()

    def _lake_access(self) -> Access:
        if self._access is None:
            self._access = access(self._parsed_dsn)
            self._session.secrets = self._access.secrets
        return self._access

    def _require_schema(self) -> None:
        schemas = self._session.rows("SELECT count(*) AS n FROM pg_namespace WHERE nspname = ?", [self.schema("raw")])
        if not schemas["n"][0].as_py():
            raise NoWarehouseError(
                f"warehouse {self.dsn}: there is none of prefix {self.prefix}; make one with hospital-elt load"
            )

    def _columns(self, table: RawTable, attribute: str) -> list[tuple[str, str]]:
        """Return name and one attribute of each column that a raw table has in the warehouse, in order."""
        rows = self._session.rows(
            f"SELECT column_name, {attribute} FROM information_schema.columns "  # noqa: S608
            "WHERE table_schema = ? AND table_name = ? ORDER BY ordinal_position",
            [self.schema("raw"), table.name],
        )
        return [(str(row["column_name"]), str(row[attribute])) for row in rows.to_pylist()]

    def _insert(self, schema: str, table: RawTable, rows: pa.Table) -> None:
        columns = tuple(column for column in table.columns if column.name in rows.column_names)
        names = ", ".join(quoted_name(column.name) for column in columns)
        row = f"({', '.join('?' * len(columns))})"
        with self.transaction():
            for count, values in batches(rows, columns):
                into = f"INSERT INTO {schema}.{table.name} ({names}) VALUES "  # noqa: S608
                self._session.run(into + ", ".join([row] * count), values)
