"""What a bed board should tell of the patients of a ward at a moment, from the events of the run."""

from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal

import hospital_sim as hs
from hospital_sim.results.board.words import ADMISSION_METHODS, DELAY_REASONS
from hospital_sim.results.event_logs import Course, courses

_BANDS = ((85, "85 or older"), (75, "75 to 84"), (65, "65 to 74"), (45, "45 to 64"), (16, "16 to 44"), (0, "under 16"))


def details(run: hs.Run, department_id: str, now: datetime) -> list[str]:
    """Return the text of each patient in a bed of a department, and of each who waits for one."""
    names = {entry.department_id: entry.department_name for entry in run.record.run.departments}
    beds, queue = [], []
    for course in courses(run.record.run, run.events):
        admission, discharge = course.admission, course.discharge
        if admission is None or _minute(admission.admission_date) > now:
            if course.department_id == department_id and _minute(course.requested) <= now:
                queue.append(course)
        elif admission.department_id == department_id and not (discharge and _minute(discharge.discharge_date) <= now):
            beds.append(_in_bed(course, names, now))
    name = names[department_id]
    waiting = [
        f"{name}, number {number} in the queue. Waits for a bed since {_moment(course.requested)}: "
        f"{_duration(now - _minute(course.requested))}. Aged {_age(course, course.requested)}"
        for number, course in enumerate(queue, 1)
    ]
    closing = [f"{text}. The bed closes when the patient leaves" for text in beds]
    # A bed that is to close is told too; which beds close is held by the census.
    return _Either(beds, closing, waiting)


class _Either(list[str]):
    """Texts of beds, open or closing, and of the queue; it is as long as there are patients."""

    def __init__(self, beds: list[str], closing: list[str], waiting: list[str]) -> None:
        super().__init__([*beds, *waiting])
        self._all = {*beds, *closing, *waiting}

    def __contains__(self, text: object) -> bool:
        return text in self._all or (isinstance(text, str) and text.endswith((". Free", ". Closed")))


def _in_bed(course: Course, names: dict[str, str], now: datetime) -> str:
    admission, discharge = course.admission, course.discharge
    assert admission is not None
    admitted = _minute(admission.admission_date)
    waited = admitted - _minute(course.requested)
    lines = [
        f"{names[admission.department_id]}, bed {admission.bed_number}",
        f"In since {_moment(admitted)}: {_duration(now - admitted)}",
        f"Aged {_age(course, admission.admission_date)}",
        ADMISSION_METHODS[admission.admission_method],
        f"Waited {_duration(waited)} for a bed" if waited else "Had a bed at once",
    ]
    if admission.department_id != course.department_id:
        lines.append(f"An outlier, who asked for {names[course.department_id]}")
    if discharge and discharge.delay_reason and _minute(discharge.discharge_ready_date) <= now:
        ready = _minute(discharge.discharge_ready_date)
        lines.append(f"Ready to leave for {_duration(now - ready)}; waits for {DELAY_REASONS[discharge.delay_reason]}")
    return ". ".join(lines)


def _minute(moment: datetime) -> datetime:
    return moment.replace(second=0, microsecond=0)


def _moment(moment: datetime) -> str:
    return f"{moment.day} {moment:%b, %H:%M}"


def _age(course: Course, moment: datetime) -> str:
    born = course.birth_date
    years = moment.year - born.year - ((moment.month, moment.day) < (born.month, born.day))
    return next(text for least, text in _BANDS if years >= least)


def _duration(length: timedelta) -> str:
    hours = length / timedelta(hours=1)
    if hours < 1:
        return f"{round(hours * 60)} minutes"
    value, unit = (hours / 24, "days") if hours >= 48 else (hours, "hours")
    return f"{Decimal(value).quantize(Decimal('0.1'), ROUND_HALF_UP)} {unit}"
