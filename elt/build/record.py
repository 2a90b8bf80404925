"""Record of the last build, stored in the warehouse, so that a build with nothing new does nothing."""

import hashlib
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from elt.warehouse import Warehouse
from elt.warehouse.tables import LAST_BUILD, LOADED_FILE, SOURCE_FILE

_SCHEMAS = {"record": "intermediate", "validation": "intermediate"}
"""Schema of the models in a folder of the project, if it has another name than the folder."""

_RECORD = "built_files"
"""Table that dbt writes last, after a build of every model."""


@dataclass(frozen=True)
class BuildState:
    """State of the project and of the loaded files.

    Attributes:
        project: Digest of the dbt project and of the versions of dbt.
        loaded: Digest of the loaded files and run records; empty if a test of the build failed.
    """

    project: str
    loaded: str


def expected_state(warehouse: Warehouse, project: Path) -> BuildState:
    """Return the state that a build would record now."""
    return BuildState(_project_digest(project), _loaded_digest(warehouse))


def recorded(warehouse: Warehouse) -> BuildState | None:
    """Return the state that the last build recorded; None if no build has made every model."""
    if not warehouse.has_table("raw", LAST_BUILD.name):
        return None
    rows = warehouse.query(f"SELECT project, loaded FROM {warehouse.schema('raw')}.{LAST_BUILD.name}").to_pylist()  # noqa: S608
    return BuildState(str(rows[0]["project"]), str(rows[0]["loaded"])) if rows else None


def record(warehouse: Warehouse, state: BuildState) -> None:
    """Record the state of a build."""
    import pyarrow as pa

    warehouse.create_raw_table(LAST_BUILD)
    warehouse.delete(LAST_BUILD, "name", "last")
    warehouse.insert(
        LAST_BUILD, pa.Table.from_pylist([{"name": "last", "project": state.project, "loaded": state.loaded}])
    )


def model_tables(project: Path) -> list[tuple[str, str]]:
    """Return the schema and the name of every model of the project."""
    paths = sorted((project / "models").rglob("*.sql"))
    return [(_SCHEMAS.get(path.parent.name, path.parent.name), path.stem) for path in paths]


def missing_models(warehouse: Warehouse, project: Path) -> list[str]:
    """Return what a build of every model makes and the warehouse lacks: tables that someone dropped, or the record."""
    made = [*model_tables(project), ("intermediate", _RECORD)]
    return [name for schema, name in made if not warehouse.has_table(schema, name)]


def _project_digest(project: Path) -> str:
    digest = hashlib.sha256()
    for package in ("dbt-core", "dbt-clickhouse", "dbt-redshift"):
        digest.update(f"{package} {_version(package)}\n".encode())
    folders = ("models", "macros", "tests")
    files = [project / "dbt_project.yml", *(path for folder in folders for path in (project / folder).rglob("*.*"))]
    for path in sorted(files):
        digest.update(f"{path.relative_to(project)}\n".encode() + path.read_bytes())
    return digest.hexdigest()


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:  # An extra.
        return ""


def _loaded_digest(warehouse: Warehouse) -> str:
    rows = warehouse.query(
        f"SELECT {SOURCE_FILE}, sha256 FROM {warehouse.schema('raw')}.{LOADED_FILE.name}"  # noqa: S608
    )
    entries = sorted(zip(rows[SOURCE_FILE].to_pylist(), rows["sha256"].to_pylist(), strict=True))
    return hashlib.sha256(repr(entries).encode()).hexdigest()
