"""Digests by which manifests name what staging read and wrote."""

import hashlib
from array import array
from collections.abc import Sequence


class RawDigest:
    """Digest of the raw objects of a day, in the order of their identifiers: of their bytes, and of their lengths."""

    def __init__(self) -> None:
        self._bytes = hashlib.sha256()
        self._lengths = hashlib.sha256()

    def add(self, contents: Sequence[bytes]) -> None:
        """Add the bytes of the next objects."""
        self._bytes.update(b"".join(contents))
        self._lengths.update(array("Q", map(len, contents)).tobytes())

    def hexdigest(self) -> str:
        """Return the digest, hexadecimal."""
        return hashlib.sha256(self._bytes.digest() + self._lengths.digest()).hexdigest()


def digest(data: bytes) -> str:
    """Return the SHA-256 of bytes, hexadecimal."""
    return hashlib.sha256(data).hexdigest()
