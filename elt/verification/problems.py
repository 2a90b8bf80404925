"""What a verification found, as values."""

from dataclasses import dataclass, field
from enum import StrEnum


class Kind(StrEnum):
    """What is wrong with an object."""

    MISSING = "missing"
    """It must be there and is not."""
    FOREIGN = "foreign"
    """It is there, and nothing says that it should be."""
    ALTERED = "altered"
    """Its bytes are not those that were written."""
    TRUNCATED = "truncated"
    """Its bytes are the beginning of those that were written."""


@dataclass(frozen=True, order=True)
class Problem:
    """One object that is not as it must be.

    Attributes:
        key: Its key in the lake; the prefix of a partition, with the final slash, where it cannot be known which object
            of it is meant.
        kind: What is wrong with it.
        detail: The same in words.
    """

    key: str
    kind: Kind
    detail: str

    @property
    def printable_key(self) -> str:
        """The key, with whatever cannot be printed escaped."""
        return self.key if self.key.isprintable() else repr(self.key)[1:-1]

    def as_dict(self) -> dict[str, str]:
        """Return the problem as a JSON object."""
        layer = self.key.partition("/")[0]
        return {"layer": layer, "kind": self.kind.value, "key": self.printable_key, "detail": self.detail}


@dataclass
class VerificationReport:
    """What a verification found.

    Attributes:
        lake: URL of the lake.
        raw_objects: Events under ``raw/``.
        unstaged: Events among them that are not staged yet; they are right as far as run records tell.
        staged_files: Staged files that manifests speak of.
        problems: What is wrong, sorted by key.
    """

    lake: str
    raw_objects: int = 0
    unstaged: int = 0
    staged_files: int = 0
    problems: list[Problem] = field(default_factory=list)

    @property
    def passed(self) -> bool:
        """Whether nothing is wrong."""
        return not self.problems

    def as_dict(self) -> dict[str, object]:
        """Return the report as a JSON object."""
        return {
            "lake": self.lake,
            "passed": self.passed,
            "raw_objects": self.raw_objects,
            "unstaged": self.unstaged,
            "staged_files": self.staged_files,
            "problems": [problem.as_dict() for problem in self.problems],
        }
