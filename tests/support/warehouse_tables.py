"""Contents of the tables of a warehouse."""

import math
from collections.abc import Mapping, Sequence

import pyarrow as pa

from elt.warehouse import Warehouse, open_warehouse
from elt.warehouse.tables import RAW_TABLES

WORK_OF_A_BUILD = {
    *("int_months_to_build", "int_departments_changed", "int_stays_to_build"),
    *("stg_loaded_files", "built_files"),
}
"""Tables that say what one build had to do, or name it, so they differ from build to build."""


def raw_digests(warehouse: Warehouse) -> dict[str, tuple[int, int]]:
    """Return the rows of every raw table and a digest of all of them, whatever their order; when they were loaded left
    out."""
    found = {}
    for table in RAW_TABLES:
        names = ", ".join(column.name for column in table.columns if column.name != "loaded_at")
        [row] = warehouse.query(
            f"SELECT count() AS n, sum(cityHash64(*)) AS digest FROM (SELECT {names} FROM "
            f"{warehouse.schema('raw')}.{table.name})"
        ).to_pylist()
        found[table.name] = (row["n"], row["digest"])
    return found


def table_digests(dsn: str, prefix: str = "hospital") -> dict[str, tuple[int, int]]:
    """Return the digests of the models of a warehouse that is not open (see ``model_digests``)."""
    with open_warehouse(dsn, prefix) as warehouse:
        return model_digests(warehouse)


def model_digests(warehouse: Warehouse) -> dict[str, tuple[int, int]]:
    """Return the number of rows of every table of models and a digest of them in any order, without
    ``WORK_OF_A_BUILD``."""
    schemas = ", ".join(f"'{warehouse.schema(name)}'" for name in ("staging", "curated", "intermediate", "marts"))
    names = warehouse.query(f"SELECT database || '.' || name AS name FROM system.tables WHERE database IN ({schemas})")[
        "name"
    ].to_pylist()
    found = {
        name: warehouse.query(f"SELECT count() AS n, sum(cityHash64(*)) AS digest FROM {name}").to_pylist()[0]
        for name in names
        if name.partition(".")[2] not in WORK_OF_A_BUILD
    }
    return {name: (row["n"], row["digest"]) for name, row in found.items()}


def partitions(dsn: str) -> dict[tuple[str, str], tuple[int, int]]:
    """Return the block numbers of each partition: one that was written has others, a merged one the same."""
    with open_warehouse(dsn) as warehouse:
        parts = warehouse.query(
            "SELECT table, partition, min(min_block_number) AS first, max(max_block_number) AS last FROM system.parts "
            "WHERE active AND database IN ('hospital_curated', 'hospital_intermediate', 'hospital_marts') "
            "GROUP BY table, partition"
        ).to_pylist()
    return {(row["table"], row["partition"]): (row["first"], row["last"]) for row in parts}


def sorted_rows(warehouse: Warehouse, schema: str, table: str) -> list[dict[str, object]]:
    """Return all rows of a table in an order that every engine gives."""
    return in_order(warehouse.query(f"SELECT * FROM {warehouse.schema(schema)}.{table}"))


def in_order(rows: pa.Table) -> list[dict[str, object]]:
    """Return rows in an order that every engine gives: numbers with fractions count last, and less."""

    def place(row: dict[str, object]) -> list[str]:
        exact = [str(value) for value in row.values() if not isinstance(value, float)]
        return exact + [f"{value:.6g}" for value in row.values() if isinstance(value, float)]

    return sorted(rows.to_pylist(), key=place)


def differences(
    found: Sequence[Mapping[str, object]], expected: Sequence[Mapping[str, object]]
) -> list[tuple[int, str, object, object]]:
    """Return where rows differ: their number, the column, and both values; numbers may differ by 1e-9."""
    assert len(found) == len(expected)
    return [
        (number, name, row[name], value)
        for number, (row, other) in enumerate(zip(found, expected, strict=True))
        for name, value in other.items()
        if not equal(row[name], value)
    ]


def equal(found: object, expected: object) -> bool:
    """Return True if two values are equal; numbers with fractions may differ by 1e-9."""
    if isinstance(expected, float) and isinstance(found, float):
        return math.isclose(found, expected, rel_tol=1e-9, abs_tol=1e-9)
    return found == expected
