"""Sessions and credentials of botocore, the library of the AWS tools, with its errors in words.

botocore reads ``AWS_*`` variables and profiles; it runs programs, and asks servers for roles and single sign-on.
"""

import os
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING

from hospital_sim.storage.protocol import StorageError, StoreRefusedError, StoreUnreachableError
from hospital_sim.storage.urls import without_passwords

if TYPE_CHECKING:
    from botocore.credentials import Credentials
    from botocore.session import Session
    from obstore.store import S3Credential

Variables = tuple[tuple[str, str], ...]

LOCK = threading.Lock()
"""Held while a session is used, because sessions of botocore are not safe for threads."""

NO_CREDENTIALS = (
    "no credentials found; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE, "
    "or run where the machine has a role"
)
_REFRESH = timedelta(minutes=5)
_OTHER_VARIABLES = ("HOME", "REQUESTS_CA_BUNDLE")
_IN_A_HEADER = re.compile(r"[!-~]+")
_LONGEST_REASON = 300


class S3Credentials:
    """Returns the credentials of a user as the S3 client takes them; the client calls it again before they expire.

    Attributes:
        failure: The error of the last call that failed; the client itself would only quote it.
    """

    def __init__(self, source: "Credentials", location: str) -> None:
        self._source = source
        self._location = location
        self.failure: StorageError | None = None

    def __call__(self) -> "S3Credential":
        """Return the credentials, renewed if needed."""
        try:
            return self._current()
        except StorageError as error:
            self.failure = error
            raise

    def _current(self) -> "S3Credential":
        with in_words(self._location):
            frozen = self._source.get_frozen_credentials()
        for name, value in (("access key", frozen.access_key), ("session token", frozen.token or "-")):
            # Checked here, because the client would crash at the header.
            if not _IN_A_HEADER.fullmatch(value):
                raise StoreRefusedError(
                    self._location,
                    f"the {name} holds a space, a line end or another character that no {name} has; "
                    "check the AWS_* variables or the profile",
                )
        return {
            "access_key_id": frozen.access_key,
            "secret_access_key": frozen.secret_key,
            "token": frozen.token,
            # Short, so that the client asks again and gets what botocore has renewed.
            "expires_at": datetime.now(UTC) + _REFRESH,
        }


def aws_credentials(location: str) -> "S3Credential | None":
    """Return the credentials that AWS tools would use; None if there are none.

    Args:
        location: The store or server that needs them, for errors.

    Raises:
        StoreRefusedError: If the configuration cannot be used, or the credentials have expired.
        StoreUnreachableError: If a server that gives credentials does not answer.
    """
    with LOCK:
        source = credential_source(variables(), location)
    return None if source is None else S3Credentials(source, location)()


def variables() -> Variables:
    """Return the variables that botocore reads, so that what it resolved can be kept for them."""
    names = sorted(name for name in os.environ if name.startswith("AWS_") or name in _OTHER_VARIABLES)
    return tuple((name, os.environ[name]) for name in names)


@cache
def aws_session(_: Variables) -> "Session":
    """Return the session for the variables that are set now; hold ``LOCK``."""
    from botocore.config import Config
    from botocore.session import Session

    session = Session()
    if region := os.environ.get("AWS_REGION"):
        # As the AWS command line does; botocore itself reads AWS_DEFAULT_REGION alone.
        session.set_config_variable("region", region)
    # For servers that give credentials, so that one that does not answer is reported in time.
    session.set_default_client_config(Config(connect_timeout=4, read_timeout=5, retries={"total_max_attempts": 2}))
    return session


def credential_source(key: Variables, location: str) -> "Credentials | None":
    """Return the credentials that botocore finds, which renews them; None if there are none."""
    with in_words(location):
        return aws_session(key).get_credentials()


@contextmanager
def in_words(location: str) -> Iterator[None]:
    """Turn errors of botocore, and of what it calls, into errors of a store."""
    from botocore import exceptions

    try:
        yield
    except (exceptions.ConnectionError, exceptions.HTTPClientError) as error:
        raise StoreUnreachableError(
            location, f"the server that gives the credentials cannot be reached: {_reason(error)}"
        ) from None
    except exceptions.NoCredentialsError:
        raise StoreRefusedError(location, NO_CREDENTIALS) from None
    except (exceptions.SSOError, exceptions.TokenRetrievalError) as error:
        raise StoreRefusedError(location, f"not logged in: {_reason(error)}; run: aws sso login") from None
    except EOFError:
        raise StoreRefusedError(
            location, "the profile asks for a code of a second factor, and this is not a terminal; use another profile"
        ) from None
    # All others too, because a configuration makes botocore run programs and read files.
    except Exception as error:
        raise StoreRefusedError(location, f"the AWS configuration cannot be used: {_reason(error)}") from None


def _reason(error: Exception) -> str:
    """Return the message of an error in one short line, without passwords."""
    text = " ".join(without_passwords(str(error)).split()).rstrip(".")
    text = text if len(text) <= _LONGEST_REASON else f"{text[:_LONGEST_REASON]}…"
    return text or type(error).__name__
