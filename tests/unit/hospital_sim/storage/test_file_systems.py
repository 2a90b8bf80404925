"""A local store uses what its file system has, and refuses what that cannot keep apart or free."""

import ctypes
import errno
import os
from pathlib import Path

import file_systems
import pytest
from file_systems import store_that

from hospital_sim.storage import (
    LocalStore,
    ObjectConflictError,
    OverwritingStoreError,
    StorageError,
    StoreRefusedError,
)

pytestmark = pytest.mark.unit

FILE_SYSTEMS = {
    "exFAT": ({"nameless": errno.EOPNOTSUPP, "link": errno.EPERM}, True),
    "SMB": ({"nameless": errno.EOPNOTSUPP, "link": errno.EOPNOTSUPP}, True),
    "rclone mount": ({"nameless": errno.EOPNOTSUPP, "link": errno.EPERM, "rename": errno.EINVAL}, False),
    "old kernel": ({"nameless": errno.EISDIR, "rename": errno.ENOSYS}, True),
    "links unknown to FUSE": ({"nameless": errno.EINVAL, "link": errno.ENOSYS, "rename": errno.ENOSYS}, False),
}


@pytest.mark.parametrize(("lacking", "creates"), FILE_SYSTEMS.values(), ids=FILE_SYSTEMS.keys())
def test_a_file_system_is_used_as_far_as_it_goes_and_refused_if_it_cannot_keep_a_name(
    lacking: dict[str, int], creates: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file_systems.emulate(monkeypatch, **lacking)
    root = tmp_path / "raw"
    if not creates:
        with pytest.raises(OverwritingStoreError, match=r"neither hard links nor .* or --single-writer if"):
            LocalStore(root).create("a/b", b"one")
        assert list(LocalStore(root).keys()) == []
    store = LocalStore(root, single_writer=not creates)
    assert store.create_many([("a/b", b"one"), ("a/c", b"two"), ("a/b", b"one")]) == 2
    assert dict(store.read_many(store.keys())) == {"a/b": b"one", "a/c": b"two"}
    with pytest.raises(ObjectConflictError):
        store.create("a/b", b"other")
    assert list(Path(f"{root}.incoming").iterdir()) == []


def test_a_folder_that_may_not_be_written_is_not_called_a_lack_of_links(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file_systems.emulate(monkeypatch, link=errno.EPERM, rename=errno.EPERM)
    with pytest.raises(StoreRefusedError, match="a/b: cannot be written: Operation not permitted"):
        LocalStore(tmp_path / "raw").create("a/b", b"one")


def test_temporary_files_lie_in_the_root_if_they_cannot_lie_beside_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "access", lambda path, _: path != str(tmp_path))
    store = store_that("linked", tmp_path / "raw")
    store.create("a/b", b"one")
    assert sorted(path.name for path in tmp_path.rglob("*")) == [".incoming", "a", "b", "raw"]
    assert (list(store.keys()), list(store.folders())) == (["a/b"], ["a/"])


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("a/x", "a/X"),
        ("a/x", "A/y"),
        ("a/é", "a/e\N{COMBINING ACUTE ACCENT}"),
        ("é/a", "e\N{COMBINING ACUTE ACCENT}/b"),
    ],
)
def test_a_name_that_the_file_system_takes_for_another_is_refused(
    first: str, second: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A link stands for the other name, because the file systems of this machine tell all names apart."""
    store = LocalStore(tmp_path / "raw")
    store.create(first, b"one")
    shared = first.partition("/")[0] == second.partition("/")[0]
    name, other = (first, second) if shared else (first.partition("/")[0], second.partition("/")[0])
    (tmp_path / "raw" / other).symlink_to(tmp_path / "raw" / name)
    real = os.listdir
    monkeypatch.setattr(os, "listdir", lambda path: [name for name in real(path) if not Path(path, name).is_symlink()])
    with pytest.raises(StorageError, match="takes the name for another, which differs in case or accents alone"):
        LocalStore(tmp_path / "raw").create(second, b"one")
    assert LocalStore(tmp_path / "raw").create(first, b"one") is False


@pytest.mark.parametrize(
    ("code", "message"), [(errno.ENOSYS, ""), (errno.EINVAL, ""), (errno.EIO, "Input/output error")]
)
def test_a_file_system_that_cannot_be_flushed_alone_is_flushed_with_all(
    code: int, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Library:
        def __init__(self, *_: object, **__: object) -> None:
            """Load nothing."""

        def syncfs(self, _: int) -> int:
            ctypes.set_errno(code)
            return -1

    flushed: list[bool] = []
    monkeypatch.setattr(ctypes, "CDLL", Library)
    monkeypatch.setattr(os, "sync", lambda: flushed.append(True))
    if message:
        with pytest.raises(StorageError, match=f"cannot be made durable: {message}"):
            LocalStore(tmp_path).flush()
    else:
        LocalStore(tmp_path).flush()
    assert flushed == [True] * (not message)
