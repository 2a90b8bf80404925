"""Each import rule of the project can fail: a forbidden import is planted in a copy, and the rule names it."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.integration

ROOT = Path(__file__).parents[3]
ELT_IMPORTS = "From hospital_sim, elt imports events and storage"
CODE = shutil.ignore_patterns("__pycache__", "*.sql", "*.toml", "models", "target")


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """Return a copy of the project's code and of its import rules."""
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    for package in ("hospital_sim", "elt"):
        shutil.copytree(ROOT / package, tmp_path / package, ignore=CODE)
    return tmp_path


def _check(project: Path) -> tuple[int, str]:
    """Check the rules of a project; return the exit code and what was printed, on one line."""
    linter = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([linter, "--no-cache"], cwd=project, capture_output=True, text=True, check=False)
    return done.returncode, " ".join((done.stdout + done.stderr).split())


def test_the_project_keeps_its_rules(copy: Path) -> None:
    code, printed = _check(copy)

    assert code == 0, printed
    assert "6 kept, 0 broken" in printed


@pytest.mark.parametrize(
    ("module", "statement", "rule"),
    [
        ("hospital_sim/results/summary.py", "from elt import contracts", "hospital_sim never imports elt"),
        ("elt/lake/tree.py", "import hospital_sim", ELT_IMPORTS),
        ("elt/load/run.py", "from hospital_sim.config import HospitalConfig", ELT_IMPORTS),
        ("elt/load/run.py", "from hospital_sim import terminal", ELT_IMPORTS),
        ("elt/pipeline.py", "from hospital_sim.simulation.runner import run_events", ELT_IMPORTS),
        ("hospital_sim/blocks/bed_pool.py", "from hospital_sim import simulation", "The layers of hospital_sim"),
        ("hospital_sim/blocks/bed_pool.py", "from hospital_sim import sinks", "What simulates imports no sink"),
        ("hospital_sim/draws/streams.py", "from hospital_sim import storage", "What simulates imports no sink"),
        ("hospital_sim/config/read.py", "from hospital_sim import storage", "The layers of hospital_sim"),
        ("hospital_sim/sinks/memory.py", "from hospital_sim import terminal", "The layers of hospital_sim"),
        ("hospital_sim/events/types.py", "from hospital_sim import errors", "The layers of hospital_sim"),
        ("hospital_sim/experiments/tasks.py", "from hospital_sim import cli", "The layers of hospital_sim"),
        ("hospital_sim/newcomer.py", "import simpy", "not listed as layers: - hospital_sim.newcomer"),
        ("elt/lake/tree.py", "from elt import staging", "The layers of elt"),
        ("elt/native/buffers.py", "from elt import lake", "The layers of elt"),
        ("elt/warehouse/tables.py", "from elt import staging", "The layers of elt"),
        ("elt/report/queries.py", "from elt import quality", "The layers of elt"),
        ("elt/load/run.py", "from elt import pipeline", "The layers of elt"),
        ("elt/newcomer.py", "import numpy", "not listed as layers: - elt.newcomer"),
        ("hospital_sim/storage/protocol.py", "from hospital_sim.storage import local", "No circles"),
        ("elt/contracts/columns.py", "from elt.contracts import export", "No circles"),
    ],
)
def test_a_forbidden_import_is_found(copy: Path, module: str, statement: str, rule: str) -> None:
    with (copy / module).open("a", encoding="utf-8") as code:
        code.write(f"\n{statement}\n")

    code, printed = _check(copy)

    assert code == 1, printed
    assert rule in printed.partition("Broken contracts")[2]
