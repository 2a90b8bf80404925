"""The dbt project's sources, derived from the raw tables: ``python -m elt.warehouse.dbt_sources`` writes them anew."""

from pathlib import Path

from elt.contracts import Column
from elt.warehouse.tables import LOADED_FILE, RAW_TABLES, RawTable

SOURCES = Path(__file__).parent.parent / "models" / "models" / "staging" / "sources.yml"
"""The file that is derived; a test compares it with what ``sources_yaml`` returns."""

_HEAD = """\
# Derived from the events by python -m elt.warehouse.dbt_sources: change the events, not this file.
version: 2

sources:
  - name: raw
    schema: "{{ target.schema }}_raw"
    description: Staged events and finished run records, as loaded.
    tables:
"""


def sources_yaml() -> str:
    """Return the text of the sources: every raw table that models read, with its columns and what they mean."""
    return _HEAD + "".join(_table(table) for table in RAW_TABLES if table is not LOADED_FILE)


def _table(table: RawTable) -> str:
    return f"      - name: {table.name}\n        columns:\n{''.join(_column(column) for column in table.columns)}"


def _column(column: Column) -> str:
    described = f'            description: "{column.description}"\n' if column.description else ""
    return f"          - name: {column.name}\n{described}"


if __name__ == "__main__":
    SOURCES.write_text(sources_yaml())
