"""The examples of README.md and docs/, run and compared with what the pages show; and the site of the documentation."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]
RUN = {"bash", "console", "python", "diff"}
# A language, and perhaps the name of the file that the text is.
_FENCE = re.compile(r'^```(\w+)(?: title="([^"]+)")?\n(.*?)^```$', re.MULTILINE | re.DOTALL)


class Block(NamedTuple):
    """A block of a page: its line, its language, the file that it is, and its text."""

    line: int
    language: str
    file: str
    text: str

    @property
    def is_example(self) -> bool:
        """True if the block is run, or is a file that others need."""
        return self.language in RUN or bool(self.file)


def all_pages() -> list[str]:
    """Return the pages, as paths in the project."""
    docs = sorted((ROOT / "docs").rglob("*.md"))
    return ["README.md", "CONTRIBUTING.md", *(page.relative_to(ROOT).as_posix() for page in docs)]


def blocks(page: str) -> list[Block]:
    """Return the blocks of a page, in order."""
    text = (ROOT / page).read_text(encoding="utf-8")
    return [Block(text.count("\n", 0, b.start()) + 1, b[1], b[2] or "", b[3]) for b in _FENCE.finditer(text)]


def run_examples(page: str, folder: Path, environment: Mapping[str, str], before: str = "") -> None:
    """Run the examples of a page in a folder, and compare what a console prints with what the page shows.

    Args:
        page: The page.
        folder: The folder.
        environment: The environment of the commands.
        before: A heading of the page; examples after it are left out.
    """
    lines = (ROOT / page).read_text(encoding="utf-8").splitlines()
    end = lines.index(before) if before else len(lines)
    for block in blocks(page):
        if block.line > end:
            break
        where = f"{page}:{block.line}"
        if block.file:
            (folder / block.file).write_text(block.text, encoding="utf-8")
        elif block.language == "diff":
            (folder / "change.diff").write_text(block.text, encoding="utf-8")
            _run(["git", "apply", "change.diff"], folder, environment, where)
        elif block.language == "bash":
            _run(["bash", "-euo", "pipefail", "-c", block.text], folder, environment, where)
        elif block.language == "python":
            _run(["python", "-c", block.text], folder, environment, where)
        elif block.language == "console":
            for command, shown in _commands(block.text):
                # A console may show an error. A shell that finds no command says 127.
                printed = _run(["bash", "-c", command], folder, environment, where, codes=(0, 1, 2))
                assert matches(shown, printed), f"{where}: $ {command}\nprinted:\n{printed}\nnot:\n{shown}"


def _run(
    command: list[str], folder: Path, environment: Mapping[str, str], where: str, codes: tuple[int, ...] = (0,)
) -> str:
    done = subprocess.run(
        ["env", *command],  # Found on the path of the environment, not of this process.
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert done.returncode in codes, f"{where}: exit code {done.returncode}\n{done.stdout}"
    return done.stdout


def _commands(text: str) -> Iterator[tuple[str, str]]:
    """Split a console block into commands, each with the output that is shown for it."""
    for part in re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]:
        lines = part.split("\n")
        last = next(number for number, line in enumerate(lines) if not line.endswith("\\"))
        yield "\n".join(lines[: last + 1]), "\n".join(lines[last + 1 :])


def matches(shown: str, printed: str) -> bool:
    """Compare line by line, without trailing spaces; ``...`` stands for any lines, ``…`` for any part of one."""
    lines = [line.rstrip() for line in shown.strip("\n").split("\n")]
    pattern = "".join(
        r"(?:.*\n)*?" if line == "..." else ".*?".join(map(re.escape, line.split("…"))) + r"[ \t]*\n" for line in lines
    )
    return re.fullmatch(pattern, printed.strip("\n") + "\n") is not None


def build_site(folder: Path) -> None:
    """Build the site of the documentation in a folder; any warning is an error."""
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(folder)],
        cwd=ROOT,
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
