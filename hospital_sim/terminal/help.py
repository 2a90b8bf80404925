"""Helps people to type commands: examples at the end of the help, and completion in the shell."""

import sys
from glob import escape
from importlib.metadata import version
from pathlib import Path
from typing import Annotated

import typer

from hospital_sim.config.presets import presets
from hospital_sim.errors import DISTRIBUTION


def examples(*commands: str) -> str:
    """Return the end of a command's help: commands that can be copied and run.

    Args:
        commands: One command each, as it is typed; it may have several lines.
    """
    # The first line is Click's mark for text whose lines must not be wrapped.
    lines = [line for command in commands for line in command.split("\n")]
    return "\n".join(["\b", "Examples:", *(f"  {line}" for line in lines)])


def add_version(app: typer.Typer, name: str) -> None:
    """Add ``--version`` to a program.

    Args:
        app: Its commands.
        name: Its name.
    """

    def print_version(is_asked: bool) -> None:
        if is_asked:
            sys.stdout.write(f"{name} {version(DISTRIBUTION)}\n")
            raise typer.Exit

    def callback(
        _: Annotated[
            bool, typer.Option("--version", help="Print the version.", callback=print_version, is_eager=True)
        ] = False,
    ) -> None: ...

    app.callback()(callback)


def complete_hospital(incomplete: str) -> list[str]:
    """Return the presets, TOML files and folders that begin with an incomplete word."""
    before, slash, prefix = incomplete.rpartition("/")
    folder = Path(before or slash or ".")
    paths = sorted(folder.glob(f"{escape(prefix)}*")) if folder.is_dir() else []
    files = [f"{before}{slash}{path.name}" for path in paths if path.suffix == ".toml"]
    folders = [f"{before}{slash}{path.name}/" for path in paths if prefix and path.is_dir()]
    return [*(name for name in presets() if name.startswith(incomplete)), *files, *folders]
