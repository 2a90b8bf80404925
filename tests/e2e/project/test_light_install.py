"""Installed without extras, the library is small and imports nothing heavy."""

import subprocess
import sys
from pathlib import Path

import pytest
from project_sources import ROOT, copy_sources

pytestmark = pytest.mark.e2e

MEGABYTE = 1 << 20  # as du -h counts
INSTALLER = ("pip", "setuptools", "pkg_resources", "_distutils_hack")
HEAVY = (
    "pyarrow", "pandas", "altair", "vl_convert", "chdb", "clickhouse_connect", "dbt", "typer", "rich", "scipy",
    "obstore", "botocore", "fsspec", "asyncio",
)  # fmt: skip


@pytest.fixture(scope="module")
def light(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Install what a user without extras gets, into an environment of its own; return its folder."""
    folder = tmp_path_factory.mktemp("light")
    source = folder / "source"
    source.mkdir()
    copy_sources(source)
    environment = folder / "environment"
    subprocess.run([sys.executable, "-m", "venv", str(environment)], check=True)
    installed = subprocess.run(
        [environment / "bin" / "python", "-m", "pip", "install", "-q", "-c", ROOT / "constraints.txt", source],
        capture_output=True,
        text=True,
        check=False,
    )
    assert installed.returncode == 0, installed.stderr
    return environment


def _python(environment: Path, program: str) -> str:
    done = subprocess.run(
        [environment / "bin" / "python", "-I", "-c", program], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_light_install_takes_at_most_230_megabytes(light: Path) -> None:
    (packages,) = light.glob("lib/python*/site-packages")

    size = sum(
        file.stat().st_size
        for file in packages.rglob("*")
        if file.is_file() and not file.relative_to(packages).parts[0].startswith(INSTALLER)
    )

    assert size <= 230 * MEGABYTE


def test_a_light_install_runs_a_hospital(light: Path) -> None:
    program = (
        "import hospital_sim as hs; print(hs.load('small').simulate('2024-01-01', '2024-01-07', seed=1).summary())"
    )

    assert "general_medicine" in _python(light, program) or "General Medicine" in _python(light, program)


def test_a_light_install_has_the_command(light: Path) -> None:
    done = subprocess.run([light / "bin" / "hospital-sim", "presets"], capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr
    assert "district_general" in done.stdout


def test_a_command_that_needs_an_extra_says_which_package_is_missing(light: Path) -> None:
    command = [light / "bin" / "hospital-elt", "stage", "--lake", "lake"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)

    assert done.returncode == 2
    assert done.stderr == "error: pyarrow is not installed; it comes with an extra: pip install 'hospital-sim[all]'\n"


def test_importing_the_library_imports_nothing_heavy() -> None:
    # Here everything heavy is installed, so it could be imported.
    program = "import sys, hospital_sim; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    loaded = {module.partition(".")[0] for module in done.stdout.split()}

    assert "hospital_sim" in loaded
    assert not loaded & set(HEAVY)
