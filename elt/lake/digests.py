"""Digests by which manifests identify the objects that staging read and wrote."""

import hashlib

import numpy as np
import numpy.typing as npt


class RawDigest:
    """Digest of the raw objects of a day, in the order of their identifiers: of their bytes, and of their lengths."""

    __slots__ = ("_bytes", "_lengths")

    def __init__(self) -> None:
        self._bytes = hashlib.sha256()
        self._lengths = hashlib.sha256()

    def add(self, contents: memoryview, lengths: npt.NDArray[np.int64]) -> None:
        """Add the next objects: their concatenated bytes, and the length of each."""
        self._bytes.update(contents)
        self._lengths.update(lengths.astype("<u8").tobytes())

    def hexdigest(self) -> str:
        """Return the digest, hexadecimal."""
        return hashlib.sha256(self._bytes.digest() + self._lengths.digest()).hexdigest()


def digest(data: bytes) -> str:
    """Return the SHA-256 of bytes, hexadecimal."""
    return hashlib.sha256(data).hexdigest()
