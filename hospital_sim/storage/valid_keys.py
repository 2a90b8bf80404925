"""Validates object keys, so that none can leave the store."""

_FORBIDDEN_SEGMENTS = frozenset(("", ".", ".."))


def check_key(key: str) -> None:
    """Check that a key is a relative path of segments.

    Raises:
        ValueError: If a segment is empty, ``.`` or ``..``, or the key has a null character.
    """
    if not _is_path(key):
        raise ValueError(f"not an object key: {key!r}")


def check_prefix(prefix: str) -> None:
    """Check that a prefix is empty, or a relative path of segments that ends with a slash.

    Raises:
        ValueError: If it is neither.
    """
    if prefix and not (prefix[-1] == "/" and _is_path(prefix[:-1])):
        raise ValueError(f"not a prefix of object keys: {prefix!r}; give none, or one that ends with a slash")


def _is_path(text: str) -> bool:
    return _FORBIDDEN_SEGMENTS.isdisjoint(text.split("/")) and "\0" not in text
