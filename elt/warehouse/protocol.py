"""The interface of a warehouse, and the names of its schemas."""

from abc import ABC, abstractmethod
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Self

from elt.warehouse.tables import RawTable
from hospital_sim.storage import ObjectStore

if TYPE_CHECKING:
    import pyarrow as pa

DEFAULT_PREFIX = "hospital"
"""Default prefix of the names of the schemas."""

SCHEMAS = ("raw", "staging", "curated", "intermediate", "marts", "quality")
"""The schemas of a warehouse. The full name of each is the prefix, an underscore and this name."""


def schema_name(prefix: str, name: str) -> str:
    """Return the full name of one of ``SCHEMAS``.

    Raises:
        ValueError: If the name is not one of them.
    """
    if name not in SCHEMAS:
        raise ValueError(f"no schema {name!r}; there are {', '.join(SCHEMAS)}")
    return f"{prefix}_{name}"


class Warehouse(ABC):
    """A database with five schemas, open in this process; a context manager that closes it.

    Attributes:
        dsn: DSN without a password.
        prefix: Prefix of the names of its schemas.
    """

    dsn: str
    prefix: str

    def schema(self, name: str) -> str:
        """Return the full name of one of ``SCHEMAS``, such as ``hospital_marts``."""
        return schema_name(self.prefix, name)

    @abstractmethod
    def query(self, sql: str) -> "pa.Table":
        """Run one query.

        Args:
            sql: A statement with a result; one that would change something is refused.

        Returns:
            Its rows, as an Arrow table; timestamps are in UTC.

        Raises:
            StatementError: If the engine refuses it.
        """

    @abstractmethod
    def execute(self, sql: str) -> None:
        """Run one statement without a result (errors as in ``query``)."""

    @abstractmethod
    def require_lake(self, store: ObjectStore) -> None:
        """Refuse a lake that the engine cannot load from.

        Raises:
            WrongCallError: If it cannot; the message says what to change.
        """

    @abstractmethod
    def transaction(self) -> AbstractContextManager[None]:
        """Commit all statements in the block together or none; without transactions, each by itself.

        Example:
            ```python
            with warehouse.transaction():
                warehouse.delete(RUN, "run_id", run_id)
                warehouse.insert(RUN, rows)
            ```
        """

    @abstractmethod
    def has_table(self, schema: str, table: str) -> bool:
        """Return True if a table or view exists in one of ``SCHEMAS``."""

    @abstractmethod
    def create_raw_table(self, table: RawTable) -> None:
        """Create a table of the raw schema if it does not exist, then append the columns that it lacks.

        A table made with an older version of its contract gets the newer columns, null in every row; a column that has
        become nullable since becomes so in the table.
        """

    @abstractmethod
    def load_parquet(self, table: RawTable, store: ObjectStore, key: str) -> None:
        """Add the rows of one staged file to a raw table, with the file's key in ``source_file``.

        Raises:
            StatementError: If the engine refuses them; some may be in the table then.
            BrokenLakeError: If the file is missing, or an engine that reads by position finds other columns in it.
        """

    @abstractmethod
    def insert(self, table: RawTable, rows: "pa.Table") -> None:
        """Add rows to a raw table; their columns are the table's (errors as in ``load_parquet``)."""

    @abstractmethod
    def delete(self, table: RawTable, column: str, *values: str) -> None:
        """Remove the rows of a raw table whose column has one of some values; they are gone when it returns."""

    @abstractmethod
    def replace_quality_table(self, table: RawTable, rows: "pa.Table") -> None:
        """Make a table of the quality schema hold these rows and no others (errors as in ``load_parquet``)."""

    @abstractmethod
    def close(self) -> None:
        """Close the warehouse and release its lock, so that another process can open it."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
