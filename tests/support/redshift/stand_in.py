"""A stand-in for Amazon Redshift: PostgreSQL, behind a proxy that speaks, loads and restricts as Redshift does.

It is not Redshift. What it proves, and what it does not, is told in docs/redshift.md.
"""

import asyncio
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from redshift import postgres
from redshift.copying import Bucket
from redshift.proxy import Session

USER, PASSWORD = "loader", "pass word/1"
ROLE = "arn:aws:iam::123456789012:role/reads-the-lake"


@dataclass
class StandIn:
    """A running stand-in.

    Attributes:
        port: Its port, on this machine.
        statements: What clients have sent, as they sent it.
        regions: Regions of the buckets that are not in the cluster's.
    """

    port: int
    statements: list[str]
    regions: dict[str, str]

    def dsn(self, options: str = f"?iam_role={ROLE}&sslmode=disable") -> str:
        """Return where it is; the password stands in the environment."""
        return f"redshift://{USER}@localhost:{self.port}/{postgres.DATABASE}{options}"

    def environment(self) -> dict[str, str]:
        """Return the variables by which a user is let in."""
        return {"REDSHIFT_PASSWORD": PASSWORD}


@contextmanager
def running(endpoint: str, own: tuple[str, str], tls: ssl.SSLContext | None = None) -> Iterator[StandIn]:
    """Run a stand-in.

    Args:
        endpoint: The S3 server that COPY reads from.
        own: Key and secret that its role has there.
        tls: What it answers with to who asks for TLS.
    """
    server = postgres.start(USER, PASSWORD)
    regions: dict[str, str] = {}
    statements: list[str] = []
    bucket = Bucket(endpoint, own, (ROLE, "default"), regions)
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await Session((reader, writer), server.socket, tls, bucket, statements.append).run()
        except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass  # The client went away, or the tests are over.
        finally:
            writer.close()

    try:
        listening = asyncio.run_coroutine_threadsafe(asyncio.start_server(serve, "127.0.0.1", 0), loop).result(30)
        yield StandIn(listening.sockets[0].getsockname()[1], statements, regions)
        loop.call_soon_threadsafe(listening.close)
    finally:
        asyncio.run_coroutine_threadsafe(_cancel_others(), loop).result(30)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(30)
        loop.close()
        server.stop()


async def _cancel_others() -> None:
    others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
