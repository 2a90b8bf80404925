"""Errors that callers can tell apart. Each message names the field, file or key and says what to do."""


class HospitalSimError(Exception):
    """Any error that this library raises on purpose.

    Attributes:
        exit_code: How a command ends that meets it: 1, the work could not be completed; 2, the call was wrong.
    """

    exit_code = 1


class ConfigurationError(HospitalSimError, ValueError):
    """A field of a hospital's configuration, or an argument of a run, has a wrong value."""

    exit_code = 2


class ConfigurationTypeError(ConfigurationError, TypeError):
    """A field of a hospital's configuration has a value of a wrong type."""


class HistoryConflictError(HospitalSimError):
    """A lake already holds another history of the same hospital, or not the days that a run continues from."""

    exit_code = 2


class MissingExtraError(HospitalSimError, ImportError):
    """Something was asked for that needs an optional dependency."""

    exit_code = 2

    def __init__(self, what: str, extra: str) -> None:
        super().__init__(f"{what} needs an extra: pip install 'hospital-sim[{extra}]'")
