"""A connection to Amazon Redshift. No other module uses redshift_connector."""

import logging
import struct
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

import pyarrow as pa

from elt import WrongCallError
from elt.warehouse.dsn import REDSHIFT_PASSWORD, RedshiftDsn
from elt.warehouse.errors import StatementError, WarehouseError
from elt.warehouse.redshift.arrow_rows import arrow_table
from elt.warehouse.redshift.redshift_sql import WRONG_SQL, is_conflict, one_line

if TYPE_CHECKING:
    from redshift_connector.core import Connection
    from redshift_connector.cursor import Cursor

# Its log repeats the server's messages, which may hold secrets; the errors raised here say them without.
logging.getLogger("redshift_connector").setLevel(logging.ERROR)

_CONNECT_SECONDS = 10
_WRONG_PASSWORD = {"28000", "28P01"}
_READ_ONLY = "25006"


class RedshiftSession:
    """One connection, which commits each statement unless a transaction is open.

    Args:
        dsn: DSN of the cluster.

    Attributes:
        dsn: The same as text, without a password.
        in_transaction: True while a transaction is open.
        secrets: Texts to remove from the server's messages.

    Raises:
        WrongCallError: If it refuses the user or the password, or the extra is not installed.
        WarehouseError: If it cannot be reached.
    """

    def __init__(self, dsn: RedshiftDsn) -> None:
        self.dsn = str(dsn)
        self.in_transaction = False
        self.secrets: tuple[str, ...] = ()
        self._connection = self._connect(dsn)

    def run(self, sql: str, values: Sequence[object] = ()) -> "Cursor":
        """Run one statement; the values replace its question marks."""
        with self._refusals():
            cursor = self._connection.cursor()
            cursor.paramstyle = "qmark"
            return cursor.execute(sql, values) if values else cursor.execute(sql)

    def rows(self, sql: str, values: Sequence[object] = ()) -> pa.Table:
        """Run one statement and return its rows."""
        cursor = self.run(sql, values)
        described = [(str(column[0]), int(column[1])) for column in cursor.description or ()]
        return arrow_table(cursor.fetchall() if described else (), described)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Commit all statements in the block together or none; a nested one is part of the outer one."""
        if self.in_transaction:
            yield
            return
        self.run("BEGIN")
        self.in_transaction = True
        try:
            yield
        except BaseException:
            self.in_transaction = False
            with suppress(WarehouseError):
                self.run("ROLLBACK")
            raise
        self.in_transaction = False
        self.run("COMMIT")

    def close(self) -> None:
        """Close the connection."""
        from redshift_connector.error import Error

        with suppress(Error, OSError, struct.error):
            self._connection.close()

    def _connect(self, dsn: RedshiftDsn) -> "Connection":
        try:
            import redshift_connector
        except ImportError:
            raise WrongCallError("redshift:// needs an extra: pip install 'simpy-hospital[redshift]'") from None
        with self._refusals():
            connection = redshift_connector.connect(
                host=dsn.host,
                port=dsn.port,
                database=dsn.database,
                user=dsn.user,
                password=dsn.password,
                ssl=dsn.sslmode != "disable",
                sslmode=dsn.sslmode,
                application_name="hospital-elt",
                timeout=_CONNECT_SECONDS,
                max_prepared_statements=0,
            )
        # The timeout was for connecting; a statement may take any time.
        connection._usock.settimeout(None)
        connection.autocommit = True
        return connection

    @contextmanager
    def _refusals(self) -> Iterator[None]:
        """Raise an error of one line, without secrets, for one of the driver or the server, and drop the original."""
        from redshift_connector.error import Error

        try:
            yield
        except Error as error:
            fields = error.args[0] if error.args and isinstance(error.args[0], dict) else None
            raise self._refused(fields) if fields is not None else self._lost(error) from None
        except (OSError, EOFError, struct.error) as error:
            raise self._lost(error) from None

    def _refused(self, fields: dict[str, str]) -> WarehouseError | WrongCallError:
        code, message, detail = fields.get("C", ""), one_line(fields.get("M", "")), one_line(fields.get("D", ""))
        for secret in self.secrets:
            message, detail = message.replace(secret, "***"), detail.replace(secret, "***")
        if code in _WRONG_PASSWORD:
            return WrongCallError(
                f"warehouse {self.dsn}: the server refuses this user or password; set {REDSHIFT_PASSWORD}"
            )
        if code == _READ_ONLY or "read-only" in message:
            return StatementError(f"A query may change nothing (readonly): {message}", wrong_sql=True)
        if is_conflict(message):
            return WarehouseError(
                f"warehouse {self.dsn}: another load or build writes into it at the same time ({detail or message}); "
                "run the same command again when that has ended"
            )
        return StatementError(message, wrong_sql=code.startswith(WRONG_SQL))

    def _lost(self, error: Exception) -> WarehouseError:
        cause = error.args[1] if len(error.args) > 1 and isinstance(error.args[1], OSError) else error
        certificate = getattr(cause, "verify_message", "")
        if certificate:
            return WarehouseError(
                f"warehouse {self.dsn}: its certificate is not one for this host: {certificate}; write the host as the "
                "cluster's endpoint names it"
            )
        return WarehouseError(
            f"warehouse {self.dsn}: the server cannot be reached or went away ({type(cause).__name__}); when it is "
            "there, run the same command again"
        )
