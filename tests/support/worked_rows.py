"""Work for worker processes, which they import by name."""

import os
import time
from collections.abc import Generator, Iterator

from hospital_sim.storage import ObjectStore


def told(_: ObjectStore, rows: Iterator[int], pause: float) -> Generator[tuple[int, int], None, None]:
    """Yield each row and the process that works on it, after a pause."""
    for row in rows:
        time.sleep(pause)
        yield row, os.getpid()


def refused(_: ObjectStore, rows: Iterator[int], wrong: int) -> Generator[int, None, None]:
    """Yield each row, and raise an error at one."""
    for row in rows:
        if row == wrong:
            raise ValueError(f"row {row}")
        yield row


def died(_: ObjectStore, rows: Iterator[int], first: int) -> Generator[int, None, None]:
    """Yield each row; another process than the first dies."""
    for row in rows:
        if os.getpid() != first:
            os._exit(1)
        time.sleep(0.01)
        yield row
