"""One chDB connection: a handle of the engine that runs in this process."""

import clickhouse_connect
from clickhouse_connect.driver.client import Client
from clickhouse_connect.driver.exceptions import DatabaseError, ProgrammingError
from dbt.adapters.chdb.credentials import ChdbCredentials
from dbt.adapters.clickhouse.httpclient import ChHttpClient
from dbt.adapters.exceptions import FailedToConnectError

STANDARD_SQL = {
    # What no row matched is null, as in other warehouses, and stays null when cast.
    "join_use_nulls": "1",
    "cast_keep_nullable": "1",
    # A name means the column of the table before it means an alias of the same select.
    "prefer_column_name_to_alias": "1",
    # A model partitioned by month may hold more than a hundred of them.
    "max_partitions_per_insert_block": "0",
    # The zone of the machine must not matter.
    "session_timezone": "UTC",
}


class ChdbClient(ChHttpClient):
    """A connection for one dbt thread. A process holds one directory at a time, with any number of connections."""

    # dbt makes it with the credentials of this adapter, which are those of ClickHouse and a path.
    def _create_client(self, credentials: ChdbCredentials) -> Client:  # type: ignore[override]
        settings = {**STANDARD_SQL, **self._conn_settings}
        try:
            return clickhouse_connect.get_client(
                interface="chdb", path=credentials.path, settings=settings, query_limit=0
            )
        except (DatabaseError, ProgrammingError) as error:
            raise FailedToConnectError(
                f"chDB cannot open the directory {credentials.path}: another process holds it, or it cannot be written"
            ) from error

    def _ensure_database(self, database_engine: str | None, cluster_name: str | None) -> None:
        """Make nothing: every model names its schema, and dbt makes those that models are in."""
