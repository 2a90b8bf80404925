"""Identifiers that are derived, not drawn: the same run gives the same, and no two things share one.

An identifier is a UUID (version 8 of RFC 9562, for identifiers of one's own making). What is counted, a spell or a
patient, has the numbers of a counter-mode generator (Philox) whose key is a BLAKE2b hash of the seed, the hospital, the
department and the kind, and whose counter is the natural key. What has a name has a BLAKE2b hash of it.
"""

from collections.abc import Iterator
from hashlib import blake2b
from itertools import chain

import numpy as np

_VARIANT = {digit: "89ab"[int(digit, 16) & 3] for digit in "0123456789abcdef"}
_GROUPS = ((0, 0, 8), (9, 8, 4), (14, 12, 4), (19, 16, 4), (24, 20, 12))
"""Where each group of digits is in the text of a UUID, where it comes from, and how long it is."""

_LINE = 37
"""The characters of a UUID and a line break."""

_MARK_AT = 15
"""The first digit that the version leaves to the maker of a UUID."""

_SPELL_MARKS = ("5", "a", "d")
"""What that digit is for a spell, an admission and a discharge."""

_BLOCK = 1024


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

    def named(self, kind: str, name: str) -> str:
        """Return the identifier of the thing of a kind that has a name."""
        text = self._hash(f"{kind}/{name}").hex()
        return f"{text[:8]}-{text[8:12]}-8{text[13:16]}-{_VARIANT[text[16]]}{text[17:20]}-{text[20:]}"

    def patients(self) -> Iterator[str]:
        """Return the identifiers of patients, in the order in which they come for the first time, without end."""
        return chain.from_iterable(_texts(text) for text in self._blocks("patient"))

    def spells(self) -> Iterator[SpellIds]:
        """Return the identifiers of a spell and its events, in the order in which spells are asked for, without end.

        The three differ in one digit, which says what they name.
        """
        return chain.from_iterable(
            zip(*(_texts(_marked(text, mark)) for mark in _SPELL_MARKS), strict=True) for text in self._blocks("spell")
        )

    def _blocks(self, kind: str) -> Iterator[Characters]:
        numbers = np.random.Philox(key=int.from_bytes(self._hash(kind), "little"))
        while True:
            yield _characters(numbers.random_raw(2 * _BLOCK))

    def _hash(self, name: str) -> bytes:
        scope = self._scope.copy()
        scope.update(name.encode())
        return scope.digest()


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
