"""Kills a command and its children at a random moment of its work, as a power cut does.

Commands of the project run in forks of the command server, unless the environment has another path.
"""

import os
import random
import select
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence

from command_server import quick_path

_TIMEOUT = 600


def run_whole(
    command: Sequence[str], environment: Mapping[str, str] | None = None, begun: Callable[[], bool] | None = None
) -> float:
    """Run a command to its end.

    Args:
        command: The words.
        environment: Variables to add to those of this process.
        begun: Returns True once the command has begun its work.

    Returns:
        Seconds from the beginning of its work, or from its start, to its end.
    """
    with _started(command, environment) as process:
        _wait_until(process, begun)
        begin = time.monotonic()
        code = process.wait(_TIMEOUT)
        assert code == 0, f"{' '.join(command)}: exit code {code}"
        return time.monotonic() - begin


def run_and_kill(
    command: Sequence[str],
    choices: random.Random,
    within: float,
    environment: Mapping[str, str] | None = None,
    begun: Callable[[], bool] | None = None,
) -> bool:
    """Run a command and kill it at a random moment; wait until no process of it is left.

    Args:
        command: The words.
        choices: Chooses the moment.
        within: The latest moment, in seconds from the beginning of its work, or from its start.
        environment: Variables to add to those of this process.
        begun: Returns True once the command has begun its work.

    Returns:
        True if it was killed before it ended.
    """
    with _started(command, environment) as process:
        _wait_until(process, begun)
        time.sleep(choices.uniform(0, within))
        if process.poll() is not None:
            return False
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        _await_last(process)
        return True


def kill_in_the_middle(kills: int, attempt: Callable[[], bool], record: Callable[[str, object], None]) -> None:
    """Kill until enough kills fell in the middle of the work; kills before or after the work do not count.

    Args:
        kills: Number of kills that must fall in the middle.
        attempt: Kills once, completes the work and compares; returns True if the kill fell in the middle.
        record: The fixture ``record_property``, which stores both numbers.
    """
    attempts = in_the_middle = 0
    while in_the_middle < kills:
        assert attempts < 6 * kills + 6, f"{in_the_middle} of {attempts} kills fell in the middle, {kills} must"
        attempts += 1
        in_the_middle += attempt()
    record("kills", attempts)
    record("kills in the middle", in_the_middle)


def hear_interrupts() -> None:
    """Let interrupts reach this process, because a background job of a shell ignores them. Call it in the child."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def _started(command: Sequence[str], environment: Mapping[str, str] | None) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        command,
        env={**os.environ, "PATH": quick_path(), **(environment or {})},
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    )


def _await_last(process: "subprocess.Popen[bytes]") -> None:
    """Wait until no process has the standard input of a killed command, as forks of the command server have it."""
    assert process.stdin is not None
    readers = select.poll()
    readers.register(process.stdin, 0)  # An error is reported always: the pipe has no reader left.
    assert readers.poll(_TIMEOUT * 1000), "a process of the killed command is left"


def _wait_until(process: "subprocess.Popen[bytes]", begun: Callable[[], bool] | None) -> None:
    deadline = time.monotonic() + _TIMEOUT
    while begun is not None and process.poll() is None and not begun():
        assert time.monotonic() < deadline, "the command never began its work"
        time.sleep(0.001)


class KilledAtStep:
    """Kills its own process after ``left`` counted steps; never if ``left`` is negative."""

    left = -1

    def _count(self) -> None:
        if self.left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        self.left -= 1
