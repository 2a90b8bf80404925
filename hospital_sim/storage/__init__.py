"""Object stores: where a lake lives. The local file system; other schemes are refused with what can be done."""

import os

from hospital_sim.storage.local import LocalStore
from hospital_sim.storage.protocol import (
    ObjectConflictError,
    ObjectNotFoundError,
    ObjectStore,
    StorageError,
    UnknownSchemeError,
)

__all__ = [
    "LocalStore",
    "ObjectConflictError",
    "ObjectNotFoundError",
    "ObjectStore",
    "StorageError",
    "UnknownSchemeError",
    "open_store",
]


def open_store(url: str | os.PathLike[str]) -> ObjectStore:
    """Return the object store at a URL.

    Args:
        url: A local path, or a ``file://`` URL.

    Returns:
        The store. Nothing is created or read yet.

    Raises:
        UnknownSchemeError: If the URL has a scheme that no store knows.
    """
    text = os.fspath(url)
    scheme, separator, rest = text.partition("://")
    if not separator:
        return LocalStore(text)
    if scheme == "file":
        return LocalStore(rest)
    raise UnknownSchemeError(f"{text!r}: no store knows the scheme {scheme!r}; give a local path or a file:// URL")
