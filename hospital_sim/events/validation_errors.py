"""Parses msgspec's validation errors into place, kind and text, so that callers can word their own messages."""

import re
from collections.abc import Mapping
from enum import Enum
from typing import NamedTuple

import msgspec

_PLACE = re.compile(r"^(?P<text>.*?)(?: - at (?P<key>`key` in )?`\$?\.?(?P<path>.*)`)?$", re.DOTALL)
_STEP = re.compile(r"([^.\[\]]+)|\[(\d+)\]")


class ProblemKind(Enum):
    """The kinds of problem that msgspec reports."""

    MISSING_FIELD = "missing_field"
    UNKNOWN_FIELD = "unknown_field"
    WRONG_TYPE = "wrong_type"
    WRONG_VALUE = "wrong_value"


_PATTERNS = {
    ProblemKind.MISSING_FIELD: re.compile(r"Object missing required field `(.*)`$"),
    ProblemKind.UNKNOWN_FIELD: re.compile(r"Object contains unknown field `(.*?)`?$"),
    ProblemKind.WRONG_TYPE: re.compile(r"Expected `([^`]*)`(?:, got `[^`]*`)?$"),
}
"""Messages of each kind, with the subject in a group; any other message is of a wrong value.

The closing quote of an unknown field is optional, because the field's name may look like the beginning of a place."""


class ValidationProblem(NamedTuple):
    """The parts of a validation error.

    Attributes:
        path: Place in the document, such as ``department[0].beds``; empty for the whole document.
        kind: The kind of problem.
        text: The message without the place.
        subject: Name of the missing or unknown field, or the type expected instead of a wrong one; else empty.
        in_key: True if the problem is in a key of the table at ``path``, not in a value.
    """

    path: str
    kind: ProblemKind
    text: str
    subject: str
    in_key: bool


def parse_validation_error(error: msgspec.ValidationError) -> ValidationProblem:
    """Return the parts of a validation error.

    An error that a decoding hook raised is of a wrong type if it is a ``TypeError``, and else of a wrong value.
    """
    parts = _PLACE.match(str(error))
    text, path, in_key = (parts["text"], parts["path"] or "", bool(parts["key"])) if parts else (str(error), "", False)
    kind, subject = _kind(text, error.__cause__)
    return ValidationProblem(path, kind, text, subject, in_key)


def value_at(document: object, path: str) -> object:
    """Return the value at a path such as ``department[0].ages[1]``."""
    value = document
    for name, position in _STEP.findall(path):
        if name and isinstance(value, Mapping):
            value = value.get(name)
        elif position and isinstance(value, list | tuple):
            value = value[int(position)]
    return value


def _kind(text: str, cause: BaseException | None) -> tuple[ProblemKind, str]:
    if cause is not None:
        return ProblemKind.WRONG_TYPE if isinstance(cause, TypeError) else ProblemKind.WRONG_VALUE, ""
    for kind, pattern in _PATTERNS.items():
        if match := pattern.match(text):
            return kind, match[1]
    return ProblemKind.WRONG_VALUE, ""
