"""Makes this process behave like one on Windows, in what the project uses. Call ``emulate`` before it imports anything.

Windows lacks modules and calls; opens no folder as a file; changes the ends of lines in files that are not opened as
binary; neither deletes nor renames an open file; and flushes one file at a time, so closing one that was not
flushed is an error here.
"""

import ctypes
import errno
import os
import signal
import sys
from pathlib import Path
from typing import Any

MODULES = ("fcntl", "grp", "pwd", "resource", "termios")
CALLS = (
    "O_CLOEXEC", "O_DIRECTORY", "O_NOFOLLOW", "O_NONBLOCK", "O_TMPFILE",
    "chown", "fchmod", "fork", "geteuid", "getpgid", "getuid", "killpg", "pread", "pwrite", "sched_getaffinity",
    "setsid", "statvfs", "sync",
)  # fmt: skip
BINARY = 1 << 40


def emulate() -> None:
    """Behave like Windows from now on."""
    for module in MODULES:
        sys.modules[module] = None  # type: ignore[assignment]
    for name in CALLS:
        if hasattr(os, name):
            delattr(os, name)
    del signal.pthread_sigmask
    os.O_BINARY = BINARY  # type: ignore[attr-defined]
    real_open, real_read, real_write, real_sync, real_close = os.open, os.read, os.write, os.fsync, os.close
    text: set[int] = set()
    unflushed: set[int] = set()

    def open_file(path: Any, flags: int, mode: int = 0o777, *, dir_fd: None = None) -> int:
        assert dir_fd is None, "Windows opens no file from a folder"
        if os.path.isdir(path):  # noqa: PTH112
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        descriptor = real_open(path, flags & ~BINARY, mode)
        (text.discard if flags & BINARY else text.add)(descriptor)
        return descriptor

    def read(descriptor: int, size: int) -> bytes:
        data = real_read(descriptor, size)
        return data.partition(b"\x1a")[0].replace(b"\r\n", b"\n") if descriptor in text else data

    def write(descriptor: int, data: bytes) -> int:
        unflushed.add(descriptor)
        if descriptor in text:
            real_write(descriptor, bytes(data).replace(b"\n", b"\r\n"))
            return len(data)
        return real_write(descriptor, data)

    def fsync(descriptor: int) -> None:
        unflushed.discard(descriptor)
        real_sync(descriptor)

    def close(descriptor: int) -> None:
        real_close(descriptor)
        if descriptor in unflushed:
            raise OSError(errno.EIO, "closed before it was flushed")

    def open_paths() -> set[str]:
        names = Path("/proc/self/fd").iterdir()
        return {os.path.realpath(name) for name in names if os.path.lexists(name)}

    def unless_open(call: Any) -> Any:
        def checked(path: Any, *others: Any, **options: Any) -> Any:
            if os.path.realpath(path) in open_paths():
                raise PermissionError(errno.EACCES, "another process has the file open", str(path))
            return call(path, *others, **options)

        return checked

    class NoLibrary(ctypes.CDLL):
        def __init__(self, name: str | None, *_: Any, **__: Any) -> None:
            if name is None:
                raise TypeError("bad argument type for built-in operation")
            raise OSError(f"{name}: no such library")

    os.open, os.read, os.write, os.fsync, os.close = open_file, read, write, fsync, close  # type: ignore[assignment]
    os.unlink, os.rename, os.replace = map(unless_open, (os.unlink, os.rename, os.replace))
    ctypes.CDLL = NoLibrary  # type: ignore[assignment, misc]
