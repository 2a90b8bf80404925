"""A sink that keeps the events in memory."""

from hospital_sim.events import Event, RunRecord, RunStarted
from hospital_sim.sinks.protocol import Sink


class MemorySink(Sink):
    """Keeps the events of one run in a list.

    Attributes:
        events: The events, in the order in which they happened.
        started: Description of the run; None before it begins.
        record: The run record; None before the run has finished.
    """

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.started: RunStarted | None = None
        self.record: RunRecord | None = None

    def __repr__(self) -> str:
        """Return the number of events."""
        return f"<MemorySink: {len(self.events):,} events>"

    def begin(self, run: RunStarted) -> None:
        """Keep the description of the run."""
        self.started = run

    def write(self, event: Event) -> None:
        """Keep one event."""
        self.events.append(event)

    def flush(self) -> None:
        """Do nothing, because memory cannot be made durable."""

    def finish(self, record: RunRecord) -> None:
        """Keep the run record."""
        self.record = record
