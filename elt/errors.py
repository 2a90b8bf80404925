"""The errors of the ELT package: each ends a command, names what is wrong and says what to do."""

from hospital_sim.terminal import CommandError, WrongCallError

__all__ = ["BrokenLakeError", "CommandError", "EltError", "EmptyLakeError", "WrongCallError"]


class EltError(CommandError):
    """Work on a lake or a warehouse could not be completed (exit code 1)."""


class BrokenLakeError(EltError):
    """An object that the lake must hold is missing, or not what it was when written (exit code 1)."""


class EmptyLakeError(WrongCallError):
    """There is no lake at the URL, or nothing in it for this command (exit code 2)."""
