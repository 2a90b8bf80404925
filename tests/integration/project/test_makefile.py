"""make finds a Python that fits, or says what is missing, before it installs anything."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

pytestmark = pytest.mark.integration

ROOT = Path(__file__).parents[3]

# Stand-ins for interpreters of a newcomer's machine: each answers only the questions that make asks.
VERSION = 'case "$2" in *"print("*) echo {version}; exit 0;; esac\n'
OLD = "#!/bin/sh\n" + VERSION.format(version="3.10") + "exit 1\n"
WITHOUT_VENV = "#!/bin/sh\n" + VERSION.format(version="3.11") + 'case "$2" in *ensurepip*) exit 1;; esac\nexit 0\n'
SHIM_OF_NOTHING = "#!/bin/sh\nexit 127\n"
GOOD = """#!/bin/sh
case "$1 $2" in
"-m venv") mkdir -p .venv/bin && cp "$0" .venv/bin/python; echo made >> log; exit 0;;
"-m pip") shift 2; echo "$@" >> log; exit "$(cat pip-exit)";;
*"print("*) echo 3.13; exit 0;;
esac
exit 0
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Return a checkout with nothing installed, on a machine with make, a shell and no Python."""
    for name in ("Makefile", "pyproject.toml", "constraints.txt", "hatch_build.py"):
        shutil.copy(ROOT / name, tmp_path)
    shutil.copytree(ROOT / "elt" / "native", tmp_path / "elt" / "native")
    tools = tmp_path / "tools"
    tools.mkdir()
    for name in ("make", "sh", "mkdir", "cp", "cat", "touch", "echo"):
        (tools / name).symlink_to(shutil.which(name) or name)
    return tmp_path


def _install(project: Path, name: str, program: str) -> None:
    target = project / "tools" / name
    target.write_text(program, encoding="utf-8")
    target.chmod(0o755)


def _make(project: Path, target: str = ".venv/.installed-elt") -> subprocess.CompletedProcess[str]:
    environment = {key: value for key, value in os.environ.items() if not key.startswith("MAKE")}
    return subprocess.run(
        [project / "tools" / "make", target],
        cwd=project,
        env={**environment, "PATH": str(project / "tools")},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    ("programs", "messages"),
    [
        ({"python3": SHIM_OF_NOTHING}, ["error: no Python 3.11 or newer found (found: none)"]),
        ({"python3": OLD}, ["no Python 3.11 or newer found (found: python3 (3.10))"]),
        (
            {"python3": OLD, "python3.11": WITHOUT_VENV},
            ["error: python3.11 (3.11) cannot make a virtual environment", "python3-venv"],
        ),
    ],
)
def test_without_a_python_that_fits_make_says_what_is_missing(
    project: Path, programs: dict[str, str], messages: list[str]
) -> None:
    for name, program in programs.items():
        _install(project, name, program)

    done = _make(project)

    assert done.returncode != 0
    assert [message for message in messages if message not in done.stderr] == []
    assert not (project / ".venv").exists()


def test_the_first_python_that_fits_is_used(project: Path) -> None:
    _install(project, "python3", OLD)
    _install(project, "python3.13", GOOD)
    (project / "pip-exit").write_text("0", encoding="utf-8")

    done = _make(project)

    assert done.returncode == 0, done.stderr
    assert "install: .venv with python3.13 (3.13)" in done.stdout
    assert "-c constraints.txt -e .[elt]" in (project / "log").read_text(encoding="utf-8")


@pytest.mark.parametrize("extra", ["bench", "mutation"])
def test_what_one_target_alone_needs_is_installed_for_it_after_the_rest(project: Path, extra: str) -> None:
    _install(project, "python3", GOOD)
    (project / "pip-exit").write_text("0", encoding="utf-8")

    done = _make(project, f".venv/.installed-{extra}")

    assert done.returncode == 0, done.stderr
    log = (project / "log").read_text(encoding="utf-8").splitlines()
    assert [line.rpartition(" ")[2] for line in log] == ["made", ".[dev]", f".[{extra}]"]


def test_an_installation_is_done_once_and_again_when_the_pins_change(project: Path) -> None:
    _install(project, "python3", GOOD)
    (project / "pip-exit").write_text("0", encoding="utf-8")

    installations = []
    for change in (False, False, True):
        if change:
            os.utime(project / "constraints.txt", times=(2**32, 2**32))
        assert _make(project).returncode == 0
        installations.append((project / "log").read_text(encoding="utf-8").count("install"))

    assert installations == [1, 1, 2]


def test_an_installation_that_failed_is_begun_again(project: Path) -> None:
    _install(project, "python3", GOOD)
    (project / "pip-exit").write_text("1", encoding="utf-8")
    failed = _make(project)
    (project / "pip-exit").write_text("0", encoding="utf-8")

    assert failed.returncode != 0
    assert _make(project).returncode == 0
    assert (project / "log").read_text(encoding="utf-8").count("install") == 2
