"""What stands between a client of Redshift and PostgreSQL, and speaks to each in its own way."""

import asyncio
import ssl
from collections.abc import Callable
from contextlib import suppress

from redshift import messages
from redshift.copying import STATEMENT, Bucket, Copy, CopyError, parse, rows_to_copy
from redshift.messages import Message
from redshift.rewriting import NotOfRedshiftError, as_postgres

_KEPT_AT_START = ("user", "database", "application_name", "options", "client_encoding")
_CHUNK = 1 << 16
_COLUMNS = (
    "SELECT attname, format_type(atttypid, atttypmod) FROM pg_attribute "
    "WHERE attrelid = to_regclass('{table}') AND attnum > 0 AND NOT attisdropped ORDER BY attnum"
)


class Session:
    """One client, and the session of PostgreSQL behind it.

    Args:
        client: The stream from the client, and the one to it.
        socket: The socket of PostgreSQL.
        tls: What the client is answered with if it asks for TLS; None refuses it.
        bucket: Where COPY reads.
        record: Called with the text of every statement, as it came.
    """

    def __init__(
        self,
        client: tuple[asyncio.StreamReader, asyncio.StreamWriter],
        socket: str,
        tls: ssl.SSLContext | None,
        bucket: Bucket,
        record: Callable[[str], None],
    ) -> None:
        self._from_client, self._to_client = client
        self._socket = socket
        self._tls = tls
        self._bucket = bucket
        self._record = record
        self._copies: dict[bytes, Copy] = {}
        self._portal_copy: Copy | None = None
        self._columns: list[tuple[str, str]] = []
        self._copy_began: asyncio.Future[bool] | None = None
        self._asked: list[list[str | None]] | None = None
        self._answered = asyncio.Event()
        self._refused = False
        self._let_in = False

    async def run(self) -> None:
        """Serve the client until either goes away."""
        code, body = await messages.read_start(self._from_client)
        if code == messages.TLS_REQUEST:
            self._to_client.write(b"S" if self._tls else b"N")
            if self._tls:
                await self._to_client.start_tls(self._tls)
            code, body = await messages.read_start(self._from_client)
        if code != messages.VERSION_3:
            return
        given = messages.start_parameters(body)
        self._from_server, self._to_server = await asyncio.open_unix_connection(self._socket)
        self._to_server.write(messages.start({name: given[name] for name in _KEPT_AT_START if name in given}))
        pumps = [asyncio.ensure_future(pump()) for pump in (self._client_to_server, self._server_to_client)]
        try:
            await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for pump in pumps:
                pump.cancel()
            for result in await asyncio.gather(*pumps, return_exceptions=True):
                if isinstance(result, Exception) and not isinstance(result, OSError | asyncio.IncompleteReadError):
                    raise result
            self._to_server.close()

    async def _client_to_server(self) -> None:
        while True:
            message = await messages.read(self._from_client)
            if self._refused and message.kind != b"S":
                continue
            self._refused = False
            match message.kind:
                case b"P":
                    await self._prepare(message)
                case b"B":
                    portal, statement, _ = message.body.split(b"\0", 2)
                    self._portal_copy = self._copies.get(statement) if not portal else None
                    self._send(message)
                case b"E" if self._portal_copy is not None:
                    await self._copy(self._portal_copy, message)
                case b"H" if not self._let_in:
                    pass  # PostgreSQL would hang up on what it has not read, before its refusal is read here.
                case b"Q" | b"F":
                    raise NotOfRedshiftError("the driver sends no such message")
                case _:
                    self._send(message)
            await self._to_server.drain()

    async def _prepare(self, message: Message) -> None:
        name, text, rest = message.body.split(b"\0", 2)
        sql = text.decode()
        self._record(sql)
        self._copies.pop(name, None)
        try:
            if STATEMENT.match(sql):
                copy = self._copies[name] = parse(sql)
                self._columns = await self._columns_of(copy.table)
                sql = f"COPY {copy.table} FROM STDIN WITH (FORMAT csv)"
            else:
                sql = as_postgres(sql)
        except (NotOfRedshiftError, CopyError) as error:
            self._refused = True
            self._to_client.write(messages.error(str(error)).encoded())
            return
        self._send(Message(b"P", name + b"\0" + sql.encode() + b"\0" + rest))

    async def _columns_of(self, table: str) -> list[tuple[str, str]]:
        """Ask within the session, for the table may be a temporary one."""
        self._asked = []
        self._answered.clear()
        self._send(Message(b"Q", _COLUMNS.format(table=table).encode() + b"\0"))
        await self._answered.wait()
        found, self._asked = self._asked, None
        return [(str(name), str(kind)) for name, kind in found]

    async def _copy(self, copy: Copy, execute: Message) -> None:
        """Execute a COPY; what the client sends after it is held back until it is done."""
        self._copy_began = asyncio.get_running_loop().create_future()
        self._send(execute)
        if not await self._copy_began:
            return
        try:
            rows = await asyncio.to_thread(rows_to_copy, copy, self._columns, self._bucket)
        except CopyError as error:
            self._send(Message(b"f", str(error).encode() + b"\0"))
        else:
            for start in range(0, len(rows), _CHUNK):
                self._send(Message(b"d", rows[start : start + _CHUNK]))
                await self._to_server.drain()
            self._send(Message(b"c"))
        self._send(Message(b"H"))

    async def _server_to_client(self) -> None:
        while True:
            message = await messages.read(self._from_server)
            if self._asked is not None:
                if message.kind == b"D":
                    self._asked.append(messages.row_values(message.body))
                elif message.kind == b"Z":
                    self._answered.set()
                continue
            if message.kind in (b"G", b"E") and self._copy_began is not None:
                self._copy_began.set_result(message.kind == b"G")
                self._copy_began = None
                if message.kind == b"G":
                    continue
            self._let_in = self._let_in or message.kind == b"Z"
            if message.kind == b"E":
                message = messages.as_redshift_reports(message)
            elif message.kind == b"T":
                message = Message(b"T", messages.without_text_type(message.body))
            elif message.kind == b"S" and message.body.startswith(b"server_version\0"):
                message = Message(b"S", b"server_version\x008.0.2\0")  # As Redshift says of itself.
            self._to_client.write(message.encoded())
            with suppress(ConnectionError):
                await self._to_client.drain()

    def _send(self, message: Message) -> None:
        self._to_server.write(message.encoded())
