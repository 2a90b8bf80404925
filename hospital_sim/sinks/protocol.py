"""What a sink is: where the events of a run go."""

from types import TracebackType
from typing import Protocol, Self

from hospital_sim.errors import HospitalSimError
from hospital_sim.events import Event, RunRecord, RunStarted


class SinkError(HospitalSimError):
    """A sink could not take an event; says how many it has taken, and that the same run again completes the work."""


class Sink(Protocol):
    """Takes the events of one run, in the order in which they happen.

    A run calls ``begin`` once, ``write`` for each event, ``flush``, and ``finish`` once. A sink is a context manager
    that closes itself.
    """

    def begin(self, run: RunStarted) -> None:
        """Take note of what the run will do, before its first event.

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
        """Let go of what the sink holds; what was taken stays."""
        ...

    def __enter__(self) -> Self:
        """Return the sink."""
        ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Close the sink."""
        ...


class ClosingSink:
    """A context manager that closes itself: what sinks have in common."""

    def close(self) -> None:
        """Let go of what the sink holds; what was taken stays."""

    def __enter__(self) -> Self:
        """Return the sink."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Close the sink."""
        self.close()
