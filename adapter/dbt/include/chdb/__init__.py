"""dbt macros of the chDB adapter; all others come from dbt-clickhouse."""

from pathlib import Path

PACKAGE_PATH = str(Path(__file__).parent)
