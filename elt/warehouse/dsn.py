"""DSNs: URLs that name a kind of warehouse and its place, such as ``chdb:///data/warehouse``."""

import os
import re
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import SplitResult, parse_qs, quote, unquote, urlsplit

from elt import WrongCallError

CHDB = "chdb"
CLICKHOUSE = "clickhouse"
REDSHIFT = "redshift"
KINDS = {
    CHDB: "chdb:///absolute/path or chdb://relative/path",
    CLICKHOUSE: "clickhouse://user@host:9000/ (its password in CLICKHOUSE_PASSWORD)",
    REDSHIFT: "redshift://user@host:5439/database (its password in REDSHIFT_PASSWORD)",
}
"""Kinds of warehouse, with the form of their DSN."""
CLICKHOUSE_PASSWORD = "CLICKHOUSE_PASSWORD"  # noqa: S105
CLICKHOUSE_CA = "HOSPITAL_WAREHOUSE_CA"
REDSHIFT_PASSWORD = "REDSHIFT_PASSWORD"  # noqa: S105
REDSHIFT_IAM_ROLE = "REDSHIFT_IAM_ROLE"
SSL_MODES = ("verify-full", "verify-ca", "disable")
"""Ways to verify the certificate of a Redshift cluster; the first is the default."""
_PORT = 9000
_SECURE_PORT = 9440
_REDSHIFT_PORT = 5439
_ROLE = re.compile(
    r"default|arn:aws[a-z-]*:iam::\d{12}:role/[\w+=,.@/-]+(?:,arn:aws[a-z-]*:iam::\d{12}:role/[\w+=,.@/-]+)*"
)


@dataclass(frozen=True)
class ChdbDsn:
    """DSN of an embedded warehouse.

    Attributes:
        path: Its directory.
    """

    path: Path

    def __str__(self) -> str:
        """Return the DSN as text."""
        return f"{CHDB}://{self.path}"

    def dbt_variables(self) -> dict[str, str]:
        """Return the environment variables that the profile of the dbt project reads."""
        return {"HOSPITAL_WAREHOUSE_TARGET": CHDB, "HOSPITAL_WAREHOUSE_PATH": str(self.path)}


