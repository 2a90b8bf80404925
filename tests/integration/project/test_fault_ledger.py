"""The ledger of faults can be planted, and ``make faults`` says which faults are caught."""

import subprocess
import sys
from pathlib import Path

import pytest
from ledger import ROOT, Edit, Fault, problems, read_ledger
from plant import plant_all

pytestmark = pytest.mark.integration

CODE = "def double(x):\n    return 2 * x\n"
TEST = """
from code_under_test import double

def test_double():
    assert double(3) == 6

def test_broken():
    raise KeyError
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Return a project of one function and one test."""
    folder = tmp_path / "project"
    (folder / "tests").mkdir(parents=True)
    (folder / "code_under_test.py").write_text(CODE)
    (folder / "tests" / "test_code.py").write_text(TEST)
    (folder / "pyproject.toml").write_text("[tool.pytest.ini_options]\n")
    return folder


def _fault(old: str, new: str, test: str = "tests/test_code.py::test_double") -> Fault:
    return Fault("room", f"{new} for {old}", (Edit("code_under_test.py", old, new),), test)


def test_every_fault_of_the_ledger_can_be_planted_once_and_names_its_test() -> None:
    faults = read_ledger()
    assert problems(faults) == []
    names = [(fault.room, fault.name) for fault in faults]
    assert sorted({name for name in names if names.count(name) > 1}) == []


@pytest.mark.parametrize(
    ("fault", "problem"),
    [
        (_fault("3 * x", "4 * x"), "0 times, not once"),
        (_fault("x", "y"), "2 times, not once"),
        (_fault("2 * x", "2 * x"), "replaced by itself"),
        (_fault("2 * x", "3 * x", "tests/test_code.py::test_triple"), "there is no test"),
        (_fault("2 * x", "3 * x", "tests/test_nothing.py::test_double"), "there is no test"),
    ],
)
def test_a_fault_that_cannot_be_planted_is_named_with_its_reason(fault: Fault, problem: str, project: Path) -> None:
    (message,) = problems([fault], project)

    assert message.startswith(f"room: {fault.name}: ")
    assert problem in message


def test_a_fault_is_caught_by_a_test_that_fails_and_by_nothing_else(
    project: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    faults = [
        _fault("2 * x", "3 * x"),
        _fault("2 * x", "x * 2"),
        _fault("return 2", "return return 2"),
        _fault("2 * x", "4 * x", "tests/test_code.py::test_broken"),
    ]

    missed = plant_all(faults, project, workers=1)

    printed = capfd.readouterr().out
    assert missed == 3
    assert "] caught in " in printed.split("3 * x for 2 * x")[0].splitlines()[-1]
    assert printed.count("NOT CAUGHT in ") == 2
    assert "NOT CAUGHT, because it fails without a fault: tests/test_code.py::test_broken" in printed
    assert "tests/test_code.py::test_double - assert 9 == 6" in printed
    assert (project / "code_under_test.py").read_text() == CODE


def test_the_command_lists_the_faults_of_a_room() -> None:
    command = [sys.executable, str(ROOT / "tests" / "faults" / "plant.py"), "--list", "--only", "blocks"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)

    assert "blocks: the waiting list is served last come, first served" in done.stdout
