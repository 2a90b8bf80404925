"""Every example in README.md and docs/ is run as it stands, and prints what it is said to print."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest
from command_lines import commands
from s3_servers import S3Server

pytestmark = pytest.mark.e2e

ROOT = Path(__file__).parents[3]
# A language, and perhaps the name of the file that the text is.
FENCE = re.compile(r'^```(\w+)(?: title="([^"]+)")?\n(.*?)^```$', re.MULTILINE | re.DOTALL)
RUN = {"bash", "console", "python", "diff"}
SHOWN = {"text", "toml", "yaml", "sql", "json", "ini", "sh"}

IN_A_COPY = {"docs/how-to/event-field.md"}
"""Pages whose examples change the project: they are run in a copy of it."""

ON_S3 = {"docs/how-to/s3.md"}
"""Pages whose examples keep a lake on S3: they are run with SeaweedFS, its address and its keys in the environment."""

NOT_RUN = {
    "CONTRIBUTING.md": "makes another environment and asks the package index",
    "docs/concepts/stores.md": "a server's address and keys, which are the reader's own",
    "docs/how-to/clickhouse.md": "a ClickHouse of 24.3 or newer, which Debian has not; test_clickhouse_warehouse does",
    "docs/how-to/dask.md": "processes that go on running; the cluster of the next example does the same",
    "docs/how-to/migrate.md": "an account of AWS",
    "docs/how-to/nightly.md": "cron's own table",
    "docs/how-to/power-bi.md": "paths of Windows, and warehouses elsewhere",
    "docs/how-to/s3.md": "a server's address and keys, which are the reader's own",
    "docs/redshift.md": "a cluster of Amazon Redshift",
    "docs/tutorial.md": "asks the package index",
    "docs/warehouses.md": "a server's address and password, which are the reader's own; dbt in an unpacked project",
}
"""Pages that show commands which no test can run, and what stands in the way; the blocks are ``sh`` or ``text``."""

PROGRAM = re.compile(
    r"^(?:\S+=\S* )*(?:hospital-(?:sim|elt)|pip|python[\d.]*|dbt|dask|make|git|export|source|cd|aws|curl|docker)\b",
    re.MULTILINE,
)


class Example(NamedTuple):
    """A block of a page: where it begins, what it is, the file that it is, and its text."""

    line: int
    language: str
    file: str
    text: str


def _blocks(page: Path) -> list[Example]:
    text = page.read_text(encoding="utf-8")
    blocks = FENCE.finditer(text)
    return [Example(text.count("\n", 0, b.start()) + 1, b[1], b[2] or "", b[3]) for b in blocks]


def _examples(page: Path) -> list[Example]:
    return [block for block in _blocks(page) if block.language in RUN or block.file]


def _all_pages() -> list[Path]:
    return [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]


def _pages() -> list[Path]:
    return [page for page in _all_pages() if _examples(page)]


def _name(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


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


def _copy_of_the_project(folder: Path) -> dict[str, str]:
    """Copy what the project is made of, and return the variables by which Python takes the copy."""
    ignored = shutil.ignore_patterns("__pycache__", "target", "logs")
    for part in ("hospital_sim", "elt", "adapter", "docs"):
        shutil.copytree(ROOT / part, folder / part, ignore=ignored)
    return {"PYTHONPATH": f"{folder}:{folder / 'adapter'}"}


@pytest.mark.parametrize("page", _pages(), ids=_name)
def test_the_examples_of_a_page_do_what_it_says(
    page: Path, environment: dict[str, str], tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    folder = tmp_path / "here"
    folder.mkdir()
    if _name(page) in IN_A_COPY:
        environment |= _copy_of_the_project(folder)
    if _name(page) in ON_S3:
        server: S3Server = request.getfixturevalue("seaweed_server")
        environment |= server.environment()

    for example in _examples(page):
        where = f"{_name(page)}:{example.line}"
        if example.file:
            (folder / example.file).write_text(example.text, encoding="utf-8")
        elif example.language == "diff":
            (folder / "change.diff").write_text(example.text, encoding="utf-8")
            _run(["git", "apply", "change.diff"], folder, environment, where)
        elif example.language == "console":
            for command, shown in _commands(example.text):
                printed = _run(["bash", "-c", command], folder, environment, where)
                assert _matches(shown, printed), f"{where}: $ {command}\nprinted:\n{printed}\nnot:\n{shown}"
        elif example.language == "bash":
            _run(["bash", "-euo", "pipefail", "-c", example.text], folder, environment, where)
        else:
            _run([sys.executable, "-c", example.text], folder, environment, where)


@pytest.mark.parametrize("page", _all_pages(), ids=_name)
def test_a_block_is_run_or_only_shown_for_a_reason(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    blocks = _blocks(page)

    assert len(re.findall(r"^```", text, re.MULTILINE)) == 2 * len(blocks), "a block without a language, or not closed"
    assert {block.language for block in blocks} <= RUN | SHOWN
    shown = [block for block in blocks if block not in _examples(page)]
    commands_shown = [block.line for block in shown if block.language == "sh" or PROGRAM.search(block.text)]
    assert not commands_shown or _name(page) in NOT_RUN, f"lines {commands_shown}: mark them bash, or say why not"


@pytest.mark.parametrize("page", _all_pages(), ids=_name)
def test_a_command_that_is_only_shown_exists_with_its_options(page: Path) -> None:
    for block in _blocks(page):
        if block in _examples(page):
            continue
        text = block.text.replace("\\\n", " ")
        for program, words in re.findall(r"\b(hospital-(?:sim|elt)) ([^|>\n]*)", text):
            known = commands(program)
            name = next((name for name in sorted(known, key=len, reverse=True) if words.startswith(name)), None)
            assert name, f"{_name(page)}:{block.line}: {program} {words}"
            options = {option for parameter in known[name].params for option in parameter.opts}
            given = set(re.findall(r"(?<= )--[a-z-]+", words))
            assert given <= options | {"--help", "--debug"}, f"{_name(page)}:{block.line}: {given - options}"


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
    # A console may show an error: the program's own codes are 1 and 2, a shell that finds no command says 127.
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
