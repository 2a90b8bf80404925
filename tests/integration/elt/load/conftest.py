"""One lake and one warehouse for the tests of loading: read them, or change a copy."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from warehouse_tables import raw_digests

import hospital_sim as hs
from elt.lake.lake import Lake
from elt.load.run import load
from elt.staging import stage
from elt.warehouse import Warehouse, open_warehouse
from elt.warehouse.tables import EVENT_TABLES
from hospital_sim.storage import LocalStore


@pytest.fixture(scope="session")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two months of a hospital, staged; never changed. A load reads no events of ``raw/``, so they are gone."""
    folder = tmp_path_factory.mktemp("lake")
    hs.load("small").simulate("2024-01-20", "2024-02-10", seed=3, sink=folder / "raw")
    stage(Lake(LocalStore(folder)))
    for table in EVENT_TABLES:
        shutil.rmtree(folder / "raw" / table.name)
    return folder


@pytest.fixture(scope="session")
def loaded(lake: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A warehouse with that lake, closed; never changed."""
    folder = tmp_path_factory.mktemp("loaded") / "warehouse"
    load(Lake.open(str(lake)), f"chdb://{folder}")
    return folder


@pytest.fixture(scope="session")
def whole(loaded: Path) -> dict[str, tuple[int, int]]:
    """What that warehouse holds."""
    with open_warehouse(f"chdb://{loaded}") as opened:
        return raw_digests(opened)


@pytest.fixture
def warehouse(loaded: Path, tmp_path: Path) -> Iterator[Warehouse]:
    """A copy of that warehouse, to change."""
    shutil.copytree(loaded, tmp_path / "warehouse", symlinks=True)
    with open_warehouse(f"chdb://{tmp_path / 'warehouse'}") as opened:
        yield opened
