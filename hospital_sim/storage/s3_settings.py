"""Asks botocore, the library of the AWS tools, for the server, region and credentials of a bucket.

botocore reads ``AWS_*`` variables, profiles with their services, and roles. It builds one request and is stopped before
it sends it, so the address and the region of that request are the ones that AWS tools would use.
"""

import ipaddress
import os
import re
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn
from urllib.parse import quote, urlsplit

from hospital_sim.errors import needs_extra
from hospital_sim.storage.aws import (
    LOCK,
    NO_CREDENTIALS,
    S3Credentials,
    Variables,
    aws_session,
    credential_source,
    in_words,
    variables,
)
from hospital_sim.storage.protocol import StoreRefusedError

if TYPE_CHECKING:
    from botocore.awsrequest import AWSPreparedRequest
    from botocore.session import Session
    from obstore.store import ClientConfig, S3Config

_TRUE = ("1", "on", "true", "yes")
_REGION = re.compile(r"Credential=[^/]*/\d+/(?P<region>[^/]+)/")
_NUMBER = re.compile(r"\d+|0x[0-9a-f]*", re.IGNORECASE)

DEAD_END = "http://127.0.0.1:1"
"""Proxy of all hosts but the server, so that the client, which follows redirects, cannot leave the server."""


class _StoppedRequestError(Exception):
    """Raised instead of sending a request.

    Attributes:
        request: The request, with its signature.
    """

    def __init__(self, request: "AWSPreparedRequest") -> None:
        super().__init__()
        self.request = request


@dataclass(frozen=True, eq=False)
class S3Settings:
    """Connection settings of a bucket.

    Attributes:
        bucket_url: URL of the bucket, with its name in the host or in the path.
        region: Region that requests are signed for.
        allow_http: True if requests may be unencrypted.
        certificates: PEM text of further certificate authorities to trust; None if there are none.
        credentials: The user; None if requests are not signed.
    """

    bucket_url: str
    region: str
    allow_http: bool
    certificates: bytes | None = field(repr=False)
    credentials: S3Credentials | None = field(repr=False)

    def proxy(self) -> "ClientConfig":
        """Return the proxy as the client takes it; nothing if the variables of the process give one for the server."""
        from botocore.utils import get_environ_proxies

        if get_environ_proxies(self.bucket_url):
            return {}
        return {"proxy_url": DEAD_END, "proxy_excludes": urlsplit(self.bucket_url).hostname or ""}

    @property
    def server(self) -> str:
        """URL of the server."""
        parts = urlsplit(self.bucket_url)
        return f"{parts.scheme}://{parts.netloc}"

    def config(self) -> "S3Config":
        """Return the settings as the client takes them."""
        # Complete, because the client itself reads variables for what is missing, some of them others than AWS tools.
        return {
            "endpoint": self.bucket_url,
            "aws_endpoint_url_s3": self.bucket_url,
            "virtual_hosted_style_request": True,
            "region": self.region,
            "skip_signature": self.credentials is None,
            "conditional_put": "etag",
            "s3_express": False,
        }


def settings(bucket: str) -> S3Settings:
    """Return the connection settings of a bucket, from the variables of the process and the AWS configuration.

    Stores with the same variables share their settings, so they share credentials and connections.

    Raises:
        StoreRefusedError: If the configuration cannot be used, there are no credentials, or an unencrypted endpoint is
            not this machine.
        StoreUnreachableError: If a server that gives credentials does not answer.
        MissingExtraError: If the extra ``s3`` is not installed.
    """
    with needs_extra(f"a lake at s3://{bucket}", "s3"):
        import botocore.session  # noqa: F401
    # Locked, because sessions of botocore are not safe for threads.
    with LOCK:
        return _settings(bucket, variables())


def s3_address(bucket: str, name: str) -> str:
    """Return the URL of an object for a server that reads it itself, with rights of its own.

    Args:
        bucket: The bucket.
        name: Name of the object in the bucket.

    Raises:
        StoreRefusedError: If the AWS configuration cannot be used.
    """
    with LOCK:
        return f"{_unsigned_url(bucket, variables())}/{quote(name, safe='/=')}"


@cache
def _unsigned_url(bucket: str, key: Variables) -> str:
    with in_words(f"s3://{bucket}"):
        return _bucket_url(_first_request(aws_session(key), bucket, signed=False))


