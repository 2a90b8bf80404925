"""A proxy that answers for every server, encrypted or not, and records which was asked for what, by whom."""

import json
import re
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

_SIGNATURE = re.compile(r"Credential=(?P<user>[^/]+)/\d+/(?P<region>[^/]+)/")


@dataclass(frozen=True)
class Sent:
    """One request.

    Attributes:
        url: URL without its query.
        user: Access key of its signature; empty if it is not signed.
        region: Region of its signature.
        token: Session token.
    """

    url: str
    user: str
    region: str
    token: str


class RecordingProxy(ThreadingHTTPServer):
    """Gives the role ``ROLE`` as STS and single sign-on do; answers all other requests with 404.

    Attributes:
        sent: The requests, in order.
        folder: Folder of its certificates; ``authority.pem`` is the one to trust.
    """

    daemon_threads = True

    def __init__(self, folder: Path) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.sent: list[Sent] = []
        self.folder = folder
        self.context = lru_cache(_Authority(folder).context)

    @property
    def url(self) -> str:
        """URL of the proxy."""
        return f"http://127.0.0.1:{self.server_address[1]}"

    def handle_error(self, request: object, client_address: object) -> None:
        """Ignore clients that do not trust the certificate."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: RecordingProxy
    origin = ""

    def do_CONNECT(self) -> None:
        host = self.path.rpartition(":")[0]
        self.send_response(200)
        self.end_headers()
        self.origin = f"https://{host if self.path.endswith(':443') else self.path}"
        self.connection = self.server.context(host).wrap_socket(self.connection, server_side=True)
        self.rfile, self.wfile = self.connection.makefile("rb"), self.connection.makefile("wb", 0)  # type: ignore[assignment]
        self.close_connection = False

    def do_GET(self) -> None:
        length = int(self.headers.get("Content-Length", 0))
        asked = self.rfile.read(length).decode() if length else ""
        url = f"{self.origin}{self.path}".partition("?")[0]
        signature = _SIGNATURE.search(self.headers.get("Authorization", ""))
        user, region = (signature["user"], signature["region"]) if signature else ("", "")
        self.server.sent.append(Sent(url, user, region, self.headers.get("X-Amz-Security-Token", "")))
        host = urlsplit(url).hostname or ""
        if host.startswith("sts."):
            action = "AssumeRoleWithWebIdentity" if "WebIdentity" in asked else "AssumeRole"
            self._answer(200, _role_of_sts(action))
        elif host.startswith("portal.sso."):
            self._answer(200, json.dumps({"roleCredentials": _ROLE | {"expiration": 32503680000000}}))
        else:
            self._answer(404, "<Error><Code>NoSuchKey</Code></Error>")

    do_POST = do_PUT = do_HEAD = do_GET

    def _answer(self, status: int, body: str) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body.encode())

    def log_message(self, *_: object) -> None:
        return


_ROLE = {"accessKeyId": "ROLE", "secretAccessKey": "role-secret-7pzd", "sessionToken": "ROLETOKEN"}


def _role_of_sts(action: str) -> str:
    return (
        f"<{action}Response xmlns='https://sts.amazonaws.com/doc/2011-06-15/'><{action}Result><Credentials>"
        f"<AccessKeyId>{_ROLE['accessKeyId']}</AccessKeyId><SecretAccessKey>{_ROLE['secretAccessKey']}</SecretAccessKey>"
        f"<SessionToken>{_ROLE['sessionToken']}</SessionToken><Expiration>2999-01-01T00:00:00Z</Expiration>"
        f"</Credentials><AssumedRoleUser><Arn>a</Arn><AssumedRoleId>a</AssumedRoleId></AssumedRoleUser>"
        f"</{action}Result></{action}Response>"
    )


class _Authority:
    """Signs a certificate for any host."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "authority of a test")])
        certificate = self._sign("authority", self.key, x509.BasicConstraints(ca=True, path_length=None))
        (folder / "authority.pem").write_bytes(certificate)

    def context(self, host: str) -> ssl.SSLContext:
        """Return the server's side of a connection to a host."""
        key = ec.generate_private_key(ec.SECP256R1())
        certificate = self._sign(host, key, x509.SubjectAlternativeName([x509.DNSName(host)]))
        private = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        path = self.folder / f"{host}.pem"
        path.write_bytes(private + certificate)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(path)
        return context

    def _sign(self, name: str, key: ec.EllipticCurvePrivateKey, extension: x509.ExtensionType) -> bytes:
        now = datetime.now(UTC)
        subject = self.name if name == "authority" else x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "host")])
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self.name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=1))
            .not_valid_after(now + timedelta(days=1))
            .add_extension(extension, critical=name == "authority")
            # Asked for by Python 3.13.
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key()), critical=False)
            .add_extension(_usage(signs=name == "authority"), critical=True)
        )
        return builder.sign(self.key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


def _usage(*, signs: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True, key_cert_sign=signs, crl_sign=signs, content_commitment=False, key_encipherment=False,
        data_encipherment=False, key_agreement=False, encipher_only=False, decipher_only=False,
    )  # fmt: skip


@contextmanager
def recording_proxy(folder: Path) -> Iterator[RecordingProxy]:
    """Run the proxy."""
    with RecordingProxy(folder) as proxy:
        thread = threading.Thread(target=proxy.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield proxy
        finally:
            proxy.shutdown()
            thread.join()