@dataclass(frozen=True)
class ClickHouseDsn:
    """DSN of a ClickHouse server.

    Attributes:
        host: Name or address of the server.
        port: Its port for the native protocol.
        user: Name of the user.
        password: Password of the user; never shown.
        secure: True if the connection is encrypted.
        ca: File of the authority that has certified the server; empty to trust public authorities.
    """

    host: str
    port: int
    user: str
    password: str = field(repr=False)
    secure: bool
    ca: str = ""

    def __str__(self) -> str:
        """Return the DSN as text, without the password."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        options = ("?secure=true" if self.secure else "") + (f"&ca={quote(self.ca)}" if self.ca else "")
        return f"{CLICKHOUSE}://{quote(self.user, safe='')}@{host}:{self.port}/{options}"

    def dbt_variables(self) -> dict[str, str]:
        """Return the environment variables that the profile of the dbt project reads."""
        return {
            "HOSPITAL_WAREHOUSE_TARGET": CLICKHOUSE,
            "HOSPITAL_WAREHOUSE_HOST": self.host,
            "HOSPITAL_WAREHOUSE_PORT": str(self.port),
            "HOSPITAL_WAREHOUSE_USER": self.user,
            "HOSPITAL_WAREHOUSE_SECURE": "true" if self.secure else "false",
            CLICKHOUSE_PASSWORD: self.password,
            CLICKHOUSE_CA: self.ca,
        }


@dataclass(frozen=True)
class RedshiftDsn:
    """DSN of a Redshift cluster or workgroup.

    Attributes:
        host: Name of its endpoint.
        port: Its port.
        database: Database that holds the schemas.
        user: Name of the user.
        password: Password of the user; never shown.
        iam_role: Role with which it reads S3; empty to use the standard AWS credentials.
        sslmode: One of ``SSL_MODES``.
    """

    host: str
    port: int
    database: str
    user: str
    password: str = field(repr=False)
    iam_role: str = ""
    sslmode: str = SSL_MODES[0]

    def __str__(self) -> str:
        """Return the DSN as text, without the password."""
        return f"{REDSHIFT}://{quote(self.user, safe='')}@{self.host}:{self.port}/{quote(self.database)}"

    def dbt_variables(self) -> dict[str, str]:
        """Return the environment variables that the profile of the dbt project reads."""
        return {
            "HOSPITAL_WAREHOUSE_TARGET": REDSHIFT,
            "HOSPITAL_WAREHOUSE_HOST": self.host,
            "HOSPITAL_WAREHOUSE_PORT": str(self.port),
            "HOSPITAL_WAREHOUSE_USER": self.user,
            "HOSPITAL_WAREHOUSE_DATABASE": self.database,
            "HOSPITAL_WAREHOUSE_SSLMODE": self.sslmode,
            REDSHIFT_PASSWORD: self.password,
        }


Dsn = ChdbDsn | ClickHouseDsn | RedshiftDsn


def parse_dsn(text: str) -> Dsn:
    """Parse a DSN.

    Args:
        text: A DSN, such as ``chdb:///data/warehouse``.

    Returns:
        Its parts. A relative path starts at the working directory; a missing password comes from the environment.

    Raises:
        WrongCallError: If its kind is unknown, or a part is missing or unknown.
    """
    kind, separator, rest = text.partition("://")
    if not separator or kind not in KINDS:
        raise WrongCallError(
            f"warehouse {_without_password(text)!r}: no such kind; known are {', '.join(KINDS.values())}"
        )
    if kind == CLICKHOUSE:
        return _server(text)
    if kind == REDSHIFT:
        return _cluster(text)
    if not rest:
        raise WrongCallError(f"warehouse {text!r}: the path is missing; write {KINDS[kind]}")
    path = Path(rest).expanduser().absolute()
    if "?" in str(path):
        raise WrongCallError(f"warehouse {text!r}: chDB reads no further than '?'; give a path without one: {path}")
    return ChdbDsn(path)


def _server(text: str) -> ClickHouseDsn:
    parts = urlsplit(text)
    options = parse_qs(parts.query, keep_blank_values=True)
    secure = options.pop("secure", ["false"])[-1].lower()
    ca = options.pop("ca", [""])[-1]
    if options or secure not in ("true", "false") or (ca and secure == "false"):
        raise _wrong(text, "after '?' there may be only secure=true, and ca=/path with it")
    if parts.path.strip("/") or parts.fragment:
        raise _wrong(text, "it names no database; the schemas begin with --prefix")
    if not parts.hostname:
        raise _wrong(text, "the host is missing")
    password = os.environ.get(CLICKHOUSE_PASSWORD, "") if parts.password is None else unquote(parts.password)
    port = _port(text, parts) or (_SECURE_PORT if secure == "true" else _PORT)
    authority = str(Path(ca).expanduser().absolute()) if ca else ""
    user = unquote(parts.username or "default")
    return ClickHouseDsn(parts.hostname, port, user, password, secure == "true", authority)


def _cluster(text: str) -> RedshiftDsn:
    parts = urlsplit(text)
    options = {name: values[-1] for name, values in parse_qs(parts.query, keep_blank_values=True).items()}
    role = options.pop("iam_role", os.environ.get(REDSHIFT_IAM_ROLE, ""))
    sslmode = options.pop("sslmode", SSL_MODES[0])
    if options:
        raise _wrong(text, "after '?' there may be only iam_role=arn:… and sslmode=…")
    if sslmode not in SSL_MODES:
        raise _wrong(text, f"sslmode must be one of {', '.join(SSL_MODES)}")
    if role and not _ROLE.fullmatch(role):
        raise _wrong(
            text, "iam_role must be the ARN of a role, such as arn:aws:iam::123456789012:role/name, or default"
        )
    if not parts.hostname:
        raise _wrong(text, "the host is missing")
    if not parts.username:
        raise _wrong(text, "the user is missing")
    database = unquote(parts.path.strip("/"))
    if not database or "/" in database:
        raise _wrong(text, "it must name one database")
    password = os.environ.get(REDSHIFT_PASSWORD, "") if parts.password is None else unquote(parts.password)
    port = _port(text, parts) or _REDSHIFT_PORT
    return RedshiftDsn(parts.hostname, port, database, unquote(parts.username), password, role, sslmode)


def _port(text: str, parts: SplitResult) -> int | None:
    try:
        return parts.port
    except ValueError:
        raise _wrong(text, "the port is not a number from 0 to 65535") from None


def _wrong(text: str, problem: str) -> WrongCallError:
    kind = text.partition("://")[0]
    return WrongCallError(f"warehouse {_without_password(text)!r}: {problem}; write {KINDS[kind]}")


def _without_password(text: str) -> str:
    kind, separator, rest = text.partition("://")
    account, at, address = rest.rpartition("@")
    if not at:
        return text
    user, colon, _ = account.partition(":")
    return f"{kind}{separator}{user}{':***' if colon else ''}@{address}"
