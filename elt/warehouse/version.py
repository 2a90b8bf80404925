"""Version of the raw tables, stored in the warehouse, so that a program refuses tables that it does not know."""

from typing import TYPE_CHECKING

from elt.contracts import Column, ColumnKind
from elt.warehouse.errors import WarehouseError
from elt.warehouse.tables import LOADED_FILE, RawTable

if TYPE_CHECKING:
    from elt.warehouse.protocol import Warehouse

WAREHOUSE_VERSION = 2
"""Raised with every change that makes old and new raw tables differ. Version 1 stored no version."""

VERSION_TABLE = RawTable(
    name="warehouse_version",
    columns=(Column("version", ColumnKind.INTEGER, "Version of the raw tables."),),
    order_by=("version",),
)


def require_version(warehouse: "Warehouse") -> None:
    """Refuse a warehouse whose raw tables have another version; accept one without raw tables.

    Raises:
        WarehouseError: If a newer or an older version of this program made it.
    """
    version = _version(warehouse)
    if version is not None and version > WAREHOUSE_VERSION:
        raise WarehouseError(
            f"warehouse {warehouse.dsn}: made by a newer version of hospital-elt (its tables are of version "
            f"{version}, known is {WAREHOUSE_VERSION}); upgrade hospital-sim"
        )
    if version is not None and version < WAREHOUSE_VERSION:
        raise WarehouseError(
            f"warehouse {warehouse.dsn}: made by an older version of hospital-elt (its tables are of version "
            f"{version}, needed is {WAREHOUSE_VERSION}); load the lake into a new one"
        )


def note_version(warehouse: "Warehouse") -> None:
    """Refuse a warehouse of another version, and store this version in a new one.

    Raises:
        WarehouseError: As in ``require_version``.
    """
    import pyarrow as pa

    require_version(warehouse)
    if _version(warehouse) is None:
        warehouse.create_raw_table(VERSION_TABLE)
        warehouse.insert(VERSION_TABLE, pa.table({"version": pa.array([WAREHOUSE_VERSION], pa.int64())}))


def _version(warehouse: "Warehouse") -> int | None:
    if warehouse.has_table("raw", VERSION_TABLE.name):
        rows = warehouse.query(f"SELECT version FROM {warehouse.schema('raw')}.{VERSION_TABLE.name}")  # noqa: S608
        # A load that is killed before it writes the version leaves an empty table; two loads at once leave two rows.
        return max((int(value) for value in rows["version"].to_pylist()), default=None)
    return 1 if warehouse.has_table("raw", LOADED_FILE.name) else None
