"""Stages outputs of a plan: reads their raw objects, quarantines the rejected ones, writes the Parquet files.

All that is written is a function of the plan and the raw objects. The Parquet file of an output is created last and
carries the counts, so a file that exists shows that its output is complete, and a run that was killed continues with
the next output. Several small outputs of one type are staged together: their objects share batches.
"""

from collections import Counter, deque
from collections.abc import Generator, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from datetime import date
from functools import partial
from itertools import chain, groupby
from operator import attrgetter, itemgetter
from typing import TypeGuard

import msgspec
import numpy as np
import pyarrow as pa

from elt import BrokenLakeError
from elt.lake import layout
from elt.lake.digests import digest
from elt.lake.key_lists import read_bundles, read_identifiers, read_unrecognised
from elt.lake.lake import Lake
from elt.lake.manifests import CommittedOutput, OutputCounts, Plan, PlannedOutput
from elt.lake.prefetch import prefetched
from elt.lake.quarantine import Entry, Reason
from elt.lake.tree import RAW_PREFIX
from elt.staging.counts import OutputCounter
from elt.staging.parquet import COUNTS_KEY, INPUTS_KEY, StagedFileWriter, read_metadata
from elt.staging.reading.batches import BATCH_OBJECTS, ObjectNames, ReadNames, in_batches, names_by_day
from elt.staging.reading.decode import Decoded, Rejected, decode, unread
from elt.staging.reading.duplicates import without_duplicates
from elt.staging.reading.lines import (
    BATCH_BUNDLES,
    BundleNames,
    LineNames,
    RawReader,
    bundles_by_day,
    read_any_batch,
    unpacked,
)
from elt.staging.sorting import DaySorter, by_time
from hospital_sim.events.keys import LARGEST_EVENT, LARGEST_RECORD, is_record_key
from hospital_sim.storage import ObjectNotFoundError, ObjectUnreadableError, StorageError

_MOST_OBJECTS_TOGETHER = 32 * BATCH_OBJECTS
_OBJECTS_A_BUNDLE = 64
_GROUPS_EACH = 4
"""Groups of outputs for each worker, so that all finish at about the same time."""


def output_groups(outputs: Iterable[PlannedOutput], workers: int) -> list[list[PlannedOutput]]:
    """Divide the outputs of a plan into groups that are staged together, enough of them for all workers.

    Args:
        outputs: The outputs, ordered by type and month.
        workers: Number of workers.

    Returns:
        Groups of outputs of one type and form, and of different months, the largest group first, so that no worker is
        still busy with one when the others have finished.
    """
    outputs = sorted(outputs, key=attrgetter("event_type", "bundled"))
    per_group = sum(map(_work, outputs)) // (_GROUPS_EACH * workers)
    most = min(max(per_group, BATCH_OBJECTS), _MOST_OBJECTS_TOGETHER)
    groups: list[list[PlannedOutput]] = []
    objects = 0
    for output in outputs:
        last = groups[-1][-1] if groups else None
        objects += _work(output)
        if last is None or objects > most or _form(last) != _form(output) or last.month >= output.month:
            groups.append([])
            objects = _work(output)
        groups[-1].append(output)
    return sorted(groups, key=lambda group: -sum(map(_work, group)))


def _form(output: PlannedOutput) -> tuple[str, bool]:
    return output.event_type, output.bundled


def _work(output: PlannedOutput) -> int:
    """Return the number of single objects that are about as much work as an output."""
    return output.objects * (_OBJECTS_A_BUNDLE if output.bundled else 1)


def stage_outputs(
    lake: Lake, groups: Iterable[Sequence[PlannedOutput]], plan: Plan, in_quarantine: frozenset[str] = frozenset()
) -> Generator[tuple[PlannedOutput, CommittedOutput], None, None]:
    """Stage some outputs of a plan; one that was staged before the run was killed is only read.

    Args:
        lake: The lake.
        groups: Outputs of one type and form, and of different months each, in their order.
        plan: The plan.
        in_quarantine: Keys of objects that an earlier, killed attempt quarantined. They leave the quarantine if they
            can be staged now.

    Yields:
        Each output with what was written, in any order.

    Raises:
        BrokenLakeError: If something that the plan did not make is under the key of an output.
        StorageError: If a raw object cannot be read, or the lake cannot be written.
    """
    staged_before: list[tuple[PlannedOutput, CommittedOutput]] = []

    def batches() -> Iterator[list[ObjectNames] | list[BundleNames]]:
        for group in groups:
            existing = [output for output in group if lake.store.exists(output.key)]
            staged_before.extend((output, read_output(lake, output)) for output in existing)
            yield from _batches(lake, [output for output in group if output not in existing])

    decoded = prefetched(partial(_decode_by_output, lake, plan, in_quarantine), batches(), lake.prefetch_threads)
    with closing(decoded), ThreadPoolExecutor(1, "encoding") as thread:
        finished: deque[OutputWriter] = deque()
        for output, parts in groupby(chain.from_iterable(decoded), itemgetter(0)):
            writer = OutputWriter(lake, plan, output, thread)
            for _, part in parts:
                writer.add(part)
            writer.finish()
            finished.append(writer)
            while finished and finished[0].is_encoded():
                writer = finished.popleft()
                yield writer.output, writer.create()
        for writer in finished:
            yield writer.output, writer.create()
    yield from staged_before


