"""A sink that creates one JSON object for each event, below a raw root.

Objects are only ever created. A run that was cut short is completed by running it again: what is there already is
compared, never overwritten.
"""

import os

from hospital_sim import layout
from hospital_sim.errors import HospitalSimError
from hospital_sim.events import Event, RunRecord, RunStarted, encode
from hospital_sim.sinks.history import check_history
from hospital_sim.sinks.protocol import ClosingSink
from hospital_sim.storage import ObjectStore, StorageError, open_store


class SinkError(HospitalSimError):
    """A sink could not take an event; says how many it has taken."""


class ObjectSink(ClosingSink):
    """Creates each event as an object of its own.

    Args:
        root: The raw root: a local path or a URL, by convention ``<lake>/raw``; or an object store.

    Attributes:
        created: How many events were created by this sink.
        found: How many events were there already, with the same bytes.
    """

    def __init__(self, root: str | os.PathLike[str] | ObjectStore) -> None:
        self._store = open_store(root) if isinstance(root, str | os.PathLike) else root
        self.created = 0
        self.found = 0

    def begin(self, run: RunStarted) -> None:
        """Check that the lake holds no other history of the hospital, and say that the run has started."""
        check_history(self._store, run)
        self._store.create(layout.started_key(run.run_id), encode(run))

    def write(self, event: Event) -> None:
        """Create one event."""
        try:
            created = self._store.create(layout.event_key(event), encode(event))
        except StorageError as error:
            raise self._stopped(error) from error
        self.created += created
        self.found += not created

    def flush(self) -> None:
        """Return when all events taken so far are durable."""
        self._store.flush()

    def finish(self, record: RunRecord) -> None:
        """Create the run record."""
        try:
            self._store.create(layout.record_key(record.run.run_id), encode(record))
            self._store.flush()
        except StorageError as error:
            raise self._stopped(error) from error

    def _stopped(self, error: StorageError) -> SinkError:
        done = self.created + self.found
        return SinkError(f"{error}; {done:,} events of the run are written, run the same command again for the rest")
