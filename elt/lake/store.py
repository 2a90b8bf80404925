"""The lake: one object store with raw events, staged files, a quarantine and manifests."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Self

from elt.errors import BrokenLakeError, EmptyLakeError, WrongCallError
from elt.lake import objects
from elt.lake.layout import STAGING_MANIFESTS, commit_key, parse_manifest_key, plan_key
from elt.lake.manifests import Commit, Manifest, Plan, StagedFile, StagingRun, counts_of_runs, decode_manifest
from elt.lake.quarantine import Quarantine
from elt.lake.tree import RAW_PREFIX, RawTree, list_tree
from elt.native.buffers import JoinedObjects
from elt.native.files import Names
from elt.native.text_rows import Rows
from hospital_sim.events import BrokenRecordError, RunRecord, RunStarted, decode_record, decode_started
from hospital_sim.events.keys import RUNS, is_record_key, is_started_key, partition_prefix, record_key
from hospital_sim.storage import ObjectStore, open_store


class Lake:
    """A lake. Its layout is in ``elt.lake.layout``; it can be pickled if its store can.

    Args:
        store: The object store that holds the lake.

    Attributes:
        store: The object store that holds the lake. Its keys are relative to the lake.
        quarantine: The raw objects that could not be staged.
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
        return objects.threads_ahead(self.store)

    def raw_tree(self) -> RawTree:
        """List the partitions under ``raw/``, the run records, and the keys that are neither."""
        return list_tree(self.store)

    def raw_keys(self, prefix: str = "") -> Iterator[str]:
        """Yield, sorted, the keys of all objects under ``raw/`` below a prefix, relative to ``raw/``."""
        return (key.removeprefix(RAW_PREFIX) for key in self.store.keys(RAW_PREFIX + prefix))

    def read_raw(self, key: str) -> bytes:
        """Return the bytes of one raw object (key relative to ``raw/``).

        Raises:
            StorageError: If it cannot be read.
        """
        return self.store.read(RAW_PREFIX + key)

    def object_names(self, event_type: str, days: Sequence[date]) -> Names:
        """List the names of all objects in partitions of one event type, events or not.

        Args:
            event_type: Type of the events.
            days: Days to list, at least one. May stop early: ``len(names.ends)`` says how many were listed.

        Raises:
            StorageError: If they cannot be listed.
        """
        return objects.object_names(self.store, _partitions(event_type, days))

    def read_objects(self, event_type: str, days: Sequence[date], counts: Sequence[int], names: Rows) -> JoinedObjects:
        """Read objects of one event type.

        Args:
            event_type: Type of the events.
            days: Days of their partitions.
            counts: Number of objects of each day.
            names: Names of the objects, day after day.

        Raises:
            StorageError: If one cannot be read.
        """
        return objects.read_objects(self.store, _partitions(event_type, days), counts, names)

    def run_records(self, broken: dict[str, str] | None = None) -> Iterator[tuple[str, RunRecord]]:
        """Yield the key and the record of each finished run, in the order of the keys.

        Args:
            broken: Is given the keys of objects that are no run records, each with what is wrong; without it, the first
                of them is an error.

        Raises:
            BrokenLakeError: If a run record is not one.
        """
        for key in self.raw_keys(f"{RUNS}/"):
            if is_record_key(key):
                record = self._read_record(key, broken)
                if record is not None:
                    yield key, record

    def _read_record(self, key: str, broken: dict[str, str] | None) -> RunRecord | None:
        try:
            record = decode_record(self.read_raw(key))
        except BrokenRecordError as error:
            if broken is None:
                raise BrokenLakeError(
                    f"{RAW_PREFIX}{key}: not a run record ({error}); put back the object that the run wrote"
                ) from error
            broken[key] = str(error)
            return None
        if record_key(record.run.run_id) != key:
            if broken is None:
                raise BrokenLakeError(
                    f"{RAW_PREFIX}{key}: is the record of another run; put back the object of this name"
                )
            broken[key] = f"the record of run {record.run.run_id}"
            return None
        return record

    def unfinished_runs(self, broken: dict[str, str] | None = None) -> list[RunStarted]:
        """Return the runs that were started and have no record: they were cut off, or are still writing.

        Args:
            broken: As in ``run_records``, of the objects that runs create at their start.

        Raises:
            BrokenLakeError: If an object that a run creates at its start cannot be read.
        """
        keys = list(self.raw_keys(f"{RUNS}/"))
        finished = {key for key in keys if is_record_key(key)}
        started = []
        for key in filter(is_started_key, keys):
            try:
                run = decode_started(self.read_raw(key))
            except BrokenRecordError as error:
                if broken is None:
                    raise BrokenLakeError(
                        f"{RAW_PREFIX}{key}: not the start of a run ({error}); put back the object that the run wrote"
                    ) from error
                broken[key] = str(error)
                continue
            if record_key(run.run_id) not in finished:
                started.append(run)
        return started

    def staging_runs(self) -> list[StagingRun]:
        """Read every staging run, in order.

        Raises:
            BrokenLakeError: If a manifest cannot be read, or is missing between others.
        """
        keys = self.store.keys(STAGING_MANIFESTS)
        manifests = {parsed for key in keys if (parsed := parse_manifest_key(key))}
        runs = []
        for number in range(1, max((number for number, _ in manifests), default=0) + 1):
            if (number, "plan") not in manifests:
                raise BrokenLakeError(f"{plan_key(number)}: missing; put back the plan that staging wrote")
            plan = self._read_manifest(plan_key(number), Plan)
            has_commit = (number, "commit") in manifests
            runs.append(StagingRun(plan, self._read_manifest(commit_key(number), Commit) if has_commit else None))
        return runs

    def _read_manifest(self, key: str, cls: type[Manifest]) -> Manifest:
        return decode_manifest(key, self.store.read(key), cls)

    def staged_files(self) -> list[StagedFile]:
        """Return the files of all finished staging runs, in the order in which they were staged.

        Raises:
            BrokenLakeError: If a manifest cannot be read.
        """
        return [file for run in self.staging_runs() for file in run.files()]

    def staged_counts(self) -> Counter[tuple[str, str, str, date]]:
        """Return the number of staged events by event type, hospital, department and day.

        Raises:
            BrokenLakeError: If a manifest cannot be read.
        """
        return counts_of_runs(self.staging_runs())

    def late_counts(self) -> Counter[tuple[str, str, date]]:
        """Return the number of late events by event type, hospital and month.

        Raises:
            BrokenLakeError: If a manifest cannot be read.
        """
        totals: Counter[tuple[str, str, date]] = Counter()
        for run in self.staging_runs():
            for output in run.outputs:
                for hospital_id, count in output.counts.late.items():
                    totals[output.event_type, hospital_id, output.month] += count
        return totals


def _partitions(event_type: str, days: Sequence[date]) -> list[str]:
    return [RAW_PREFIX + partition_prefix(event_type, day) for day in days]
