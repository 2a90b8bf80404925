"""Stages outputs of a plan: reads their raw objects, quarantines the broken ones, writes the Parquet files.

All that is written is a function of the plan and the raw objects. The Parquet file of an output is created last and
carries the counts, so a file that is there says that its output is complete, and a run that was killed goes on behind
it. Several small outputs of one type are staged together: their objects are read and decoded in the same batches.
"""

from collections import Counter, deque
from collections.abc import Generator, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from functools import partial
from itertools import chain, groupby
from operator import attrgetter

import msgspec
import numpy as np
import pyarrow as pa

from elt import BrokenLakeError
from elt.lake import layout
from elt.lake.digests import digest
from elt.lake.manifests import CommittedOutput, OutputCounts, Plan, PlannedOutput
from elt.lake.prefetch import done_ahead
from elt.lake.quarantine import Entry, Reason
from elt.lake.store import Lake
from elt.lake.tree import RAW_PREFIX
from elt.staging import input_lists as inputs
from elt.staging.batches import DayPart, RawBatch, joint_batches
from elt.staging.counts import StagedEvents, Tally
from elt.staging.decode import Decoded, Rejected, decode
from elt.staging.parquet import COUNTS_KEY, INPUTS_KEY, StagedFileWriter, read_metadata
from elt.staging.reading import BatchToRead, read_batch
from elt.staging.sorting import DaySorter, by_time
from hospital_sim.events import keys as raw_layout
from hospital_sim.storage import StorageError

BATCH_OBJECTS = 8192
_STAGED_TOGETHER = 32 * BATCH_OBJECTS
_SHARES_EACH = 4

Written = tuple[str, CommittedOutput]
"""The key that a plan gives an output, and the output as it was written."""


def bundles(outputs: Iterable[PlannedOutput], workers: int) -> list[list[PlannedOutput]]:
    """Divide the outputs of a plan into those that are staged together, so that there is work for all workers.

    Args:
        outputs: The outputs, ordered by type and month.
        workers: How many there are.

    Returns:
        Outputs of one type and of different months each, the largest first, so that no worker is left alone with one
        of them at the end.
    """
    outputs = list(outputs)
    share = sum(output.objects for output in outputs) // (_SHARES_EACH * workers)
    most = min(max(share, BATCH_OBJECTS), _STAGED_TOGETHER)
    found: list[list[PlannedOutput]] = []
    held = 0
    for output in outputs:
        last = found[-1][-1] if found else None
        held += output.objects
        if last is None or held > most or last.event_type != output.event_type or last.month >= output.month:
            found.append([])
            held = output.objects
        found[-1].append(output)
    return sorted(found, key=lambda bundle: -sum(output.objects for output in bundle))


def stage_outputs(lake: Lake, bundles: Iterable[Sequence[PlannedOutput]], plan: Plan) -> Generator[Written, None, None]:
    """Stage some outputs of a plan, or find that they are staged already.

    Args:
        lake: The lake.
        bundles: Outputs of one type and of different months each, in their order.
        plan: The plan.

    Yields:
        The outputs, in any order.

    Raises:
        BrokenLakeError: If something that the plan did not make is under the key of an output.
        StorageError: If a raw object cannot be read, or the lake cannot be written.
    """
    waiting = _Waiting(lake, bundles)
    batches = done_ahead(partial(_shares, lake, plan), waiting.batches(), lake.prefetch_threads)
    with closing(batches), ThreadPoolExecutor(1, "encoding") as thread:
        ended: deque[_Ended] = deque()
        for number, own in groupby(chain.from_iterable(batches), attrgetter("output")):
            ended.append(_end(plan, waiting.outputs[number], own, thread))
            while ended and ended[0].is_there():
                yield _create(lake, ended.popleft())
        yield from (_create(lake, output) for output in ended)
    yield from waiting.staged_already


