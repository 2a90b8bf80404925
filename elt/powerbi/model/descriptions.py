"""Descriptions of each table, from the dbt project: columns, meanings and references."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import cast

from elt import EltError
from elt.contracts import ColumnKind
from elt.powerbi.model.semantic_model import Column, DataType
from elt.warehouse.tables import RawTable

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
class DescribedTable:
    """A table of the warehouse as the project describes it.

    Attributes:
        schema: Its schema, without the prefix.
        name: Its name.
        description: Its content.
        columns: Its columns, in order.
        grain: The columns that a dbt test calls unique, together; empty without such a test.
    """

    schema: str
    name: str
    description: str
    columns: tuple[Column, ...]
    grain: tuple[str, ...]

    def has(self, *names: str) -> bool:
        """Return whether it has all these columns."""
        return set(names) <= {column.name for column in self.columns}


@cache
def described_tables() -> tuple[DescribedTable, ...]:
    """Return the facts, dimensions and marts of the dbt project.

    Raises:
        UndescribedError: If a column has a type that the project does not define.
    """
    return tuple(_models(MODELS))


def described_result(table: RawTable) -> DescribedTable:
    """Return a table of the quality schema as the checks define it."""
    columns = tuple(
        Column(column.name, _KINDS[column.kind], column.description, day=column.kind is ColumnKind.DATE)
        for column in table.columns
    )
    return DescribedTable("quality", table.name, "", columns, ())


def _models(folder: Path) -> Iterator[DescribedTable]:
    import yaml

    # The C of libyaml, which most installations have, is ten times as fast.
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    for schema, patterns in _FOLDERS.items():
        for path in sorted(path for pattern in patterns for path in (folder / schema).glob(pattern)):
            for model in yaml.load(path.read_text(encoding="utf-8"), loader)["models"]:  # noqa: S506
                yield _model(schema, model)


def _model(schema: str, model: Yaml) -> DescribedTable:
    name = str(model["name"])
    columns = tuple(_column(name, column) for column in cast("list[Yaml]", model.get("columns") or []))
    return DescribedTable(schema, name, _text(model), columns, _grain(model))


def _column(table: str, column: Yaml) -> Column:
    name, written = str(column["name"]), str(column.get("data_type", ""))
    variable = re.search(r"var\('(\w+)'\)", written)
    kind = variable[1].removeprefix("optional_") if variable else written
    if kind not in _TYPES:
        raise UndescribedError(
            f"{table}.{name}: the type {written!r} is none of the dbt project's own ({', '.join(_TYPES)}); "
            "add it to elt/powerbi"
        )
    return Column(name, _TYPES[kind], _text(column), day=kind == "day", refers_to=_refers_to(column))


def _refers_to(column: Yaml) -> tuple[str, str] | None:
    for arguments in _arguments(column, "relationships"):
        if table := re.search(r"ref\('(\w+)'\)", str(arguments["to"])):
            return table[1], str(arguments["field"])
    return None


def _grain(model: Yaml) -> tuple[str, ...]:
    for arguments in _arguments(model, "unique_together"):
        return tuple(cast("list[str]", arguments["columns"]))
    columns = cast("list[Yaml]", model.get("columns") or [])
    return tuple(
        str(column["name"]) for column in columns if "unique" in cast("list[object]", column.get("data_tests", []))
    )


def _arguments(described: Yaml, test: str) -> Iterator[Yaml]:
    """Yield the arguments of each dbt test of this name."""
    for entry in cast("Sequence[object]", described.get("data_tests", ())):
        if isinstance(entry, dict) and isinstance(entry.get(test), dict):
            yield entry[test].get("arguments", entry[test])


def _text(described: Yaml) -> str:
    return str(described.get("description", "")).strip()
