"""Athena's tables as Athena would see them: parsed from their DDL, their partitions projected, their rows read.

Athena itself runs in Amazon's cloud alone. What reads here is DuckDB, with each table's own columns, paths and types,
and the view's own SQL, translated from Trino's.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import duckdb
import sqlglot
from sqlglot import exp

_STEPS = {"DAYS": "yyyy-MM-dd", "MONTHS": "yyyy-MM"}


@dataclass(frozen=True)
class AthenaTable:
    """An external table.

    Attributes:
        name: Its name, without the database.
        columns: Names and types, in order.
        serde: The class that reads JSON; None for Parquet.
        properties: The table properties.
    """

    name: str
    columns: dict[str, str]
    serde: str | None
    properties: dict[str, str]

    def partitions(self) -> Iterator[str]:
        """Yield the names of the partitions that Athena projects.

        Raises:
            ValueError: If the projection is not one that Athena takes.
        """
        assert self.properties["projection.enabled"] == "true"
        of = {key.removeprefix("projection.event_date."): value for key, value in self.properties.items()}
        if of["type"] != "date" or of["interval"] != "1" or _STEPS[of["interval.unit"]] != of["format"]:
            raise ValueError(f"{self.name}: no step of {of['interval']} {of['interval.unit']} fits {of['format']}")
        first, last = of["range"].split(",")
        monthly = of["interval.unit"] == "MONTHS"
        day, end = (date.fromisoformat(f"{value}-01" if monthly else value) for value in (first, last))
        while day <= end:
            yield day.isoformat()[:7] if monthly else day.isoformat()
            day = (day.replace(day=1) + timedelta(days=32)).replace(day=1) if monthly else day + timedelta(days=1)

    def objects(self, keys: Iterable[str]) -> dict[str, list[str]]:
        """Return, by partition, those of the store's object URLs that a query over the whole table reads."""
        prefixes = {
            self.properties["storage.location.template"].replace("${event_date}", p): p for p in self.partitions()
        }
        found: dict[str, list[str]] = {}
        for key in keys:
            folder, _, name = key.rpartition("/")
            partition = prefixes.get(f"{folder}/")
            # As Hive does, Athena takes what begins with a dot or an underscore as hidden.
            if partition is not None and name[0] not in "._":
                found.setdefault(partition, []).append(key)
        return found


def tables(statements: Iterable[str]) -> dict[str, AthenaTable]:
    """Return the external tables that the statements make, by name."""
    created = (sqlglot.parse_one(statement, read="athena") for statement in statements)
    found = [_table(tree) for tree in created if isinstance(tree, exp.Create) and tree.kind == "TABLE"]
    return {table.name: table for table in found}


def views(statements: Iterable[str]) -> dict[str, exp.Create]:
    """Return the views that the statements make, by name."""
    created = (sqlglot.parse_one(statement, read="athena") for statement in statements)
    return {tree.this.name: tree for tree in created if isinstance(tree, exp.Create) and tree.kind == "VIEW"}


def _table(tree: exp.Create) -> AthenaTable:
    schema = tree.this
    properties = tree.args["properties"].expressions
    assert any(isinstance(each, exp.ExternalProperty) for each in properties)
    partitioned = next(each for each in properties if isinstance(each, exp.PartitionedByProperty))
    assert [column.sql("hive") for column in partitioned.this.expressions] == ["`event_date` STRING"]
    serde = next((each.this.name for each in properties if isinstance(each, exp.RowFormatSerdeProperty)), None)
    return AthenaTable(
        name=schema.this.name,
        columns={column.name: column.kind.sql("hive").lower() for column in schema.expressions},
        serde=serde,
        properties={each.name: each.args["value"].name for each in properties if type(each) is exp.Property},
    )


def create(engine: duckdb.DuckDBPyConnection, table: AthenaTable, objects: dict[str, bytes], copies: Path) -> None:
    """Make a table as Athena would read it.

    Args:
        engine: The engine that reads, in UTC.
        table: The table.
        objects: The data of each object of the store, by its URL.
        copies: Folder that the objects of the table are copied to.
    """
    for partition, keys in table.objects(objects).items():
        (copies / f"event_date={partition}").mkdir(parents=True)
        for number, key in enumerate(keys):
            (copies / f"event_date={partition}" / str(number)).write_bytes(objects[key])
    types = {name: _ENGINE_TYPES[kind] for name, kind in table.columns.items()}
    listed = ", ".join(f"'{name}': '{kind}'" for name, kind in types.items())
    options = "hive_partitioning = true, hive_types = {'event_date': VARCHAR}"
    source = (
        f"read_json('{copies}/*/*', format = 'newline_delimited', columns = {{{listed}}}, {options})"
        if table.serde
        else f"read_parquet('{copies}/*/*', {options})"
    )
    cast = ", ".join(f"CAST({name} AS {kind}) AS {name}" for name, kind in types.items())
    engine.execute(f"CREATE TABLE hospital_lake.{table.name} AS SELECT {cast}, event_date FROM {source}")


_ENGINE_TYPES = {
    "string": "VARCHAR",
    "bigint": "BIGINT",
    "timestamp": "TIMESTAMP",
    "date": "DATE",
    "double": "DOUBLE",
    "boolean": "BOOLEAN",
}
