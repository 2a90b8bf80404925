"""Connections: each dbt thread has a chDB handle of its own."""

from dbt.adapters.chdb.client import ChdbClient
from dbt.adapters.clickhouse.connections import ClickHouseConnectionManager
from dbt.adapters.clickhouse.logger import logger
from dbt.adapters.contracts.connection import Connection


class ChdbConnectionManager(ClickHouseConnectionManager):
    """Opens chDB where dbt-clickhouse would call a server."""

    TYPE = "chdb"

    @classmethod
    def open(cls, connection: Connection) -> Connection:
        """Open the connection of this thread, unless it is open."""
        if connection.state == "open":
            return connection
        credentials = cls.get_credentials(connection.credentials)
        return cls.retry_connection(
            connection,
            connect=lambda: ChdbClient(credentials),
            logger=logger,
            retry_limit=0,
            retryable_exceptions=[],
        )
