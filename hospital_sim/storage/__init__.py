"""Object stores: where a lake lives. The local file system, S3 and what speaks as it does, and what fsspec knows."""

import os

from hospital_sim.storage.create_only import create_once
from hospital_sim.storage.local import FILE_ALONE, LocalStore
from hospital_sim.storage.protocol import (
    ObjectConflictError,
    ObjectNotFoundError,
    ObjectStore,
    OverwritingStoreError,
    StorageError,
    StoreRefusedError,
    StoreUnreachableError,
    UnknownSchemeError,
)
from hospital_sim.storage.urls import public_url

__all__ = [
    "FILE_ALONE",
    "LocalStore",
    "ObjectConflictError",
    "ObjectNotFoundError",
    "ObjectStore",
    "OverwritingStoreError",
    "StorageError",
    "StoreRefusedError",
    "StoreUnreachableError",
    "UnknownSchemeError",
    "create_once",
    "open_store",
    "public_url",
]


def open_store(url: str | os.PathLike[str], *, single_writer: bool = False) -> ObjectStore:
    """Return the object store at a URL.

    Args:
        url: A local path or ``file://`` URL; ``s3://bucket/prefix``; or a URL that fsspec understands, such as
            ``memory://lake``.
        single_writer: Whether nothing else writes to the store: then one that cannot create an object only if its name
            is free is looked at before each write instead. It makes no difference to a local path.

    Returns:
        The store. Nothing is created or read yet.

    Raises:
        UnknownSchemeError: If the URL has a scheme that no store knows, or is not what its scheme needs.
        OverwritingStoreError: If the store is known to overwrite, and ``single_writer`` is not set.
        MissingExtraError: If the store needs an extra that is not installed.
    """
    text = os.fspath(url)
    scheme, separator, rest = text.partition("://")
    if not separator:
        return LocalStore(text)
    if scheme in ("file", "local"):
        return LocalStore(rest)
    if scheme in ("s3", "s3a"):
        # Imported here: who writes to a disk needs neither, and need not have them.
        from hospital_sim.storage.s3 import S3Store

        try:
            return S3Store(text, single_writer=single_writer)
        except ValueError as error:
            raise UnknownSchemeError(f"{public_url(text)!r}: {error}") from None
    from hospital_sim.storage.fsspec_store import FsspecStore

    return FsspecStore(text, single_writer=single_writer)
