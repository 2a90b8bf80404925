"""Checks that a lake holds exactly the events that its run records count."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from datetime import date

from elt.lake.lake import Lake
from elt.lake.tree import RAW_PREFIX
from elt.quality.emitted import Cell, emitted
from elt.verification.problems import Kind, Problem
from hospital_sim.events import RunRecord, keys
from hospital_sim.storage import BrokenRecord, FinishedRun, StartedRun


def check_runs(lake: Lake, problems: list[Problem]) -> tuple[list[RunRecord], set[str]]:
    """Read the run records, and add the problems of runs.

    Returns:
        The records, and the hospitals that have an unfinished run.
    """
    records = []
    broken = set()
    runs = lake.runs(from_bundles=False)
    for run in runs.finished():
        match run:
            case FinishedRun(record=record):
                records.append(record)
            case BrokenRecord(key, problem):
                broken.add(key)
                detail = f"not the run record that was written: {problem}"
                problems.append(Problem(RAW_PREFIX + key, Kind.ALTERED, detail))
    unfinished = set()
    for start in runs.unfinished():
        match start:
            case StartedRun(run=started):
                unfinished.add(started.hospital_id)
                key = keys.record_key(started.run_id)
                if key not in broken:
                    period = f"from {started.emit_from} to {started.end}"
                    detail = f"the run of {started.hospital_id} {period} was cut off: run it again"
                    problems.append(Problem(RAW_PREFIX + key, Kind.MISSING, detail))
            case BrokenRecord(key, problem):
                problems.append(Problem(RAW_PREFIX + key, Kind.ALTERED, f"not what the run wrote: {problem}"))
    return records, unfinished


def check_counts(
    records: Iterable[RunRecord],
    counts: Counter[Cell],
    removed: Counter[Cell],
    explained_days: set[tuple[str, date]],
    unfinished: set[str],
) -> Iterator[Problem]:
    """Yield the partitions that hold fewer or more events than run records count.

    Args:
        records: The run records.
        counts: The events of the lake, by cell.
        removed: Events that were set aside or forgotten; a run may have counted them or not.
        explained_days: Event types and days that have a named problem already.
        unfinished: Hospitals with an unfinished run, whose events no record counts yet.
    """
    truth = emitted(records)
    without_run: dict[tuple[str, str], int] = defaultdict(int)
    for cell in sorted({*truth.counts, *counts}):
        expected, observed = truth.counts.get(cell, 0), counts[cell]
        if cell.hospital_id not in truth.histories and cell.hospital_id not in unfinished:
            without_run[cell.event_type, cell.hospital_id] += observed
        elif (
            not observed <= expected <= observed + removed[cell]
            and (cell.event_type, cell.event_date) not in explained_days
        ):
            if observed > expected and cell.hospital_id in unfinished:
                continue
            key = RAW_PREFIX + keys.partition_prefix(cell.event_type, cell.event_date)
            kind = Kind.MISSING if observed < expected else Kind.FOREIGN
            place = f"{cell.hospital_id}, {cell.department_id}"
            yield Problem(key, kind, f"{observed:,} events of {place}, where run records count {expected:,}")
    for (event_type, hospital_id), count in without_run.items():
        key = f"{RAW_PREFIX}{event_type}/"
        yield Problem(key, Kind.FOREIGN, f"{count:,} events of {hospital_id}, which no run record names")
