"""Work for worker processes, which import it by name."""

import os
import time
from collections.abc import Generator, Iterator

from hospital_sim.storage import ObjectStore


def pause_at_each(_: ObjectStore, rows: Iterator[int], pause: float) -> Generator[tuple[int, int], None, None]:
    """Yield each row with the id of the process that works on it, after a pause."""
    for row in rows:
        time.sleep(pause)
        yield row, os.getpid()


def refuse_one(_: ObjectStore, rows: Iterator[int], refused: int) -> Generator[int, None, None]:
    """Yield each row, and raise an error at one."""
    for row in rows:
        if row == refused:
            raise ValueError(f"row {row}")
        yield row


def die_elsewhere(_: ObjectStore, rows: Iterator[int], first: int) -> Generator[int, None, None]:
    """Yield each row; any process but the first dies."""
    for row in rows:
        if os.getpid() != first:
            os._exit(1)
        time.sleep(0.01)
        yield row
