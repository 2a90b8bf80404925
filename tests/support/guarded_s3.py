"""A proxy of an S3 server that enforces policies, and records every request."""

import http.client
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote, urlsplit

from iam import Request, Statement, is_allowed
from s3_servers import S3Server

_ARN = "arn:aws:s3:::"


@dataclass(frozen=True)
class Asked:
    """A request, and the status of its answer."""

    request: Request
    status: int


class Gate(ThreadingHTTPServer):
    """A proxy of a server, with the policies of one principal and of the bucket.

    Attributes:
        asked: The requests, in order.
        cut_at: Returns True for the request after which nothing is answered, so that a test can kill the client there.
        cut: Set once that request has been carried out.
    """

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, behind: S3Server, identity: Sequence[Statement], bucket: Sequence[Statement]) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.behind = behind.endpoint.removeprefix("http://")
        self.identity = identity
        self.bucket = bucket
        self.asked: list[Asked] = []
        self.cut_at: Callable[[Request], bool] | None = None
        self.cut = threading.Event()
        self._mended = threading.Event()

    def mend(self) -> None:
        """Answer again."""
        self.cut_at = None
        self.cut.clear()
        self._mended.set()

    def hold(self, request: Request) -> bool:
        """Return True from the request of ``cut_at`` on, but only after the gate answers again; else False at once."""
        if self.cut_at is None or not (self.cut.is_set() or self.cut_at(request)):
            return False
        self.cut.set()
        self._mended.wait(60)
        return True

    def handle_error(self, request: object, client_address: object) -> None:
        """Ignore a client that was killed before it was answered."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]

    @property
    def endpoint(self) -> str:
        """URL of the gate."""
        return f"http://127.0.0.1:{self.server_address[1]}"

    def denied(self) -> list[Request]:
        """Return the requests that were denied."""
        return [entry.request for entry in self.asked if entry.status == 403]

    def count(self, *actions: str) -> int:
        """Return the number of requests with some actions."""
        return sum(entry.request.action in actions for entry in self.asked)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Gate

    def _forward(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        request = asked(self.command, self.path, dict(self.headers))
        if not is_allowed(request, self.server.identity, self.server.bucket):
            self._answer(request, 403, [], b"<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>")
            return
        server = http.client.HTTPConnection(self.server.behind, timeout=60)
        try:
            # The host of the gate stays in the request, because it is part of the signature.
            server.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
            for name, value in self.headers.items():
                if name.lower() != "connection":
                    server.putheader(name, value)
            server.endheaders(body or None)
            answer = server.getresponse()
            data = answer.read()
        finally:
            server.close()
        # S3 answers 404 only to users who may list the bucket.
        listing = Request("s3:ListBucket", request.resource.partition("/")[0])
        hidden = answer.status == 404 and not is_allowed(listing, self.server.identity, self.server.bucket)
        if self.server.hold(request):
            self.close_connection = True
            return
        self._answer(request, 403 if hidden else answer.status, answer.getheaders(), data)

    do_GET = do_PUT = do_HEAD = do_POST = do_DELETE = _forward

    def _answer(self, request: Request, status: int, headers: list[tuple[str, str]], data: bytes) -> None:
        self.server.asked.append(Asked(request, status))
        self.send_response_only(status)
        size = str(len(data))
        for name, value in headers:
            if name.lower() == "content-length" and self.command == "HEAD":
                size = value
            elif name.lower() not in ("content-length", "connection", "transfer-encoding"):
                self.send_header(name, value)
        self.send_header("Content-Length", size)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data)

    def log_message(self, *_: object) -> None:
        return


def asked(method: str, path: str, headers: dict[str, str]) -> Request:
    """Return the action, resource and context of an HTTP request to S3.

    Raises:
        ValueError: If the request is not supported here.
    """
    parts = urlsplit(path)
    bucket, _, key = unquote(parts.path).lstrip("/").partition("/")
    query = {name: values[-1] for name, values in parse_qs(parts.query, keep_blank_values=True).items()}
    lower = {name.lower(): value for name, value in headers.items()}
    if not key and method == "GET" and "list-type" in query:
        return Request("s3:ListBucket", f"{_ARN}{bucket}", {"s3:prefix": query.get("prefix", "")})
    if key and not query.keys() - {"x-id"}:
        if method in ("GET", "HEAD"):
            return Request("s3:GetObject", f"{_ARN}{bucket}/{key}")
        if method == "PUT" and "x-amz-copy-source" not in lower:
            context = {"s3:ObjectCreationOperation": "true"}
            if "if-none-match" in lower:
                context["s3:if-none-match"] = lower["if-none-match"]
            return Request("s3:PutObject", f"{_ARN}{bucket}/{key}", context)
        if method == "DELETE":
            return Request("s3:DeleteObject", f"{_ARN}{bucket}/{key}")
    raise ValueError(f"not supported here: {method} {path}")


@contextmanager
def guarded(behind: S3Server, identity: Sequence[Statement], bucket: Sequence[Statement] = ()) -> Iterator[Gate]:
    """Run a gate before a server."""
    with Gate(behind, identity, bucket) as gate:
        thread = threading.Thread(target=gate.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield gate
        finally:
            gate.shutdown()
            thread.join()
