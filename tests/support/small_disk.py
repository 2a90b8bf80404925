"""A small disk: a file system in memory that only one script sees, and that disappears with it."""

import subprocess
from contextlib import suppress
from pathlib import Path

import pytest


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
    command = ["unshare", "--mount", "--map-root-user", "sh", "-c", mount, str(disk), *words]
    with suppress(FileNotFoundError):
        done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
        if done.returncode != 99 and not done.stderr.startswith("unshare:"):
            return done
    pytest.skip("tests cannot mount a disk on this machine (unshare --mount --map-root-user)")
