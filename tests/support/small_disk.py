"""A small disk of one's own: a file system in memory that only the commands run on it see, and that goes with them."""

import shutil
import subprocess
from pathlib import Path

import pytest

_OWN_MOUNTS = ("unshare", "--mount", "--map-root-user")


def run_on_small_disk(
    script: str, disk: Path, *words: str, size: str = "size=256k"
) -> "subprocess.CompletedProcess[str]":
    """Run a shell script on a disk that is mounted where it looks for it.

    Args:
        script: The script; ``$0`` is the disk, ``"$@"`` the words.
        disk: Where to mount it.
        words: What the script is given.
        size: What the disk holds, as an option of a mount.
    """
    disk.mkdir()
    mount = f'mount -t tmpfs -o {size} none "$0" || exit 99; {script}'
    command = [*_OWN_MOUNTS, "sh", "-c", mount, str(disk), *words]
    if shutil.which(_OWN_MOUNTS[0]) is None or _cannot_mount(disk):
        pytest.skip("this machine lets no test mount a disk of its own (unshare --mount --map-root-user)")
    return subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)


def _cannot_mount(disk: Path) -> bool:
    tried = subprocess.run(
        [*_OWN_MOUNTS, "mount", "-t", "tmpfs", "none", str(disk)], capture_output=True, timeout=60, check=False
    )
    return tried.returncode != 0
