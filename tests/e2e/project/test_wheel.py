"""The wheel has the dbt adapter, the dbt project and what was compiled, so that an installation needs no checkout."""

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from project_sources import ROOT, copy_sources

from elt.native.library import library_path

pytestmark = pytest.mark.e2e


def built(folder: Path, **variables: str) -> Path:
    """Build a wheel of the project as it is."""
    copy_sources(folder)
    command = [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "-w", str(folder / "out"), str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=os.environ | variables)
    assert done.returncode == 0, done.stderr
    (made,) = (folder / "out").glob("*.whl")
    return made


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Return the names of the files in the wheel."""
    return zipfile.ZipFile(built(tmp_path_factory.mktemp("wheel"))).namelist()


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


@pytest.mark.skipif(shutil.which("cc") is None, reason="there is no C compiler")
def test_what_is_compiled_is_there(wheel: list[str]) -> None:
    assert {f"elt/native/{library_path().name}", "elt/native/files.c"} <= set(wheel)


def test_without_a_compiler_the_wheel_is_of_python_alone(tmp_path: Path) -> None:
    # A path with nothing on it, and a compiler that refuses.
    made = built(tmp_path, PATH=str(tmp_path), CC="false")
    assert made.name.endswith("-py3-none-any.whl")
    names = zipfile.ZipFile(made).namelist()
    assert not [name for name in names if name.endswith(".so")]
    assert "elt/native/files.py" in names
