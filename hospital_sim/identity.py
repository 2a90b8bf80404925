"""Identifiers that are derived, not drawn: the same run gives the same, and no two things share one.

An identifier is a UUID made of a BLAKE2b hash of the seed, the hospital, the department and the natural key of what it
names (version 8 of RFC 9562, for identifiers of one's own making).
"""

from hashlib import blake2b

_VARIANT = {digit: "89ab"[int(digit, 16) & 3] for digit in "0123456789abcdef"}


class Identity:
    """Derives the identifiers of one department.

    Args:
        seed: Seed of the run.
        hospital_id: Identifier of the hospital.
        department_id: Identifier of the department.
    """

    def __init__(self, seed: int, hospital_id: str, department_id: str) -> None:
        self._scope = blake2b(f"{seed}/{hospital_id}/{department_id}/".encode(), digest_size=16)

    def derive(self, kind: str, key: int | str) -> str:
        """Return the identifier of the thing of a kind that a natural key names."""
        scope = self._scope.copy()
        scope.update(f"{kind}/{key}".encode())
        text = scope.hexdigest()
        return f"{text[:8]}-{text[8:12]}-8{text[13:16]}-{_VARIANT[text[16]]}{text[17:20]}-{text[20:]}"


def digest(data: bytes) -> str:
    """Return the 32 hexadecimal digits of the BLAKE2b-128 hash of some bytes."""
    return blake2b(data, digest_size=16).hexdigest()
