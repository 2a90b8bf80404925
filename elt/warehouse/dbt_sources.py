"""Sources of the dbt project, generated from the raw tables by ``python -m elt.warehouse.dbt_sources``."""

from pathlib import Path

from elt.contracts import Column
from elt.warehouse.tables import EVENT_TABLES, RAW_TABLES, RawTable

SOURCES = Path(__file__).parent.parent / "models" / "models" / "staging" / "sources.yml"
"""The generated file; a test compares it with ``sources_yaml()``."""

_HEAD = """\
# Derived from the events by python -m elt.warehouse.dbt_sources: change the events, not this file.
version: 2

sources:
  - name: raw
    schema: "{{ target.schema }}_raw"
    description: Staged events and finished run records, as loaded.
    tables:
"""

# Maximum age of the newest file of each event type, counted from its load, because simulated events may be of any time.
_FRESHNESS = """\
        config:
          loaded_at_query: >-
            select max(loaded_at) from {{{{ target.schema }}}}_raw.loaded_file where table_name = '{name}'
          freshness:
            warn_after: {{count: 2, period: day}}
            error_after: {{count: 14, period: day}}
"""


def sources_yaml() -> str:
    """Return the YAML of the sources: every raw table with its columns and their descriptions."""
    return _HEAD + "".join(_table(table) for table in RAW_TABLES)


def _table(table: RawTable) -> str:
    freshness = _FRESHNESS.format(name=table.name) if table in EVENT_TABLES else ""
    columns = "".join(_column(column) for column in table.columns)
    return f"      - name: {table.name}\n{freshness}        columns:\n{columns}"


def _column(column: Column) -> str:
    description = f'            description: "{column.description}"\n' if column.description else ""
    return f"          - name: {column.name}\n{description}"


if __name__ == "__main__":
    SOURCES.write_text(sources_yaml())
