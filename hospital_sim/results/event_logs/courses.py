"""Follows each request for a bed through the events of a run: request, admission, discharge."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from hospital_sim.errors import HospitalSimError
from hospital_sim.events import Admission, Discharge, Event, RunStarted, WaitSnapshot


class EarlierPatientsError(HospitalSimError):
    """A result needs patients who were admitted before the days that a run emits."""

    exit_code = 2


@dataclass(frozen=True, slots=True)
class Course:
    """One request for a bed and its events up to the end of the run.

    Attributes:
        case_id: Identifier of the spell; of the patient while waiting, because a spell begins with a bed.
        patient_id: Identifier of the patient.
        sex: Sex of the patient.
        birth_date: Date of birth of the patient.
        department_id: The department that was asked.
        requested: Time of the request, UTC.
        admission: The admission; None while waiting.
        discharge: The discharge; None before it.
    """

    case_id: str
    patient_id: str
    sex: str
    birth_date: date
    department_id: str
    requested: datetime
    admission: Admission | None
    discharge: Discharge | None


def courses(run: RunStarted, events: Iterable[Event]) -> list[Course]:
    """Return the course of each request, in the order of the requests.

    They include patients in a bed at the start, with their true dates, and patients waiting at the end. They do not
    include requests that were turned away, because these leave no event.

    Args:
        run: The run.
        events: Its events.

    Raises:
        EarlierPatientsError: If the run continues others, so that it has no admission of patients who were in a bed
            before.
    """
    if run.emit_from > run.start:
        raise EarlierPatientsError(
            f"the run emits from {run.emit_from} and lacks the patients who were in a bed before; "
            f"a run that emits from {run.start} has them, and takes as long"
        )
    admissions: list[Admission] = []
    discharges: dict[str, Discharge] = {}
    waiting: list[WaitSnapshot] = []
    for event in events:
        if isinstance(event, Admission):
            admissions.append(event)
        elif isinstance(event, Discharge):
            discharges[event.spell_id] = event
        elif isinstance(event, WaitSnapshot) and event.snapshot_date == run.end:
            waiting.append(event)
    requests: list[Admission | WaitSnapshot] = [*admissions, *waiting]
    return [_course(event, discharges) for event in sorted(requests, key=lambda event: event.request_date)]


def _course(event: Admission | WaitSnapshot, discharges: Mapping[str, Discharge]) -> Course:
    admission = event if isinstance(event, Admission) else None
    return Course(
        case_id=admission.spell_id if admission else event.patient_id,
        patient_id=event.patient_id,
        sex=event.sex,
        birth_date=event.birth_date,
        department_id=admission.requested_department_id if admission else event.department_id,
        requested=event.request_date,
        admission=admission,
        discharge=discharges.get(admission.spell_id) if admission else None,
    )