def _batches(lake: Lake, outputs: Sequence[PlannedOutput]) -> Iterator[list[ObjectNames] | list[BundleNames]]:
    """Yield the names of the raw objects of outputs of one form, in batches."""
    if outputs and outputs[0].bundled:
        bundles = (
            bundles_by_day(output.event_type, read_bundles(lake.store, output.inputs), output) for output in outputs
        )
        yield from in_batches(chain.from_iterable(bundles), BATCH_BUNDLES)
    else:
        singles = (
            names_by_day(output.event_type, read_identifiers(lake.store, output.inputs), output) for output in outputs
        )
        yield from in_batches(chain.from_iterable(singles), BATCH_OBJECTS)


def _decode_by_output(
    lake: Lake, plan: Plan, in_quarantine: frozenset[str], names: list[ObjectNames] | list[BundleNames]
) -> list[tuple[PlannedOutput, Decoded]]:
    """Read and decode a batch, quarantine its rejected objects, and divide it among the outputs of its days.

    The events of whole days are then sorted by time, no longer in the order of their objects. Each rejected object has
    the reason that stands in the quarantine.
    """
    decoded = without_duplicates(lake, decode(read_any_batch(lake, names)), plan.outputs)
    raw = RawReader(lake)
    rejected = [replace(each, reason=_quarantine_rejected(lake, plan, raw, each)) for each in decoded.rejected]
    if plan.replays or in_quarantine:
        _close_staged(lake, plan, decoded, in_quarantine)
    # Sorting keeps the order of the outputs, because each is of another month.
    table = by_time(decoded.table) if names[0].whole else decoded.table
    parts: list[tuple[PlannedOutput, Decoded]] = []
    first = first_row = 0
    for output, of_output in groupby(decoded.batch.names, attrgetter("output")):
        batch = decoded.batch.slice(list(of_output), first)
        end = first + len(batch)
        end_row = int(np.searchsorted(decoded.rows, end))
        part = Decoded(
            batch,
            table.slice(first_row, end_row - first_row),
            decoded.rows[first_row:end_row] - first,
            [each for each in rejected if layout.month_of(each.object.day) == output.month],
        )
        parts.append((output, part))
        first, first_row = end, end_row
    return parts


class OutputWriter:
    """Writes one output of a plan: its Parquet file, and what is committed of it.

    Example:
        writer = OutputWriter(lake, plan, output, thread)
        for decoded in batches:
            writer.add(decoded)
        writer.finish()
        committed = writer.create()

    Args:
        lake: The lake.
        plan: The plan.
        output: The output.
        thread: One thread, in which the rows are encoded (see ``StagedFileWriter``).

    Attributes:
        output: The output.
    """

    def __init__(self, lake: Lake, plan: Plan, output: PlannedOutput, thread: ThreadPoolExecutor) -> None:
        self.output = output
        self._lake = lake
        self._closed = plan.closed
        self._file = StagedFileWriter(output.event_type, thread)
        self._counter = OutputCounter(output.month)
        self._sorter = DaySorter()
        self._partial_day: date | None = None
        self._counts: OutputCounts  # set by finish
        self._data: Future[bytes] | None = None

    def add(self, decoded: Decoded) -> None:
        """Add objects of this output: whole days with their events sorted by time, or a part of one day."""
        first = decoded.batch.names[0]
        if self._partial_day is not None and first.day != self._partial_day:
            self._file.add_all(self._sorter.sorted())
        self._counter.add(decoded)
        self._partial_day = None if first.whole else first.day
        if first.whole:
            self._file.add(decoded.table)
        else:
            self._sorter.add(decoded.table)

    def finish(self) -> None:
        """Begin to encode the last rows; call it after the last ``add``."""
        self._file.add_all(self._sorter.sorted())
        self._counts = self._counter.counts(self._closed)
        if self._counts.rows:
            self._data = self._file.finish(self.output.inputs, msgspec.json.encode(self._counts))

    def is_encoded(self) -> bool:
        """Tell whether ``create`` need not wait."""
        return self._data is None or self._data.done()

    def create(self) -> CommittedOutput:
        """Create the file, unless the output has no rows; return what was written."""
        output, counts = self.output, self._counts
        if self._data is None:
            return CommittedOutput(output.event_type, output.month, None, 0, "", counts)
        data = self._data.result()
        self._lake.store.create(output.key, data)
        return committed(output, data, counts)


