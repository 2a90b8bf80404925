"""A sink that hands each event to a function: the way into a queue, a socket or a table of one's own."""

from collections.abc import Callable
from functools import partial

from hospital_sim.events import Event, RunRecord, RunStarted
from hospital_sim.sinks.protocol import ClosingSink, SinkError


class CallbackSink(ClosingSink):
    """Calls a function with each event, in the order in which they happen; keeps none.

    Args:
        on_event: Called with each event.
        on_begin: Called with what the run will do, before its first event.
        on_flush: Called when all events so far must be durable; who keeps events back lets go of them here.
        on_finish: Called with the run record, after the last event.

    Attributes:
        taken: How many events the function has taken.
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

    def begin(self, run: RunStarted) -> None:
        """Hand over what the run will do."""
        if self._on_begin is not None:
            self._call(partial(self._on_begin, run))

    def write(self, event: Event) -> None:
        """Hand over one event.

        Raises:
            SinkError: If the function fails; says how many events it has taken.
        """
        try:
            self._on_event(event)
        except Exception as error:
            raise self._stopped(error) from error
        self.taken += 1

    def flush(self) -> None:
        """Ask that all events so far be made durable (errors as in ``write``)."""
        if self._on_flush is not None:
            self._call(self._on_flush)

    def finish(self, record: RunRecord) -> None:
        """Hand over the run record (errors as in ``write``)."""
        if self._on_finish is not None:
            self._call(partial(self._on_finish, record))

    def _call(self, call: Callable[[], object]) -> None:
        try:
            call()
        except Exception as error:
            raise self._stopped(error) from error

    def _stopped(self, error: Exception) -> SinkError:
        return SinkError(
            f"callback: {type(error).__name__}: {error}; {self.taken:,} events of the run were taken, "
            "run the same command again for the rest: it begins with the same events"
        )
