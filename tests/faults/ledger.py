"""The ledger of faults: the ``.toml`` files of this folder, one for each room.

A fault is a wrong piece of code in place of the right one, and the test that must fail then.
"""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Edit:
    """One change of a file: text that occurs once, and the text that replaces it."""

    file: str
    old: str
    new: str


@dataclass(frozen=True)
class Fault:
    """A planted fault.

    Attributes:
        room: Name of its ledger, a room of the project.
        name: What is wrong, in a sentence.
        edits: Changes that plant it.
        test: Node id of the test that catches it.
    """

    room: str
    name: str
    edits: tuple[Edit, ...]
    test: str


def read_ledger(folder: Path = ROOT / "tests" / "faults") -> list[Fault]:
    """Return the faults of all ledgers."""
    return [
        Fault(path.stem, entry["name"], tuple(_edits(entry)), entry["test"])
        for path in sorted(folder.glob("*.toml"))
        for entry in tomllib.loads(path.read_text(encoding="utf-8")).get("fault", [])
    ]


def _edits(entry: dict[str, Any]) -> Iterator[Edit]:
    for part in [entry, *entry.get("also", [])]:
        yield Edit(part["file"], part["old"], part["new"])


def problems(faults: list[Fault], root: Path = ROOT) -> list[str]:
    """Return why faults cannot be planted: a text that is not there once, or a test that does not exist."""
    return [f"{fault.room}: {fault.name}: {problem}" for fault in faults for problem in _problems(fault, root)]


def _problems(fault: Fault, root: Path) -> Iterator[str]:
    for edit in fault.edits:
        path = root / edit.file
        times = path.read_text(encoding="utf-8").count(edit.old) if path.is_file() else 0
        if times != 1:
            yield f"{edit.file} has {edit.old!r} {times} times, not once; renew the fault"
        if edit.old == edit.new:
            yield f"{edit.old!r} is replaced by itself"
    module, *names = fault.test.split("::")
    name = names[-1].partition("[")[0] if names else ""
    if not (root / module).is_file() or f"def {name}(" not in (root / module).read_text(encoding="utf-8"):
        yield f"there is no test {fault.test}; name one that catches the fault"
