"""Turns what happens in a hospital into typed events, and counts them.

A run emits the events of the days from ``emit_from`` on. The run that begins at the start of its history also emits,
first of all, the admissions of the patients who are in a bed then, on their true and earlier dates: so every discharge
has its admission.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import date

from hospital_sim.clock import DAY, MINUTES, SECONDS, date_of, second_of, timestamp
from hospital_sim.config import DepartmentConfig, HospitalConfig
from hospital_sim.draws.identity import Identity
from hospital_sim.draws.patients import PatientRegister
from hospital_sim.draws.requests import Request
from hospital_sim.draws.streams import Streams
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
)
from hospital_sim.events.fields import SnapshotType
from hospital_sim.simulation.department import Department, Spell

Emit = Callable[[Event], None]

Counts = Counter[tuple[str, str, date]]


class EventRecorder:
    """An observer that emits typed events.

    Args:
        config: The hospital.
        run: What the run sets out to do.
        emit: Called with each event, in the order in which they happen.
    """

    def __init__(self, config: HospitalConfig, run: RunStarted, emit: Emit) -> None:
        self._run = run
        self._hospital_id = run.hospital_id
        self._from = second_of(run.emit_from)
        self._emit = emit
        self._registers = [_Register(run, entry) for entry in config.department]
        self._counts: Counts = Counter()
        self._diverted: Counts = Counter()
        self._today, self._midnight = 0, timestamp(0)

    def record(self) -> RunRecord:
        """Return the run record: what was emitted so far."""
        return RunRecord(run=self._run, counts=_sorted(self._counts), diverted=_sorted(self._diverted))

    def requested(self, spell: Spell) -> None:
        """Find out who asks."""
        register, request = self._registers[spell.department.position], spell.request
        spell.patient = register.patients.patient_for(request.second, request.returning, request.pick)
        spell.ids = next(register.spell_ids)

    def admitted(self, spell: Spell) -> None:
        """Emit an admission."""
        second = spell.admitted
        since = second - self._today
        if since >= DAY:
            since = self._begin_day(second)
        spell.admitted_at = self._midnight + MINUTES[since // 60] + SECONDS[since % 60]
        if second >= self._from:
            self._registers[spell.place.position].admissions += 1
            self._emit(self._admission(spell))

    def discharged(self, spell: Spell) -> None:
        """Emit a discharge."""
        second, patient, request = spell.discharged, spell.patient, spell.request
        self._registers[spell.department.position].patients.discharged(patient, spell.admitted, second)
        if second < self._from:
            return
        place, since = spell.place, second - self._today
        if since >= DAY:
            since = self._begin_day(second)
        discharged = self._midnight + MINUTES[since // 60] + SECONDS[since % 60]
        spell_id, _, discharge_id = spell.ids
        self._registers[place.position].discharges += 1
        self._emit(
            Discharge(
                discharge_id,
                SCHEMA_VERSION,
                discharged,
                self._hospital_id,
                place.id,
                patient.patient_id,
                patient.sex,
                patient.birth_date,
                spell_id,
                spell.admitted_at,
                timestamp(spell.ready) if request.delay else discharged,
                discharged,
                request.destination,
                request.delay_reason,
            )
        )

    def diverted(self, department: Department, request: Request) -> None:
        """Count a request that was turned away."""
        if request.second >= self._from:
            self._diverted["diversion", department.config.id, date_of(request.second)] += 1

    def start_of_day(self, second: int, departments: Sequence[Department]) -> None:
        """Emit the start-of-day census; on the first day of the history, first the admissions of those in a bed."""
        if second < self._from:
            return
        if second == self._from and self._run.emit_from == self._run.start:
            self._emit_opening_admissions(departments)
        for department in departments:
            self._emit(self._census(department, second, "SOD"))

    def end_of_day(self, second: int, departments: Sequence[Department]) -> None:
        """Emit the end-of-day census, and one snapshot of each patient who waits."""
        if second < self._from:
            return
        for department in departments:
            self._emit(self._census(department, second, "EOD"))
            for spell in department.ward.waiting:
                self._emit(self._wait(spell, second))
            self._count_day(department, date_of(second))

    def _begin_day(self, second: int) -> int:
        """Note at which midnight the day of a second begins; return the seconds since."""
        since = second % DAY
        self._today = second - since
        self._midnight = timestamp(self._today)
        return since

    def _emit_opening_admissions(self, departments: Sequence[Department]) -> None:
        in_bed = [spell for department in departments for spell in department.ward.pool.occupants]
        # Sorting is stable: those admitted in one second stay in the order of departments, and of admission in each.
        in_bed.sort(key=lambda spell: spell.admitted)
        for spell in in_bed:
            self._counts["admission", spell.place.config.id, date_of(spell.admitted)] += 1
            self._emit(self._admission(spell))

    def _count_day(self, department: Department, day: date) -> None:
        register, name = self._registers[department.position], department.config.id
        self._counts["dep_snapshot", name, day] += len(("SOD", "EOD"))
        for kind, count in (
            ("wait_snapshot", department.ward.waiting_list_size),
            ("admission", register.admissions),
            ("discharge", register.discharges),
        ):
            if count:
                self._counts[kind, name, day] += count
        register.admissions = register.discharges = 0

    def _admission(self, spell: Spell) -> Admission:
        patient, request, admitted = spell.patient, spell.request, spell.admitted_at
        spell_id, admission_id, _ = spell.ids
        return Admission(
            admission_id,
            SCHEMA_VERSION,
            admitted,
            self._hospital_id,
            spell.place.id,
            patient.patient_id,
            patient.sex,
            patient.birth_date,
            spell_id,
            spell.department.id,
            spell.bed,
            request.admission_method,
            admitted if request.second == spell.admitted else timestamp(request.second),
            admitted,
        )

    def _wait(self, spell: Spell, second: int) -> WaitSnapshot:
        patient = spell.patient
        department, day = spell.department, date_of(second)
        return WaitSnapshot(
            self._registers[department.position].identity.named("wait_snapshot", f"{day}/{spell.ids[0]}"),
            SCHEMA_VERSION,
            timestamp(second),
            self._hospital_id,
            department.config.id,
            day,
            patient.patient_id,
            patient.sex,
            patient.birth_date,
            timestamp(spell.request.second),
            second - spell.request.second,
        )

    def _census(self, department: Department, second: int, snapshot_type: SnapshotType) -> DepSnapshot:
        config, ward, day = department.config, department.ward, date_of(second)
        return DepSnapshot(
            self._registers[department.position].identity.named("dep_snapshot", f"{day}/{snapshot_type}"),
            SCHEMA_VERSION,
            timestamp(second),
            self._hospital_id,
            config.id,
            snapshot_type,
            day,
            config.name,
            config.treatment_function_code,
            ward.beds,
            ward.occupied,
            config.bed_spaces,
            ward.waiting_list_size,
        )


class _Register:
    """What is written down of one department: its patients, its identifiers, today's counts."""

    def __init__(self, run: RunStarted, config: DepartmentConfig) -> None:
        self.identity = Identity(run.seed, run.hospital_id, config.id)
        self.patients = PatientRegister(config, Streams(run.seed, run.hospital_id, config.id), self.identity)
        self.spell_ids = self.identity.spells()
        self.admissions = 0
        self.discharges = 0


def _sorted(counts: Counts) -> tuple[EventCount, ...]:
    return tuple(EventCount(*key, count) for key, count in sorted(counts.items()))
