"""The adapter class: dbt-clickhouse's with chDB connections."""

from dbt.adapters.chdb.connections import ChdbConnectionManager
from dbt.adapters.clickhouse.impl import ClickHouseAdapter


class ChdbAdapter(ClickHouseAdapter):
    """ClickHouse's SQL, relations and materializations, run by the embedded engine."""

    ConnectionManager = ChdbConnectionManager
