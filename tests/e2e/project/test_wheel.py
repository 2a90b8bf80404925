"""The wheel needs no checkout, and installed without extras it is small and imports nothing heavy."""

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

MEGABYTE = 1 << 20  # as du -h counts
INSTALLER = ("pip", "setuptools", "pkg_resources", "_distutils_hack")
HEAVY = (
    "pyarrow", "pandas", "altair", "vl_convert", "chdb", "clickhouse_connect", "dbt", "typer", "rich", "scipy",
    "obstore", "botocore", "fsspec", "asyncio",
)  # fmt: skip


def _run(*command: str | Path, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, capture_output=True, text=True, check=False, env=os.environ | variables)


def _build(folder: Path, **variables: str) -> Path:
    """Build a wheel of the project as it is."""
    copy_sources(folder)
    done = _run(sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "-w", folder / "out", folder, **variables)
    assert done.returncode == 0, done.stderr
    (made,) = (folder / "out").glob("*.whl")
    return made


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return _build(tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="module")
def light(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Install the wheel without extras into an environment of its own; return the environment's folder."""
    environment = tmp_path_factory.mktemp("light") / "environment"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", environment], check=True)
    python = ("--python", environment / "bin" / "python")
    installed = _run(
        sys.executable, "-m", "pip", *python, "install", "-q", "--no-compile", "-c", ROOT / "constraints.txt", wheel
    )
    assert installed.returncode == 0, installed.stderr
    return environment


def test_the_wheel_has_the_adapter_the_dbt_project_and_what_was_compiled(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    adapter = {
        path.relative_to(ROOT / "adapter").as_posix()
        for path in (ROOT / "adapter").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    models = {
        path.relative_to(ROOT).as_posix()
        for folder in ("models", "macros", "tests")
        for path in (ROOT / "elt" / "models" / folder).rglob("*")
        if path.is_file()
    }

    assert len(names) == len(set(names))
    assert {name for name in names if name.startswith("dbt/")} == adapter
    assert "dbt/adapters/chdb/__version__.py" in adapter
    # The adapter joins the namespaces of dbt.
    assert not {"dbt/__init__.py", "dbt/adapters/__init__.py", "dbt/include/__init__.py"} & adapter
    assert {"elt/models/dbt_project.yml", "elt/models/profiles.yml", *models} <= set(names)
    if shutil.which("cc"):
        assert {f"elt/native/{library_path().name}", "elt/native/files.c"} <= set(names)


@pytest.mark.soak
def test_without_a_compiler_the_wheel_is_of_python_alone(tmp_path: Path) -> None:
    # A path with nothing on it, and a compiler that refuses.
    made = _build(tmp_path, PATH=str(tmp_path), CC="false")

    names = zipfile.ZipFile(made).namelist()
    assert made.name.endswith("-py3-none-any.whl")
    assert not [name for name in names if name.endswith(".so")]
    assert "elt/native/files.py" in names


def test_a_light_install_takes_at_most_230_megabytes(light: Path) -> None:
    (packages,) = light.glob("lib/python*/site-packages")

    # Byte code, which is written when a module is first imported, is about half as large again as its source.
    size = sum(
        file.stat().st_size * (2.5 if file.suffix == ".py" else 1)
        for file in packages.rglob("*")
        if file.is_file() and file.suffix != ".pyc" and not file.relative_to(packages).parts[0].startswith(INSTALLER)
    )

    assert size <= 230 * MEGABYTE


def test_a_light_install_runs_a_hospital_and_a_command_names_the_package_that_is_missing(light: Path) -> None:
    program = (
        "import hospital_sim as hs; print(hs.load('small').simulate('2024-01-01', '2024-01-07', seed=1).summary())"
    )

    library = _run(light / "bin" / "python", "-I", "-c", program)
    command = _run(light / "bin" / "hospital-sim", "presets")
    other = _run(light / "bin" / "hospital-elt", "stage", "--lake", "lake")

    assert (library.returncode, command.returncode, other.returncode) == (0, 0, 2), library.stderr + command.stderr
    assert "general_medicine" in library.stdout or "General Medicine" in library.stdout
    assert "district_general" in command.stdout
    assert (
        other.stderr == "error: pyarrow is not installed; it comes with an extra: pip install 'simpy-hospital[all]'\n"
    )


def test_importing_the_library_imports_nothing_heavy() -> None:
    # Here everything heavy is installed, so it could be imported.
    done = _run(sys.executable, "-c", "import sys, hospital_sim; print(*sys.modules)")

    loaded = {module.partition(".")[0] for module in done.stdout.split()}

    assert "hospital_sim" in loaded
    assert not loaded & set(HEAVY)
