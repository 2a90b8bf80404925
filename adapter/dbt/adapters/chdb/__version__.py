"""Version of the adapter, which is the series of dbt-clickhouse that it extends."""

version = "1.10.0"
