"""A sink that gives each event to several others."""

from contextlib import ExitStack
from types import TracebackType

from hospital_sim.events import Event, RunRecord, RunStarted
from hospital_sim.sinks.protocol import ClosingSink, Sink


class TeeSink(ClosingSink):
    """Gives each event to several sinks, in the order in which they are named.

    The first that fails stops the run: those before it have the event, those behind it have not. The same run again
    completes every sink that keeps events; one that counts or forwards them sees them again.

    Args:
        sinks: The sinks. They are closed with this one.
    """

    def __init__(self, *sinks: Sink) -> None:
        self._sinks = sinks

    def begin(self, run: RunStarted) -> None:
        """Begin each of them."""
        for sink in self._sinks:
            sink.begin(run)

    def write(self, event: Event) -> None:
        """Give one event to each of them."""
        for sink in self._sinks:
            sink.write(event)

    def flush(self) -> None:
        """Return when all events taken so far are durable in each of them."""
        for sink in self._sinks:
            sink.flush()

    def finish(self, record: RunRecord) -> None:
        """Give the run record to each of them, once every one has its events."""
        self.flush()
        for sink in self._sinks:
            sink.finish(record)

    def close(self) -> None:
        """Close each of them, also when one fails."""
        with ExitStack() as stack:
            for sink in reversed(self._sinks):
                stack.callback(sink.close)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Close each of them, and let each know of an error."""
        stack = ExitStack()
        for sink in reversed(self._sinks):
            stack.push(sink.__exit__)
        stack.__exit__(kind, error, traceback)
