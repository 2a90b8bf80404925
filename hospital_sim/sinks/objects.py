"""A sink that creates one JSON object for each event, or one bundle for each type and day, below a raw root.

Objects are created and never overwritten. Running an interrupted run again completes it: objects that exist already are
compared with the new bytes. A finished run is known by its record, and not written again.
"""

import os
from datetime import date
from types import TracebackType

from msgspec import structs

from hospital_sim.events import Event, RunRecord, RunStarted, encode, keys
from hospital_sim.events.day_bundles import has_same_lines
from hospital_sim.sinks.day_lines import DayLines
from hospital_sim.sinks.history import check_history, finished_record, first_missing_day
from hospital_sim.sinks.protocol import Sink, SinkError
from hospital_sim.storage import ObjectConflictError, ObjectStore, Runs, StorageError, create_once, open_store

BATCH = 1024
"""Events held in memory until they are created together, because a remote store takes many at once."""

BATCH_BUNDLES = 64
"""The same, of day bundles."""


class ObjectSink(Sink):
    """Creates one object for each event, or one day bundle for all events of a type and day.

    Objects are created in batches; the last batch is created by ``flush`` or ``close``. A bundle is created when its
    day is over, so a sink of bundles takes whole days.

    Args:
        root: The raw root: a local path or a URL, by convention ``<lake>/raw``; or an object store.
        single_writer: True if nothing else writes to the root (see ``open_store``).
        bundle: True to write day bundles (see ``hospital_sim.events.day_bundles``): far fewer objects.

    Attributes:
        created: Number of objects of events that this sink created.
        found: Number of those that existed already, with the same bytes or lines, or by the record of the finished run.

    Raises:
        UnknownSchemeError: If no store has the scheme of the URL.
        OverwritingStoreError: If the store is known to overwrite, and ``single_writer`` is False.
    """

    def __init__(
        self, root: str | os.PathLike[str] | ObjectStore, *, single_writer: bool = False, bundle: bool = False
    ) -> None:
        self._store = open_store(root, single_writer=single_writer) if isinstance(root, str | os.PathLike) else root
        self._batch: list[tuple[str, bytes]] = []
        self._bundle = bundle
        self._days: DayLines | None = None
        self._written = 0
        self._is_bundle_due = False
        self.created = 0
        self.found = 0

    def __repr__(self) -> str:
        """Return the raw root and the numbers of objects."""
        return f"<ObjectSink {self._store.url}: {self.created:,} objects created, {self.found:,} there already>"

    def begin(self, run: RunStarted) -> RunRecord | None:
        """Check the history of the lake, and create the ``started`` object of the run (errors as in ``Sink.begin``).

        Returns:
            The record of this run, if the lake has it: then all events of the run were created, and count as found.
        """
        run = structs.replace(run, bundled=self._bundle)
        runs = Runs(self._store)
        check_history(self._store, runs, run)
        self._is_bundle_due = runs.is_bundle_due(more=1)
        create_once(self._store, keys.started_key(run.run_id), encode(run))
        record = finished_record(self._store, run)
        if record is not None:
            self.found += _objects(record)
        self._days = DayLines(run) if self._bundle else None
        return record

    def first_missing_day(self, run: RunStarted) -> date:
        """Return the first day of the history of a run that finished runs in the root do not cover.

        Raises:
            StorageError: If the root cannot be read.
        """
        return first_missing_day(Runs(self._store), run)

    def write(self, event: Event) -> None:
        """Take one event.

        Raises:
            SinkError: If the events taken so far cannot be created; says how many were.
        """
        batch = self._batch
        if self._days is not None:
            batch += self._days.add(event)
        else:
            batch.append((keys.event_key(event), encode(event)))
        if len(batch) >= (BATCH_BUNDLES if self._bundle else BATCH):
            self._create_batch()

    def flush(self) -> None:
        """Return when all events taken so far are durable (errors as in ``write``)."""
        self.close()
        try:
            self._store.flush()
        except StorageError as error:
            raise self._stopped(error) from error

    def finish(self, record: RunRecord) -> None:
        """Create the run record, after all events are durable, and now and then a bundle (errors as in ``write``)."""
        self.flush()
        record = structs.replace(record, run=structs.replace(record.run, bundled=self._bundle))
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
        if self._days is not None:
            self._batch += self._days.bundles()
        self._create_batch()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Close the sink; after an error, discard the last batch, because the same run again creates it."""
        if error is None:
            self.close()
        else:
            self._batch, self._days = [], None

    def _create_batch(self) -> None:
        batch, self._batch = self._batch, []
        if not batch:
            return
        try:
            created = self._create(batch)
        except StorageError as error:
            self._written += error.done
            raise self._stopped(error) from error
        self._written += len(batch)
        self.created += created
        self.found += len(batch) - created

    def _create(self, batch: list[tuple[str, bytes]]) -> int:
        """Create objects, and return the number that did not exist; a bundle with the same lines exists already."""
        try:
            return self._store.create_many(batch)
        except ObjectConflictError:
            if not self._bundle:
                raise
        return sum(self._create_bundle(key, data) for key, data in batch)

    def _create_bundle(self, key: str, data: bytes) -> bool:
        try:
            return self._store.create(key, data)
        except ObjectConflictError:
            if has_same_lines(self._store.read(key), data):
                return False
            raise

    def _stopped(self, error: StorageError) -> SinkError:
        objects = "day bundles" if self._bundle else "events"
        return SinkError(
            f"{error}; {self._written:,} {objects} of the run are written, run the same command again for the rest"
        )


def _objects(record: RunRecord) -> int:
    """Return the number of objects of the events of a finished run."""
    if record.run.bundled:
        return len({(entry.event_type, entry.event_date) for entry in record.counts})
    return sum(entry.count for entry in record.counts)
