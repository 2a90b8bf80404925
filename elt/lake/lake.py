"""The lake: one object store with raw events, staged files, a quarantine and manifests."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import NamedTuple, Self

from elt import EmptyLakeError, WrongCallError
from elt.lake import objects
from elt.lake.quarantine import Quarantine
from elt.lake.repairs import current_files, current_outputs
from elt.lake.staging_runs import StagedFile, StagingRun, counts_by_cell, read_staging_runs
from elt.lake.tree import RAW_PREFIX, RawTree, list_tree
from elt.native.buffers import ObjectBuffer, TextRows
from elt.native.names import Names, read_object_names
from hospital_sim.events.keys import parse_day_bundle_key, partition_prefix
from hospital_sim.storage import (
    ObjectStore,
    ObjectUnreadableError,
    Runs,
    open_store,
)


class DayListing(NamedTuple):
    """The names of the objects of one event type and day.

    Attributes:
        day: The day.
        identifiers: Identifiers of the single events, 16 bytes each, sorted.
        bundles: Names of the day bundles, sorted.
        others: Names that are none of these, sorted.
    """

    day: date
    identifiers: bytes
    bundles: list[str]
    others: list[str]


class Lake:
    """A lake. Its layout is in ``elt.lake.layout``; it can be pickled if its store can.

    Args:
        store: The object store that holds the lake.

    Attributes:
        store: The object store that holds the lake. Its keys are relative to the lake.
        quarantine: The raw objects that could not be staged, or were set aside.
    """

    def __init__(self, store: ObjectStore) -> None:
        self.store = store
        self.quarantine = Quarantine(store)

    @classmethod
    def open(cls, url: str, *, read_only: bool = False, single_writer: bool = False) -> Self:
        """Open a lake that exists.

        Args:
            url: A local path or a URL.
            read_only: True if nothing will be written, so that a store without atomic create is accepted.
            single_writer: True if nothing else writes to the lake; accepts such a store too (see ``open_store``).

        Raises:
            WrongCallError: If no store knows the URL.
            EmptyLakeError: If there is nothing under its ``raw/``.
            OverwritingStoreError: If its store is known to overwrite, and neither option is set.
        """
        try:
            store = open_store(url, single_writer=single_writer or read_only)
        except ValueError as error:
            raise WrongCallError(f"--lake: {error}") from error
        if next(store.folders(RAW_PREFIX), None) is None:
            raise EmptyLakeError(
                f"{store.url}: there is no lake here (nothing under raw/); "
                f"write one with: hospital-sim simulate HOSPITAL --sink {store.url}/raw …"
            )
        return cls(store)

    @property
    def url(self) -> str:
        """URL of the lake, without secrets."""
        return self.store.url

    @property
    def prefetch_threads(self) -> int:
        """Number of threads that suits prefetching of objects; 0 to read each object when it is needed."""
        return objects.prefetch_threads(self.store)

    @property
    def listing_threads(self) -> int:
        """Number of threads that suits listing of months; 0 to list each month when it is needed."""
        return objects.listing_threads(self.store)

    def raw_tree(self, runs: Runs | None = None) -> RawTree:
        """List the partitions under ``raw/``, the run records, and the keys that are neither.

        Args:
            runs: The runs of the lake, if they were listed already.
        """
        return list_tree(self.store, runs)

    def raw_keys(self, prefix: str = "") -> Iterator[str]:
        """Yield, sorted, the keys of all objects under ``raw/`` below a prefix, relative to ``raw/``."""
        return (key.removeprefix(RAW_PREFIX) for key in self.store.keys(RAW_PREFIX + prefix))

    def read_raw(self, keys: Iterable[str], most: int) -> Iterator[tuple[str, bytes | ObjectUnreadableError]]:
        """Yield raw objects, or the error of each that cannot be read (see ``ObjectStore.read_each``).

        Args:
            keys: Their keys, relative to ``raw/``, as are those of the result.
            most: Most bytes of an object.
        """
        objects = self.store.read_each((RAW_PREFIX + key for key in keys), most)
        return ((key.removeprefix(RAW_PREFIX), data) for key, data in objects)

    def object_names(self, event_type: str, days: Sequence[date]) -> Names:
        """List the names of all objects of the first days of an event type (see ``elt.lake.objects.object_names``)."""
        return objects.object_names(self.store, _partitions(event_type, days))

    def list_days(self, event_type: str, days: Sequence[date]) -> Iterator[DayListing]:
        """Yield the names of the objects of each day.

        Args:
            event_type: Type of the events.
            days: Days of partitions, sorted. Few names are in memory at once, however many there are.
        """
        while days:
            names = self.object_names(event_type, days)
            for day, identifiers, others in zip(days, *read_object_names(event_type, names), strict=False):
                prefix = partition_prefix(event_type, day)
                bundles = {name: key.name for name in others if (key := parse_day_bundle_key(prefix + name))}
                unrecognised = [name for name in others if name not in bundles]
                yield DayListing(day, identifiers, sorted(bundles.values()), unrecognised)
            days = days[len(names.ends) :]

    def read_objects(
        self, event_type: str, days: Sequence[date], counts: Sequence[int], names: TextRows
    ) -> tuple[ObjectBuffer, dict[int, ObjectUnreadableError]]:
        """Read objects of an event type, day after day (see ``elt.lake.objects.read_objects``)."""
        return objects.read_objects(self.store, _partitions(event_type, days), counts, names)

    def runs(self, *, from_bundles: bool = True) -> Runs:
        """List the runs that simulations wrote (arguments as in ``hospital_sim.storage.Runs``)."""
        return Runs(self.store, RAW_PREFIX, from_bundles=from_bundles)

    def staging_runs(self) -> list[StagingRun]:
        """Read every staging run, in order (errors as in ``elt.lake.manifests.read_staging_runs``)."""
        return read_staging_runs(self.store)

    def staged_files(self) -> list[StagedFile]:
        """Return the current files of all finished staging runs, in order (errors as in ``staging_runs``)."""
        return current_files(self.staging_runs())

    def staged_counts(self, runs: Sequence[StagingRun] | None = None) -> Counter[tuple[str, str, str, date]]:
        """Return the number of staged events by event type, hospital, department and day.

        Errors are as in ``staging_runs``.

        Args:
            runs: The staging runs of the lake; read by default.
        """
        runs = self.staging_runs() if runs is None else runs
        return counts_by_cell(output for output, _ in current_outputs(runs))

    def late_counts(self, runs: Sequence[StagingRun] | None = None) -> Counter[tuple[str, str, date]]:
        """Return the number of late events by event type, hospital and month (else as ``staged_counts``)."""
        totals: Counter[tuple[str, str, date]] = Counter()
        for output, _ in current_outputs(self.staging_runs() if runs is None else runs):
            for hospital_id, count in output.counts.late.items():
                totals[output.event_type, hospital_id, output.month] += count
        return totals


def _partitions(event_type: str, days: Sequence[date]) -> list[str]:
    return [RAW_PREFIX + partition_prefix(event_type, day) for day in days]
