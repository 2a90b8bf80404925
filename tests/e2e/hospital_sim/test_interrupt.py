"""An interrupted command says so in one line, and can be run again."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from kills import hear_interrupts

pytestmark = pytest.mark.e2e

CALL = ("simulate", "small", "--start", "2020-01-01", "--end", "2060-12-31", "--seed", "1", "--sink")


def test_an_interrupted_simulation_ends_with_1_and_says_that_it_can_be_completed(tmp_path: Path) -> None:
    raw = tmp_path / "lake" / "raw"
    command = [sys.executable, "-c", "from hospital_sim.cli import main; main()", *CALL, str(raw)]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stderr=pipe, stdout=pipe, text=True, preexec_fn=hear_interrupts) as process:
        # Counted, not timed, because a suspended machine would interrupt the command before it began.
        for _ in range(1200):
            if (raw / "dep_snapshot").is_dir():
                break
            time.sleep(0.05)
        os.kill(process.pid, signal.SIGINT)
        output, errors = process.communicate(timeout=300)
    assert process.returncode == 1, errors
    assert output == ""
    assert errors == "error: interrupted; run the same command again to complete the work\n"
