"""Errors that callers can tell apart. Each message names the field, file or key and says what to do."""

from collections.abc import Iterator
from contextlib import contextmanager

DISTRIBUTION = "simpy-hospital"
"""Name of the package for pip, as in pyproject.toml."""


class HospitalSimError(Exception):
    """Base of the errors that this library raises on purpose.

    Attributes:
        exit_code: Exit code of a command: 1 if the work could not be completed, 2 if the call was wrong.
    """

    exit_code = 1


class ConfigurationError(HospitalSimError, ValueError):
    """A field of a hospital's configuration, or an argument of a run, has a wrong value."""

    exit_code = 2


class ConfigurationTypeError(ConfigurationError, TypeError):
    """A field of a hospital's configuration, or an argument of a run, has a value of a wrong type."""


class HistoryConflictError(HospitalSimError):
    """A lake holds another history of the same hospital, or lacks the days before those of a run."""

    exit_code = 2


class MissingExtraError(HospitalSimError, ImportError):
    """An optional dependency is not installed."""

    exit_code = 2

    def __init__(self, what: str, extra: str) -> None:
        super().__init__(f"{what} needs an extra: {install_extra(extra)}")


def install_extra(extra: str) -> str:
    """Return the command that installs an extra of this package."""
    return f"pip install '{DISTRIBUTION}[{extra}]'"


@contextmanager
def needs_extra(what: str, extra: str) -> Iterator[None]:
    """Raise ``MissingExtraError`` if an import in the ``with`` block fails.

    Import an optional dependency::

        with needs_extra("to_pandas", "pandas"):
            import pandas
    """
    try:
        yield
    except ImportError as error:
        raise MissingExtraError(what, extra) from error
