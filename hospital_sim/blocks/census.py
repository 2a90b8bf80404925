"""Census of wards: occupancy and queue as means over time, and the waits of patients.

A census counts from the time at which it is created; the model needs no change.
"""

from __future__ import annotations

from array import array
from collections.abc import Generator
from typing import Any

from simpy import Environment
from simpy.events import Event

from hospital_sim.blocks.turns import AT_THE_END, Turn
from hospital_sim.blocks.wards import Stay, Ward
from hospital_sim.distributions.numbers import plain
from hospital_sim.tables import Cell, CellType, Table, summarise_times

_SUMMARY: dict[str, CellType] = {
    "ward": str,
    "beds": int,
    "occupied": float,
    "occupancy": float,
    "queue": float,
    "longest_queue": int,
    "admitted": int,
    "left": int,
    "wait_mean": float,
    "wait_p50": float,
    "wait_p90": float,
}


class Census:
    """Statistics of wards, from now on. All times are in the unit of the environment.

    To leave a warm-up out, create it after the warm-up::

        env.run(until=100)
        census = Census(env, acute, rehab, every=1)
        env.run(until=465)
        census.summary()

    Args:
        env: The environment.
        *wards: The wards.
        every: Time between two samples of beds and queues; no samples if None.

    Raises:
        ValueError: If no ward is given, or ``every`` is not above 0.
    """

    def __init__(self, env: Environment, *wards: Ward, every: float | None = None) -> None:
        if not wards:
            raise ValueError("wards: give at least one")
        if every is not None and not every > 0:
            raise ValueError(f"every: must be above 0, not {every}")
        self._env = env
        self._records = [_WardRecord(ward) for ward in wards]
        if every is not None:
            env.process(self._sample(plain(every)))

    def __repr__(self) -> str:
        """Return the names of the wards."""
        return f"<Census of {', '.join(record.ward.name for record in self._records)}>"

    def summary(self) -> Table:
        """Return a row for each ward.

        Columns: beds open now; mean beds occupied, and as a share of the beds; mean and longest queue; number of
        patients who were admitted, and who left; mean, P50 and P90 of the waits of those admitted, None without any.
        """
        return Table("Census", _SUMMARY, [record.row() for record in self._records])

    def samples(self, ward: Ward) -> Table:
        """Return the samples of a ward: time, beds occupied, patients waiting; each after all events of its time.

        Raises:
            KeyError: If the census does not count the ward.
        """
        record = next((record for record in self._records if record.ward is ward), None)
        if record is None:
            raise KeyError(f"the census does not count the ward {ward.name!r}")
        rows = zip(record.times, record.occupied, record.waiting, strict=True)
        return Table(f"Samples of {ward.name}", {"time": float, "occupied": int, "waiting": int}, rows)

    def _sample(self, every: float) -> Generator[Event, Any, None]:
        while True:
            yield Turn(self._env, self._env.now + every, AT_THE_END)
            for record in self._records:
                record.sample()


class _WardRecord:
    """Counts of one ward, a watcher of it."""

    def __init__(self, ward: Ward) -> None:
        self.ward = ward
        self._start = self._last = ward.env.now
        self._bed_time = 0.0
        self._open_time = 0.0
        self._queue_time = 0.0
        self._longest_queue = ward.waiting_list_size
        self._left = 0
        self._waits = array("d")
        self._state = self._current_state()
        self.times = array("d")
        self.occupied = array("q")
        self.waiting = array("q")
        ward.watchers.append(self)
        ward.on_beds_changed.append(self._advance)

    def asked(self, _: Stay) -> None:
        self._advance()

    def withdrew(self, _: Stay) -> None:
        self._advance()

    def admitted(self, stay: Stay) -> None:
        self._advance()
        self._waits.append(self.ward.env.now - stay.asked)

    def left(self, _: Stay) -> None:
        self._advance()
        self._left += 1

    def sample(self) -> None:
        self.times.append(self.ward.env.now)
        self.occupied.append(self.ward.occupied)
        self.waiting.append(self.ward.waiting_list_size)

    def row(self) -> tuple[Cell, ...]:
        self._advance()
        elapsed = self._last - self._start
        waits = summarise_times(self._waits)
        return (
            self.ward.name,
            self.ward.beds,
            self._bed_time / elapsed if elapsed else None,
            self._bed_time / self._open_time if self._open_time else None,
            self._queue_time / elapsed if elapsed else None,
            self._longest_queue,
            len(self._waits),
            self._left,
            waits.mean,
            waits.p50,
            waits.p90,
        )

    def _advance(self) -> None:
        """Add the time since the last change, during which the state was the same."""
        now = self.ward.env.now
        elapsed, self._last = now - self._last, now
        occupied, beds, queue = self._state
        self._bed_time += occupied * elapsed
        self._open_time += beds * elapsed
        self._queue_time += queue * elapsed
        self._state = self._current_state()
        self._longest_queue = max(self._longest_queue, self._state[2])

    def _current_state(self) -> tuple[int, int, int]:
        return self.ward.occupied, self.ward.beds, self.ward.waiting_list_size
