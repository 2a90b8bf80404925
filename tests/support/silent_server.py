"""A port that never answers a connection, as behind a firewall."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def silent_port() -> Iterator[int]:
    """Yield a port whose queue of incoming connections is full."""
    with socket.socket() as silent, socket.socket() as first, socket.socket() as second:
        silent.bind(("127.0.0.1", 0))
        silent.listen(0)
        for other in (first, second):
            other.setblocking(False)
            other.connect_ex(silent.getsockname())
        yield silent.getsockname()[1]
