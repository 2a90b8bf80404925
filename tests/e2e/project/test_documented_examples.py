"""Every example in README.md and docs/ is run as it stands, and prints what it is said to print."""

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

pytestmark = pytest.mark.e2e

ROOT = Path(__file__).parents[3]
FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
RUN = {"bash", "console", "python"}


class Example(NamedTuple):
    """A block of a page: where it begins, what it is, and its text."""

    line: int
    language: str
    text: str


def _examples(page: Path) -> list[Example]:
    text = page.read_text(encoding="utf-8")
    blocks = FENCE.finditer(text)
    return [Example(text.count("\n", 0, b.start()) + 1, b[1], b[2]) for b in blocks if b[1] in RUN]


def _pages() -> list[Path]:
    pages = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
    return [page for page in pages if _examples(page)]


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """Return an environment with a make that says what it would do."""
    folder = tmp_path / "bin"
    folder.mkdir()
    make = folder / "make"
    make.write_text(f'#!/bin/sh\nexec /usr/bin/env PATH="$OLD_PATH" make -n -C "{ROOT}" "$@"\n', encoding="utf-8")
    make.chmod(0o755)
    path = os.environ["PATH"]
    return {**os.environ, "OLD_PATH": path, "PATH": f"{folder}:{path}"}


@pytest.mark.parametrize("page", _pages(), ids=lambda page: page.relative_to(ROOT).as_posix())
def test_the_examples_of_a_page_do_what_it_says(page: Path, environment: dict[str, str], tmp_path: Path) -> None:
    folder = tmp_path / "here"
    folder.mkdir()

    for example in _examples(page):
        where = f"{page.relative_to(ROOT)}:{example.line}"
        if example.language == "console":
            for command, shown in _commands(example.text):
                printed = _run(["bash", "-c", command], folder, environment, where)
                assert _matches(shown, printed), f"{where}: $ {command}\nprinted:\n{printed}\nnot:\n{shown}"
        elif example.language == "bash":
            _run(["bash", "-euo", "pipefail", "-c", example.text], folder, environment, where)
        else:
            _run([sys.executable, "-c", example.text], folder, environment, where)


def _run(command: list[str], folder: Path, environment: dict[str, str], where: str) -> str:
    done = subprocess.run(
        command,
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    # An example may show an error: the program's own codes are 1 and 2, a shell that finds no command says 127.
    expected = (0, 1, 2) if command[1] == "-c" and command[0] == "bash" else (0,)
    assert done.returncode in expected, f"{where}: exit code {done.returncode}\n{done.stdout}"
    return done.stdout


def _commands(text: str) -> list[tuple[str, str]]:
    """Split a console block into commands, each with the output that is shown for it."""
    parts = re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]
    found = []
    for part in parts:
        lines = part.split("\n")
        last = next(number for number, line in enumerate(lines) if not line.endswith("\\"))
        found.append(("\n".join(lines[: last + 1]), "\n".join(lines[last + 1 :])))
    return found


def _matches(shown: str, printed: str) -> bool:
    """Compare line by line, without trailing spaces; ``...`` stands for any lines, ``…`` for any part of one."""
    lines = [line.rstrip() for line in shown.strip("\n").split("\n")]
    pattern = "".join(
        r"(?:.*\n)*?" if line == "..." else ".*?".join(map(re.escape, line.split("…"))) + r"[ \t]*\n" for line in lines
    )
    return re.fullmatch(pattern, printed.strip("\n") + "\n") is not None


@pytest.mark.parametrize(
    ("shown", "printed", "same"),
    [
        ("a\nb\n", "a\nb\n", True),
        ("a\nb\n", "a\nc\n", False),
        ("a\n...\nd\n", "a\nb\nc\nd\n", True),
        ("a\n...\n", "b\n", False),
        ("a\n", "a\nb\n", False),
        ("a … c\n", "a b c\n", True),
        ("a … c\n", "a b\nd c\n", False),
    ],
)
def test_what_is_shown_is_compared_with_what_is_printed(shown: str, printed: str, same: bool) -> None:
    assert _matches(shown, printed) is same
