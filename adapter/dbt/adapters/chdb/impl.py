"""The adapter class: dbt-clickhouse's with one chDB connection per dbt thread."""

from dbt.adapters.chdb.client import ChdbClient
from dbt.adapters.clickhouse.connections import ClickHouseConnectionManager
from dbt.adapters.clickhouse.impl import ClickHouseAdapter
from dbt.adapters.clickhouse.logger import logger
from dbt.adapters.contracts.connection import Connection


class ChdbConnectionManager(ClickHouseConnectionManager):
    """Opens chDB instead of a server."""

    TYPE = "chdb"

    @classmethod
    def open(cls, connection: Connection) -> Connection:
        """Open the connection of this thread if it is not open."""
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


class ChdbAdapter(ClickHouseAdapter):
    """ClickHouse's SQL, relations and materializations, run by the embedded engine."""

    ConnectionManager = ChdbConnectionManager
