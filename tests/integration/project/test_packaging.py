"""The package as pip, GitHub, containers and people find it; and simulation and staging as on Windows."""

import json
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml
from pages import all_pages
from project_sources import ROOT

import hospital_sim as hs
from hospital_sim.errors import DISTRIBUTION

pytestmark = pytest.mark.integration

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]

# Each form of a lake; another history is refused, because a name is taken only once there too.
ELSEWHERE = """
import sys
import windows
windows.emulate()
from hospital_sim import terminal
from elt.cli import app as elt
from hospital_sim.cli import app as simulation
run = ["simulate", "small", "--start", "2024-01-01", "--end", "2024-01-03", "--seed"]
for lake, form in (("objects", []), ("bundles", ["--bundle"])):
    assert terminal.run(simulation, "hospital-sim", [*run, "1", *form, "--sink", f"{lake}/raw"]) == 0
    assert terminal.run(simulation, "hospital-sim", [*run, "2", *form, "--sink", f"{lake}/raw"]) == 2
    assert terminal.run(elt, "hospital-elt", ["stage", "--lake", lake]) == 0
    assert terminal.run(elt, "hospital-elt", ["verify", "--lake", lake]) == 0
assert terminal.run(elt, "hospital-elt", ["load", "--lake", lake, "--warehouse", "chdb://warehouse"]) == 2
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
    assert citation["version"] == PROJECT["version"] == hs.__version__
    assert citation["license"] == PROJECT["license"]


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


def test_windows_simulates_and_stages_the_same_bytes_and_says_which_warehouses_it_has(tmp_path: Path) -> None:
    for name, bundle in (("objects", False), ("bundles", True)):
        hs.load("small").simulate("2024-01-01", "2024-01-03", seed=1).write(tmp_path / "here" / name, bundle=bundle)

    paths = (str(ROOT), str(ROOT / "tests" / "support"))
    done = subprocess.run(
        [sys.executable, "-c", ELSEWHERE],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(paths), "PYTHONIOENCODING": "cp1252", "PYTHONUTF8": "0"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("Proven") == 2
    assert "error: chdb:// needs Linux or macOS; use clickhouse://" in done.stderr
    for name in ("objects", "bundles"):
        assert _files(tmp_path / name / "raw") == _files(tmp_path / "here" / name)


def _files(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
