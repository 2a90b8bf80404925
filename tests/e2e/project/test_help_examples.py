"""The help of every command ends with examples that can be typed as they stand, and every command speaks JSON."""

import json
import os
import subprocess
from pathlib import Path

import pytest
from command_lines import PROGRAMS, commands, examples

pytestmark = pytest.mark.e2e

CALLS = [f"{program} {name}" for program in PROGRAMS for name in commands(program)]
# Fills what the examples after it take, so it comes first; the programs themselves come last.
ORDERED = [*CALLS, *PROGRAMS]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("here")


def _run(command: str, folder: Path) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "FORCE_COLOR")}
    return subprocess.run(
        ["bash", "-euo", "pipefail", "-c", command],
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


def _examples(call: str, folder: Path) -> list[str]:
    shown = _run(f"{call} --help", folder)
    assert (shown.returncode, shown.stderr) == (0, "")
    return examples(shown.stdout)


def test_every_example_of_every_help_runs_in_one_folder_one_after_the_other_and_puts_no_colour_into_a_pipe(
    folder: Path,
) -> None:
    for call in ORDERED:
        found = _examples(call, folder)
        assert any(call in example for example in found), f"{call} --help has no example"
        for example in found:
            done = _run(example, folder)
            assert done.returncode == 0, f"{call} --help: {example}\n{done.stdout}{done.stderr}"
            assert "\x1b" not in done.stdout + done.stderr, f"{call} --help: {example}: colours in a pipe"


@pytest.mark.parametrize("call", CALLS)
def test_a_command_prints_its_summary_as_json_and_nothing_else_on_standard_output(call: str, folder: Path) -> None:
    """Runs in the folder that the examples have filled: there is little left to do."""
    (first, *_) = [example for example in _examples(call, folder) if call in example]

    done = _run(f"{first} --json", folder)

    assert done.returncode == 0, done.stderr
    assert isinstance(json.loads(done.stdout), dict | list)
