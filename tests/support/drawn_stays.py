"""Iteration over the stays of a block."""

from collections.abc import Iterator
from typing import NamedTuple

from hospital_sim.draws.stays import Stays


class Stay(NamedTuple):
    """One stay of a block; fields as in ``Stays``."""

    length: int
    delay: int
    turnaround: int
    destination: str
    delay_reason: str | None


def each_stay(drawn: Stays) -> Iterator[Stay]:
    """Yield the stays of a block, one by one."""
    return map(Stay._make, zip(*drawn, strict=True))
