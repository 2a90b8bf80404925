"""Warehouses: where staged events are loaded, modelled and asked. One small protocol; chDB, ClickHouse, Redshift.

Which kind it is follows from its DSN; nothing outside this package asks.
"""

import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from elt import WrongCallError
from elt.warehouse.dsn import CLICKHOUSE_PASSWORD, REDSHIFT_PASSWORD, ChdbDsn, ClickHouseDsn, RedshiftDsn, parse_dsn
from elt.warehouse.errors import NoWarehouseError, StatementError, WarehouseError, WarehouseInUseError
from elt.warehouse.protocol import DEFAULT_PREFIX, SCHEMAS, Warehouse

__all__ = [
    "DEFAULT_PREFIX",
    "SCHEMAS",
    "DbtTarget",
    "NoWarehouseError",
    "StatementError",
    "Warehouse",
    "WarehouseError",
    "WarehouseInUseError",
    "checked_prefix",
    "dbt_target",
    "open_warehouse",
]

_PREFIX = re.compile(r"[a-z][a-z0-9_]*")


@dataclass(frozen=True)
class DbtTarget:
    """How dbt reaches a warehouse.

    Attributes:
        environment: All variables of its process.
        workspace: Directory for what it writes beside the warehouse: compiled models, logs.
        keep_open: File descriptors that its process must inherit: they keep others out as long as it lives.
    """

    environment: Mapping[str, str]
    workspace: Path
    keep_open: tuple[int, ...] = ()


def open_warehouse(dsn: str, prefix: str = DEFAULT_PREFIX, *, create: bool = False) -> Warehouse:
    """Open a warehouse; use it as a context manager, for chDB lets one process in at a time.

    Args:
        dsn: Where it is: ``chdb:///absolute/path``, ``chdb://relative/path``, ``clickhouse://user@host:9000/`` or
            ``redshift://user@host:5439/database``.
        prefix: What the names of its schemas begin with.
        create: Whether to make it if it is not there.

    Returns:
        The warehouse, open.

    Raises:
        WrongCallError: If the DSN or the prefix is not one, or there is no warehouse and none is to be made.
        WarehouseInUseError: If another process holds it.
        WarehouseError: If it cannot be opened.
    """
    place = parse_dsn(dsn)
    if isinstance(place, ClickHouseDsn):
        from elt.warehouse.clickhouse.server import ClickHouseWarehouse

        return ClickHouseWarehouse(place, checked_prefix(prefix), create=create)
    if isinstance(place, RedshiftDsn):
        from elt.warehouse.redshift.cluster import RedshiftWarehouse

        return RedshiftWarehouse(place, checked_prefix(prefix), create=create)
    from elt.warehouse.clickhouse.chdb import ChdbWarehouse

    return ChdbWarehouse(place.path, checked_prefix(prefix), create=create)


@contextmanager
def dbt_target(dsn: str, prefix: str = DEFAULT_PREFIX) -> Iterator[DbtTarget]:
    """Keep a warehouse for a dbt process: where it is a directory, others are told that it is in use.

    Args:
        dsn: Where it is; it must not be open in this process.
        prefix: What the names of its schemas begin with.

    Yields:
        How dbt reaches it.

    Raises:
        WrongCallError: As in ``open_warehouse``.
        WarehouseInUseError: If it is open elsewhere.
    """
    place = parse_dsn(dsn)
    if not isinstance(place, ChdbDsn):
        with TemporaryDirectory(prefix="hospital-elt-") as workspace:
            yield DbtTarget(_server_environment(place, checked_prefix(prefix)), Path(workspace))
        return
    from elt.warehouse.clickhouse.chdb import environment, locked

    with locked(place.path, create=False) as lock:
        yield DbtTarget(environment(place.path, checked_prefix(prefix)), place.path / "dbt", (lock.descriptor,))


def _server_environment(place: ClickHouseDsn | RedshiftDsn, prefix: str) -> dict[str, str]:
    """Return the variables by which the dbt project finds a server."""
    found = {
        **os.environ,
        "HOSPITAL_WAREHOUSE_HOST": place.host,
        "HOSPITAL_WAREHOUSE_PORT": str(place.port),
        "HOSPITAL_WAREHOUSE_USER": place.user,
        "HOSPITAL_WAREHOUSE_PREFIX": prefix,
    }
    if isinstance(place, ClickHouseDsn):
        return found | {
            "HOSPITAL_WAREHOUSE_TARGET": "clickhouse",
            "HOSPITAL_WAREHOUSE_SECURE": "true" if place.secure else "false",
            CLICKHOUSE_PASSWORD: place.password,
        }
    return found | {
        "HOSPITAL_WAREHOUSE_TARGET": "redshift",
        "HOSPITAL_WAREHOUSE_DATABASE": place.database,
        "HOSPITAL_WAREHOUSE_SSLMODE": place.sslmode,
        REDSHIFT_PASSWORD: place.password,
    }


def checked_prefix(prefix: str) -> str:
    """Return what the names of schemas are to begin with.

    Raises:
        WrongCallError: If a name cannot begin with it.
    """
    if not _PREFIX.fullmatch(prefix):
        raise WrongCallError(f"prefix {prefix!r}: must be lower-case letters, digits and underscores")
    return prefix
