"""What a warehouse refuses, and why."""

from elt import EltError, WrongCallError


class WarehouseError(EltError):
    """The warehouse could not be opened, or could not do what it was asked (exit code 1)."""


class WarehouseInUseError(WarehouseError):
    """Another process, or another part of this one, holds the warehouse (exit code 1)."""


class NoWarehouseError(WrongCallError):
    """There is no warehouse at the DSN (exit code 2)."""


class StatementError(WarehouseError):
    """The engine refused a statement.

    Attributes:
        wrong_sql: Whether the text is at fault: it does not parse, or names what is not there.
    """

    def __init__(self, message: str, *, wrong_sql: bool) -> None:
        super().__init__(message)
        self.wrong_sql = wrong_sql
