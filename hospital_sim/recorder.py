"""Turns what happens in a hospital into typed events, and counts them.

A run emits the events of the days from ``emit_from`` on. The run that begins at the start of its history also emits,
first of all, the admissions of the patients who are in a bed then, on their true and earlier dates: so every discharge
has its admission.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import date

from hospital_sim.clock import date_of, second_of, timestamp
from hospital_sim.demand import Request
from hospital_sim.events import (
    SCHEMA_VERSION,
    Admission,
    DepSnapshot,
    Discharge,
    Event,
    EventCount,
    RunRecord,
    RunStarted,
    WaitSnapshot,
    event_type,
)
from hospital_sim.events.fields import SnapshotType
from hospital_sim.processes import Department, Spell

Emit = Callable[[Event], None]


class EventRecorder:
    """An observer that emits typed events.

    Args:
        run: What the run sets out to do.
        emit: Called with each event, in the order in which they happen.
    """

    def __init__(self, run: RunStarted, emit: Emit) -> None:
        self._run = run
        self._hospital_id = run.hospital_id
        self._from = second_of(run.emit_from)
        self._emit = emit
        self._counts: Counter[tuple[str, str, date]] = Counter()
        self._diverted: Counter[tuple[str, str, date]] = Counter()

    def record(self) -> RunRecord:
        """Return the run record: what was emitted so far."""
        return RunRecord(run=self._run, counts=_sorted(self._counts), diverted=_sorted(self._diverted))

    def admitted(self, spell: Spell) -> None:
        """Emit an admission."""
        if spell.admitted >= self._from:
            self._tell(self._admission(spell))

    def discharged(self, spell: Spell) -> None:
        """Emit a discharge."""
        if spell.discharged >= self._from:
            self._tell(self._discharge(spell))

    def diverted(self, department: Department, request: Request) -> None:
        """Count a request that was turned away."""
        if request.second >= self._from:
            self._diverted["diversion", department.config.id, date_of(request.second)] += 1

    def start_of_day(self, second: int, departments: Sequence[Department]) -> None:
        """Emit the start-of-day census; on the first day of the history, first the admissions of those in a bed."""
        if second < self._from:
            return
        if second == self._from and self._run.emit_from == self._run.start:
            self._tell_opening_admissions(departments)
        for department in departments:
            self._tell(self._census(department, second, "SOD"))

    def end_of_day(self, second: int, departments: Sequence[Department]) -> None:
        """Emit the end-of-day census, and one snapshot of each patient who waits."""
        if second < self._from:
            return
        for department in departments:
            self._tell(self._census(department, second, "EOD"))
            for spell in department.ward.waiting:
                self._tell(self._wait(spell, second))

    def _tell(self, event: Event) -> None:
        self._counts[event_type(event), event.department_id, event.event_time.date()] += 1
        self._emit(event)

    def _tell_opening_admissions(self, departments: Sequence[Department]) -> None:
        in_bed = [spell for department in departments for spell in department.ward.pool.occupants]
        in_bed.sort(key=lambda spell: (spell.admitted, spell.department.position, spell.request.ordinal))
        for spell in in_bed:
            self._tell(self._admission(spell))

    def _admission(self, spell: Spell) -> Admission:
        admitted, patient, request = timestamp(spell.admitted), spell.patient, spell.request
        department = spell.department
        identity, department_id = department.identity, department.config.id
        return Admission(
            identity.derive("admission", request.ordinal),
            SCHEMA_VERSION,
            admitted,
            self._hospital_id,
            department_id,
            patient.patient_id,
            patient.sex,
            patient.birth_date,
            identity.derive("spell", request.ordinal),
            department_id,
            spell.bed,
            request.admission_method,
            timestamp(request.second),
            admitted,
        )

    def _discharge(self, spell: Spell) -> Discharge:
        discharged, patient, request = timestamp(spell.discharged), spell.patient, spell.request
        department = spell.department
        return Discharge(
            department.identity.derive("discharge", request.ordinal),
            SCHEMA_VERSION,
            discharged,
            self._hospital_id,
            department.config.id,
            patient.patient_id,
            patient.sex,
            patient.birth_date,
            department.identity.derive("spell", request.ordinal),
            timestamp(spell.admitted),
            timestamp(spell.ready),
            discharged,
            request.stay.destination,
            request.stay.delay_reason,
        )

    def _wait(self, spell: Spell, second: int) -> WaitSnapshot:
        patient, request, department = spell.patient, spell.request, spell.department
        day = date_of(second)
        return WaitSnapshot(
            department.identity.derive("wait_snapshot", f"{day}/{request.ordinal}"),
            SCHEMA_VERSION,
            timestamp(second),
            self._hospital_id,
            department.config.id,
            day,
            patient.patient_id,
            patient.sex,
            patient.birth_date,
            timestamp(request.second),
            second - request.second,
        )

    def _census(self, department: Department, second: int, snapshot_type: SnapshotType) -> DepSnapshot:
        config, ward = department.config, department.ward
        day = date_of(second)
        return DepSnapshot(
            department.identity.derive("dep_snapshot", f"{day}/{snapshot_type}"),
            SCHEMA_VERSION,
            timestamp(second),
            self._hospital_id,
            config.id,
            snapshot_type,
            day,
            config.name,
            config.treatment_function_code,
            ward.pool.beds,
            ward.pool.occupied,
            config.bed_spaces,
            ward.waiting_list_size,
        )


def _sorted(counts: Counter[tuple[str, str, date]]) -> tuple[EventCount, ...]:
    return tuple(EventCount(*key, count) for key, count in sorted(counts.items()))
