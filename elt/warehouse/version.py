"""Which layout the raw schema of a warehouse has: a program never reads or writes one that it does not know."""

from typing import TYPE_CHECKING

from elt.contracts import Column, ColumnKind
from elt.warehouse.errors import WarehouseError
from elt.warehouse.tables import LOADED_FILE, RawTable

if TYPE_CHECKING:
    from elt.warehouse.protocol import Warehouse

WAREHOUSE_VERSION = 2
"""Raised with every change of the raw tables that makes old and new ones differ. 1 had no table that says so."""

VERSION_TABLE = RawTable(
    name="warehouse_version",
    columns=(Column("version", ColumnKind.INTEGER, nullable=False, description="Version of the raw tables."),),
    order_by=("version",),
)


def require_version(warehouse: "Warehouse") -> None:
    """Refuse a warehouse whose raw tables are of another version; one without raw tables is of any.

    Raises:
        WarehouseError: If it was made by a newer or by an older version of this program.
    """
    found = _found(warehouse)
    if found is not None and found > WAREHOUSE_VERSION:
        raise WarehouseError(
            f"warehouse {warehouse.dsn}: made by a newer version of hospital-elt (its tables are of version {found}, "
            f"known is {WAREHOUSE_VERSION}); upgrade hospital-sim"
        )
    if found is not None and found < WAREHOUSE_VERSION:
        raise WarehouseError(
            f"warehouse {warehouse.dsn}: made by an older version of hospital-elt (its tables are of version {found}, "
            f"needed is {WAREHOUSE_VERSION}); load the lake into a new one"
        )


def note_version(warehouse: "Warehouse") -> None:
    """Refuse a warehouse of another version, and write this version into one that is new.

    Raises:
        WarehouseError: As in ``require_version``.
    """
    import pyarrow as pa

    require_version(warehouse)
    if _found(warehouse) is None:
        warehouse.create_raw_table(VERSION_TABLE)
        warehouse.insert(VERSION_TABLE, pa.table({"version": pa.array([WAREHOUSE_VERSION], pa.int64())}))


def _found(warehouse: "Warehouse") -> int | None:
    if warehouse.has_table("raw", VERSION_TABLE.name):
        rows = warehouse.query(f"SELECT version FROM {warehouse.schema('raw')}.{VERSION_TABLE.name}")  # noqa: S608
        # A load that was killed between making the table and writing into it leaves it empty; two, a row twice.
        return max((int(value) for value in rows["version"].to_pylist()), default=None)
    return 1 if warehouse.has_table("raw", LOADED_FILE.name) else None
