"""Descriptions of each table from the dbt project and the event contracts: columns, meanings and references."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import cast

from elt import EltError
from elt.contracts import Column as ContractColumn
from elt.contracts import ColumnKind
from elt.powerbi.model.semantic_model import DataType
from elt.warehouse.tables import EVENT_TABLES, RUN, RawTable

MODELS = Path(__file__).parents[2] / "models" / "models"
"""The models of the dbt project, each with a description beside it."""

_FOLDERS = {"curated": ("fact_*.yml", "dim_*.yml"), "marts": ("mart_*.yml",)}
_TYPES = {
    "text": DataType.STRING,
    "label": DataType.STRING,
    "flag": DataType.BOOLEAN,
    "count": DataType.INTEGER,
    "measure": DataType.NUMBER,
    "day": DataType.DATE_TIME,
    "instant": DataType.DATE_TIME,
}
_KINDS = {
    ColumnKind.STRING: DataType.STRING,
    ColumnKind.TIMESTAMP: DataType.DATE_TIME,
    ColumnKind.DATE: DataType.DATE_TIME,
    ColumnKind.INTEGER: DataType.INTEGER,
    ColumnKind.FLOAT: DataType.NUMBER,
    ColumnKind.BOOLEAN: DataType.BOOLEAN,
}

Yaml = Mapping[str, object]


class UndescribedError(EltError):
    """A description of the dbt project has a type that Power BI does not have (exit code 1)."""


@dataclass(frozen=True)
class DescribedColumn:
    """A column as the project describes it.

    Attributes:
        name: Its name.
        data_type: Type of its values.
        day: True if it is a date without a time.
        description: Its meaning.
        refers_to: Table and column of its ``relationships`` test; None without one.
    """

    name: str
    data_type: DataType
    day: bool
    description: str
    refers_to: tuple[str, str] | None = None


@dataclass(frozen=True)
class DescribedTable:
    """A table of the warehouse as the project describes it.

    Attributes:
        schema: Its schema, without the prefix.
        name: Its name.
        description: Its content.
        columns: Its columns, in order.
        grain: The columns of its ``unique_together`` test; empty without one.
    """

    schema: str
    name: str
    description: str
    columns: tuple[DescribedColumn, ...]
    grain: tuple[str, ...]

    def has(self, *names: str) -> bool:
        """Return whether it has all these columns."""
        return set(names) <= {column.name for column in self.columns}


@cache
def described_tables() -> tuple[DescribedTable, ...]:
    """Return the facts, dimensions and marts of the dbt project, then the events and runs of the raw schema.

    Raises:
        UndescribedError: If a column has a type that the project does not define.
    """
    return (*_models(MODELS), *(_raw(table) for table in (*EVENT_TABLES, RUN)))


def described_result(table: RawTable) -> DescribedTable:
    """Return a table of the quality schema as the checks define it."""
    return DescribedTable("quality", table.name, "", tuple(_contract(column) for column in table.columns), ())


def _models(folder: Path) -> Iterator[DescribedTable]:
    import yaml

    for schema, patterns in _FOLDERS.items():
        for path in sorted(path for pattern in patterns for path in (folder / schema).glob(pattern)):
            for model in yaml.safe_load(path.read_text(encoding="utf-8"))["models"]:
                yield _model(schema, model)


def _model(schema: str, model: Yaml) -> DescribedTable:
    name = str(model["name"])
    return DescribedTable(
        schema,
        name,
        str(model.get("description", "")).strip(),
        tuple(_column(name, column) for column in _entries(model, "columns")),
        _grain(model),
    )


def _column(table: str, column: Yaml) -> DescribedColumn:
    name, written = str(column["name"]), str(column.get("data_type", ""))
    variable = re.search(r"var\('(\w+)'\)", written)
    kind = variable[1].removeprefix("optional_") if variable else written
    if kind not in _TYPES:
        raise UndescribedError(
            f"{table}.{name}: the type {written!r} is none of the dbt project's own ({', '.join(_TYPES)}); "
            "add it to elt/powerbi"
        )
    return DescribedColumn(name, _TYPES[kind], kind == "day", _text(column), _refers_to(column))


def _refers_to(column: Yaml) -> tuple[str, str] | None:
    for test in _tests(column):
        arguments = test.get("relationships")
        if isinstance(arguments, dict):
            inner = arguments.get("arguments", arguments)
            table = re.search(r"ref\('(\w+)'\)", str(inner["to"]))
            if table:
                return table[1], str(inner["field"])
    return None


def _grain(model: Yaml) -> tuple[str, ...]:
    for test in _tests(model):
        arguments = test.get("unique_together")
        if isinstance(arguments, dict):
            return tuple(arguments.get("arguments", arguments)["columns"])
    return ()


def _tests(described: Yaml) -> list[Yaml]:
    return [test for test in cast("Sequence[object]", described.get("data_tests", ())) if isinstance(test, dict)]


def _entries(described: Yaml, key: str) -> list[Yaml]:
    return cast("list[Yaml]", described.get(key) or [])


def _text(described: Yaml) -> str:
    return str(described.get("description", "")).strip()


def _raw(table: RawTable) -> DescribedTable:
    what = "Runs of the simulation." if table is RUN else f"Events of type {table.name}, as emitted."
    return DescribedTable("raw", table.name, what, tuple(_contract(column) for column in table.columns), ())


def _contract(column: ContractColumn) -> DescribedColumn:
    day = column.kind is ColumnKind.DATE
    return DescribedColumn(column.name, _KINDS[column.kind], day, column.description)