def quarantine_foreign(lake: Lake, plan: Plan) -> dict[Reason, int]:
    """Quarantine the objects of a plan that are no events, and return their number by reason."""
    if plan.foreign_inputs is None:
        return {}
    found: Counter[Reason] = Counter()
    for key in inputs.read_foreign(lake, plan.foreign_inputs):
        data = lake.read_raw(key)
        reason, detail = Reason.FOREIGN_KEY, "not the key of an event"
        if raw_layout.is_record_key(key):
            reason, detail = Reason.BROKEN_RUN_RECORD, "not the record of the run that its name says"
        found[_quarantine(lake, plan, key, data, reason, detail)] += 1
    return dict(found)


@dataclass(frozen=True)
class _Share:
    """What a batch holds of one output.

    Attributes:
        output: The number of the output among those that are staged together.
        parts: The days.
        batch: The batch.
        objects: The places of the objects in the batch.
        table: The events of the batch that keep the contract, sorted unless they are a part of a day.
        events: The same events, to be counted.
        rows: The places of the events of this output in the table.
        quarantined: The days of the objects of this output that broke the contract, and why.
    """

    output: int
    parts: list[DayPart]
    batch: RawBatch
    objects: slice
    table: pa.Table
    events: StagedEvents
    rows: slice
    quarantined: list[tuple[Reason, date]]


@dataclass(frozen=True)
class _Ended:
    """An output of which every object is read.

    Attributes:
        output: The output.
        counts: What became of its objects.
        data: The bytes of its file, once they are there; None if it has no rows.
    """

    output: PlannedOutput
    counts: OutputCounts
    data: Future[bytes] | None

    def is_there(self) -> bool:
        """Tell whether nothing is left to wait for."""
        return self.data is None or self.data.done()


class _Waiting:
    """The outputs that wait to be staged.

    Args:
        lake: The lake.
        bundles: Outputs of one type and of different months each, in their order.

    Attributes:
        outputs: Those of which the objects are wanted already; the place of each is its number.
        staged_already: Those that were found in the lake.
    """

    def __init__(self, lake: Lake, bundles: Iterable[Sequence[PlannedOutput]]) -> None:
        self._lake = lake
        self._bundles = bundles
        self.outputs: list[PlannedOutput] = []
        self.staged_already: list[Written] = []

    def batches(self) -> Iterator[BatchToRead]:
        """Yield what is to be read, output after output."""
        for bundle in self._bundles:
            there = {output.key: self._lake.store.exists(output.key) for output in bundle}
            self.staged_already += ((output.key, _adopt(self._lake, output)) for output in bundle if there[output.key])
            lists = (self._identifiers(output) for output in bundle if not there[output.key])
            for parts in joint_batches(lists, BATCH_OBJECTS):
                yield BatchToRead(bundle[0].event_type, parts)

    def _identifiers(self, output: PlannedOutput) -> tuple[int, dict[date, bytes]]:
        self.outputs.append(output)
        return len(self.outputs) - 1, inputs.read_identifiers(self._lake, output.inputs)


def _end(plan: Plan, output: PlannedOutput, shares: Iterable[_Share], thread: ThreadPoolExecutor) -> _Ended:
    writer = StagedFileWriter(output.event_type, thread)
    counts = _add(writer, output, shares).counts(plan.closed)
    data = writer.finish(output.inputs, msgspec.json.encode(counts)) if counts.rows else None
    return _Ended(output, counts, data)


def _create(lake: Lake, ended: _Ended) -> Written:
    output, counts = ended.output, ended.counts
    if ended.data is None:
        return output.key, CommittedOutput(output.event_type, output.month, None, 0, "", counts)
    data = ended.data.result()
    lake.store.create(output.key, data)
    return output.key, CommittedOutput(output.event_type, output.month, output.key, len(data), digest(data), counts)


