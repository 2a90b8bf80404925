"""What the last build of a warehouse was made of, kept in the warehouse: with nothing new there is nothing to build."""

import hashlib
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from elt.contracts import Column, ColumnKind
from elt.warehouse import Warehouse
from elt.warehouse.tables import LOADED_FILE, SOURCE_FILE, RawTable

_SCHEMAS = {"staging": "staging", "marts": "marts"}
"""The schema of the models in a folder of the project; the others are curated."""


def _text(name: str, description: str) -> Column:
    return Column(name, ColumnKind.STRING, nullable=False, description=description)


BUILD = RawTable(
    name="last_build",
    columns=(
        _text("name", "Always 'last'."),
        _text("project", "Digest of the dbt project and of what runs it."),
        _text("loaded", "Digest of the loaded files, if every model was built of them and every test passed."),
    ),
    order_by=("name",),
)


@dataclass(frozen=True)
class BuildState:
    """What a build is made of.

    Attributes:
        project: Digest of the dbt project and of what runs it.
        loaded: Digest of the loaded files and run records; empty if a test of the build failed.
    """

    project: str
    loaded: str


def wanted(warehouse: Warehouse, project: Path) -> BuildState:
    """Return what a build would be made of now."""
    return BuildState(_project_digest(project), _loaded_digest(warehouse))


def recorded(warehouse: Warehouse) -> BuildState | None:
    """Return what the last build was made of; None if no build has made every model."""
    if not warehouse.has_table("raw", BUILD.name):
        return None
    rows = warehouse.query(f"SELECT project, loaded FROM {warehouse.schema('raw')}.{BUILD.name}").to_pylist()  # noqa: S608
    return BuildState(str(rows[0]["project"]), str(rows[0]["loaded"])) if rows else None


def record(warehouse: Warehouse, state: BuildState) -> None:
    """Write down what a build was made of."""
    import pyarrow as pa

    warehouse.create_raw_table(BUILD)
    warehouse.delete(BUILD, "name", "last")
    warehouse.insert(BUILD, pa.Table.from_pylist([{"name": "last", "project": state.project, "loaded": state.loaded}]))


def missing_models(warehouse: Warehouse, project: Path) -> list[str]:
    """Return the models of the project that are not in the warehouse: someone dropped what a build had made."""
    models = ((path.parent.name, path.stem) for path in sorted((project / "models").rglob("*.sql")))
    return [name for folder, name in models if not warehouse.has_table(_SCHEMAS.get(folder, "curated"), name)]


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
