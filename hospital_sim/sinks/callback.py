"""A sink that calls a function with each event, to send events to a queue, a socket or a table of your own."""

from collections.abc import Callable

from hospital_sim.events import Event, RunRecord, RunStarted
from hospital_sim.sinks.protocol import Sink, SinkError


class CallbackSink(Sink):
    """Calls a function with each event, in the order in which they happen; keeps no event.

    Send events to a queue::

        events = queue.Queue()
        with CallbackSink(events.put) as sink:
            hospital.simulate("2024-01-01", "2024-01-31", seed=1, sink=sink)
        print(sink.taken)

    Args:
        on_event: Called with each event.
        on_begin: Called with the ``RunStarted``, before the first event.
        on_flush: Called when all events so far must be durable; a function that buffers events writes them here.
        on_finish: Called with the run record, after the last event.

    Attributes:
        taken: Number of events that the function took without an error.
    """

    def __init__(
        self,
        on_event: Callable[[Event], object],
        *,
        on_begin: Callable[[RunStarted], object] | None = None,
        on_flush: Callable[[], object] | None = None,
        on_finish: Callable[[RunRecord], object] | None = None,
    ) -> None:
        self._on_event = on_event
        self._on_begin = on_begin
        self._on_flush = on_flush
        self._on_finish = on_finish
        self.taken = 0

    def __repr__(self) -> str:
        """Return the number of events."""
        return f"<CallbackSink: {self.taken:,} events>"

    def begin(self, run: RunStarted) -> None:
        """Call ``on_begin`` (errors as in ``write``)."""
        self._call(self._on_begin, run)

    def write(self, event: Event) -> None:
        """Call ``on_event``.

        Raises:
            SinkError: If the function fails; says how many events it has taken.
        """
        try:
            self._on_event(event)
        except Exception as error:
            raise self._stopped(error) from error
        self.taken += 1

    def flush(self) -> None:
        """Call ``on_flush`` (errors as in ``write``)."""
        self._call(self._on_flush)

    def finish(self, record: RunRecord) -> None:
        """Call ``on_finish`` (errors as in ``write``)."""
        self._call(self._on_finish, record)

    def _call(self, function: Callable[..., object] | None, *arguments: object) -> None:
        if function is None:
            return
        try:
            function(*arguments)
        except Exception as error:
            raise self._stopped(error) from error

    def _stopped(self, error: Exception) -> SinkError:
        return SinkError(
            f"callback: {type(error).__name__}: {error}; {self.taken:,} events of the run were taken, "
            "run the same command again for the rest: it begins with the same events"
        )