def _shares(lake: Lake, plan: Plan, wanted: BatchToRead) -> list[_Share]:
    """Read and decode a batch, quarantine what is broken, and divide it among the outputs that its days belong to."""
    event_type, parts = wanted
    batch = read_batch(lake, wanted)
    decoded = decode(event_type, batch)
    quarantined: dict[date, list[tuple[Reason, date]]] = {}
    for rejected in decoded.rejected:
        reason, day = _quarantine_rejected(lake, plan, event_type, rejected), rejected.object.day
        quarantined.setdefault(layout.month_of(day), []).append((reason, day))
    if plan.replays:
        _close(lake, plan, event_type, batch, decoded)
    # Whole days stay in their order when they are sorted by time, and so do the outputs.
    table = by_time(decoded.table) if parts[0].whole else decoded.table
    events = StagedEvents(table)
    shares: list[_Share] = []
    first = first_row = 0
    for output, own in ((output, list(own)) for output, own in groupby(parts, attrgetter("output"))):
        end = first + sum(map(len, own))
        end_row = int(np.searchsorted(decoded.rows, end))
        of_month = quarantined.get(layout.month_of(own[0].day), [])
        shares.append(_Share(output, own, batch, slice(first, end), table, events, slice(first_row, end_row), of_month))
        first, first_row = end, end_row
    return shares


def _add(writer: StagedFileWriter, output: PlannedOutput, shares: Iterable[_Share]) -> Tally:
    """Add the events of one output to its file, and count what became of its objects."""
    tally = Tally(output.month)
    sorter = DaySorter()
    cut: date | None = None  # the day of which only parts have come so far
    for share in shares:
        if cut is not None and share.parts[0].day != cut:
            writer.add_all(sorter.sorted())
        _count(tally, share)
        cut = None if share.parts[0].whole else share.parts[0].day
        table = share.table.slice(share.rows.start, share.rows.stop - share.rows.start)
        if cut is None:
            writer.add(table)
        else:
            sorter.add(table)
    writer.add_all(sorter.sorted())
    return tally


def _count(tally: Tally, share: _Share) -> None:
    start = share.objects.start
    for part in share.parts:
        end = start + len(part)
        tally.read(part.day, share.batch.objects.span(start, end), share.batch.objects.lengths(start, end))
        start = end
    for reason, day in share.quarantined:
        tally.quarantined(reason, day)
    tally.staged(share.events, share.rows)


def _close(lake: Lake, plan: Plan, event_type: str, batch: RawBatch, decoded: Decoded) -> None:
    """Write that the objects that are staged now left the quarantine."""
    again = {(rejected.object.day, rejected.object.event_id) for rejected in decoded.rejected}
    for item in map(batch.item, range(len(batch))):
        if (item.day, item.event_id) not in again:
            lake.quarantine.close(raw_layout.key_of(event_type, item.day, item.event_id), plan.number)


def _quarantine_rejected(lake: Lake, plan: Plan, event_type: str, rejected: Rejected) -> Reason:
    item = rejected.object
    key = raw_layout.key_of(event_type, item.day, item.event_id)
    if lake.read_raw(key) != item.data:
        # A file system may give a part of a file: what is sound must not be called broken for it.
        raise StorageError(
            f"{lake.url}/{RAW_PREFIX}{key}", "gave other bytes when it was read again; run the same command again"
        )
    return _quarantine(lake, plan, key, item.data, rejected.reason, rejected.detail)


def _quarantine(lake: Lake, plan: Plan, key: str, data: bytes, reason: Reason, detail: str) -> Reason:
    entry = Entry(key, reason, detail, digest(data), len(data), plan.number)
    return lake.quarantine.put(entry, data)


def _adopt(lake: Lake, output: PlannedOutput) -> CommittedOutput:
    data = lake.store.read(output.key)
    try:
        metadata = read_metadata(data)
    except pa.ArrowInvalid as error:
        raise _not_ours(output) from error
    if metadata.get(INPUTS_KEY) != output.inputs.encode():
        raise _not_ours(output)
    counts = msgspec.json.decode(metadata[COUNTS_KEY], type=OutputCounts)
    return CommittedOutput(output.event_type, output.month, output.key, len(data), digest(data), counts)


def _not_ours(output: PlannedOutput) -> BrokenLakeError:
    return BrokenLakeError(f"{output.key}: not written by staging, but in its place; move it out of the lake")