def committed(output: PlannedOutput, data: bytes, counts: OutputCounts) -> CommittedOutput:
    """Return an output whose file was written."""
    return CommittedOutput(output.event_type, output.month, output.key, len(data), digest(data), counts)


def read_output(lake: Lake, output: PlannedOutput) -> CommittedOutput:
    """Return what was written of an output whose file exists already.

    Raises:
        BrokenLakeError: If its plan did not make the file.
    """
    data = lake.store.read(output.key)
    try:
        metadata = read_metadata(data)
    except pa.ArrowInvalid as error:
        raise _not_ours(output) from error
    if metadata.get(INPUTS_KEY) != output.inputs.encode():
        raise _not_ours(output)
    return committed(output, data, msgspec.json.decode(metadata[COUNTS_KEY], type=OutputCounts))


def _not_ours(output: PlannedOutput) -> BrokenLakeError:
    return BrokenLakeError(f"{output.key}: not written by staging, but in its place; move it out of the lake")


def quarantine_unrecognised(lake: Lake, plan: Plan) -> dict[Reason, int]:
    """Quarantine the unrecognised objects of a plan and return their number by reason."""
    if plan.foreign_inputs is None:
        return {}
    reasons: Counter[Reason] = Counter()
    keys = next(read_unrecognised(lake.store, [plan.foreign_inputs]))
    records = [key for key in keys if is_record_key(key)]
    others = [key for key in keys if not is_record_key(key)]
    for key, data in chain(lake.read_raw(records, LARGEST_RECORD), lake.read_raw(others, LARGEST_EVENT)):
        reason, detail = Reason.FOREIGN_KEY, "not the key of an event"
        if is_record_key(key):
            reason, detail = Reason.BROKEN_RUN_RECORD, "not the record of the run that its name says"
        if isinstance(data, ObjectUnreadableError):
            detail = f"{detail}; {unread(data)[1]}"
        if isinstance(data, ObjectNotFoundError):
            reason = Reason.GONE
        held = _quarantine(lake, plan, key, data, reason, detail)
        if held is Reason.GONE:
            # Such as the temporary name of an object while it is copied into the lake: nothing remains to be done.
            lake.quarantine.close(key, None)
        reasons[held] += 1
    return dict(reasons)


def _quarantine_rejected(lake: Lake, plan: Plan, raw: RawReader, rejected: Rejected) -> Reason:
    data = raw.read(rejected.key)
    is_whole = rejected.reason is Reason.BROKEN_BUNDLE and isinstance(unpacked(data), bytes)
    if is_whole or (rejected.reason is not Reason.BROKEN_BUNDLE and _differs(data, rejected.object.data)):
        # A file system may return a part of a file, and a good object must not be quarantined for that.
        raise StorageError(
            f"{lake.url}/{RAW_PREFIX}{rejected.key}",
            "gave other bytes when it was read again; run the same command again",
        )
    reason, detail = unread(data) if isinstance(data, ObjectUnreadableError) else (rejected.reason, rejected.detail)
    return _quarantine(lake, plan, rejected.key, data, reason, detail)


def _differs(data: bytes | ObjectUnreadableError, first: bytes) -> bool:
    return isinstance(data, bytes) and data != first


def _quarantine(
    lake: Lake, plan: Plan, key: str, data: bytes | ObjectUnreadableError, reason: Reason, detail: str
) -> Reason:
    if isinstance(data, ObjectUnreadableError):
        return lake.quarantine.put(Entry(key, reason, detail, "", data.size, plan.number), None)
    return lake.quarantine.put(Entry(key, reason, detail, digest(data), len(data), plan.number), data)


def _close_staged(lake: Lake, plan: Plan, decoded: Decoded, in_quarantine: frozenset[str]) -> None:
    """Record that the objects that are staged now have left the quarantine."""
    for names in filter(_is_whole, decoded.batch.names):
        if names.is_read and (plan.replays or names.bundle_key in in_quarantine):
            lake.quarantine.close(names.bundle_key, plan.number)
    for place in decoded.rows.tolist():
        key = decoded.batch.key(place)
        if key in in_quarantine or (plan.replays and not _is_whole(decoded.batch.part(place))):
            lake.quarantine.close(key, plan.number)


def _is_whole(names: ReadNames) -> TypeGuard[LineNames]:
    """Return True for a bundle of which all lines are staged."""
    return isinstance(names, LineNames) and names.all_lines
