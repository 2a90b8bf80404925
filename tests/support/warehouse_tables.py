"""What is in the tables of a warehouse, and dbt run on it without tests."""

import subprocess
import sys

from elt.build import MODELS
from elt.warehouse import Warehouse, dbt_target, open_warehouse
from elt.warehouse.tables import RAW_TABLES


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
    """Return the rows of every modelled table or view and a digest of all of them, whatever their order."""
    with open_warehouse(dsn, prefix) as warehouse:
        schemas = ", ".join(f"'{warehouse.schema(name)}'" for name in ("staging", "curated", "marts"))
        names = warehouse.query(
            f"SELECT database || '.' || name AS name FROM system.tables WHERE database IN ({schemas})"
        )["name"].to_pylist()
        found = {
            name: warehouse.query(f"SELECT count() AS n, sum(cityHash64(*)) AS digest FROM {name}").to_pylist()[0]
            for name in names
        }
    return {name: (row["n"], row["digest"]) for name, row in found.items()}


def partitions(dsn: str) -> dict[tuple[str, str], tuple[int, int]]:
    """Return the block numbers of each partition: one that was written has others, a merged one the same."""
    with open_warehouse(dsn) as warehouse:
        parts = warehouse.query(
            "SELECT table, partition, min(min_block_number) AS first, max(max_block_number) AS last FROM system.parts "
            "WHERE active AND database IN ('hospital_curated', 'hospital_marts') GROUP BY table, partition"
        ).to_pylist()
    return {(row["table"], row["partition"]): (row["first"], row["last"]) for row in parts}


def run_models(dsn: str, *words: str) -> None:
    """Run dbt's models without their tests: what a build does to the tables, in a third of its time."""
    with dbt_target(dsn) as target:
        target.workspace.mkdir(parents=True, exist_ok=True)
        done = subprocess.run(
            [
                *(sys.executable, "-P", "-m", "dbt.cli.main", "--no-version-check", "--log-path", target.workspace),
                *("run", "--project-dir", MODELS, "--profiles-dir", MODELS, "--target-path", target.workspace),
                *words,
            ],
            cwd=target.workspace,
            env=dict(target.environment),
            pass_fds=target.keep_open,
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode == 0, done.stdout
