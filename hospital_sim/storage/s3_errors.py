"""Turns errors of the S3 client into errors of a store: transient ones, which are retried, and final ones.

The client's messages quote the server at length, signed parts included, so only the status and the server's code are
passed on.
"""

import re

from hospital_sim.storage.protocol import ObjectNotFoundError, StorageError, StoreRefusedError
from hospital_sim.storage.retries import TransientError

_STATUS = re.compile(r"status code: (\d{3})")
_CODE = re.compile(r"<Code>(\w{1,64})</Code>")
_INVALID_NAME = re.compile(r'path: "((?:[^"\\]|\\.)*)"')
_TRANSIENT = {408, 409, 425, 429, 500, 502, 503, 504, 507, 509}
_WRONG_CREDENTIALS = {
    "ExpiredToken",
    "InvalidAccessKeyId",
    "InvalidClientTokenId",
    "InvalidToken",
    "SignatureDoesNotMatch",
    "TokenRefreshRequired",
}


def store_error(error: Exception, location: str, bucket: str, server: str) -> StorageError | TransientError:
    """Return the error of a store for an error of the client.

    Args:
        error: Error that the client raised.
        location: URL of the object or the store.
        bucket: Name of the bucket.
        server: URL of the server.

    Returns:
        The error to raise: ``TransientError`` if the request can be retried.
    """
    text = str(error)
    status = int(match[1]) if (match := _STATUS.search(text)) else None
    code = match[1] if (match := _CODE.search(text)) else ""
    kind = type(error).__name__
    if code == "NoSuchBucket":
        return StoreRefusedError(location, f"there is no bucket {bucket!r}; make it, or give the URL of another")
    if isinstance(error, FileNotFoundError):
        return ObjectNotFoundError(location, "there is no such object")
    if kind == "InvalidPathError":
        name = match[1] if (match := _INVALID_NAME.search(text)) else "unknown"
        return StorageError(location, f"holds an object whose name no lake can have: {name!r}; move it elsewhere")
    if code in _WRONG_CREDENTIALS:
        return StoreRefusedError(
            location, f"the store does not accept the credentials ({code}); check AWS_ACCESS_KEY_ID or the profile"
        )
    if kind in ("PermissionDeniedError", "UnauthenticatedError"):
        return StoreRefusedError(
            location, f"the store does not permit this ({code or status}); check the credentials and their rights"
        )
    if status is None:
        return _error_without_status(text, location, server)
    answer = f"HTTP status {status} {code}".rstrip()
    if status in _TRANSIENT:
        return TransientError(f"{answer} from {server}")
    if status in (301, 307):
        return StoreRefusedError(location, f"{answer}: the bucket is elsewhere; check AWS_REGION and AWS_ENDPOINT_URL")
    return StoreRefusedError(location, f"the store refuses this ({answer})")


def _error_without_status(text: str, location: str, server: str) -> StorageError | TransientError:
    if "credential" in text.lower():
        return StoreRefusedError(
            location, "no credentials found; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE"
        )
    if "redirect without LOCATION" in text:
        return StoreRefusedError(location, "the bucket is in another region; set AWS_REGION")
    if "builder error" in text or "URL scheme is not allowed" in text:
        return StoreRefusedError(location, "the endpoint is not an HTTPS URL; check AWS_ENDPOINT_URL")
    if "timed out" in text:
        return TransientError(f"no answer from {server} in time")
    return TransientError(f"no connection to {server}")
