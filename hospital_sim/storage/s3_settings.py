"""Finds the endpoint, region and credentials of S3, in the places where AWS tools look for them.

``AWS_*`` variables come first. If they hold no access key, botocore looks in the profile (``AWS_PROFILE``, or the
default one) and then for a role of the machine.
"""

import ipaddress
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from hospital_sim.errors import needs_extra
from hospital_sim.storage.protocol import StoreRefusedError

if TYPE_CHECKING:
    from obstore.store import S3Config, S3Credential

_ENDPOINTS = ("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL", "AWS_ENDPOINT")
_REFRESH = timedelta(minutes=5)
_TRUE = ("1", "on", "true", "yes")


@dataclass(frozen=True)
class S3Settings:
    """Connection settings of an S3 store; equal settings reach the same server as the same user.

    Attributes:
        endpoint: URL of the server; None for AWS.
        region: Region; None for the client's default.
        allow_http: True if the endpoint may be unencrypted.
        key: Variables that identify the user, so that settings of two users differ.
        credentials: Returns the credentials; None if the client reads them from the variables.
    """

    endpoint: str | None
    region: str | None
    allow_http: bool
    key: tuple[str | None, ...] = field(repr=False)
    credentials: "Callable[[], S3Credential] | None" = field(repr=False, default=None)

    def config(self) -> "S3Config":
        """Return the settings as the client takes them."""
        config: S3Config = {}
        if self.endpoint is not None:
            # Both names, because the client also reads each as a variable and prefers one of them.
            config["endpoint"] = config["aws_endpoint_url_s3"] = self.endpoint
        if self.region is not None:
            config["region"] = self.region
        return config


def settings(location: str, environment: Mapping[str, str] = os.environ) -> S3Settings:
    """Return the connection settings, from the environment and the AWS configuration.

    Args:
        location: URL of the store, for errors.
        environment: The variables of the process.

    Raises:
        StoreRefusedError: If there are no credentials, or an unencrypted endpoint is not this machine.
        MissingExtraError: If the extra ``s3`` is not installed.
    """
    variables = tuple(environment.get(name) for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"))
    endpoint = next((environment[name] for name in _ENDPOINTS if environment.get(name)), None)
    region = environment.get("AWS_REGION") or environment.get("AWS_DEFAULT_REGION")
    credentials = None
    anonymous = environment.get("AWS_SKIP_SIGNATURE", "").lower() in _TRUE
    if not anonymous and not environment.get("AWS_ACCESS_KEY_ID"):
        files = (environment.get("AWS_SHARED_CREDENTIALS_FILE"), environment.get("AWS_CONFIG_FILE"))
        profile = _profile(location, environment.get("AWS_PROFILE"), files)
        credentials = profile.credentials
        endpoint, region = endpoint or profile.endpoint, region or profile.region
    return S3Settings(endpoint, region, _allows_http(location, endpoint, environment), variables, credentials)


@dataclass(frozen=True)
class _Profile:
    credentials: "Callable[[], S3Credential]"
    endpoint: str | None
    region: str | None


@cache
def _profile(location: str, name: str | None, _: tuple[str | None, ...]) -> _Profile:
    """Read a profile once, so that all stores of a process share its credentials and connections."""
    with needs_extra(f"a lake at {location} with the credentials of a profile", "s3"):
        import botocore.exceptions
        import botocore.session
    try:
        session = botocore.session.Session(profile=name)
        source = session.get_credentials()
        configured = session.get_scoped_config()
    except botocore.exceptions.BotoCoreError as error:
        raise StoreRefusedError(location, f"the AWS configuration cannot be used: {error}") from error
    if source is None:
        raise StoreRefusedError(
            location,
            "no credentials found; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE, "
            "or run where the machine has a role",
        )

    def credentials() -> "S3Credential":
        frozen = source.get_frozen_credentials()
        return {
            "access_key_id": frozen.access_key,
            "secret_access_key": frozen.secret_key,
            "token": frozen.token,
            # Short, so that the client asks again and gets what botocore has renewed.
            "expires_at": datetime.now(UTC) + _REFRESH,
        }

    return _Profile(credentials, configured.get("endpoint_url"), configured.get("region"))


def _allows_http(location: str, endpoint: str | None, environment: Mapping[str, str]) -> bool:
    """Return True if an endpoint is unencrypted and may be: it is this machine, or a variable allows it."""
    if endpoint is None or urlsplit(endpoint).scheme != "http":
        return False
    host = urlsplit(endpoint).hostname or ""
    if environment.get("AWS_ALLOW_HTTP", "").lower() in _TRUE or _is_this_machine(host):
        return True
    raise StoreRefusedError(
        location,
        f"AWS_ENDPOINT_URL: http://{host} is not encrypted and not this machine; "
        "use https://, or set AWS_ALLOW_HTTP=true",
    )


def _is_this_machine(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
