"""The help of every command ends with examples that can be typed as they stand, and every command speaks JSON."""

import json
import os
import subprocess
from pathlib import Path

import pytest
from command_lines import PROGRAMS, commands, examples

pytestmark = pytest.mark.e2e

CALLS = [f"{program} {name}" for program in PROGRAMS for name in commands(program)]
# What an earlier example writes, the later ones take; the programs themselves come last.
ORDERED = [*CALLS, *PROGRAMS]

Done = subprocess.CompletedProcess[str]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("here")


@pytest.fixture(scope="module")
def all_run(folder: Path) -> dict[str, list[tuple[str, Done]]]:
    """Run every example of every help, one after the other in one folder."""
    return {call: [(example, _run(example, folder)) for example in _examples(call, folder)] for call in ORDERED}


def _run(command: str, folder: Path) -> Done:
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


@pytest.mark.parametrize("call", ORDERED)
def test_every_example_in_the_help_runs_and_puts_no_colour_into_a_pipe(
    call: str, all_run: dict[str, list[tuple[str, Done]]]
) -> None:
    assert any(call in example for example, _ in all_run[call]), f"{call} --help has no example"
    for example, done in all_run[call]:
        assert done.returncode == 0, f"{call} --help: {example}\n{done.stdout}{done.stderr}"
        assert "\x1b" not in done.stdout + done.stderr, f"{call} --help: {example}: colours in a pipe"


@pytest.mark.usefixtures("all_run")
@pytest.mark.parametrize("call", CALLS)
def test_a_command_prints_its_summary_as_json_and_nothing_else_on_standard_output(call: str, folder: Path) -> None:
    """Runs in the folder that the examples have filled: there is little left to do."""
    (first, *_) = [example for example in _examples(call, folder) if call in example]

    done = _run(f"{first} --json", folder)

    assert done.returncode == 0, done.stderr
    assert isinstance(json.loads(done.stdout), dict | list)
