"""The help of every command ends with examples that can be typed as they stand, and every command speaks JSON."""

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from command_lines import PROGRAMS, call, commands, examples

pytestmark = pytest.mark.e2e

# The examples of hospital-sim append a day to the lake. Those of hospital-elt come first, so a build has nothing to do.
CALLS = [f"{program} {name}".strip() for program in reversed(PROGRAMS) for name in [*commands(program), ""]]
NOT_RUN = {
    "hospital-elt build --warehouse chdb://warehouse --full-refresh": "a whole build; see test_incremental_builds",
    "hospital-sim calibration england": "a year of 130 trusts; see test_national_totals",
    "hospital-sim calibration england_acute --replications 2": "two years of a trust; see test_calibrated_presets",
}


@pytest.fixture(scope="module")
def folder(stepwise: Callable[[], Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which the commands of the page on hospital-elt have been run, so that there is little left to do."""
    return Path(shutil.copytree(stepwise(), tmp_path_factory.mktemp("help") / "here", symlinks=True))


def test_every_example_in_the_help_runs_and_json_stands_alone_on_standard_output(
    folder: Path, quick_commands: dict[str, str]
) -> None:
    environment = {name: value for name, value in quick_commands.items() if name not in ("COLUMNS", "FORCE_COLOR")}
    wrong, done = [], set(NOT_RUN)
    for shown_by in CALLS:
        text = call(*shown_by.split(), "--help").stdout
        own = [example for example in examples(text) if shown_by in example]
        if not own:
            wrong.append(f"{shown_by} --help has no example")
        # The pages of the commands run them without --json.
        in_json = [f"{example} --json" for example in own[:1] if "--json" not in example and " > " not in example]
        for example in [*in_json, *examples(text)[len(in_json) :]]:
            if example in done:
                continue
            done.add(example)
            problem = _problem(example, folder, environment)
            if problem:
                wrong.append(f"{shown_by} --help: {example}\n{problem}")

    assert not wrong, "\n".join(wrong)


def _problem(example: str, folder: Path, environment: dict[str, str]) -> str:
    words = ["bash", "-euo", "pipefail", "-c", example]
    ended = subprocess.run(
        words, cwd=folder, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    if ended.returncode:
        return f"exit code {ended.returncode}\n{ended.stdout}{ended.stderr}"
    if "\x1b" in ended.stdout + ended.stderr:
        return "colours in a pipe"
    if "--json" in example:
        try:
            json.loads(ended.stdout)
        except json.JSONDecodeError as error:
            return f"not JSON: {error}\n{ended.stdout}"
    return ""
