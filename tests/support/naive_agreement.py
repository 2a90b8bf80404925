"""Runs the engine and the naive hospital on the same draws, and lists their differences."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime

from hospitals import RunPlan, drawn
from naive_hospital import Row, run_naively

from hospital_sim import Run
from hospital_sim.events import Admission, DepSnapshot, Discharge, WaitSnapshot


def differences(plan: RunPlan, *, every: bool = False) -> list[str]:
    """Return in words where the events of the engine and the naive hospital, or their order, differ.

    Args:
        plan: The run.
        every: Whether the naive hospital looks at every second, and not only at those at which something can happen.
    """
    config, run = plan.hospital.config, plan.run()
    requests = [drawn(config, ward, plan.seed, plan.start, plan.end) for ward in config.department]
    naive = run_naively(config, requests, plan.start, plan.end, every=every)
    rows = list(event_rows(run))
    diverted = Counter({(entry.department_id, entry.event_date): entry.count for entry in run.record.diverted})
    ours, theirs = Counter(rows) + diverted, Counter(naive.rows) + naive.diverted
    lines = [f"only the engine has {row}" for row in sorted((ours - theirs).elements(), key=str)]
    lines += [f"only the naive hospital has {row}" for row in sorted((theirs - ours).elements(), key=str)]
    pairs = zip(rows, naive.rows, strict=False)
    return lines or [
        f"the engine has {row} where the naive hospital has {other}" for row, other in pairs if row != other
    ]


def event_rows(run: Run) -> Iterator[Row]:
    """Yield the events of a run as rows of the naive hospital."""
    admissions: dict[str, Row] = {}
    for event in run.events:
        where, second = event.department_id, _second(event.event_time)
        match event:
            case Admission():
                asked = (event.requested_department_id, _second(event.request_date))
                admissions[event.spell_id] = (second, "admission", where, *asked, event.bed_number)
                yield admissions[event.spell_id]
            case Discharge():
                yield (second, "discharge", *admissions[event.spell_id], _second(event.discharge_ready_date))
            case DepSnapshot():
                yield (second, event.snapshot_type, where, event.beds, event.occupied_beds, event.waiting_list_size)
            case WaitSnapshot():
                yield (second, "wait", where, _second(event.request_date))


def _second(moment: datetime) -> int:
    return int(moment.timestamp())