@cache
def _settings(bucket: str, key: Variables) -> S3Settings:
    location = f"s3://{bucket}"
    credentials = None
    if not _is_on("AWS_SKIP_SIGNATURE"):
        source = credential_source(key, location)
        if source is None:
            raise StoreRefusedError(location, NO_CREDENTIALS)
        credentials = S3Credentials(source, location)
        # Called here, so that credentials that cannot be had are reported before anything is sent.
        credentials()
    with in_words(location):
        session = aws_session(key)
        request = _first_request(session, bucket, signed=credentials is not None)
        certificates = session.get_config_variable("ca_bundle") or os.environ.get("REQUESTS_CA_BUNDLE")
    parts = urlsplit(request.url)
    if parts.query == "session":
        raise StoreRefusedError(location, "is a directory bucket (S3 Express); give a general purpose bucket")
    host = parts.hostname or ""
    _check_host(location, host)
    _check_endpoint_variable(location, host)
    signature = _REGION.search(str(request.headers.get("Authorization", b""), "ascii"))
    return S3Settings(
        _bucket_url(request),
        signature["region"] if signature else "us-east-1",
        _allows_http(location, parts.scheme, host),
        _read_certificates(location, certificates) if parts.scheme == "https" and certificates else None,
        credentials,
    )


def _bucket_url(request: "AWSPreparedRequest") -> str:
    parts = urlsplit(request.url)
    return f"{parts.scheme}://{parts.netloc}{parts.path.removesuffix('/k')}"


def _first_request(session: "Session", bucket: str, *, signed: bool) -> "AWSPreparedRequest":
    """Return the request with which botocore would read the object ``k`` of a bucket, without sending it."""
    from botocore import UNSIGNED
    from botocore.config import Config

    client = session.create_client("s3", config=None if signed else Config(signature_version=UNSIGNED))

    def stop(request: "AWSPreparedRequest", **_: object) -> NoReturn:
        raise _StoppedRequestError(request)

    client.meta.events.register_first("before-send.s3", stop)
    try:
        client.get_object(Bucket=bucket, Key="k")
    except _StoppedRequestError as stopped:
        return stopped.request
    raise AssertionError("botocore sent a request that was to be stopped")


def _read_certificates(location: str, path: str) -> bytes:
    try:
        certificates = Path(path).read_bytes()
    except OSError as error:
        raise StoreRefusedError(location, f"AWS_CA_BUNDLE: {path}: cannot be read: {error.strerror}") from None
    if b"-----BEGIN CERTIFICATE-----" not in certificates:
        raise StoreRefusedError(location, f"AWS_CA_BUNDLE: {path}: holds no certificate in PEM form")
    return certificates


def _check_host(location: str, host: str) -> None:
    """Refuse a host that botocore accepts, but at which the client would crash, or which it would spell otherwise."""
    try:
        ipaddress.ip_address(host)
        valid = "%" not in host
    except ValueError:
        try:
            valid = not _NUMBER.fullmatch(host.encode("ascii").decode("idna").rpartition(".")[2])
        except UnicodeError:
            valid = False
    if not valid:
        raise StoreRefusedError(location, f"the endpoint's host {host!r} is no name or address; check AWS_ENDPOINT_URL")


def _check_endpoint_variable(location: str, host: str) -> None:
    """Refuse a variable that names another server, and that other tools read but AWS tools do not."""
    endpoint = os.environ.get("AWS_ENDPOINT")
    named = urlsplit(endpoint).hostname if endpoint else None
    if endpoint and not (named and f".{host}".endswith(f".{named}")):
        raise StoreRefusedError(
            location, f"AWS_ENDPOINT is not read by AWS tools, which go to {host}; set AWS_ENDPOINT_URL, or unset it"
        )


def _is_on(variable: str) -> bool:
    return os.environ.get(variable, "").lower() in _TRUE


def _allows_http(location: str, scheme: str, host: str) -> bool:
    """Return True if the endpoint is unencrypted and may be: it is this machine, or a variable allows it."""
    if scheme != "http":
        return False
    if _is_on("AWS_ALLOW_HTTP") or _is_this_machine(host):
        return True
    raise StoreRefusedError(
        location,
        f"the endpoint http://{host} is not encrypted and not this machine; use https://, or set AWS_ALLOW_HTTP=true",
    )


def _is_this_machine(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
