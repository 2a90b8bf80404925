"""On a terminal a command shows progress and colours; a pipe, and who sets NO_COLOR, gets plain text."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from terminals import on_terminal

pytestmark = pytest.mark.e2e

BIN = Path(sys.executable).parent
SIMULATE = [BIN / "hospital-sim", "simulate", "small", "--start", "2024-01-01", "--end", "2024-02-29", "--seed", "1"]
WRONG = [BIN / "hospital-sim", "describe", "nowhere"]
CHECKS = [BIN / "hospital-sim", "validate", "--only", "blocks", "--workers", "1"]
# A colour is 30 to 37 or 90 to 97, alone or after bold; what only moves the cursor or writes in bold is none.
COLOUR = re.compile(r"\x1b\[(?:\d;)*(?:3[0-7]|9[0-7]|38;5;\d+)m")


def test_long_work_shows_its_rate_and_the_time_left_on_a_terminal_and_never_in_the_summary(tmp_path: Path) -> None:
    command = " ".join(map(str, [*SIMULATE, "--sink", "lake/raw", "--json"]))

    code, sent = on_terminal(["bash", "-c", f"{command} > summary.json"], tmp_path)

    assert code == 0
    # 120 days of warm-up and 60 of the run.
    text = re.sub(r"\x1b\[[\d;?]*[A-Za-z]", "", sent)
    assert re.search(r"simulating small, days ━+ +\d+/180 [\d,.]+/s left \d:\d\d:\d\d taken \d:\d\d:\d\d", text)
    assert re.fullmatch(r"\{.*\}\n", (tmp_path / "summary.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("command", [[*SIMULATE, "--sink", "lake/raw"], WRONG])
def test_a_pipe_gets_no_colours_and_no_progress(command: list[Path | str], tmp_path: Path) -> None:
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)

    assert "\x1b" not in done.stdout + done.stderr
    assert done.stderr == "" or command == WRONG


@pytest.mark.parametrize(("command", "word"), [(WRONG, "error:"), (CHECKS, "right")])
def test_a_terminal_gets_colours_unless_no_color_is_set(command: list[Path | str], word: str, tmp_path: Path) -> None:
    _, coloured = on_terminal(command, tmp_path)
    _, plain = on_terminal(command, tmp_path, {"NO_COLOR": "1"})

    assert re.search(COLOUR.pattern + r"[^\x1b]*" + word, coloured)
    assert not COLOUR.search(plain)
    assert word in plain
