"""DSNs: one word for each kind of warehouse, and where it is."""

import os
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

from elt.errors import WrongCallError

CHDB = "chdb"
CLICKHOUSE = "clickhouse"
KINDS = {
    CHDB: "chdb:///absolute/path or chdb://relative/path",
    CLICKHOUSE: "clickhouse://user@host:9000/ (its password in CLICKHOUSE_PASSWORD)",
}
"""The kinds of warehouse, and how their DSN is written."""
CLICKHOUSE_PASSWORD = "CLICKHOUSE_PASSWORD"  # noqa: S105
_PORT = 9000
_SECURE_PORT = 9440


@dataclass(frozen=True)
class ChdbDsn:
    """Where an embedded warehouse is.

    Attributes:
        path: Its directory.
    """

    path: Path

    def __str__(self) -> str:
        """Return the DSN as a person would write it."""
        return f"{CHDB}://{self.path}"


@dataclass(frozen=True)
class ClickHouseDsn:
    """Where a ClickHouse server is, and who asks.

    Attributes:
        host: Its name or address.
        port: Its port for the native protocol.
        user: The user.
        password: The user's password, in no text that is shown.
        secure: Whether the connection is encrypted.
    """

    host: str
    port: int
    user: str
    password: str = field(repr=False)
    secure: bool

    def __str__(self) -> str:
        """Return the DSN as a person would write it, without the password."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{CLICKHOUSE}://{self.user}@{host}:{self.port}/{'?secure=true' if self.secure else ''}"


Dsn = ChdbDsn | ClickHouseDsn


def parse_dsn(text: str) -> Dsn:
    """Read a DSN.

    Args:
        text: Such as ``chdb:///data/warehouse``.

    Returns:
        Its parts; a relative path is taken from the working directory, a password that it leaves out from the
        environment.

    Raises:
        WrongCallError: If no warehouse is of its kind, or something in it is missing or unknown.
    """
    kind, separator, rest = text.partition("://")
    if not separator or kind not in KINDS:
        raise WrongCallError(f"warehouse {_without_password(text)!r}: no such kind; known are {_known()}")
    if kind == CLICKHOUSE:
        return _server(text)
    if not rest:
        raise WrongCallError(f"warehouse {text!r}: the path is missing; write {KINDS[kind]}")
    return ChdbDsn(Path(rest).expanduser().absolute())


def _server(text: str) -> ClickHouseDsn:
    parts = urlsplit(text)
    options = parse_qs(parts.query, keep_blank_values=True)
    secure = options.pop("secure", ["false"])[-1].lower()
    if options or secure not in ("true", "false"):
        raise _wrong(text, "after '?' there may be only secure=true")
    if parts.path.strip("/") or parts.fragment:
        raise _wrong(text, "it names no database; the schemas begin with --prefix")
    if not parts.hostname:
        raise _wrong(text, "the host is missing")
    password = os.environ.get(CLICKHOUSE_PASSWORD, "") if parts.password is None else unquote(parts.password)
    port = _port(text, parts) or (_SECURE_PORT if secure == "true" else _PORT)
    return ClickHouseDsn(parts.hostname, port, unquote(parts.username or "default"), password, secure == "true")


def _port(text: str, parts: SplitResult) -> int | None:
    try:
        return parts.port
    except ValueError:
        raise _wrong(text, "the port is not a number from 0 to 65535") from None


def _wrong(text: str, what: str) -> WrongCallError:
    return WrongCallError(f"warehouse {_without_password(text)!r}: {what}; write {KINDS[CLICKHOUSE]}")


def _known() -> str:
    return ", ".join(KINDS.values())


def _without_password(text: str) -> str:
    kind, separator, rest = text.partition("://")
    account, at, place = rest.rpartition("@")
    if not at:
        return text
    user, colon, _ = account.partition(":")
    return f"{kind}{separator}{user}{':***' if colon else ''}@{place}"
