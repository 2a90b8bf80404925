"""The dbt adapter and the dbt project are in the wheel, so that an installation needs no checkout."""

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

pytestmark = pytest.mark.e2e

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Return the names of the files in the wheel."""
    folder = tmp_path_factory.mktemp("wheel")
    for part in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / part, folder)
    for package in ("hospital_sim", "elt", "adapter"):
        shutil.copytree(
            ROOT / package, folder / package, ignore=shutil.ignore_patterns("__pycache__", "target", "logs")
        )
    command = [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "-w", str(folder / "out"), str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    (made,) = (folder / "out").glob("*.whl")
    return zipfile.ZipFile(made).namelist()


def test_the_adapter_joins_the_namespaces_of_dbt(wheel: list[str]) -> None:
    sources = {
        path.relative_to(ROOT / "adapter").as_posix()
        for path in (ROOT / "adapter").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert {name for name in wheel if name.startswith("dbt/")} == sources
    assert "dbt/adapters/chdb/__version__.py" in sources
    assert not {"dbt/__init__.py", "dbt/adapters/__init__.py", "dbt/include/__init__.py"} & sources
    assert len(wheel) == len(set(wheel))


def test_the_dbt_project_is_there(wheel: list[str]) -> None:
    assert {"elt/models/dbt_project.yml", "elt/models/profiles.yml"} <= set(wheel)
    sources = {
        path.relative_to(ROOT).as_posix()
        for folder in ("models", "macros", "tests")
        for path in (ROOT / "elt" / "models" / folder).rglob("*")
        if path.is_file()
    }
    assert sources <= set(wheel)
