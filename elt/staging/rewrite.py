"""Rewrites staged files for a repair: takes events out of a file, or makes one file of several.

It reads staged files, not raw objects, and checks them against their manifests first. The rows of a new file are in the
order in which staging writes them.
"""

from collections import Counter
from collections.abc import Generator, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from heapq import merge
from itertools import groupby, pairwise
from operator import itemgetter

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from elt import BrokenLakeError
from elt.contracts import arrow_schema
from elt.lake.digests import digest
from elt.lake.key_lists import read_identifiers
from elt.lake.lake import Lake
from elt.lake.manifests import Action, ClosedMonths, CommittedOutput, OutputCounts, Plan, PlannedOutput
from elt.native.arrays import values_of
from elt.native.buffers import texts_of
from elt.native.names import identifier_texts
from elt.staging.counts import OutputCounter
from elt.staging.parquet import StagedFileWriter
from elt.staging.write import committed, read_output

_EPOCH = date(1970, 1, 1)
_DAY = 86_400_000_000
"""Microseconds."""


def rewrites(plan: Plan) -> bool:
    """Tell whether a plan makes its outputs from staged files, not from raw objects."""
    return plan.repair is not None and plan.repair.action is not Action.UNDO


def superseded_outputs(lake: Lake, plan: Plan) -> dict[str, CommittedOutput]:
    """Return the outputs that a plan supersedes, by the key of their file."""
    keys = {key for output in plan.outputs for key in output.supersedes}
    return {output.key: output for run in lake.staging_runs() for output in run.outputs if output.key in keys}


def rewrite_outputs(
    lake: Lake, outputs: Iterable[PlannedOutput], superseded: Mapping[str, CommittedOutput]
) -> Generator[tuple[PlannedOutput, CommittedOutput], None, None]:
    """Rewrite staged files.

    Args:
        lake: The lake.
        outputs: Outputs of the plan, each with the files that it supersedes.
        superseded: The superseded outputs, by the key of their file.

    Yields:
        Each output with what was written.

    Raises:
        BrokenLakeError: If a superseded file differs from its manifest, or another object has the key of an output.
        StorageError: If the lake cannot be read or written.
    """
    with ThreadPoolExecutor(1, "encoding") as thread:
        for output in outputs:
            if lake.store.exists(output.key):
                yield output, read_output(lake, output)
            else:
                yield output, _rewrite(lake, output, [superseded[key] for key in output.supersedes], thread)


def _rewrite(
    lake: Lake, output: PlannedOutput, sources: list[CommittedOutput], thread: ThreadPoolExecutor
) -> CommittedOutput:
    removed = _removed_texts(lake, output)
    writer, counter = StagedFileWriter(output.event_type, thread), OutputCounter(output.month)
    days = merge(*(_days(output.event_type, _read(lake, source)) for source in sources), key=itemgetter(0))
    for day, parts in groupby(days, itemgetter(0)):
        table = pa.concat_tables([part for _, part in parts])
        if day in removed:
            table = table.filter(pc.invert(pc.is_in(table["event_id"], removed[day])))
        if len(sources) > 1:
            table = table.sort_by([("event_time", "ascending"), ("event_id", "ascending")])
        counter.add_rows(table)
        writer.add(table)
    counts = _with_late(counter.counts(ClosedMonths()), sources)
    _check_rows(output, sources, counts)
    if not counts.rows:
        return CommittedOutput(output.event_type, output.month, None, 0, "", counts)
    data = writer.finish(output.inputs, msgspec.json.encode(counts)).result()
    lake.store.create(output.key, data)
    return committed(output, data, counts)


def _removed_texts(lake: Lake, output: PlannedOutput) -> dict[date, pa.Array]:
    if not output.inputs or not output.supersedes:
        return {}
    days = read_identifiers(lake.store, output.inputs)
    return {day: pa.array(texts_of(identifier_texts(identifiers))) for day, identifiers in days.items()}


def _read(lake: Lake, source: CommittedOutput) -> pq.ParquetFile:
    data = lake.store.read(source.key or "")
    if digest(data) != source.sha256:
        raise BrokenLakeError(
            f"{source.key}: not the file that its manifest describes; bring it back from a copy of the lake "
            "(hospital-elt verify tells what else differs)"
        )
    return pq.ParquetFile(pa.BufferReader(data))


def _days(event_type: str, file: pq.ParquetFile) -> Iterator[tuple[date, pa.Table]]:
    """Yield the rows of a file day by day; a day may come in several parts."""
    schema = arrow_schema(event_type)
    for group in range(file.num_row_groups):
        rows = file.read_row_group(group)
        # A file of an earlier contract lacks columns that came later.
        columns = [
            rows[field.name] if field.name in rows.column_names else pa.nulls(rows.num_rows, field.type)
            for field in schema
        ]
        table = pa.table(columns, schema=schema)
        days = values_of(table["event_time"]) // _DAY
        starts = [0, *(np.flatnonzero(np.diff(days)) + 1).tolist(), len(days)]
        for start, end in pairwise(starts):
            if start < end:
                yield _EPOCH + timedelta(days=int(days[start])), table.slice(start, end - start)


def _with_late(counts: OutputCounts, sources: list[CommittedOutput]) -> OutputCounts:
    """Return counts in which as many events are late as before, and never more than there are."""
    late: Counter[str] = Counter()
    for source in sources:
        late.update(source.counts.late)
    rows = {hospital: sum(map(sum, departments.values())) for hospital, departments in counts.staged.items()}
    kept = {hospital: min(count, rows.get(hospital, 0)) for hospital, count in sorted(late.items())}
    return msgspec.structs.replace(counts, late={hospital: count for hospital, count in kept.items() if count})


def _check_rows(output: PlannedOutput, sources: list[CommittedOutput], counts: OutputCounts) -> None:
    before = sum(source.counts.rows for source in sources)
    expected = before - output.objects if output.supersedes else 0
    if counts.rows != expected:
        raise BrokenLakeError(
            f"{output.key}: would have {counts.rows:,} rows, where {before:,} less {output.objects:,} are expected; "
            f"{', '.join(output.supersedes)} or {output.inputs} is not what the plan was made from"
        )
