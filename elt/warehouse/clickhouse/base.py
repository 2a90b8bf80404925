"""Base of both ClickHouse warehouses: everything that is the same whether the engine is embedded or on a server."""

from abc import abstractmethod
from contextlib import AbstractContextManager, nullcontext

import pyarrow as pa

from elt.warehouse.clickhouse.clickhouse_sql import (
    create_table,
    insert_from,
    newer_columns,
    quoted,
    structure,
)
from elt.warehouse.errors import NoWarehouseError
from elt.warehouse.protocol import Warehouse
from elt.warehouse.tables import RawTable, staged_columns
from hospital_sim.storage import ObjectStore


class ClickHouseBase(Warehouse):
    """A warehouse in ClickHouse. A subclass knows one driver: it runs statements, inserts rows and reads Parquet.

    Args:
        dsn: DSN without a password.
        prefix: Prefix of the names of its schemas.
    """

    def __init__(self, dsn: str, prefix: str) -> None:
        self.dsn = dsn
        self.prefix = prefix

    @abstractmethod
    def _query(self, sql: str) -> pa.Table:
        """Run one statement that may only read, and return its rows."""

    @abstractmethod
    def _insert(self, schema: str, table: RawTable, rows: pa.Table) -> None:
        """Add rows to a table."""

    def query(self, sql: str) -> pa.Table:
        """Run one query and return its rows (see ``Warehouse.query``)."""
        return self._query(sql.rstrip().removesuffix(";"))

    def require_lake(self, store: ObjectStore) -> None:
        """Accept every lake, because this process can read it."""

    def _require_schema(self) -> None:
        """Refuse to go on if the raw schema does not exist.

        Raises:
            NoWarehouseError: If it does not.
        """
        if not self._exists("databases", f"name = {quoted(self.schema('raw'))}"):
            raise NoWarehouseError(
                f"warehouse {self.dsn}: there is none of prefix {self.prefix}; make one with hospital-elt load"
            )

    def transaction(self) -> AbstractContextManager[None]:
        """Run each statement by itself: ClickHouse has no transactions."""
        return nullcontext()

    def has_table(self, schema: str, table: str) -> bool:
        """Return True if a table or view exists in a schema."""
        return self._exists("tables", f"database = {quoted(self.schema(schema))} AND name = {quoted(table)}")

    def create_raw_table(self, table: RawTable) -> None:
        """Create a table of the raw schema, or append the columns that it lacks."""
        schema = self.schema("raw")
        self._create(schema, table)
        rows = self.query(
            "SELECT name, type FROM system.columns "  # noqa: S608
            f"WHERE database = {quoted(schema)} AND table = {quoted(table.name)}"
        )
        columns = dict(zip(rows["name"].to_pylist(), rows["type"].to_pylist(), strict=True))
        for statement in newer_columns(schema, table, columns):
            self.execute(statement)

    def insert(self, table: RawTable, rows: pa.Table) -> None:
        """Add rows to a raw table."""
        self._insert(self.schema("raw"), table, rows)

    def delete(self, table: RawTable, column: str, *values: str) -> None:
        """Remove the rows of a raw table whose column has one of some values."""
        listed = ", ".join(map(quoted, values))
        self.execute(f"ALTER TABLE {self.schema('raw')}.{table.name} DELETE WHERE {column} IN ({listed})")

    def replace_quality_table(self, table: RawTable, rows: pa.Table) -> None:
        """Make a table of the quality schema hold these rows and no others."""
        schema = self.schema("quality")
        self._create(schema, table, replace=True)
        self._insert(schema, table, rows)

    def _read_parquet(self, function: str, place: str, table: RawTable, key: str) -> None:
        """Add the rows of a staged file that the engine reads with a table function: ``file`` or ``s3``."""
        columns = quoted(structure(staged_columns(table)))
        source = f"{function}({quoted(place)}, 'Parquet', {columns})"
        self.execute(insert_from(source, self.schema("raw"), table, key))

    def _create(self, schema: str, table: RawTable, *, replace: bool = False) -> None:
        self.execute(f"CREATE DATABASE IF NOT EXISTS {schema}")
        if replace:
            self.execute(f"DROP TABLE IF EXISTS {schema}.{table.name}")
        self.execute(create_table(schema, table))

    def _exists(self, system_table: str, condition: str) -> bool:
        """Return True if a row of a system table meets a condition."""
        return bool(self.query(f"SELECT count() AS n FROM system.{system_table} WHERE {condition}")["n"][0].as_py())  # noqa: S608
