"""Write docs/data-dictionary.md from the event classes: python docs/data_dictionary.py."""

import inspect
from collections.abc import Iterator
from pathlib import Path

import msgspec

from elt.contracts import Column, columns, struct_columns
from hospital_sim.config.presets.file_schema import field_descriptions, summary
from hospital_sim.events import (
    EVENT_TYPES,
    NAME_PATTERN,
    UUID_PATTERN,
    DepartmentPromise,
    EventCount,
    RunRecord,
    RunStarted,
)

PAGE = Path(__file__).with_name("data-dictionary.md")

_PATTERNS = {UUID_PATTERN: "UUID, lower case", NAME_PATTERN: "`a`-`z`, `0`-`9` and `_`, a letter first"}

_INTRODUCTION = """\
# Data dictionary

Every field that a hospital emits. `docs/data_dictionary.py` writes this page from the classes in
`hospital_sim.events`, where each field is defined.

Each event is one JSON object in a file of its own. Timestamps are UTC to the second, RFC 3339 with `Z`; dates are
`YYYY-MM-DD`; integers are 64-bit. A field is never missing; only a field marked *or null* may be null. Staged Parquet
columns and the tables of `hospital_raw` have the same names in the same order.
"""
_RECORDS = """\
## Run record

A run creates `_runs/<run_id>.started.json` before its first event and `_runs/<run_id>.json` after its last. Checks
compare the data with the run record. Neither object contains a wall-clock time.
"""


def page() -> str:
    """Return the text of the page."""
    events = [line for event_type in EVENT_TYPES for line in _event(event_type)]
    records = [line for record in (RunRecord, RunStarted, DepartmentPromise, EventCount) for line in _record(record)]
    return "\n".join([_INTRODUCTION, *events, _RECORDS, *records])


def _event(event_type: str) -> Iterator[str]:
    yield f"## {event_type}\n\n{inspect.getdoc(EVENT_TYPES[event_type])}\n"
    yield "| field | type | meaning | values |\n|---|---|---|---|"
    for column in columns(event_type):
        yield f"| `{column.name}` | {_type(column)} | {column.description} | {_values(column)} |"
    yield ""


def _record(record: type[msgspec.Struct]) -> Iterator[str]:
    described = field_descriptions(record)
    scalars = {column.name: _type(column) for column in struct_columns(record)}
    yield f"### {record.__name__}\n\n{summary(record)}\n"
    yield "| field | type | meaning |\n|---|---|---|"
    for field in msgspec.structs.fields(record):
        meaning = described[field.name].replace("|", r"\|")
        yield f"| `{field.name}` | {scalars.get(field.name, 'nested')} | {meaning} |"
    yield ""


def _type(column: Column) -> str:
    return f"{column.kind} or null" if column.nullable else str(column.kind)


def _values(column: Column) -> str:
    if column.values:
        return ", ".join(f"`{value}`" for value in column.values)
    return _PATTERNS.get(column.pattern, f"`{column.pattern}`") if column.pattern else ""


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
