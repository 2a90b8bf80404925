"""Object stores: the local file system, S3 and services that speak its protocol, and file systems of fsspec.

- Opening: ``open_store`` returns the store at a path or a URL.
- Stores: ``ObjectStore`` is what each can do; ``LocalStore`` is the one for disks.
- Writing safely: ``create_once`` refuses a store that overwrites.
- Run records: ``Runs`` and ``read_record`` yield ``FinishedRun``, ``StartedRun`` or ``BrokenRecord``.
- Few requests for many small objects: ``BundledFolder`` reads them from a bundle, and creates bundles of what
  ``copied`` returns.
- For servers that read a lake on S3 themselves: ``s3_address`` of an object, ``aws_credentials`` of this process.
- Errors: ``StorageError`` and the classes below it; ``public_url`` hides the password of a URL in messages.

Create and read objects::

    store = open_store("lake/raw")
    store.create("notes/first.json", b"{}")  # True; False if the same bytes exist; an error if other bytes do
    for key, data in store.read_many(store.keys("notes/")):
        print(key, len(data))
"""

import os

from hospital_sim.storage.aws import aws_credentials
from hospital_sim.storage.base import create_once
from hospital_sim.storage.bundles import BUNDLED_TOGETHER, BundledFolder, copied
from hospital_sim.storage.local import LocalStore
from hospital_sim.storage.protocol import (
    ObjectConflictError,
    ObjectDeniedError,
    ObjectNotFoundError,
    ObjectStore,
    ObjectTooLargeError,
    ObjectUnreadableError,
    OverwritingStoreError,
    StorageError,
    StoreRefusedError,
    StoreUnreachableError,
    UnfitKeyError,
    UnknownSchemeError,
)
from hospital_sim.storage.run_records import (
    BrokenRecord,
    FinishedRun,
    Runs,
    StartedRun,
    read_record,
)
from hospital_sim.storage.s3_settings import s3_address
from hospital_sim.storage.urls import public_url

__all__ = [
    "BUNDLED_TOGETHER",
    "BrokenRecord",
    "BundledFolder",
    "FinishedRun",
    "LocalStore",
    "ObjectConflictError",
    "ObjectDeniedError",
    "ObjectNotFoundError",
    "ObjectStore",
    "ObjectTooLargeError",
    "ObjectUnreadableError",
    "OverwritingStoreError",
    "Runs",
    "StartedRun",
    "StorageError",
    "StoreRefusedError",
    "StoreUnreachableError",
    "UnfitKeyError",
    "UnknownSchemeError",
    "aws_credentials",
    "copied",
    "create_once",
    "open_store",
    "public_url",
    "read_record",
    "s3_address",
]


def open_store(url: str | os.PathLike[str], *, single_writer: bool = False) -> ObjectStore:
    """Return the object store at a URL.

    Args:
        url: A local path or ``file://`` URL; ``s3://bucket/prefix``; or a URL that fsspec understands, such as
            ``memory://lake``.
        single_writer: True if nothing else writes to the store. Then a store without atomic create is allowed: it looks
            for the key before each write.

    Returns:
        The store. Nothing is created or read yet.

    Raises:
        UnknownSchemeError: If no store has the scheme of the URL, or the URL is empty or not valid for its scheme.
        OverwritingStoreError: If the store is known to overwrite, and ``single_writer`` is False.
        MissingExtraError: If the store needs an extra that is not installed.
    """
    text = os.fspath(url)
    scheme, separator, rest = text.partition("://")
    if not separator or scheme in ("file", "local"):
        path = rest if separator else text
        if not path.strip():
            # Else a variable that is not set would mean the working directory.
            raise UnknownSchemeError(f"{text!r}: is empty; give a path or a URL, or . for this folder")
        return LocalStore(path, single_writer=single_writer)
    if scheme in ("s3", "s3a"):
        # Imported here, because a store on disk must work without the extra for S3.
        from hospital_sim.storage.s3 import S3Store

        try:
            return S3Store(text, single_writer=single_writer)
        except ValueError as error:
            raise UnknownSchemeError(f"{public_url(text)!r}: {error}") from None
    from hospital_sim.storage.fsspec_store import FsspecStore

    return FsspecStore(text, single_writer=single_writer)
