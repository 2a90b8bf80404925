"""Stages one output of a plan: reads its raw objects, quarantines the broken ones, writes the Parquet file.

All that is written is a function of the plan and the raw objects. The Parquet file is created last and carries the
counts, so a file that is there says that its output is complete, and a run that was killed goes on behind it.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

import msgspec
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from elt import layout, quarantine, raw
from elt.digests import RawDigest, digest
from elt.errors import BrokenLakeError
from elt.manifests import ClosedMonths, CommittedOutput, OutputCounts, Plan, PlannedOutput
from elt.quarantine import Entry, Reason
from elt.staging import inputs
from elt.staging.batches import RawBatch, day_batches
from elt.staging.decoding import Decoded, Rejected, decode
from elt.staging.parquet import COUNTS_KEY, INPUTS_KEY, StagedFileWriter, read_metadata
from elt.staging.reading import read_batch
from elt.staging.sorting import DaySorter, by_time
from hospital_sim import layout as raw_layout
from hospital_sim.storage import ObjectStore

BATCH_OBJECTS = 8192
_MONTH_DAYS = 31


class _Codes(NamedTuple):
    """A column as its different values and, for each row, the place of its value among them."""

    values: list[str]
    indices: npt.NDArray[np.int64]


def _codes(column: pa.ChunkedArray) -> _Codes:
    found = column.combine_chunks().dictionary_encode()
    return _Codes(found.dictionary.to_pylist(), found.indices.to_numpy().astype(np.int64))


class _Tally:
    """Counts what becomes of the objects of one output."""

    def __init__(self, month: date) -> None:
        self._days = layout.days_in(month)
        self._month = month
        self._staged: dict[str, dict[str, list[int]]] = {}
        self._quarantined: dict[str, Counter[date]] = {}
        self._raw: dict[date, RawDigest] = {}

    def read(self, day: date, contents: Sequence[bytes]) -> None:
        """Count raw objects of a day, in the order of their identifiers."""
        self._raw.setdefault(day, RawDigest()).add(contents)

    def staged(self, table: pa.Table) -> None:
        """Count events that are staged."""
        if not table.num_rows:
            return
        hospitals, departments = (_codes(table[name]) for name in ("hospital_id", "department_id"))
        days = pc.day(table["event_time"]).to_numpy()
        codes = (hospitals.indices * len(departments.values) + departments.indices) * _MONTH_DAYS + days - 1
        for code, count in zip(*(found.tolist() for found in np.unique(codes, return_counts=True)), strict=True):
            of, day = divmod(code, _MONTH_DAYS)
            hospital, department = divmod(of, len(departments.values))
            counts = self._staged.setdefault(hospitals.values[hospital], {})
            counts.setdefault(departments.values[department], [0] * self._days)[day] += count

    def quarantined(self, reason: Reason, day: date) -> None:
        """Count one object that is quarantined."""
        self._quarantined.setdefault(reason.value, Counter())[day] += 1

    def counts(self, closed: ClosedMonths) -> OutputCounts:
        """Return the counts, in an order that depends on the objects alone."""
        staged = {hospital: dict(sorted(departments.items())) for hospital, departments in sorted(self._staged.items())}
        by_hospital = {hospital: sum(map(sum, departments.values())) for hospital, departments in staged.items()}
        return OutputCounts(
            rows=sum(by_hospital.values()),
            late={hospital: rows for hospital, rows in by_hospital.items() if closed.closes(hospital, self._month)},
            staged=staged,
            quarantined={reason: dict(sorted(days.items())) for reason, days in sorted(self._quarantined.items())},
            raw_sha256={day: found.hexdigest() for day, found in sorted(self._raw.items())},
        )


def stage_output(store: ObjectStore, plan: Plan, output: PlannedOutput) -> tuple[str, CommittedOutput]:
    """Stage one output of a plan, or find that it is staged already.

    Args:
        store: The lake.
        plan: The plan.
        output: One of its outputs.

    Returns:
        The key that the plan gives the output, and the output as it was written.

    Raises:
        BrokenLakeError: If something that the plan did not make is under the output's key.
        StorageError: If a raw object cannot be read, or the lake cannot be written.
    """
    if store.exists(output.key):
        return output.key, _adopt(store, output)
    with StagedFileWriter(output.event_type) as writer:
        counts = _stage_objects(store, plan, output, writer)
        if not counts.rows:
            return output.key, CommittedOutput(output.event_type, output.month, None, 0, "", counts)
        data = writer.finish(output.inputs, msgspec.json.encode(counts))
    store.create(output.key, data)
    written = CommittedOutput(output.event_type, output.month, output.key, len(data), digest(data), counts)
    return output.key, written


def quarantine_foreign(store: ObjectStore, plan: Plan) -> dict[Reason, int]:
    """Quarantine the objects of a plan that are no events, and return their number by reason."""
    if plan.foreign_inputs is None:
        return {}
    found: Counter[Reason] = Counter()
    for key in inputs.read_foreign(store, plan.foreign_inputs):
        data = raw.read_raw(store, key)
        reason, detail = Reason.FOREIGN_KEY, "not the key of an event"
        if raw_layout.is_record_key(key):
            reason, detail = Reason.BROKEN_RUN_RECORD, "not the record of the run that its name says"
        found[_quarantine(store, plan, key, data, reason, detail)] += 1
    return dict(found)


def _stage_objects(store: ObjectStore, plan: Plan, output: PlannedOutput, writer: StagedFileWriter) -> OutputCounts:
    tally = _Tally(output.month)
    sorter = DaySorter()
    cut: date | None = None  # the day of which only parts have come so far
    for parts in day_batches(inputs.read_identifiers(store, output.inputs), BATCH_OBJECTS):
        if cut is not None and parts[0].day != cut:
            writer.add_all(sorter.sorted())
        batch, contents = read_batch(store, output.event_type, parts)
        for part, found in zip(parts, contents, strict=True):
            tally.read(part.day, found)
        decoded = decode(output.event_type, batch)
        for rejected in decoded.rejected:
            tally.quarantined(_quarantine_rejected(store, plan, output.event_type, rejected), rejected.object.day)
        tally.staged(decoded.table)
        if plan.replays:
            _close(store, plan, output.event_type, batch, decoded)
        cut = None if parts[0].whole else parts[0].day
        if cut is None:
            writer.add(by_time(decoded.table))
        else:
            sorter.add(decoded.table)
    writer.add_all(sorter.sorted())
    return tally.counts(plan.closed)


def _close(store: ObjectStore, plan: Plan, event_type: str, batch: RawBatch, decoded: Decoded) -> None:
    """Write that the objects that are staged now left the quarantine."""
    again = {(rejected.object.day, rejected.object.event_id) for rejected in decoded.rejected}
    for item in map(batch.item, range(len(batch))):
        if (item.day, item.event_id) not in again:
            quarantine.close(store, raw_layout.key_of(event_type, item.day, item.event_id), plan.number)


def _quarantine_rejected(store: ObjectStore, plan: Plan, event_type: str, rejected: Rejected) -> Reason:
    item = rejected.object
    key = raw_layout.key_of(event_type, item.day, item.event_id)
    return _quarantine(store, plan, key, item.data, rejected.reason, rejected.detail)


def _quarantine(store: ObjectStore, plan: Plan, key: str, data: bytes, reason: Reason, detail: str) -> Reason:
    entry = Entry(key, reason, detail, digest(data), len(data), plan.number)
    return quarantine.put(store, entry, data)


def _adopt(store: ObjectStore, output: PlannedOutput) -> CommittedOutput:
    data = store.read(output.key)
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
