"""Runs the engine and the naive hospital on the same draws, and lists their differences."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import takewhile

from naive_hospital import NaiveRun, run_naively, second_of

from hospital_sim.config import HospitalConfig
from hospital_sim.draws.requests import Request, requests
from hospital_sim.draws.streams import Streams
from hospital_sim.events import Admission, DepSnapshot, Discharge, Event, RunRecord, WaitSnapshot
from hospital_sim.simulation.runner import plan_run, run_events

DAY = 86_400
START = date(2025, 1, 1)

Row = tuple[object, ...]


@dataclass(frozen=True)
class Seen:
    """What an engine did, as rows that can be compared.

    Attributes:
        spells: Asked, request, admission, place, bed, ready, discharge; the last two None if after the end.
        censuses: Second, department, beds, occupied beds, patients waiting.
        waiting: Second, department, request of each patient who waits at the end of a day.
        diverted: Requests turned away by department and day.
    """

    spells: list[Row]
    censuses: list[Row]
    waiting: list[Row]
    diverted: dict[tuple[str, date], int]


def drawn(config: HospitalConfig, days: int, seed: int) -> list[list[Request]]:
    """Return the requests of each department up to the last day."""
    first_day, end = START - timedelta(days=config.warmup_days), second_of(START) + days * DAY
    return [
        list(
            takewhile(
                lambda request: request.second < end,
                requests(department, Streams(seed, config.id, department.id), first_day),
            )
        )
        for department in config.department
    ]


def run_engine(config: HospitalConfig, days: int, seed: int) -> tuple[list[Event], RunRecord]:
    """Run the engine."""
    events: list[Event] = []
    plan = plan_run(config, START, START + timedelta(days=days - 1), seed)
    return events, run_events(config, plan, events.append)


def differences(config: HospitalConfig, days: int = 5, seed: int = 1, *, every: bool = False) -> list[str]:
    """Return in words where the engine and the naive hospital differ; nothing if they agree."""
    first_day, last_day = START - timedelta(days=config.warmup_days), START + timedelta(days=days - 1)
    naive = run_naively(config, drawn(config, days, seed), first_day, last_day, every=every)
    engine = seen_in(*run_engine(config, days, seed))
    wanted = expected_of(naive, days)
    lines = []
    for name in ("spells", "censuses", "waiting"):
        ours, theirs = Counter(getattr(engine, name)), Counter(getattr(wanted, name))
        lines += [f"{name}: only the engine has {row}" for row in sorted((ours - theirs).elements(), key=str)]
        lines += [f"{name}: only the naive hospital has {row}" for row in sorted((theirs - ours).elements(), key=str)]
    if engine.diverted != wanted.diverted:
        lines.append(f"diverted: {engine.diverted} in the engine, {wanted.diverted} in the naive hospital")
    return lines


def seen_in(events: list[Event], record: RunRecord) -> Seen:
    """Return what the events of an engine's run say."""
    discharges = {event.spell_id: event for event in events if isinstance(event, Discharge)}
    return Seen(
        spells=[_spell(event, discharges.get(event.spell_id)) for event in events if isinstance(event, Admission)],
        censuses=[
            (at(event.event_time), event.department_id, event.beds, event.occupied_beds, event.waiting_list_size)
            for event in events
            if isinstance(event, DepSnapshot)
        ],
        waiting=[
            (at(event.event_time), event.department_id, at(event.request_date))
            for event in events
            if isinstance(event, WaitSnapshot)
        ],
        diverted={(entry.department_id, entry.event_date): entry.count for entry in record.diverted},
    )


def expected_of(naive: NaiveRun, days: int) -> Seen:
    """Return what a naive run makes us expect of the events: those of the days, and who is in a bed at the start."""
    start, end = second_of(START), second_of(START) + days * DAY
    spells: list[Row] = []
    for patient in naive.patients:
        if patient.admitted is None or patient.leaves is None or patient.leaves < start:
            continue
        end_of_spell = (patient.ready, patient.leaves) if patient.leaves < end else (None, None)
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
        diverted={key: count for key, count in naive.diverted.items() if key[1] >= START},
    )


def at(moment: datetime) -> int:
    """Return a timestamp as seconds."""
    return int(moment.timestamp())


def _spell(event: Admission, discharge: Discharge | None) -> Row:
    asked = (event.requested_department_id, at(event.request_date), at(event.admission_date))
    end_of_spell = (at(discharge.discharge_ready_date), at(discharge.discharge_date)) if discharge else (None, None)
    return (*asked, event.department_id, event.bed_number, *end_of_spell)
