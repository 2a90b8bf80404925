"""Warehouses: databases into which staged events are loaded, where dbt models them and queries read them.

The DSN says which kind is opened: chDB or a ClickHouse server (``clickhouse/``), or Amazon Redshift (``redshift/``).
Each is a ``Warehouse``, and no code outside this package depends on the kind.
"""

import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from elt import WrongCallError
from elt.warehouse.dsn import ChdbDsn, ClickHouseDsn, RedshiftDsn, parse_dsn
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
    """Everything that a dbt process needs to reach a warehouse.

    Attributes:
        environment: All environment variables of the process.
        workspace: Directory for its compiled models and logs.
        keep_open: File descriptors that the process must inherit, because they hold the lock of the warehouse.
    """

    environment: Mapping[str, str]
    workspace: Path
    keep_open: tuple[int, ...] = ()


def open_warehouse(dsn: str, prefix: str = DEFAULT_PREFIX, *, create: bool = False) -> Warehouse:
    """Open a warehouse. Use it as a context manager, because chDB allows one process at a time.

    Args:
        dsn: Its DSN: ``chdb:///absolute/path``, ``chdb://relative/path``, ``clickhouse://user@host:9000/`` or
            ``redshift://user@host:5439/database``.
        prefix: Prefix of the names of its schemas.
        create: True to make it if it does not exist.

    Returns:
        The open warehouse.

    Raises:
        WrongCallError: If the DSN or the prefix is invalid, or the warehouse does not exist and ``create`` is false.
        WarehouseInUseError: If another process holds it.
        WarehouseError: If it cannot be opened.

    Example:
        ```python
        with open_warehouse("chdb://demo/warehouse") as warehouse:
            rows = warehouse.query(f"SELECT * FROM {warehouse.schema('marts')}.mart_waiting_times")
        ```
    """
    parsed = parse_dsn(dsn)
    if isinstance(parsed, ClickHouseDsn):
        from elt.warehouse.clickhouse.server import ClickHouseWarehouse

        return ClickHouseWarehouse(parsed, checked_prefix(prefix), create=create)
    if isinstance(parsed, RedshiftDsn):
        from elt.warehouse.redshift.cluster import RedshiftWarehouse

        return RedshiftWarehouse(parsed, checked_prefix(prefix), create=create)
    from elt.warehouse.clickhouse.chdb import ChdbWarehouse

    return ChdbWarehouse(parsed.path, checked_prefix(prefix), create=create)


@contextmanager
def dbt_target(dsn: str, prefix: str = DEFAULT_PREFIX) -> Iterator[DbtTarget]:
    """Hold a warehouse for a dbt process; a chDB directory stays locked against other processes.

    Args:
        dsn: DSN of the warehouse, which must not be open in this process.
        prefix: Prefix of the names of its schemas.

    Yields:
        Everything that the dbt process needs.

    Raises:
        WrongCallError: As in ``open_warehouse``.
        WarehouseInUseError: If another process holds it.

    Example:
        ```python
        with dbt_target("chdb://demo/warehouse") as target:
            environment = dict(target.environment)
            subprocess.run(["dbt", "build"], env=environment, pass_fds=target.keep_open, check=True)
        ```
    """
    parsed = parse_dsn(dsn)
    environment = {**os.environ, "HOSPITAL_WAREHOUSE_PREFIX": checked_prefix(prefix), **parsed.dbt_variables()}
    if isinstance(parsed, ChdbDsn):
        from elt.warehouse.clickhouse.chdb import locked

        with locked(parsed.path, create=False) as lock:
            yield DbtTarget(environment, parsed.path / "dbt", (lock.descriptor,))
    else:
        with TemporaryDirectory(prefix="hospital-elt-") as workspace:
            yield DbtTarget(environment, Path(workspace))


def checked_prefix(prefix: str) -> str:
    """Return a prefix of the names of schemas if it is valid.

    Raises:
        WrongCallError: If it is not.
    """
    if not _PREFIX.fullmatch(prefix):
        raise WrongCallError(f"prefix {prefix!r}: must be lower-case letters, digits and underscores")
    return prefix
