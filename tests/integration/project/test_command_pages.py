"""docs/commands has every command with its options, and nothing that does not exist."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer.core
from typer.main import get_command

import elt.cli
import hospital_sim.cli

pytestmark = pytest.mark.integration

COMMANDS = Path(__file__).parents[3] / "docs" / "commands"
Command = typer.core.TyperCommand
PROGRAMS = {"hospital-sim": hospital_sim.cli.app, "hospital-elt": elt.cli.app}


def _commands(program: str) -> dict[str, Command]:
    return dict(_flat(get_command(PROGRAMS[program])))


def _flat(group: object, before: str = "") -> Iterator[tuple[str, Command]]:
    """Yield each command with its name, and those of a group of commands with the name of the group before theirs."""
    for name, command in getattr(group, "commands", {}).items():
        if hasattr(command, "commands"):
            yield from _flat(command, f"{before}{name} ")
        else:
            yield before + name, command


def _sections(program: str) -> dict[str, str]:
    page = (COMMANDS / f"{program}.md").read_text(encoding="utf-8")
    parts = re.split(r"^## (.+)$", page, flags=re.MULTILINE)[1:]
    return dict(zip(parts[::2], parts[1::2], strict=True))


def _documented(section: str) -> set[str]:
    rows = re.findall(r"^\| `(-{0,2}[A-Za-z-]+)[^`]*` \|", section, re.MULTILINE)
    return {row.lstrip("-").replace("-", "_").lower() for row in rows}


def _accepted(command: Command) -> set[str]:
    names = set()
    for parameter in command.params:
        is_option = parameter.param_type_name == "option"
        word = max(parameter.opts, key=len) if is_option else parameter.metavar or parameter.name
        names.add(word.strip("-{}[]").replace("-", "_").lower())
    return names - {"help"}


@pytest.mark.parametrize("program", PROGRAMS)
def test_every_command_has_a_section(program: str) -> None:
    assert set(_commands(program)) <= set(_sections(program))


@pytest.mark.parametrize(
    ("program", "command"), [(program, name) for program in PROGRAMS for name in _commands(program)]
)
def test_a_section_has_the_options_that_its_command_takes(program: str, command: str) -> None:
    section = _sections(program)[command]

    assert _documented(section) == _accepted(_commands(program)[command])


@pytest.mark.parametrize(
    ("program", "command"), [(program, name) for program in PROGRAMS for name in _commands(program)]
)
def test_a_section_has_an_example_that_is_run(program: str, command: str) -> None:
    examples = re.findall(r"^```(?:bash|console)\n(.*?)^```$", _sections(program)[command], re.MULTILINE | re.DOTALL)

    assert any(f"{program} {command}" in example for example in examples)
