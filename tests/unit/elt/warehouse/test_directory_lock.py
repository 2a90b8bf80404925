"""The lock of an embedded warehouse: errors say whether someone holds it or nothing can."""

import errno
import fcntl
import os
from pathlib import Path

import pytest

from elt.warehouse.clickhouse.lock import DirectoryLock
from elt.warehouse.errors import WarehouseError, WarehouseInUseError

pytestmark = pytest.mark.unit


def test_a_lock_that_someone_holds_names_the_process(tmp_path: Path) -> None:
    with (
        DirectoryLock(tmp_path / "warehouse"),
        pytest.raises(WarehouseInUseError, match=f"in use by process {os.getpid()}; wait"),
    ):
        DirectoryLock(tmp_path / "warehouse")
    DirectoryLock(tmp_path / "warehouse").release()


@pytest.mark.parametrize("code", [errno.ENOLCK, errno.ENOTSUP, errno.ENOSYS, errno.EINVAL])
def test_a_file_system_without_locks_is_named_as_the_reason(
    code: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(fcntl, "flock", fail)
    reason = (
        rf"warehouse {tmp_path}: its file system cannot lock a file \({os.strerror(code)}\).*put it on a local disk"
    )
    with pytest.raises(WarehouseError, match=reason) as refused:
        DirectoryLock(tmp_path)
    assert not isinstance(refused.value, WarehouseInUseError)


def test_a_lock_that_cannot_be_written_names_the_warehouse_and_is_released(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as full_disk:
        full_disk.setattr(os, "pwrite", fail)
        with pytest.raises(WarehouseError, match=rf"warehouse {tmp_path}: cannot be written: No space left on device"):
            DirectoryLock(tmp_path)
    DirectoryLock(tmp_path).release()
