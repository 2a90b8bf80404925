"""What became of each request for a bed, put together from the events of a run."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from hospital_sim.events import Admission, Discharge, Event, RunStarted, WaitSnapshot


@dataclass(frozen=True, slots=True)
class Course:
    """One request for a bed, as far as it went by the end of the run.

    Attributes:
        case_id: The spell; of a patient who still waits the patient, since a spell begins with a bed.
        patient_id: Who asked.
        sex: Sex of the patient.
        birth_date: Date of birth of the patient.
        department_id: The department that was asked.
        requested: When.
        admission: The admission; None while waiting.
        discharge: The discharge; None before.
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
    """Return what became of each request, in the order of the requests.

    Patients in a bed at the start are among them, with their true dates, and so are those who still wait at the end.
    Requests that were turned away leave no event and are not. A run that continues others (``emit_from``) has no
    admission of those who were in a bed before: they are left out, since their bed and their request are in the log of
    the run before.

    Args:
        run: The run.
        events: Its events.
    """
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
    found = [_of_admission(event, discharges.get(event.spell_id)) for event in admissions]
    found += map(_of_wait, waiting)
    return sorted(found, key=lambda course: course.requested)


def _of_admission(event: Admission, discharge: Discharge | None) -> Course:
    return Course(
        case_id=event.spell_id,
        patient_id=event.patient_id,
        sex=event.sex,
        birth_date=event.birth_date,
        department_id=event.requested_department_id,
        requested=event.request_date,
        admission=event,
        discharge=discharge,
    )


def _of_wait(event: WaitSnapshot) -> Course:
    return Course(
        case_id=event.patient_id,
        patient_id=event.patient_id,
        sex=event.sex,
        birth_date=event.birth_date,
        department_id=event.department_id,
        requested=event.request_date,
        admission=None,
        discharge=None,
    )
