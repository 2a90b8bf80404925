"""A dbt adapter for chDB: ClickHouse embedded in the process, with its data in a directory.

Only the connection is new. The rest is dbt-clickhouse's, because the SQL is the same.
"""

from dbt.adapters.base import AdapterPlugin
from dbt.adapters.chdb.credentials import ChdbCredentials
from dbt.adapters.chdb.impl import ChdbAdapter, ChdbConnectionManager
from dbt.include import chdb

Plugin = AdapterPlugin(
    # dbt's protocol has more methods than its own base class of SQL adapters.
    adapter=ChdbAdapter,  # type: ignore[arg-type]
    credentials=ChdbCredentials,
    include_path=chdb.PACKAGE_PATH,
    dependencies=["clickhouse"],
)

__all__ = ["ChdbAdapter", "ChdbConnectionManager", "ChdbCredentials", "Plugin"]
