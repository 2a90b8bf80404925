"""Results of a verification: problems and their report."""

from dataclasses import dataclass, field
from enum import StrEnum

from elt.lake.layout import printable


class Kind(StrEnum):
    """Kind of a problem with an object."""

    MISSING = "missing"
    """The object does not exist, but manifests or run records name it."""
    FOREIGN = "foreign"
    """The object is unrecognised: no manifest or run record accounts for it."""
    ALTERED = "altered"
    """Its bytes differ from those that were written."""
    TRUNCATED = "truncated"
    """Its bytes are the beginning of those that were written."""


@dataclass(frozen=True, order=True)
class Problem:
    """One problem of a lake.

    Attributes:
        key: Key of the object in the lake; the prefix of a partition, with its final slash, if the object is not known.
        kind: Kind of the problem.
        detail: The problem in words.
    """

    key: str
    kind: Kind
    detail: str

    @property
    def printable_key(self) -> str:
        """The key, with characters that cannot be printed escaped."""
        return printable(self.key)

    def as_dict(self) -> dict[str, str]:
        """Return the problem as a JSON object."""
        layer = self.key.partition("/")[0]
        return {"layer": layer, "kind": self.kind.value, "key": self.printable_key, "detail": self.detail}


@dataclass
class VerificationReport:
    """Results of a verification.

    Attributes:
        lake: URL of the lake.
        raw_objects: Events under ``raw/``.
        unstaged: Events among them that are not staged yet. Only run records confirm them.
        staged_files: Current staged files.
        set_aside: Events that an operator set aside.
        forgotten: Objects that an operator had forgotten.
        unfinished: Numbers of the staging runs that were interrupted.
        problems: The problems, sorted by key.
    """

    lake: str
    raw_objects: int = 0
    unstaged: int = 0
    staged_files: int = 0
    set_aside: int = 0
    forgotten: int = 0
    unfinished: list[int] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    @property
    def passed(self) -> bool:
        """True if there is no problem."""
        return not self.problems

    def as_dict(self) -> dict[str, object]:
        """Return the report as a JSON object."""
        return {
            "lake": self.lake,
            "passed": self.passed,
            "raw_objects": self.raw_objects,
            "unstaged": self.unstaged,
            "staged_files": self.staged_files,
            "set_aside": self.set_aside,
            "forgotten": self.forgotten,
            "unfinished": self.unfinished,
            "problems": [problem.as_dict() for problem in self.problems],
        }
