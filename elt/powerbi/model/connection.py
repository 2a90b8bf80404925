"""The place that Power BI reads from: a ClickHouse server, a Redshift cluster, or a folder of Parquet files."""

from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import SplitResult, urlsplit

from elt import WrongCallError
from elt.warehouse.dsn import ChdbDsn, RedshiftDsn, parse_dsn

_HTTP_PORT, _HTTPS_PORT, _REDSHIFT_PORT = 8123, 8443, 5439
_FORMS = "clickhouse://host:8443/ or redshift://host:5439/database"


class Connector(StrEnum):
    """The connectors of Power BI that a project can use."""

    CLICKHOUSE = "clickhouse"
    REDSHIFT = "redshift"
    PARQUET = "parquet"


@dataclass(frozen=True)
class Connection:
    """The place of the rows, without an account: Power BI asks for user and password itself.

    Attributes:
        connector: The connector that reads them.
        host: Name or address of the server.
        port: Port of the server; for ClickHouse, of its HTTP interface.
        database: The database with the schemas; empty for ClickHouse, where each schema is a database.
        folder: The folder of Parquet files, as Power BI sees it.
    """

    connector: Connector
    host: str = ""
    port: int = 0
    database: str = ""
    folder: str = ""


def connection_of(dsn: str, connect: str | None, folder: str) -> Connection:
    """Return the place from which Power BI reads the rows of a warehouse.

    Args:
        dsn: The warehouse.
        connect: Another place with the same tables, such as ``redshift://host:5439/database``; None for the warehouse.
        folder: Folder of the Parquet files of an embedded warehouse.

    Raises:
        WrongCallError: If ``dsn`` or ``connect`` is wrong.
    """
    if connect is not None:
        return _elsewhere(connect)
    place = parse_dsn(dsn)
    if isinstance(place, ChdbDsn):
        return Connection(Connector.PARQUET, folder=folder)
    if isinstance(place, RedshiftDsn):
        return Connection(Connector.REDSHIFT, place.host, place.port, place.database)
    return Connection(Connector.CLICKHOUSE, place.host, _HTTPS_PORT if place.secure else _HTTP_PORT)


def _elsewhere(connect: str) -> Connection:
    parts = urlsplit(connect)
    if parts.scheme not in (Connector.CLICKHOUSE, Connector.REDSHIFT) or not parts.hostname:
        raise _wrong(parts, "it is not a place that Power BI reads")
    if parts.username is not None or parts.password is not None:
        raise _wrong(parts, "it names a user; Power BI asks for the account when it connects")
    database = parts.path.strip("/")
    if parts.scheme == Connector.REDSHIFT and not database:
        raise _wrong(parts, "the database is missing")
    if parts.scheme == Connector.CLICKHOUSE and database:
        raise _wrong(parts, "it names no database; the schemas begin with --prefix")
    try:
        port = parts.port or (_REDSHIFT_PORT if parts.scheme == Connector.REDSHIFT else _HTTPS_PORT)
    except ValueError:
        raise _wrong(parts, "the port is not a number from 0 to 65535") from None
    return Connection(Connector(parts.scheme), parts.hostname, port, database)


def _wrong(parts: SplitResult, what: str) -> WrongCallError:
    return WrongCallError(f"--connect {parts.scheme}://…: {what}; write {_FORMS}")
