"""The two programs: running them in this process, their commands, and the examples in their help."""

import re
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from typing import NamedTuple

import typer.core
from typer.main import get_command

import elt.cli
import hospital_sim.cli
from hospital_sim import terminal

PROGRAMS = {"hospital-sim": hospital_sim.cli.app, "hospital-elt": elt.cli.app}
Command = typer.core.TyperCommand


class Done(NamedTuple):
    """A command that has ended; its attributes are those of ``subprocess.CompletedProcess``."""

    returncode: int
    stdout: str
    stderr: str


def call(program: str, *words: str) -> Done:
    """Run a command in this process: much faster than a new one, which imports everything again.

    Args:
        program: ``hospital-sim`` or ``hospital-elt``.
        words: The words after it.
    """
    out, err = StringIO(), StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        try:
            code = terminal.run(PROGRAMS[program], program, words)
        except SystemExit as end:  # After a completion.
            code = int(end.code or 0)
    return Done(code, out.getvalue(), err.getvalue())


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
