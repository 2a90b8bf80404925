"""HTTP address of an object on S3, for a server that reads it itself."""

from hospital_sim.storage import s3_address

_SCHEME = "s3://"


def s3_url(lake: str, key: str) -> str | None:
    """Return the HTTP address of an object; None if the lake is not on S3.

    Args:
        lake: URL of the lake, such as ``s3://bucket/prefix``.
        key: Key of the object in the lake.

    Returns:
        An address without credentials, at the server that AWS tools would use.

    Raises:
        StoreRefusedError: If the AWS configuration cannot be used.
    """
    if not lake.startswith(_SCHEME):
        return None
    bucket, _, prefix = lake.removeprefix(_SCHEME).strip("/").partition("/")
    return s3_address(bucket, f"{prefix}/{key}" if prefix else key)
