"""What an S3 store's errors mean: what may pass, and what will not.

The client's own messages quote the server at length, and with them what was signed. Only the status and the server's
code are passed on.
"""

import re

from hospital_sim.storage.protocol import ObjectNotFoundError, StorageError, StoreRefusedError
from hospital_sim.storage.retries import TransientError

_STATUS = re.compile(r"status code: (\d{3})")
_CODE = re.compile(r"<Code>(\w{1,64})</Code>")
_INVALID_NAME = re.compile(r'path: "((?:[^"\\]|\\.)*)"')
_MAY_PASS = {408, 409, 425, 429, 500, 502, 503, 504, 507, 509}
_WRONG_CREDENTIALS = {
    "ExpiredToken",
    "InvalidAccessKeyId",
    "InvalidClientTokenId",
    "InvalidToken",
    "SignatureDoesNotMatch",
    "TokenRefreshRequired",
}


def explained(error: Exception, location: str, bucket: str, server: str) -> StorageError | TransientError:
    """Return what an error of the client means.

    Args:
        error: What the client raised.
        location: URL of the object or the store.
        bucket: Name of the bucket.
        server: URL of the server.

    Returns:
        The error to raise: ``TransientError`` if the request may be made again.
    """
    text = str(error)
    status = int(found[1]) if (found := _STATUS.search(text)) else None
    code = found[1] if (found := _CODE.search(text)) else ""
    kind = type(error).__name__
    if code == "NoSuchBucket":
        return StoreRefusedError(location, f"there is no bucket {bucket!r}; make it, or give the URL of another")
    if isinstance(error, FileNotFoundError):
        return ObjectNotFoundError(location, "there is no such object")
    if kind == "InvalidPathError":
        name = found[1] if (found := _INVALID_NAME.search(text)) else "unknown"
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
        return _unanswered(text, location, server)
    answer = f"HTTP status {status} {code}".rstrip()
    if status in _MAY_PASS:
        return TransientError(f"{answer} from {server}")
    if status in (301, 307):
        return StoreRefusedError(location, f"{answer}: the bucket is elsewhere; check AWS_REGION and AWS_ENDPOINT_URL")
    return StoreRefusedError(location, f"the store refuses this ({answer})")


def _unanswered(text: str, location: str, server: str) -> StorageError | TransientError:
    if "credential" in text.lower():
        return StoreRefusedError(
            location, "no credentials could be had; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE"
        )
    if "redirect without LOCATION" in text:
        return StoreRefusedError(location, "the bucket is in another region; set AWS_REGION")
    if "builder error" in text or "URL scheme is not allowed" in text:
        return StoreRefusedError(location, "the endpoint is not an HTTPS URL; check AWS_ENDPOINT_URL")
    if "timed out" in text:
        return TransientError(f"no answer from {server} in time")
    return TransientError(f"no connection to {server}")
