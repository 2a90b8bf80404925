"""Errors of warehouses."""

from elt import EltError, WrongCallError


class WarehouseError(EltError):
    """The warehouse could not be opened, or a statement failed (exit code 1)."""


class WarehouseInUseError(WarehouseError):
    """Another process, or another part of this one, holds the warehouse (exit code 1)."""


class NoWarehouseError(WrongCallError):
    """No warehouse exists at the DSN (exit code 2)."""


class StatementError(WarehouseError):
    """The engine refused a statement.

    Attributes:
        wrong_sql: True if the text is at fault: it does not parse, or names something that does not exist.
    """

    def __init__(self, message: str, *, wrong_sql: bool) -> None:
        super().__init__(message)
        self.wrong_sql = wrong_sql
