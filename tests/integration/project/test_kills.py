"""A killed command has ended when its test goes on, whether it ran by itself or in a fork of the command server."""

import os
import random
import sys
import time
from pathlib import Path

import pytest
from command_server import quick_path
from kills import run_and_kill

pytestmark = pytest.mark.integration

PROGRAM = "import time\nwhile True:\n    open('written', 'a').write('x'); time.sleep(0.0001)"


@pytest.mark.parametrize("in_a_fork", [False, True], ids=["by itself", "in a fork"])
def test_a_killed_command_writes_nothing_more(tmp_path: Path, in_a_fork: bool) -> None:
    python = "python" if in_a_fork else sys.executable
    environment = {"PATH": quick_path() if in_a_fork else os.environ["PATH"], "PROGRAM": PROGRAM}
    for name in "abcde":
        written = tmp_path / name / "written"
        written.parent.mkdir()
        command = ["bash", "-euc", f'cd {written.parent}; exec >output 2>&1; {python} -c "$PROGRAM"; echo done']

        killed = run_and_kill(command, random.Random(1), 0, environment, written.exists)

        size = written.stat().st_size
        time.sleep(0.1)
        assert (killed, written.stat().st_size) == (True, size)
