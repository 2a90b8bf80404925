"""The connection of one dbt thread to chDB, which runs in this process."""

from pathlib import Path

import clickhouse_connect
from clickhouse_connect.driver.client import Client
from clickhouse_connect.driver.exceptions import DatabaseError, ProgrammingError
from dbt.adapters.chdb.credentials import ChdbCredentials
from dbt.adapters.clickhouse import ClickHouseColumn
from dbt.adapters.clickhouse.httpclient import ChHttpClient
from dbt.adapters.exceptions import FailedToConnectError

SETTINGS = {
    # A join without a match gives null, as in other warehouses, and a cast keeps it.
    "join_use_nulls": "1",
    "cast_keep_nullable": "1",
    # A name refers to a column of the table rather than to an alias of the same select.
    "prefer_column_name_to_alias": "1",
    # A model partitioned by month may have more than a hundred partitions.
    "max_partitions_per_insert_block": "0",
    # The result does not depend on the zone of the machine.
    "session_timezone": "UTC",
    # Compiling expressions takes longer than running the queries of a hospital without it.
    "compile_expressions": "0",
    "compile_aggregate_expressions": "0",
    "compile_sort_description": "0",
}


class ChdbClient(ChHttpClient):
    """A connection for one dbt thread. A process opens one directory at a time, with any number of connections."""

    def columns_in_query(self, sql: str, **options: object) -> list[ClickHouseColumn]:
        """Return the columns of a query, which the engine describes; dbt-clickhouse would run it for no rows."""
        described = self.query(f"DESCRIBE TABLE (\n{sql}\n)", **options)
        return [ClickHouseColumn(column=name, dtype=kind) for name, kind, *_ in described.result_rows]

    # dbt passes the credentials of this adapter, a subclass of ClickHouse's.
    def _create_client(self, credentials: ChdbCredentials) -> Client:  # type: ignore[override]
        settings = {**SETTINGS, **self._conn_settings}
        if not Path(credentials.path).is_dir():
            raise FailedToConnectError(
                f"there is no directory {credentials.path}; correct the path, or make it with hospital-elt load"
            )
        try:
            return clickhouse_connect.get_client(
                interface="chdb", path=credentials.path, settings=settings, query_limit=0
            )
        except (DatabaseError, ProgrammingError) as error:
            raise FailedToConnectError(
                f"chDB cannot open the directory {credentials.path}: another process holds it, or it cannot be written"
            ) from error

    def _ensure_database(self, database_engine: str | None, cluster_name: str | None) -> None:
        """Create nothing, because every model names its schema and dbt creates the schemas of models."""
