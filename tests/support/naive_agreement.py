"""Runs the engine and the naive hospital on the same draws, and lists their differences."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta

from hospitals import RunPlan, drawn
from naive_hospital import NaiveRun, run_naively

from hospital_sim import Run
from hospital_sim.clock import DAY, second_of
from hospital_sim.events import Admission, DepSnapshot, Discharge, WaitSnapshot

Row = tuple[object, ...]


@dataclass(frozen=True)
class Seen:
    """What an engine did, as rows that can be compared.

    Attributes:
        spells: Asked, request, admission, place, bed, ready, discharge; the last two only if before the end.
        censuses: Second, department, beds, occupied beds, patients waiting.
        waiting: Second, department, request of each patient who waits at the end of a day.
        diverted: Department, day and number of the requests turned away.
    """

    spells: list[Row]
    censuses: list[Row]
    waiting: list[Row]
    diverted: list[Row]


def differences(plan: RunPlan, *, every: bool = False) -> list[str]:
    """Return in words where the engine and the naive hospital differ; nothing if they agree.

    Args:
        plan: The run.
        every: Whether the naive hospital looks at every second, and not only at those at which something can happen.
    """
    config = plan.hospital.config
    requests = [drawn(config, ward, plan.seed, plan.start, plan.end) for ward in config.department]
    naive = run_naively(config, requests, plan.start - timedelta(days=config.warmup_days), plan.end, every=every)
    engine, expected = _seen_in(plan.run()), _expected_of(naive, plan.start, plan.days)
    lines = []
    for name in Seen.__dataclass_fields__:
        ours, theirs = Counter(getattr(engine, name)), Counter(getattr(expected, name))
        lines += [f"{name}: only the engine has {row}" for row in sorted((ours - theirs).elements(), key=str)]
        lines += [f"{name}: only the naive hospital has {row}" for row in sorted((theirs - ours).elements(), key=str)]
    return lines


def _seen_in(run: Run) -> Seen:
    discharges = {event.spell_id: event for event in run.events if isinstance(event, Discharge)}
    return Seen(
        spells=[_spell(event, discharges.get(event.spell_id)) for event in run.events if isinstance(event, Admission)],
        censuses=[
            (
                event.event_time.timestamp(),
                event.department_id,
                event.beds,
                event.occupied_beds,
                event.waiting_list_size,
            )
            for event in run.events
            if isinstance(event, DepSnapshot)
        ],
        waiting=[
            (event.event_time.timestamp(), event.department_id, event.request_date.timestamp())
            for event in run.events
            if isinstance(event, WaitSnapshot)
        ],
        diverted=[(entry.department_id, entry.event_date, entry.count) for entry in run.record.diverted],
    )


def _spell(event: Admission, discharge: Discharge | None) -> Row:
    asked = (event.requested_department_id, event.request_date.timestamp(), event.admission_date.timestamp())
    times = (discharge.discharge_ready_date, discharge.discharge_date) if discharge else ()
    return (*asked, event.department_id, event.bed_number, *(time.timestamp() for time in times))


def _expected_of(naive: NaiveRun, first_day: date, days: int) -> Seen:
    """Return what a naive run makes us expect of the events: those of the days, and who is in a bed at the start."""
    start = second_of(first_day)
    end = start + days * DAY
    spells: list[Row] = []
    for patient in naive.patients:
        if patient.admitted is None or patient.leaves is None or patient.leaves < start:
            continue
        end_of_spell = (patient.ready, patient.leaves) if patient.leaves < end else ()
        spells.append(
            (patient.asked, patient.request.second, patient.admitted, patient.place, patient.bed, *end_of_spell)
        )
    return Seen(
        spells=spells,
        censuses=[row for row in naive.censuses if row[0] >= start],
        waiting=[
            (second, patient.asked, patient.request.second)
            for second in range(start + DAY - 1, end, DAY)
            for patient in naive.patients
            if patient.request.second <= second and (patient.admitted is None or patient.admitted > second)
        ],
        diverted=[(*key, count) for key, count in naive.diverted.items() if key[1] >= first_day],
    )
