"""The two programs, their commands, and the examples in their help."""

import re
from collections.abc import Iterator

import typer.core
from typer.main import get_command

import elt.cli
import hospital_sim.cli

PROGRAMS = {"hospital-sim": hospital_sim.cli.app, "hospital-elt": elt.cli.app}
Command = typer.core.TyperCommand


def commands(program: str) -> dict[str, Command]:
    """Return the commands of a program by name; a command of a group has the group's name before its own."""
    return dict(_flat(get_command(PROGRAMS[program])))


def _flat(group: object, before: str = "") -> Iterator[tuple[str, Command]]:
    for name, command in getattr(group, "commands", {}).items():
        if hasattr(command, "commands"):
            yield from _flat(command, f"{before}{name} ")
        else:
            yield before + name, command


def examples(help_text: str) -> list[str]:
    """Return the examples in a help text, each as it is typed."""
    _, _, lines = help_text.partition("\n  Examples:\n")
    return [example.strip() for example in re.split(r"\n(?=    \S)", "\n" + lines.rstrip()) if example.strip()]
