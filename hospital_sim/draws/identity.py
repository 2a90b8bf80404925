"""Identifiers, derived from the seed: the same run gives the same ones, and no two things share one.

An identifier is a UUID of version 8 (RFC 9562, custom identifiers). Patients and spells are numbered, and a number's
identifier comes from a counter-mode generator (Philox), keyed by a BLAKE2b hash of the seed, the hospital, the
department and the kind. A snapshot has a name, and its identifier is a BLAKE2b hash of it.
"""

from collections.abc import Iterator
from hashlib import blake2b
from itertools import chain

import numpy as np

_VARIANT = {digit: "89ab"[int(digit, 16) & 3] for digit in "0123456789abcdef"}
_GROUPS = ((0, 0, 8), (9, 8, 4), (14, 12, 4), (19, 16, 4), (24, 20, 12))
"""Each group of digits: its position in the text of a UUID, its first digit, and its length."""

_LINE = 37
"""Characters of a UUID and a line break."""

_MARK_AT = 15
"""Position of the first digit that is free in a UUID of version 8."""

_SPELL_MARKS = ("5", "a", "d")
"""The digit there for a spell, an admission and a discharge."""

_BLOCK = 256


Characters = np.typing.NDArray[np.uint8]

SpellIds = tuple[str, str, str]
"""The identifiers of a spell, of its admission and of its discharge."""


class Identity:
    """Derives the identifiers of one department.

    Args:
        seed: Seed of the run.
        hospital_id: Identifier of the hospital.
        department_id: Identifier of the department.
    """

    def __init__(self, seed: int, hospital_id: str, department_id: str) -> None:
        self._scope = blake2b(f"{seed}/{hospital_id}/{department_id}/".encode(), digest_size=16)

    def named(self, name: str) -> str:
        """Return the identifier of a thing, whose name begins with its kind."""
        text = self._hash(name).hexdigest()
        return f"{text[:8]}-{text[8:12]}-8{text[13:16]}-{_VARIANT[text[16]]}{text[17:20]}-{text[20:]}"

    def patients(self) -> Iterator[str]:
        """Return the identifiers of patients, in the order of their first requests, without end."""
        return chain.from_iterable(_texts(text) for text in self._blocks("patient"))

    def spells(self) -> Iterator[SpellIds]:
        """Return the identifiers of each spell and its events, in the order of the requests, without end.

        The three of a spell differ in one digit.
        """
        return chain.from_iterable(
            zip(*(_texts(_marked(text, mark)) for mark in _SPELL_MARKS), strict=True) for text in self._blocks("spell")
        )

    def _blocks(self, kind: str) -> Iterator[Characters]:
        numbers = np.random.Philox(key=int.from_bytes(self._hash(kind).digest(), "little"))
        while True:
            yield _characters(numbers.random_raw(2 * _BLOCK))

    def _hash(self, name: str) -> blake2b:
        scope = self._scope.copy()
        scope.update(name.encode())
        return scope


def digest(data: bytes) -> str:
    """Return the 32 hexadecimal digits of the BLAKE2b-128 hash of some bytes."""
    return blake2b(data, digest_size=16).hexdigest()


def _characters(words: np.typing.NDArray[np.uint64]) -> Characters:
    """Return the characters of a UUID for each two words, one a line."""
    raw = words.astype("<u8").view(np.uint8).reshape(-1, 16)
    raw[:, 6] = raw[:, 6] & 0x0F | 0x80
    raw[:, 8] = raw[:, 8] & 0x3F | 0x80
    digits = np.frombuffer(raw.tobytes().hex().encode("ascii"), np.uint8).reshape(-1, 32)
    text = np.full((len(raw), _LINE), ord("-"), np.uint8)
    text[:, -1] = ord("\n")
    for to, start, length in _GROUPS:
        text[:, to : to + length] = digits[:, start : start + length]
    return text


def _marked(text: Characters, mark: str) -> Characters:
    marked = text.copy()
    marked[:, _MARK_AT] = ord(mark)
    return marked


def _texts(text: Characters) -> list[str]:
    return text.tobytes().decode("ascii").split()
