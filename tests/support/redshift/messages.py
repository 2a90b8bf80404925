"""Messages of the PostgreSQL protocol, version 3, as far as the proxy reads or writes them."""

import asyncio
import struct
from collections.abc import Mapping
from dataclasses import dataclass

TLS_REQUEST, VERSION_3 = 80877103, 196608
TEXT, VARCHAR = 25, 1043


@dataclass(frozen=True)
class Message:
    """One message: a letter that says what it is, and what follows its length."""

    kind: bytes
    body: bytes = b""

    def encoded(self) -> bytes:
        """Return the bytes that are sent."""
        return self.kind + struct.pack("!I", len(self.body) + 4) + self.body


async def read(stream: asyncio.StreamReader) -> Message:
    """Read one message; the end of the stream raises ``IncompleteReadError``."""
    kind, length = struct.unpack("!cI", await stream.readexactly(5))
    return Message(kind, await stream.readexactly(length - 4))


async def read_start(stream: asyncio.StreamReader) -> tuple[int, bytes]:
    """Read what a client begins with: a code, and what follows it."""
    length, code = struct.unpack("!II", await stream.readexactly(8))
    return code, await stream.readexactly(length - 8)


def start(parameters: Mapping[str, str]) -> bytes:
    """Return the message that begins a session."""
    body = b"".join(part.encode() + b"\0" for pair in parameters.items() for part in pair) + b"\0"
    return struct.pack("!II", len(body) + 8, VERSION_3) + body


def start_parameters(body: bytes) -> dict[str, str]:
    """Read the parameters of a start message."""
    words = [word.decode() for word in body.rstrip(b"\0").split(b"\0")]
    return dict(zip(words[::2], words[1::2], strict=True))


def without_text_type(description: bytes) -> bytes:
    """Return a row description in which text is varchar: Redshift has no other."""
    (count,) = struct.unpack_from("!H", description)
    out, at = [description[:2]], 2
    for _ in range(count):
        end = description.index(b"\0", at) + 1
        table, place, kind, size, modifier, form = struct.unpack_from("!IHIhih", description, end)
        out.append(description[at:end])
        out.append(struct.pack("!IHIhih", table, place, VARCHAR if kind == TEXT else kind, size, modifier, form))
        at = end + 18
    return b"".join(out)


def error(text: str) -> Message:
    """Return an error of the server: something that it does not support."""
    return _error({"S": "ERROR", "V": "ERROR", "C": "0A000", "M": text})


def as_redshift_reports(error: Message) -> Message:
    """Return an error of PostgreSQL, a conflict of two transactions as Redshift reports it: a number, with a detail."""
    if b"\0C40001\0" not in error.body:
        return error
    detail = "Serializable isolation violation on table - 100, transactions forming the cycle are: 1, 2 (pid:3)"
    return _error({"S": "ERROR", "C": "XX000", "M": "1023", "D": detail, "R": "pg_throw"})


def _error(fields: Mapping[str, str]) -> Message:
    return Message(b"E", b"".join(f"{name}{value}".encode() + b"\0" for name, value in fields.items()) + b"\0")


def row_values(body: bytes) -> list[str | None]:
    """Read the values of a row that was sent as text."""
    (count,), at, values = struct.unpack_from("!H", body), 2, []
    for _ in range(count):
        (length,) = struct.unpack_from("!i", body, at)
        at += 4
        values.append(None if length < 0 else body[at : at + length].decode())
        at += max(length, 0)
    return values
