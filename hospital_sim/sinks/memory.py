"""A sink that keeps the events in memory."""

from hospital_sim.events import Event, RunRecord, RunStarted
from hospital_sim.sinks.protocol import ClosingSink


class MemorySink(ClosingSink):
    """Keeps the events of one run in a list.

    Attributes:
        events: The events, in the order in which they happened.
        started: What the run set out to do; None before it begins.
        record: The run record; None before the run has finished.
    """

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.started: RunStarted | None = None
        self.record: RunRecord | None = None

    def begin(self, run: RunStarted) -> None:
        """Take note of what the run will do."""
        self.started = run

    def write(self, event: Event) -> None:
        """Keep one event."""
        self.events.append(event)

    def flush(self) -> None:
        """Do nothing: memory is as durable as it gets."""

    def finish(self, record: RunRecord) -> None:
        """Keep the run record."""
        self.record = record
