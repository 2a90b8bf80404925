"""Named random streams: one for each (seed, hospital, department, purpose).

A stream's key is a hash of its name, so adding a department or a purpose changes no other stream, and no two streams
collide. The global generator, the wall clock and ``hash()`` are never used.
"""

from datetime import date
from hashlib import blake2b

import numpy as np

STREAM_VERSION = 2
"""Version of the order in which random numbers are drawn, and of the quantiles that turn them into times.

The same version, seed and configuration draw the same. Version 2 takes the quantiles from SciPy.
"""


class Streams:
    """The random streams of one department, or of one source of its demand.

    Args:
        seed: Seed of the run, 0 or more.
        hospital_id: Identifier of the hospital.
        department_id: Identifier of the department.
        source_id: Identifier of the source; empty for the department itself.
    """

    def __init__(self, seed: int, hospital_id: str, department_id: str, source_id: str = "") -> None:
        self._seed = seed
        self._department = (hospital_id, department_id)
        self._name = "/".join((hospital_id, department_id, source_id) if source_id else self._department)

    def of_source(self, source_id: str) -> "Streams":
        """Return the streams of a source of the department's demand; of the department itself if the id is empty."""
        return Streams(self._seed, *self._department, source_id)

    def from_day(self, day: date) -> "Streams":
        """Return the streams of the department's draws from a day on, after a change of its demand or its stays."""
        hospital_id, department_id = self._department
        return Streams(self._seed, hospital_id, f"{department_id}@{day}")

    def stream(self, purpose: str) -> np.random.Generator:
        """Return a new generator at the start of the stream for a purpose."""
        digest = blake2b(f"{self._name}/{purpose}".encode(), digest_size=16).digest()
        key = np.frombuffer(digest, dtype="<u4").tolist()
        return np.random.Generator(np.random.PCG64(np.random.SeedSequence(self._seed, spawn_key=key)))
