"""A sink that creates one JSON object for each event, below a raw root.

Objects are only ever created. A run that was cut short is completed by running it again: what is there already is
compared, never overwritten.
"""

import os
from types import TracebackType

from hospital_sim.events import Event, RunRecord, RunStarted, encode
from hospital_sim.events import keys as layout
from hospital_sim.sinks.history import check_history
from hospital_sim.sinks.protocol import ClosingSink, SinkError
from hospital_sim.storage import ObjectStore, StorageError, create_once, open_store

BATCH = 1024
"""Events held in memory until they are created together: a store that is far away is given many at once."""


class ObjectSink(ClosingSink):
    """Creates each event as an object of its own.

    Events are created in batches: those of the last one are there after ``flush``, or when the sink is closed.

    Args:
        root: The raw root: a local path or a URL, by convention ``<lake>/raw``; or an object store.
        single_writer: Whether nothing else writes there (see ``open_store``).

    Attributes:
        created: How many events were created by this sink.
        found: How many events were there already, with the same bytes.

    Raises:
        UnknownSchemeError: If no store knows the URL.
        OverwritingStoreError: If the store is known to overwrite, and ``single_writer`` is not set.
    """

    def __init__(self, root: str | os.PathLike[str] | ObjectStore, *, single_writer: bool = False) -> None:
        self._store = open_store(root, single_writer=single_writer) if isinstance(root, str | os.PathLike) else root
        self._batch: list[tuple[str, bytes]] = []
        self._there = 0
        self.created = 0
        self.found = 0

    def begin(self, run: RunStarted) -> None:
        """Check that the lake holds no other history of the hospital, and say that the run has started.

        Raises:
            HistoryConflictError: If it holds one, or lacks days before the run.
            OverwritingStoreError: If the store creates what is there already.
            StorageError: If the store cannot be read or written.
        """
        check_history(self._store, run)
        create_once(self._store, layout.started_key(run.run_id), encode(run))

    def write(self, event: Event) -> None:
        """Take one event.

        Raises:
            SinkError: If the events taken so far cannot be created; says how many are.
        """
        batch = self._batch
        batch.append((layout.event_key(event), encode(event)))
        if len(batch) >= BATCH:
            self._create_batch()

    def flush(self) -> None:
        """Return when all events taken so far are durable (errors as in ``write``)."""
        self._create_batch()
        try:
            self._store.flush()
        except StorageError as error:
            raise self._stopped(error) from error

    def finish(self, record: RunRecord) -> None:
        """Create the run record, once all events are durable (errors as in ``write``)."""
        self.flush()
        try:
            self._store.create(layout.record_key(record.run.run_id), encode(record))
            self._store.flush()
        except StorageError as error:
            raise self._stopped(error) from error

    def close(self) -> None:
        """Create the events that are left (errors as in ``write``)."""
        self._create_batch()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Close the sink; after an error, without another attempt to write: the same run creates what is missing."""
        if error is None:
            self.close()
        else:
            self._batch = []

    def _create_batch(self) -> None:
        batch, self._batch = self._batch, []
        if not batch:
            return
        try:
            created = self._store.create_many(batch)
        except StorageError as error:
            self._there += error.done
            raise self._stopped(error) from error
        self._there += len(batch)
        self.created += created
        self.found += len(batch) - created

    def _stopped(self, error: StorageError) -> SinkError:
        return SinkError(
            f"{error}; {self._there:,} events of the run are written, run the same command again for the rest"
        )
