"""Runs a command line: exit codes, and errors in one or two lines."""

import os
import sys
import traceback
from collections.abc import Sequence

import typer

from hospital_sim.errors import install_extra

FAILED = 1
WRONG_CALL = 2

_INTERRUPTED = 130  # Typer's exit code for a keyboard interrupt


class CommandError(Exception):
    """A command cannot continue; the message names the field, file or key and says what to do.

    Attributes:
        exit_code: 1 if the work could not be completed.
    """

    exit_code = FAILED


class WrongCallError(CommandError):
    """The call or the configuration is wrong (exit code 2)."""

    exit_code = WRONG_CALL


def run(app: typer.Typer, name: str, arguments: Sequence[str] | None = None) -> int:
    """Run a command line and return its exit code; an error becomes one or two lines on standard error.

    An exception with an integer attribute ``exit_code`` ends with that code, any other with 1. ``--debug`` anywhere in
    the call shows the traceback.

    Args:
        app: The commands.
        name: Name of the program.
        arguments: The words after the name; None takes those of this process.
    """
    _open_closed_streams()
    words = list(sys.argv[1:] if arguments is None else arguments)
    debug = "--debug" in words
    words = [word for word in words if word != "--debug"]
    try:
        result = app(args=words, prog_name=name, standalone_mode=False)
    except typer.Exit as end:
        return end.exit_code
    except (KeyboardInterrupt, typer.Abort):
        return _interrupted()
    except ModuleNotFoundError as error:
        if debug:
            traceback.print_exc()
        error_line(f"{error.name} is not installed; it comes with an extra: {install_extra('all')}")
        return WRONG_CALL
    except Exception as error:
        if debug:
            traceback.print_exc()
        if type(error).__name__ == "NoArgsIsHelpError":
            # Without a command, the message is the help with the list of commands.
            sys.stderr.write(f"{error}\n")
            return WRONG_CALL
        format_message = getattr(error, "format_message", None)
        message = str(format_message() if format_message else error) or type(error).__name__
        error_line(_with_options(message, words))
        return int(getattr(error, "exit_code", FAILED))
    if result == _INTERRUPTED:
        return _interrupted()
    return result if isinstance(result, int) else 0


def _open_closed_streams() -> None:
    """Discard what goes to a standard stream that the caller closed, as daemons do; Python has None in its place."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, os.fdopen(os.open(os.devnull, os.O_WRONLY), "w", encoding="utf-8"))


def _with_options(message: str, words: Sequence[str]) -> str:
    """Return a message that names options of a call, such as ``--emit-from``, instead of arguments of the library."""
    options = {word.partition("=")[0] for word in words if word.startswith("--")}
    for option in options:
        argument = option.removeprefix("--").replace("-", "_")
        if "_" in argument:
            message = message.replace(f"{argument}: ", f"{option}: ")
    return message


def _interrupted() -> int:
    error_line("interrupted; run the same command again to complete the work")
    return FAILED


def error_line(message: str) -> None:
    """Print one error on standard error."""
    _print_line("error", "bold red", message)


def warning_line(message: str) -> None:
    """Print one warning on standard error."""
    _print_line("warning", "yellow", message)


def _print_line(word: str, style: str, message: str) -> None:
    # Imported here, so that commands without errors start faster.
    from rich.console import Console
    from rich.text import Text

    # In a pipe, and with NO_COLOR, the console prints plain text.
    Console(stderr=True, soft_wrap=True, highlight=False).print(Text.assemble((f"{word}:", style), f" {message}"))
