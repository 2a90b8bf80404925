"""A small disk: a file system in memory that only one script sees, and that disappears with it."""

import shutil
import subprocess
from pathlib import Path

import pytest

_PRIVATE_MOUNTS = ("unshare", "--mount", "--map-root-user")


def run_on_small_disk(
    script: str, disk: Path, *words: str, size: str = "size=256k"
) -> "subprocess.CompletedProcess[str]":
    """Run a shell script with a small disk mounted.

    Args:
        script: The script; ``$0`` is the disk, ``"$@"`` the words.
        disk: The folder to mount it at.
        words: Arguments of the script.
        size: Size of the disk, as an option of mount.
    """
    disk.mkdir()
    mount = f'mount -t tmpfs -o {size} none "$0" || exit 99; {script}'
    command = [*_PRIVATE_MOUNTS, "sh", "-c", mount, str(disk), *words]
    if shutil.which(_PRIVATE_MOUNTS[0]) is None or _cannot_mount(disk):
        pytest.skip("tests cannot mount a disk on this machine (unshare --mount --map-root-user)")
    return subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)


def _cannot_mount(disk: Path) -> bool:
    tried = subprocess.run(
        [*_PRIVATE_MOUNTS, "mount", "-t", "tmpfs", "none", str(disk)], capture_output=True, timeout=60, check=False
    )
    return tried.returncode != 0
