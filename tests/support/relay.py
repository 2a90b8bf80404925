"""Passes the bytes of connections on to a server of this machine, and ends each of them in the usual way.

A client that is killed resets its connection; the server behind a relay sees the end of the connection instead.
"""

import asyncio
import ssl
from contextlib import suppress


class Relay:
    """A relay that listens on a port.

    Args:
        server_port: Port of the server.
    """

    def __init__(self, server_port: int) -> None:
        self._server_port = server_port
        self._writers: set[asyncio.StreamWriter] = set()
        self._connections: set[asyncio.Task[None]] = set()
        self._listening: asyncio.Server | None = None

    async def listen(self, port: int, host: str = "127.0.0.1", tls: ssl.SSLContext | None = None) -> int:
        """Start to listen and return the port.

        Args:
            port: Port to listen on; 0 for any free one.
            host: Name to listen on.
            tls: What is shown to clients that connect with TLS; None without TLS.
        """
        self._listening = await asyncio.start_server(self._begin, host, port, ssl=tls)
        address: tuple[str, int] = self._listening.sockets[0].getsockname()
        return address[1]

    async def end(self) -> None:
        """Stop to listen, and end the connections."""
        if self._listening is not None:
            self._listening.close()
        for writer in self._writers:
            writer.transport.abort()
        await asyncio.gather(*self._connections)

    def _begin(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection = asyncio.get_running_loop().create_task(self._serve(reader, writer))
        self._connections.add(connection)
        connection.add_done_callback(self._connections.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        server_reader, server_writer = await asyncio.open_connection("127.0.0.1", self._server_port)
        both = {writer, server_writer}
        self._writers |= both
        await asyncio.gather(_pass_on(reader, server_writer), _pass_on(server_reader, writer))
        self._writers -= both
        for each in both:
            each.close()
            with suppress(OSError):
                await each.wait_closed()


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Pass all bytes on, then the end; drop those that nobody takes any more."""
    while data := await _read(reader):
        if not writer.is_closing():
            writer.write(data)
            with suppress(OSError):
                await writer.drain()
    with suppress(OSError):
        if writer.can_write_eof():
            writer.write_eof()
        else:
            writer.close()


async def _read(reader: asyncio.StreamReader) -> bytes:
    try:
        return await reader.read(1 << 16)
    except OSError:
        return b""
