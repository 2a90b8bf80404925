"""HTTP address of an object on S3, for a server that reads it itself."""

import os
from urllib.parse import quote

_SCHEME = "s3://"


def s3_url(lake: str, key: str) -> str | None:
    """Return the HTTP address of an object; None if the lake is not on S3.

    Args:
        lake: URL of the lake, such as ``s3://bucket/prefix``.
        key: Key of the object in the lake.

    Returns:
        An address without credentials, at ``AWS_ENDPOINT_URL_S3`` or ``AWS_ENDPOINT_URL`` if set, else at Amazon.
    """
    if not lake.startswith(_SCHEME):
        return None
    bucket, _, prefix = lake.removeprefix(_SCHEME).strip("/").partition("/")
    path = quote(f"{prefix}/{key}" if prefix else key, safe="/=")
    endpoint = os.environ.get("AWS_ENDPOINT_URL_S3") or os.environ.get("AWS_ENDPOINT_URL")
    if endpoint:
        return f"{endpoint.rstrip('/')}/{bucket}/{path}"
    region = os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION")
    host = f"s3.{region}.amazonaws.com" if region else "s3.amazonaws.com"
    return f"https://{bucket}.{host}/{path}"
