"""Advisory lock on a directory, so that one process at a time opens it and others get a clear error."""

import os
from pathlib import Path
from typing import Self

from elt import WrongCallError
from elt.warehouse.errors import WarehouseError, WarehouseInUseError

try:
    import fcntl
except ImportError:
    # Windows, for which chDB has no build either.
    raise WrongCallError(
        "chdb:// needs Linux or macOS; use clickhouse://user@host:9000/ or redshift://user@host:5439/database here, "
        "or run this command in the Windows Subsystem for Linux"
    ) from None

LOCK_FILE = "hospital-elt.lock"


class DirectoryLock:
    """Locks a directory until it is released or the process ends, even by a kill.

    chDB refuses a directory that another process has open, but does not say why.

    Args:
        directory: The directory; made if it does not exist.

    Attributes:
        descriptor: Open file of the lock, -1 after release. A process that inherits it holds the lock too.

    Raises:
        WarehouseInUseError: If it is locked already.
        WarehouseError: If it cannot be written, or its file system has no locks.
    """

    def __init__(self, directory: Path) -> None:
        try:
            directory.mkdir(parents=True, exist_ok=True)
            self.descriptor = os.open(directory / LOCK_FILE, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        except OSError as error:
            raise WarehouseError(f"warehouse {directory}: cannot be written: {error.strerror}") from error
        try:
            fcntl.flock(self.descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            holder = _holder(self.descriptor)
            os.close(self.descriptor)
            raise WarehouseInUseError(
                f"warehouse {directory}: in use by process {holder}; "
                "wait until it has finished, then run the same command again"
            ) from error
        except OSError as error:
            os.close(self.descriptor)
            raise WarehouseError(
                f"warehouse {directory}: its file system cannot lock a file ({error.strerror}), so two processes could "
                "open the warehouse at once; put it on a local disk"
            ) from error
        try:
            os.ftruncate(self.descriptor, 0)
            os.pwrite(self.descriptor, f"{os.getpid()}\n".encode(), 0)
        except OSError as error:
            self.release()
            raise WarehouseError(f"warehouse {directory}: cannot be written: {error.strerror}") from error

    def release(self) -> None:
        """Release the lock."""
        if self.descriptor >= 0:
            os.close(self.descriptor)
            self.descriptor = -1

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.release()


def _holder(descriptor: int) -> str:
    """Return the number of the process that holds a lock: the one that took it, else one that inherited it."""
    written = os.pread(descriptor, 32, 0).decode(errors="replace").strip()
    locked = os.fstat(descriptor)
    holders = [process.name for process in Path("/proc").glob("[0-9]*") if _has_open(process, locked)]
    others = [holder for holder in holders if holder != str(os.getpid())]
    return (written if written in holders or not others else others[0]) or "unknown"


def _has_open(process: Path, file: os.stat_result) -> bool:
    try:
        return any(os.path.samestat(opened.stat(), file) for opened in (process / "fd").iterdir())
    except OSError:  # It has ended, or belongs to another user.
        return False
