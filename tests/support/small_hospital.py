"""A small hospital in a lake, staged, and in a warehouse, loaded; a test that changes it takes a copy."""

import shutil
from dataclasses import dataclass
from pathlib import Path

import hospital_sim as hs
from elt.lake.lake import Lake
from elt.load.run import load
from elt.staging import stage
from hospital_sim.storage import LocalStore


@dataclass(frozen=True)
class SmallHospital:
    """Where the hospital is."""

    folder: Path

    @property
    def lake(self) -> Path:
        """The lake."""
        return self.folder / "lake"

    @property
    def dsn(self) -> str:
        """DSN of the warehouse."""
        return f"chdb://{self.folder}/warehouse"

    def copied(self, folder: Path) -> "SmallHospital":
        """Return a copy in a new folder."""
        return SmallHospital(shutil.copytree(self.folder, folder, symlinks=True))


def load_small_hospital(folder: Path) -> None:
    """Simulate, stage and load it."""
    hospital = SmallHospital(folder)
    hs.load("small").simulate("2024-01-01", "2024-02-10", seed=5, sink=hospital.lake / "raw")
    stage(Lake(LocalStore(hospital.lake)))
    load(Lake.open(str(hospital.lake)), hospital.dsn)
