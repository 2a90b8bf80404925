"""Local stores on file systems that lack what ext4 has: emulated, and, if this machine permits it, mounted."""

import errno
import os
from pathlib import Path

import pytest

from hospital_sim.storage import LocalStore, file_systems

WAYS = ("nameless", "linked", "renamed", "looked for")
"""The ways in which a store creates a file, best first."""


def store_that(way: str, root: Path) -> LocalStore:
    """Return a store that creates files in one way, as on a file system that lacks the better ones."""
    store = LocalStore(root, single_writer=way == "looked for")
    store._names._lacking = WAYS.index(way)
    return store


def emulate(monkeypatch: pytest.MonkeyPatch, **lacking: int) -> None:
    """Make calls fail as on a file system that lacks them.

    Args:
        monkeypatch: Undoes it.
        lacking: Error numbers by ``nameless``, ``link`` and ``rename``.
    """
    real_open = os.open

    def open_or_fail(path: str, flags: int, mode: int = 0o777, **options: int) -> int:
        if "nameless" in lacking and flags & os.O_TMPFILE == os.O_TMPFILE:
            raise OSError(lacking["nameless"], os.strerror(lacking["nameless"]))
        return real_open(path, flags, mode, **options)

    def fail(*arguments: object, **_: object) -> None:
        if os.path.lexists(str(arguments[-1])):
            # Checked by the kernel before it asks the file system.
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST))
        raise OSError(lacking["link"], os.strerror(lacking["link"]))

    def fail_to_rename(_: str, path: str) -> None:
        if os.path.lexists(path):
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST))
        raise OSError(lacking["rename"], os.strerror(lacking["rename"]))

    monkeypatch.setattr(file_systems.os, "open", open_or_fail)
    if "link" in lacking:
        monkeypatch.setattr(file_systems.os, "link", fail)
    if "rename" in lacking:
        monkeypatch.setattr(file_systems, "_rename_to_free", fail_to_rename)
