"""The shell completes commands, presets, files and formats, for both programs."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.integration

BIN = Path(sys.executable).parent


def _complete(words: str, folder: Path) -> set[str]:
    """Return what bash is offered for the last of these words, by the protocol of the script that is installed."""
    program, *rest = words.split(" ")
    variable = f"_{program.replace('-', '_').upper()}_COMPLETE"
    asked = {variable: "complete_bash", "COMP_WORDS": words, "COMP_CWORD": str(len(rest))}
    done = subprocess.run(
        [BIN / program], cwd=folder, env={**os.environ, **asked}, capture_output=True, text=True, check=True
    )
    return set(done.stdout.split())


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        ("hospital-sim sim", {"simulate"}),
        ("hospital-sim describe ", {"district_general", "england_acute", "small", "mine.toml"}),
        ("hospital-sim describe d", {"district_general"}),
        ("hospital-sim simulate sm", {"small"}),
        ("hospital-sim compare small mi", {"mine.toml"}),
        ("hospital-sim describe wards/", {"wards/north.toml"}),
        ("hospital-sim calibration eng", {"england_acute"}),
        ("hospital-sim presets e", {"england_acute"}),
        ("hospital-sim compare small small --metric wait_p9", {"wait_p90", "wait_p95"}),
        ("hospital-elt quar", {"quarantine"}),
        ("hospital-elt run di", {"district_general"}),
        ("hospital-elt query --format ", {"table", "csv", "json"}),
        ("hospital-elt query --format c", {"csv"}),
        ("hospital-elt contracts dep", {"dep_snapshot"}),
        ("hospital-elt quarantine list --reason not", {"not_json"}),
    ],
)
def test_a_word_is_completed(words: str, offered: set[str], tmp_path: Path) -> None:
    (tmp_path / "wards").mkdir()
    (tmp_path / "mine.toml").touch()
    (tmp_path / "wards" / "north.toml").touch()
    (tmp_path / "notes.txt").touch()

    assert _complete(words, tmp_path) == offered


@pytest.mark.parametrize("program", ["hospital-sim", "hospital-elt"])
def test_completion_is_installed_for_the_shell_that_asks(program: str, tmp_path: Path) -> None:
    """A real bash, with a home of its own, has the completion after it was installed."""
    environment = {**os.environ, "HOME": str(tmp_path), "SHELL": "/bin/bash"}
    (tmp_path / ".bashrc").touch()
    # The program asks which shell called it; a bash with nothing left to do would become the program.
    install = f"{BIN / program} --install-completion; true"
    loaded = f"complete -p {program}"

    subprocess.run(["bash", "-c", install], env=environment, check=True, capture_output=True, cwd=tmp_path)
    rc = (tmp_path / ".bashrc").read_text(encoding="utf-8")
    script = next(line.removeprefix("source ").strip("'\"") for line in rc.splitlines() if line.startswith("source"))
    shown = subprocess.run(
        ["bash", "-c", f"source '{script}' && {loaded}"], env=environment, capture_output=True, text=True, check=True
    )

    assert program in shown.stdout


@pytest.mark.parametrize("program", ["hospital-sim", "hospital-elt"])
@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_script_for_a_shell_is_shown(program: str, shell: str) -> None:
    # A shell that is not on this machine is named, where one that is calls.
    environment = {**os.environ, "_TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION": "1"}
    command = [BIN / program, "--show-completion", shell]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)

    assert program in done.stdout
