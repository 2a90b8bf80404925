"""What every warehouse can do."""

from abc import ABC, abstractmethod
from contextlib import AbstractContextManager
from types import TracebackType
from typing import TYPE_CHECKING, Protocol, Self

from elt.warehouse.tables import RawTable
from hospital_sim.storage import ObjectStore

if TYPE_CHECKING:
    import pyarrow as pa

DEFAULT_PREFIX = "hospital"
"""What the names of the schemas begin with, unless something else is said."""

SCHEMAS = ("raw", "staging", "curated", "marts", "quality")
"""The schemas of a warehouse; their full names begin with the prefix."""


def schema_name(prefix: str, name: str) -> str:
    """Return the full name of one of ``SCHEMAS``.

    Raises:
        ValueError: If there is no such schema.
    """
    if name not in SCHEMAS:
        raise ValueError(f"no schema {name!r}; there are {', '.join(SCHEMAS)}")
    return f"{prefix}_{name}"


class Warehouse(Protocol):
    """A database with the five schemas, open for this process; a context manager that closes it.

    Attributes:
        dsn: Where it is, without a password.
        prefix: What the names of its schemas begin with.
    """

    dsn: str
    prefix: str

    def schema(self, name: str) -> str:
        """Return the full name of one of ``SCHEMAS``, such as ``hospital_marts``."""
        ...

    def query(self, sql: str) -> "pa.Table":
        """Run one query.

        Args:
            sql: A statement with a result; one that would change something is refused.

        Returns:
            Its rows, as an Arrow table; timestamps are in UTC.

        Raises:
            StatementError: If the engine refuses it.
        """
        ...

    def execute(self, sql: str) -> None:
        """Run one statement without a result (errors as in ``query``)."""
        ...

    def require_lake(self, store: ObjectStore) -> None:
        """Refuse a lake that the engine cannot load from.

        Raises:
            WrongCallError: If it cannot; the message says what to change.
        """
        ...

    def transaction(self) -> AbstractContextManager[None]:
        """Do what is within as a whole or not at all, where the engine can; elsewhere each statement by itself."""
        ...

    def has_table(self, schema: str, table: str) -> bool:
        """Tell whether a table or view is in one of ``SCHEMAS``."""
        ...

    def create_raw_table(self, table: RawTable) -> None:
        """Create a table of the raw schema, unless it is there; then append the columns that it lacks.

        A table that was made when the table's contract had fewer columns gets the others, null in every row; a column
        that may be null since then may be so in it.
        """
        ...

    def load_parquet(self, table: RawTable, store: ObjectStore, key: str) -> None:
        """Add the rows of one staged file to a raw table, with the file's key in ``source_file``.

        Raises:
            StatementError: If the engine refuses them; some may be in the table then.
            BrokenLakeError: If the file is gone, or an engine that goes by position finds other columns in it.
        """
        ...

    def insert(self, table: RawTable, rows: "pa.Table") -> None:
        """Add rows to a raw table; their columns are the table's (errors as in ``load_parquet``)."""
        ...

    def delete(self, table: RawTable, column: str, value: str) -> None:
        """Remove the rows of a raw table whose column has a value; when it returns, they are gone."""
        ...

    def replace_quality_table(self, table: RawTable, rows: "pa.Table") -> None:
        """Make a table of the quality schema hold these rows and no others (errors as in ``load_parquet``)."""
        ...

    def close(self) -> None:
        """Let go of the warehouse, so that another process can open it."""
        ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
        /,
    ) -> None: ...


class ClosingWarehouse(ABC):
    """A context manager that closes itself: what warehouses have in common."""

    @abstractmethod
    def close(self) -> None:
        """Let go of the warehouse (see ``Warehouse.close``)."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> None:
        self.close()
