"""What may be the key of an object: never a way out of the store."""

_NO_SEGMENT = frozenset(("", ".", ".."))


def check_key(key: str) -> None:
    """Check that a key is a relative path of segments.

    Raises:
        ValueError: If a segment is empty, ``.`` or ``..``, or the key has a null character.
    """
    if not _NO_SEGMENT.isdisjoint(key.split("/")) or "\0" in key:
        raise ValueError(f"not an object key: {key!r}")


def check_prefix(prefix: str) -> None:
    """Check that a prefix is empty, or a relative path of segments that ends with a slash.

    Raises:
        ValueError: If it is not.
    """
    if prefix and (prefix[-1] != "/" or not _NO_SEGMENT.isdisjoint(prefix[:-1].split("/")) or "\0" in prefix):
        raise ValueError(f"not a prefix of object keys: {prefix!r}; give none, or one that ends with a slash")
