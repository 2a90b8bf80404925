"""Passes the bytes of connections on to a server of this machine, and ends each of them in the usual way.

A client that is killed resets its connection; the server behind a relay sees the end of the connection instead.
"""

import asyncio
import ssl
from contextlib import suppress


async def listen(port: int, server_port: int, host: str = "127.0.0.1", tls: ssl.SSLContext | None = None) -> int:
    """Start to listen and return the port.

    Args:
        port: Port to listen on; 0 for any free one.
        server_port: Port of the server.
        host: Name to listen on.
        tls: What is shown to clients that connect with TLS; None without TLS.
    """

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        server_reader, server_writer = await asyncio.open_connection("127.0.0.1", server_port)
        await asyncio.gather(_pass_on(reader, server_writer), _pass_on(server_reader, writer))

    listening = await asyncio.start_server(serve, host, port, ssl=tls)
    address: tuple[str, int] = listening.sockets[0].getsockname()
    return address[1]


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
