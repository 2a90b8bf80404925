"""Named random streams: one for each (seed, hospital, department, purpose).

A stream's key is a hash of its name, so a department or a purpose that is added changes nothing in the others, and two
streams never collide. The global generator, the wall clock and ``hash()`` are never used.
"""

from hashlib import blake2b

import numpy as np

STREAM_VERSION = 1
"""Version of the order in which random numbers are drawn. The same version, seed and configuration draw the same."""


class Streams:
    """The random streams of one department.

    Args:
        seed: Seed of the run, 0 or more.
        hospital_id: Identifier of the hospital.
        department_id: Identifier of the department.
    """

    def __init__(self, seed: int, hospital_id: str, department_id: str) -> None:
        self._seed = seed
        self._name = f"{hospital_id}/{department_id}"

    def part(self, name: str) -> "Streams":
        """Return the streams of a part of the department; of the department itself if the name is empty."""
        part = object.__new__(Streams)
        part._seed = self._seed
        part._name = f"{self._name}/{name}" if name else self._name
        return part

    def stream(self, purpose: str) -> np.random.Generator:
        """Return a new generator at the beginning of the stream for a purpose."""
        digest = blake2b(f"{self._name}/{purpose}".encode(), digest_size=16).digest()
        key = np.frombuffer(digest, dtype="<u4").tolist()
        return np.random.Generator(np.random.PCG64(np.random.SeedSequence(self._seed, spawn_key=key)))
