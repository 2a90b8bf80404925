"""The interface of a sink, which takes the events of a run."""

from types import TracebackType
from typing import Protocol, Self

from hospital_sim.errors import HospitalSimError
from hospital_sim.events import Event, RunRecord, RunStarted


class SinkError(HospitalSimError):
    """A sink failed to take an event; says how many it has taken, and that the same run again completes the work."""


class Sink(Protocol):
    """Takes the events of one run, in the order in which they happen.

    A run calls ``begin`` once, ``write`` for each event, ``flush``, and ``finish`` once; nothing else after a ``begin``
    that returned a record. A sink is a context manager that closes itself. A class that inherits from this one is
    closed at the end of its ``with`` block.
    """

    def begin(self, run: RunStarted) -> RunRecord | None:
        """Begin a run, before its first event.

        Args:
            run: Description of the run.

        Returns:
            The record of this run, if the sink holds the finished run already; else None.

        Raises:
            HistoryConflictError: If the sink holds another history of the same hospital, or lacks days before the run.
            StorageError: If the sink cannot be written.
        """
        ...

    def write(self, event: Event) -> None:
        """Take one event (errors as in ``begin``)."""
        ...

    def flush(self) -> None:
        """Return when all events taken so far are durable (errors as in ``begin``)."""
        ...

    def finish(self, record: RunRecord) -> None:
        """Take the run record, after the last event (errors as in ``begin``)."""
        ...

    def close(self) -> None:
        """Release the resources of the sink, if it has any; events that it took are kept."""
        return

    def __enter__(self) -> Self:
        """Return the sink."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Close the sink."""
        self.close()
