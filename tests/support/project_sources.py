"""A copy of what the project is installed from."""

import shutil
from pathlib import Path

ROOT = Path(__file__).parents[2]
_FILES = ("pyproject.toml", "hatch_build.py", "README.md", "LICENSE")
_PACKAGES = ("hospital_sim", "elt", "adapter")
_MADE = shutil.ignore_patterns("__pycache__", "target", "logs", "*.so")


def copy_sources(folder: Path) -> None:
    """Copy the sources, without anything that was made of them, into a folder that is there."""
    for file in _FILES:
        shutil.copy(ROOT / file, folder)
    for package in _PACKAGES:
        shutil.copytree(ROOT / package, folder / package, ignore=_MADE)
