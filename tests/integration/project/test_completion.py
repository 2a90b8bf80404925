"""The shell completes commands, presets, files and formats, for both programs."""

import os
import subprocess
from pathlib import Path

import pytest
from command_lines import call

pytestmark = pytest.mark.integration


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        ("hospital-sim sim", {"simulate"}),
        ("hospital-sim describe ", {"district_general", "england", "england_acute", "small", "mine.toml"}),
        ("hospital-sim describe d", {"district_general"}),
        ("hospital-sim simulate sm", {"small"}),
        ("hospital-sim compare small mi", {"mine.toml"}),
        ("hospital-sim describe wards/", {"wards/north.toml"}),
        ("hospital-sim calibration eng", {"england", "england_acute"}),
        ("hospital-sim presets e", {"england", "england_acute"}),
        ("hospital-sim compare small small --metric wait_p9", {"wait_p90", "wait_p95"}),
        ("hospital-elt quar", {"quarantine"}),
        ("hospital-elt run di", {"district_general"}),
        ("hospital-elt query --format ", {"table", "csv", "json"}),
        ("hospital-elt query --format c", {"csv"}),
        ("hospital-elt contracts dep", {"dep_snapshot"}),
        ("hospital-elt quarantine list --reason not", {"not_json"}),
    ],
)
def test_a_word_is_completed(words: str, offered: set[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Speaks the protocol of the script that is installed for bash."""
    (tmp_path / "wards").mkdir()
    for file in ("mine.toml", "wards/north.toml", "notes.txt"):
        (tmp_path / file).touch()
    program, *rest = words.split(" ")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(f"_{program.replace('-', '_').upper()}_COMPLETE", "complete_bash")
    monkeypatch.setenv("COMP_WORDS", words)
    monkeypatch.setenv("COMP_CWORD", str(len(rest)))

    done = call(program)

    assert done.returncode == 0
    assert set(done.stdout.split()) == offered


@pytest.mark.parametrize("program", ["hospital-sim", "hospital-elt"])
def test_completion_is_installed_for_the_shell_that_asks(program: str, tmp_path: Path) -> None:
    """A real bash, with a home of its own, completes a word after the completion was installed."""
    environment = {**os.environ, "HOME": str(tmp_path), "SHELL": "/bin/bash"}
    (tmp_path / ".bashrc").touch()
    # The program asks which shell called it; a bash with nothing left to do would become the program.
    install = f"{program} --install-completion; true"

    subprocess.run(["bash", "-c", install], env=environment, check=True, capture_output=True, cwd=tmp_path)
    rc = (tmp_path / ".bashrc").read_text(encoding="utf-8")
    script = next(line.removeprefix("source ").strip("'\"") for line in rc.splitlines() if line.startswith("source"))
    # The function that bash calls for a word, with the words typed so far.
    complete = f'set -- $(complete -p {program}); COMP_WORDS=({program} --hel); COMP_CWORD=1; "${{@: -2:1}}" {program}'
    shown = subprocess.run(
        ["bash", "-c", f"source '{script}' && {complete}; echo ${{COMPREPLY[@]}}"],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )

    assert shown.stdout.split() == ["--help"]
