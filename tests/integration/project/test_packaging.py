"""The package as pip, GitHub, containers and people find it; and simulation and staging without a Unix."""

import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml
from pages import all_pages
from project_sources import ROOT

from hospital_sim.errors import DISTRIBUTION

pytestmark = pytest.mark.integration

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]

# Takes away what Windows lacks before anything is imported.
ELSEWHERE = """
import os, sys
for module in ("fcntl", "grp", "pwd", "resource", "termios"):
    sys.modules[module] = None
for name in ("O_DIRECTORY", "O_NONBLOCK", "O_TMPFILE", "fork", "geteuid", "getuid", "pread", "statvfs"):
    if hasattr(os, name):
        delattr(os, name)
from hospital_sim import terminal
from elt.cli import app as elt
from hospital_sim.cli import app as simulation
period = ["--start", "2024-01-01", "--end", "2024-01-03", "--seed", "1"]
lake = sys.argv[1]
assert terminal.run(simulation, "hospital-sim", ["simulate", "small", *period, "--sink", f"{lake}/raw"]) == 0
assert terminal.run(elt, "hospital-elt", ["stage", "--lake", lake]) == 0
assert terminal.run(elt, "hospital-elt", ["verify", "--lake", lake]) == 0
"""


def _texts() -> dict[str, str]:
    files = [*ROOT.glob("hospital_sim/**/*.py"), *ROOT.glob("elt/**/*.py"), *(ROOT / page for page in all_pages())]
    return {str(file.relative_to(ROOT)): file.read_text(encoding="utf-8") for file in files}


def test_errors_and_pages_tell_people_to_install_this_package_and_an_extra_that_it_has() -> None:
    assert PROJECT["name"] == DISTRIBUTION
    told = {(file, *found) for file, text in _texts().items() for found in re.findall(r"'([\w.-]+)\[(\w+)\]'", text)}
    wrong = {
        each for each in told if each[1] not in (DISTRIBUTION, ".") or each[2] not in PROJECT["optional-dependencies"]
    }
    assert told
    assert not wrong


def test_the_citation_has_the_version_and_licence_of_the_package() -> None:
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text())
    assert {"cff-version", "message", "title", "authors"} <= citation.keys()
    assert (citation["version"], citation["license"]) == (PROJECT["version"], PROJECT["license"])


def test_the_workflow_and_the_containers_call_what_exists() -> None:
    workflow = yaml.safe_load((ROOT / ".github/workflows/ci.yml").read_text())
    commands = [step["run"] for step in workflow["jobs"]["test"]["steps"] if "run" in step]
    assert commands == ['sudo env "PATH=$PATH" bash .ci/run']
    container = json.loads((ROOT / ".devcontainer/devcontainer.json").read_text())
    assert (ROOT / ".devcontainer" / container["build"]["dockerfile"]).resolve() == ROOT / "Dockerfile"
    stamp = "$(VENV)/.installed-dev:"
    assert stamp in (ROOT / "Makefile").read_text()
    assert "make .venv/.installed-dev" in (ROOT / "Dockerfile").read_text()


def test_the_hooks_before_a_commit_are_the_commands_of_make_lint() -> None:
    hooks = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())["repos"][0]["hooks"]
    lint = re.search(r"^lint:.*\n((?:\t.*\n)+)", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert lint is not None
    of_make = [line.strip().replace("$(BIN)", ".venv/bin").replace(" --check", "") for line in lint[1].splitlines()]
    assert [hook["entry"].replace(" --force-exclude", "") for hook in hooks] == of_make


def test_hospitals_are_simulated_and_staged_without_what_windows_lacks(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", ELSEWHERE, str(tmp_path / "lake")], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Proven" in done.stdout
