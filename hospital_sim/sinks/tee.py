"""A sink that passes each event to several others."""

from contextlib import ExitStack
from types import TracebackType

from hospital_sim.events import Event, RunRecord, RunStarted
from hospital_sim.sinks.protocol import Sink


class TeeSink(Sink):
    """Passes each event to several sinks, in the order of the arguments.

    The first sink that fails stops the run: sinks before it have the event, sinks after it do not. The same run again
    completes every sink that keeps events; a sink that counts or forwards them sees them again.

    Args:
        sinks: The sinks. They are closed together with this one.
    """

    def __init__(self, *sinks: Sink) -> None:
        self._sinks = sinks

    def __repr__(self) -> str:
        """Return the sinks."""
        return f"<TeeSink to {', '.join(map(repr, self._sinks))}>"

    def begin(self, run: RunStarted) -> RunRecord | None:
        """Begin the run in every sink; return its record if every sink holds the finished run."""
        records = [sink.begin(run) for sink in self._sinks]
        return records[0] if records and None not in records else None

    def write(self, event: Event) -> None:
        """Pass one event to every sink."""
        for sink in self._sinks:
            sink.write(event)

    def flush(self) -> None:
        """Return when all events taken so far are durable in every sink."""
        for sink in self._sinks:
            sink.flush()

    def finish(self, record: RunRecord) -> None:
        """Pass the run record to every sink, after all of them have flushed."""
        self.flush()
        for sink in self._sinks:
            sink.finish(record)

    def close(self) -> None:
        """Close every sink, even if one fails."""
        with ExitStack() as stack:
            for sink in reversed(self._sinks):
                stack.callback(sink.close)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Close every sink, and pass the error of the ``with`` block to each."""
        stack = ExitStack()
        for sink in reversed(self._sinks):
            stack.push(sink.__exit__)
        stack.__exit__(kind, error, traceback)
