"""Checks that a lake holds what its run records count, and nothing more."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from datetime import date

from elt.lake.lake import Lake
from elt.lake.tree import RAW_PREFIX
from elt.quality.emitted import Cell, emitted
from elt.verification.problems import Kind, Problem
from hospital_sim.events import RunRecord
from hospital_sim.events import keys as layout
from hospital_sim.storage import BrokenRecord, FinishedRun, StartedRun


def check_runs(lake: Lake, problems: list[Problem]) -> tuple[list[RunRecord], set[str]]:
    """Read the run records, and add what is wrong with runs.

    Returns:
        The records, and the hospitals that have an unfinished run.
    """
    records = []
    broken = set()
    for run in lake.run_records():
        match run:
            case FinishedRun(record=record):
                records.append(record)
            case BrokenRecord(key, problem):
                broken.add(key)
                detail = f"not the run record that was written: {problem}"
                problems.append(Problem(RAW_PREFIX + key, Kind.ALTERED, detail))
    unfinished = set()
    for start in lake.unfinished_runs():
        match start:
            case StartedRun(run=started):
                unfinished.add(started.hospital_id)
                key = layout.record_key(started.run_id)
                if key not in broken:
                    period = f"from {started.emit_from} to {started.end}"
                    detail = f"the run of {started.hospital_id} {period} was cut off: run it again"
                    problems.append(Problem(RAW_PREFIX + key, Kind.MISSING, detail))
            case BrokenRecord(key, problem):
                problems.append(Problem(RAW_PREFIX + key, Kind.ALTERED, f"not what the run wrote: {problem}"))
    return records, unfinished


def check_counts(
    records: Iterable[RunRecord], found: Counter[Cell], troubled: set[tuple[str, date]], unfinished: set[str]
) -> Iterator[Problem]:
    """Yield the partitions that hold fewer or more events than run records count.

    Args:
        records: The run records.
        found: The events that are there, by cell.
        troubled: Types and days of which something is named already.
        unfinished: Hospitals of which no record says what the last run wrote.
    """
    truth = emitted(records)
    strangers: dict[tuple[str, str], int] = defaultdict(int)
    for cell in sorted({*truth.counts, *found}):
        expected, there = truth.counts.get(cell, 0), found[cell]
        if cell.hospital_id not in truth.histories and cell.hospital_id not in unfinished:
            strangers[cell.event_type, cell.hospital_id] += there
        elif expected != there and (cell.event_type, cell.event_date) not in troubled:
            if there > expected and cell.hospital_id in unfinished:
                continue
            key = RAW_PREFIX + layout.partition_prefix(cell.event_type, cell.event_date)
            kind = Kind.MISSING if there < expected else Kind.FOREIGN
            of = f"{cell.hospital_id}, {cell.department_id}"
            yield Problem(key, kind, f"{there:,} events of {of}, where run records count {expected:,}")
    for (event_type, hospital_id), count in strangers.items():
        key = f"{RAW_PREFIX}{event_type}/"
        yield Problem(key, Kind.FOREIGN, f"{count:,} events of {hospital_id}, of which no run tells")
