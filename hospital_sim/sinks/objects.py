"""A sink that creates one JSON object for each event, below a raw root.

Objects are created and never overwritten. Running an interrupted run again completes it: objects that exist already are
compared with the new bytes. A finished run is known by its record, and not written again.
"""

import os
from types import TracebackType

from hospital_sim.events import Event, RunRecord, RunStarted, encode, keys
from hospital_sim.sinks.history import check_history, finished_record
from hospital_sim.sinks.protocol import Sink, SinkError
from hospital_sim.storage import ObjectStore, Runs, StorageError, create_once, open_store

BATCH = 1024
"""Events held in memory until they are created together, because a remote store takes many at once."""


class ObjectSink(Sink):
    """Creates one object for each event.

    Events are created in batches; the last batch is created by ``flush`` or ``close``.

    Args:
        root: The raw root: a local path or a URL, by convention ``<lake>/raw``; or an object store.
        single_writer: True if nothing else writes to the root (see ``open_store``).

    Attributes:
        created: Number of events that this sink created.
        found: Number of events that existed already, with the same bytes or by the record of the finished run.

    Raises:
        UnknownSchemeError: If no store has the scheme of the URL.
        OverwritingStoreError: If the store is known to overwrite, and ``single_writer`` is False.
    """

    def __init__(self, root: str | os.PathLike[str] | ObjectStore, *, single_writer: bool = False) -> None:
        self._store = open_store(root, single_writer=single_writer) if isinstance(root, str | os.PathLike) else root
        self._batch: list[tuple[str, bytes]] = []
        self._written = 0
        self._is_bundle_due = False
        self.created = 0
        self.found = 0

    def begin(self, run: RunStarted) -> RunRecord | None:
        """Check the history of the lake, and create the ``started`` object of the run (errors as in ``Sink.begin``).

        Returns:
            The record of this run, if the lake has it: then all events of the run were created, and count as found.
        """
        runs = Runs(self._store)
        check_history(self._store, runs, run)
        self._is_bundle_due = runs.is_bundle_due(more=1)
        create_once(self._store, keys.started_key(run.run_id), encode(run))
        record = finished_record(self._store, run)
        if record is not None:
            self.found += sum(entry.count for entry in record.counts)
        return record

    def write(self, event: Event) -> None:
        """Take one event.

        Raises:
            SinkError: If the events taken so far cannot be created; says how many were.
        """
        batch = self._batch
        batch.append((keys.event_key(event), encode(event)))
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
        """Create the run record, after all events are durable, and now and then a bundle (errors as in ``write``)."""
        self.flush()
        try:
            self._store.create(keys.record_key(record.run.run_id), encode(record))
            self._store.flush()
            if self._is_bundle_due:
                # Listed again, because other runs may have finished, or written a bundle.
                Runs(self._store).add_bundle()
        except StorageError as error:
            raise self._stopped(error) from error

    def close(self) -> None:
        """Create the last batch (errors as in ``write``)."""
        self._create_batch()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Close the sink; after an error, discard the last batch, because the same run again creates it."""
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
            self._written += error.done
            raise self._stopped(error) from error
        self._written += len(batch)
        self.created += created
        self.found += len(batch) - created

    def _stopped(self, error: StorageError) -> SinkError:
        return SinkError(
            f"{error}; {self._written:,} events of the run are written, run the same command again for the rest"
        )
