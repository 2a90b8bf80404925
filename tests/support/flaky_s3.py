"""A small S3 server that fails on request: with an error, or with a lost connection."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

BREAK_OFF = 0
"""Used as a status: close the connection without an answer."""


class FlakyS3(ThreadingHTTPServer):
    """Holds objects in memory, and answers the next requests with chosen errors instead.

    Attributes:
        failures: The statuses of the next answers, each with the code of the error in its body, or the URL to which it
            redirects.
        after_storing: True if a request that fails still stores its object.
        objects: Bytes by path.
        requests: Number of requests so far.
    """

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.failures: list[tuple[int, str]] = []
        self.after_storing = False
        self.objects: dict[str, bytes] = {}
        self.requests = 0
        self.lock = threading.Lock()

    @property
    def endpoint(self) -> str:
        """URL of the server."""
        return f"http://127.0.0.1:{self.server_address[1]}"


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: FlakyS3

    def do_PUT(self) -> None:
        data = self.rfile.read(int(self.headers["Content-Length"]))
        with self.server.lock:
            taken = self.path in self.server.objects
            if not taken and (self.server.after_storing or not self.server.failures):
                self.server.objects[self.path] = data
            if self._fail():
                return
            if taken and self.headers.get("If-None-Match") == "*":
                self._answer(412, "PreconditionFailed")
            else:
                self._answer(200)

    def do_GET(self) -> None:
        with self.server.lock:
            if self._fail():
                return
            data = self.server.objects.get(self.path)
            if data is None:
                self._answer(404, "NoSuchKey")
            else:
                self._answer(200, data=data)

    def _fail(self) -> bool:
        self.server.requests += 1
        if not self.server.failures:
            return False
        status, code = self.server.failures.pop(0)
        if status == BREAK_OFF:
            self.close_connection = True
            self.connection.close()
        else:
            self._answer(status, code)
        return True

    def _answer(self, status: int, code: str = "", data: bytes = b"") -> None:
        body = f"<Error><Code>{code}</Code><Message>words of the server</Message></Error>".encode() if code else data
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        if code.startswith("http"):
            self.send_header("Location", code)
        self.send_header("ETag", '"1"')
        self.send_header("Last-Modified", "Mon, 01 Jan 2024 00:00:00 GMT")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    do_HEAD = do_GET

    def log_message(self, *_: object) -> None:
        return


@contextmanager
def flaky_s3() -> Iterator[FlakyS3]:
    """Run the server."""
    with FlakyS3() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
