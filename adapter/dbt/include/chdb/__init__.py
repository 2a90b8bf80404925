"""dbt macros of the chDB adapter; those it does not name are dbt-clickhouse's."""

from pathlib import Path

PACKAGE_PATH = str(Path(__file__).parent)
