"""Turns errors of the S3 client and of botocore into errors of a store: transient ones are retried, the others final.

The client's messages quote the server at length, signed parts included, so only the status and the server's code are
passed on.
"""

import re

from hospital_sim.storage.protocol import (
    ObjectDeniedError,
    ObjectNotFoundError,
    ObjectUnreadableError,
    StorageError,
    StoreRefusedError,
)
from hospital_sim.storage.retries import TransientError
from hospital_sim.storage.s3_settings import DEAD_END, S3Settings

_PROVIDER = "External AWS credential provider"
_STATUS = re.compile(r"status code: (\d{3})")
_CODE = re.compile(r"<Code>(\w{1,64})</Code>")
_CERTIFICATE = re.compile(r"InvalidCertificate\(\s*(\w+)")
_REGION = re.compile(r"<Region>([\w-]{1,32})</Region>")
_INVALID_NAME = re.compile(r'path: "((?:[^"\\]|\\.)*)"')
TRANSIENT_STATUSES = frozenset((408, 409, 425, 429, 500, 502, 503, 504, 507, 509))
"""Statuses that may pass: a busy or restarting server, or two writers of one key at once."""

TRANSIENT_CODES = frozenset((
    "BadDigest", "BandwidthLimitExceeded", "EC2ThrottledException", "InternalError", "LimitExceededException",
    "PriorRequestNotComplete", "ProvisionedThroughputExceededException", "RequestLimitExceeded", "RequestThrottled",
    "RequestThrottledException", "RequestTimeout", "RequestTimeoutException", "ServiceUnavailable", "SlowDown",
    "ThrottledException", "Throttling", "ThrottlingException", "TooManyRequestsException",
    "TransactionInProgressException",
))  # fmt: skip
"""Codes that may pass whatever the status: those of botocore's standard mode and of its rules for S3, and a server's
own failures."""

_WRONG_CREDENTIALS = {
    "ExpiredToken",
    "InvalidAccessKeyId",
    "InvalidClientTokenId",
    "InvalidToken",
    "SignatureDoesNotMatch",
    "TokenRefreshRequired",
}
_REDIRECTS = {301, 302, 303, 307, 308}
_ELSEWHERE = "{server} redirects to another server, which is not followed; check AWS_REGION and AWS_ENDPOINT_URL"
_WRONG_REGION = {"AuthorizationHeaderMalformed", "IllegalLocationConstraintException", "PermanentRedirect"}


class InvalidNameError(StorageError):
    """A listing holds a name that the client refuses."""


def store_error(error: Exception, location: str, bucket: str, place: S3Settings) -> StorageError | TransientError:
    """Return the error of a store for an error of the client.

    Args:
        error: Error that the client, or botocore, raised.
        location: URL of the object or the store.
        bucket: Name of the bucket.
        place: Settings of the client.

    Returns:
        The error to raise: ``TransientError`` if the request can be retried.
    """
    text = str(error)
    status, code = _status_and_code(error, text)
    kind = type(error).__name__
    answer = f"HTTP status {status} {code}".rstrip()
    if status in TRANSIENT_STATUSES or code in TRANSIENT_CODES:
        return TransientError(f"{answer} from {place.server}")
    if code == "NoSuchBucket":
        return StoreRefusedError(location, f"there is no bucket {bucket!r}; make it, or give the URL of another")
    if isinstance(error, FileNotFoundError):
        return ObjectNotFoundError(location, "there is no such object")
    if kind == "InvalidPathError":
        name = match[1] if (match := _INVALID_NAME.search(text)) else "unknown"
        return InvalidNameError(location, f"holds an object whose name no lake can have: {name!r}; move it elsewhere")
    if code in _WRONG_CREDENTIALS:
        return StoreRefusedError(
            location, f"the store does not accept the credentials ({code}); check AWS_ACCESS_KEY_ID or the profile"
        )
    if _PROVIDER in text and place.credentials is not None and place.credentials.failure is not None:
        failure = place.credentials.failure
        return type(failure)(location, failure.reason)
    if code == "RequestTimeTooSkewed":
        return StoreRefusedError(location, "the clock of this machine is minutes from that of the server; set it right")
    if code in _WRONG_REGION:
        region = match[1] if (match := _REGION.search(text)) else "the bucket's region"
        return StoreRefusedError(location, f"the bucket is in another region; set AWS_REGION to {region}")
    if code == "InvalidObjectState":
        return ObjectUnreadableError(location, "cannot be read: it is archived; restore it")
    if kind in ("PermissionDeniedError", "UnauthenticatedError") or status in (401, 403):
        return (ObjectDeniedError if code == "AccessDenied" else StoreRefusedError)(
            location, f"the store does not permit this ({code or status}); check the credentials and their rights"
        )
    if status is None:
        return _error_without_status(text, location, place.server)
    if status in _REDIRECTS:
        return StoreRefusedError(location, _ELSEWHERE.format(server=place.server))
    return StoreRefusedError(location, f"the store refuses this ({answer})")


def _status_and_code(error: Exception, text: str) -> tuple[int | None, str]:
    answer = getattr(error, "response", None)
    if isinstance(answer, dict):
        # Of botocore.
        return answer["ResponseMetadata"]["HTTPStatusCode"], str(answer.get("Error", {}).get("Code", ""))
    status = int(match[1]) if (match := _STATUS.search(text)) else None
    return status, match[1] if (match := _CODE.search(text)) else ""


def _error_without_status(text: str, location: str, server: str) -> StorageError | TransientError:
    if "redirect without LOCATION" in text:
        return StoreRefusedError(location, "the bucket is in another region; set AWS_REGION")
    if DEAD_END.removeprefix("http://") + "," in text:
        return StoreRefusedError(location, _ELSEWHERE.format(server=server))
    if "builder error" in text or "URL scheme is not allowed" in text:
        return StoreRefusedError(location, "the endpoint is not an HTTPS URL; check AWS_ENDPOINT_URL")
    if match := _CERTIFICATE.search(text):
        return StoreRefusedError(
            location,
            f"the certificate of {server} is not accepted ({match[1]}); if its authority is your own, set "
            "AWS_CA_BUNDLE to the authority's file",
        )
    if "InvalidContentType" in text:
        return StoreRefusedError(location, f"{server} does not speak HTTPS; check AWS_ENDPOINT_URL")
    if "ETag Header missing" in text or "invalid list response" in text or "invalid XML" in text:
        return StoreRefusedError(location, f"{server} does not answer as S3 does; check AWS_ENDPOINT_URL")
    if "timed out" in text:
        return TransientError(f"no answer from {server} in time")
    return TransientError(f"no connection to {server}")
