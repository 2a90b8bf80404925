"""DSNs: one word for each kind of warehouse, and where it is."""

from dataclasses import dataclass
from pathlib import Path

from elt.errors import WrongCallError

CHDB = "chdb"
KINDS = {CHDB: "chdb:///absolute/path or chdb://relative/path"}
"""The kinds of warehouse, and how their DSN is written."""


@dataclass(frozen=True)
class Dsn:
    """Where a warehouse is.

    Attributes:
        kind: A key of ``KINDS``.
        path: Directory of the warehouse.
    """

    kind: str
    path: Path

    def __str__(self) -> str:
        """Return the DSN as a person would write it, never with a password."""
        return f"{self.kind}://{self.path}"


def parse_dsn(text: str) -> Dsn:
    """Read a DSN.

    Args:
        text: Such as ``chdb:///data/warehouse``.

    Returns:
        Its parts; a relative path is taken from the working directory.

    Raises:
        WrongCallError: If no warehouse is of its kind, or something is missing.
    """
    kind, separator, rest = text.partition("://")
    if not separator or kind not in KINDS:
        raise WrongCallError(f"warehouse {_without_password(text)!r}: no such kind; known are {_known()}")
    if not rest:
        raise WrongCallError(f"warehouse {text!r}: the path is missing; write {KINDS[kind]}")
    return Dsn(kind, Path(rest).expanduser().absolute())


def _known() -> str:
    return ", ".join(KINDS.values())


def _without_password(text: str) -> str:
    kind, separator, rest = text.partition("://")
    account, at, place = rest.rpartition("@")
    if not at:
        return text
    user, colon, _ = account.partition(":")
    return f"{kind}{separator}{user}{':***' if colon else ''}@{place}"
