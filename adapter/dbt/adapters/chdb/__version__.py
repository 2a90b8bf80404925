"""Version of the adapter: the series of dbt-clickhouse that it is made for."""

version = "1.10.0"
