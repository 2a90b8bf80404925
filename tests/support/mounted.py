"""File systems that one command sees, mounted for it alone.

As a program: ``mounted.py KIND FOLDER COMMAND…`` mounts, in a name space of its own, and runs the command; called by
rclone as ``fusermount3``, it mounts for rclone.
"""

import array
import ctypes
import os
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

KINDS = ("overlay", "FUSE")
"""FUSE is ``rclone mount``: no hard links, no ``O_TMPFILE``, no ``RENAME_NOREPLACE``, and names in any case."""

_NOT_PERMITTED = 99
_NO_SETUID_OR_DEVICES = 6


def run_mounted(kind: str, folder: Path, command: Sequence[str]) -> "subprocess.CompletedProcess[str]":
    """Run a command that finds a file system mounted at a folder, in which ``at`` is empty.

    Args:
        kind: One of ``KINDS``.
        folder: The folder.
        command: The command.
    """
    (folder / "at").mkdir(parents=True)
    program = ["unshare", "--mount", "--map-root-user", sys.executable, __file__, kind, str(folder), *command]
    done = subprocess.run(program, capture_output=True, text=True, timeout=300, check=False)
    if done.returncode == _NOT_PERMITTED or done.stderr.startswith("unshare:"):
        # Not skipped, because no package brings the permission: CI may lack it too.
        pytest.xfail(f"this machine does not let tests mount {kind}: {done.stderr}")
    return done


def _mount(kind: str, at: str, options: str) -> None:
    mount = ctypes.CDLL(None, use_errno=True).mount
    if mount(kind.encode(), at.encode(), kind.encode(), _NO_SETUID_OR_DEVICES, options.encode()):
        print(f"mount {kind}: {os.strerror(ctypes.get_errno())}", file=sys.stderr)
        sys.exit(_NOT_PERMITTED)


def _mount_for_rclone(at: str) -> None:
    """Open a connection of FUSE, mount it, and send it to rclone, as its program ``fusermount3`` does."""
    descriptor = os.open("/dev/fuse", os.O_RDWR)
    _mount("fuse", at, f"fd={descriptor},rootmode=40000,user_id=0,group_id=0")
    with socket.socket(fileno=int(os.environ["_FUSE_COMMFD"])) as rclone:
        rclone.sendmsg([b"\0"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [descriptor]))])


def _run(kind: str, folder: Path, command: list[str]) -> int:
    at = folder / "at"
    if kind == "overlay":
        for name in ("lower", "upper", "work"):
            (folder / name).mkdir()
        _mount("overlay", str(at), f"lowerdir={folder}/lower,upperdir={folder}/upper,workdir={folder}/work")
    else:
        return _run_on_rclone(folder, command)
    return subprocess.run(command, check=False).returncode


def _run_on_rclone(folder: Path, command: list[str]) -> int:
    (folder / "data").mkdir()
    helper = folder / "fusermount3"
    helper.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{__file__}" fusermount3 "$@"\n', encoding="utf-8")
    helper.chmod(0o755)
    rclone = [
        str(Path(sys.executable).with_name("rclone")), "mount", str(folder / "data"), str(folder / "at"),
        "--config", os.devnull, "--vfs-cache-mode", "writes", "--cache-dir", str(folder / "cache"),
        "--vfs-case-insensitive",
    ]  # fmt: skip
    variables = os.environ | {"PATH": f"{folder}:{os.environ['PATH']}"}
    with (folder / "log").open("w") as log, subprocess.Popen(rclone, env=variables, stdout=log, stderr=log) as daemon:
        try:
            while not os.path.ismount(folder / "at"):
                if daemon.poll() is not None:
                    print((folder / "log").read_text(), file=sys.stderr)
                    return _NOT_PERMITTED
                time.sleep(0.02)
            return subprocess.run(command, check=False).returncode
        finally:
            ctypes.CDLL(None).umount2(str(folder / "at").encode(), 2)
            daemon.terminate()


if __name__ == "__main__":
    if sys.argv[1] == "fusermount3":
        if "-u" not in sys.argv:
            _mount_for_rclone(sys.argv[-1])
    else:
        sys.exit(_run(sys.argv[1], Path(sys.argv[2]), sys.argv[3:]))
