"""Each import rule of the project can fail: forbidden imports are planted in a copy, and the rules name them."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.integration

ROOT = Path(__file__).parents[3]
CODE = shutil.ignore_patterns("__pycache__", "*.sql", "*.toml", "models", "target")
FORBIDDEN = {
    "hospital_sim never imports elt": ["hospital_sim.results.summary -> elt.contracts"],
    "From hospital_sim, elt imports events and storage": [
        "elt.lake.tree -> hospital_sim",
        "elt.load.run -> hospital_sim.config",
        "elt.load.runs -> hospital_sim.terminal",
        "elt.pipeline -> hospital_sim.simulation.runner",
    ],
    "What simulates imports no sink and no store": [
        "hospital_sim.blocks.ward -> hospital_sim.sinks",
        "hospital_sim.draws.streams -> hospital_sim.storage",
    ],
    "The layers of hospital_sim": [
        "hospital_sim.blocks.bed_pool -> hospital_sim.simulation",
        "hospital_sim.config.read -> hospital_sim.storage",
        "hospital_sim.sinks.memory -> hospital_sim.terminal",
        "hospital_sim.events.types -> hospital_sim.errors",
        "hospital_sim.experiments.tasks -> hospital_sim.cli",
    ],
    "The layers of elt": [
        "elt.lake.layout -> elt.staging",
        "elt.native.buffers -> elt.lake",
        "elt.warehouse.tables -> elt.staging",
        "elt.report.queries -> elt.quality",
        "elt.load.staged_contract -> elt.pipeline",
    ],
}
CIRCLES = {
    "hospital_sim.storage.protocol": "hospital_sim.storage.local",
    "elt.contracts.columns": "elt.contracts.export",
}


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


def test_every_forbidden_import_is_named_by_its_rule(copy: Path) -> None:
    imports = [named.split(" -> ") for lines in FORBIDDEN.values() for named in lines]
    for importer, imported in [*imports, *CIRCLES.items()]:
        with (copy / f"{importer.replace('.', '/')}.py").open("a", encoding="utf-8") as code:
            code.write(f"\nimport {imported}\n")

    exit_code, printed = _check(copy)

    rules = [*FORBIDDEN, "No circles"]
    parts = re.split("|".join(map(re.escape, rules)), printed.partition("Broken contracts")[2])[1:]
    named = dict(zip(rules, parts, strict=True))
    assert exit_code == 1, printed
    for rule, lines in FORBIDDEN.items():
        assert [line for line in lines if f"- {line} (l." not in named[rule]] == [], rule
    for importer in CIRCLES:
        assert f"No cycles are allowed in {importer.rpartition('.')[0]}." in named["No circles"]


def test_a_new_module_must_be_put_into_a_layer(copy: Path) -> None:
    for package in ("hospital_sim", "elt"):
        (copy / package / "newcomer.py").write_text('"""New."""\n', encoding="utf-8")

    code, printed = _check(copy)

    assert code == 1, printed
    for package in ("hospital_sim", "elt"):
        assert f"not listed as layers: - {package}.newcomer" in printed.partition("Broken contracts")[2]
