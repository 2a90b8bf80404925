"""Runs a program on a pseudo-terminal, which the program takes for a real one."""

import os
import pty
import select
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path


def on_terminal(
    command: Sequence[str | Path], folder: Path, environment: Mapping[str, str] | None = None
) -> tuple[int, str]:
    """Run a command whose output and errors go to a terminal of 120 columns.

    Returns:
        Its exit code, and all its output.
    """
    ours, theirs = pty.openpty()
    variables = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "FORCE_COLOR", "CI")}
    process = subprocess.Popen(
        command,
        cwd=folder,
        env={**variables, "TERM": "xterm-256color", "COLUMNS": "120", **(environment or {})},
        stdin=subprocess.DEVNULL,
        stdout=theirs,
        stderr=theirs,
    )
    os.close(theirs)
    sent = b""
    # Not select.select, because it fails for descriptors of 1024 or more.
    waiting = select.poll()
    waiting.register(ours, select.POLLIN)
    while True:
        ready = waiting.poll(120_000)
        try:
            read = os.read(ours, 65536) if ready else b""
        except OSError:  # raised by Linux when the other end is closed
            break
        if not read:
            break
        sent += read
    os.close(ours)
    return process.wait(), sent.decode("utf-8")
