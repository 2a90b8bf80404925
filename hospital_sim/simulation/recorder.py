"""Turns the changes in a hospital into typed events, and counts them.

A run emits the events of the days from ``emit_from`` on. The run that begins at the start of its history first emits
the admissions of the patients who are already in a bed, on their true, earlier dates: so every discharge has its
admission.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from datetime import date, datetime
from itertools import chain

from msgspec import Struct

from hospital_sim.clock import Timestamps, date_of, second_of, timestamp
from hospital_sim.config import DepartmentConfig, HospitalConfig
from hospital_sim.config.changes import first_configuration, timelines
from hospital_sim.draws.identity import Identity, SpellIds
from hospital_sim.draws.patients import PatientRegister, Person
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


class EventRecorder:
    """An observer that emits typed events.

    Args:
        config: The hospital.
        run: The plan of the run.
        emit: Called with each event, in the order in which they happen.
    """

    def __init__(self, config: HospitalConfig, run: RunStarted, emit: Emit) -> None:
        self._run = run
        self._hospital_id = run.hospital_id
        self._from = second_of(run.emit_from)
        self._emit = emit
        self._registers = [_Register(run, first_configuration(entry)) for entry in timelines(config).values()]
        self._entries: dict[Spell, _Entry] = {}
        self._counts: defaultdict[tuple[str, str], list[EventCount]] = defaultdict(list)
        self._diverted: Counter[tuple[str, date]] = Counter()
        self._times = Timestamps()

    def record(self) -> RunRecord:
        """Return the run record of the events emitted so far."""
        counts = (counts for _, counts in sorted(self._counts.items()))
        diverted = (EventCount("diversion", *key, count) for key, count in sorted(self._diverted.items()))
        return RunRecord(run=self._run, counts=tuple(chain.from_iterable(counts)), diverted=tuple(diverted))

    def requested(self, spell: Spell) -> None:
        """Choose the patient of a spell, and its identifiers."""
        register, request = self._registers[spell.department.position], spell.request
        patient = register.patients.patient_for(request.second, request.returning, request.pick)
        asked_at = self._times.at(request.second)
        self._entries[spell] = _Entry(patient, next(register.spell_ids), asked_at, asked_at)

    def admitted(self, spell: Spell) -> None:
        """Emit an admission."""
        second, entry = spell.admitted, self._entries[spell]
        if second > spell.request.second:
            entry.admitted_at = self._times.at(second)
        if second >= self._from:
            self._registers[spell.place.position].admissions += 1
            self._emit(self._admission(spell, entry))

    def discharged(self, spell: Spell) -> None:
        """Emit a discharge."""
        second, request, place = spell.discharged, spell.request, spell.place
        entry = self._entries.pop(spell)
        patient, (spell_id, _, discharge_id) = entry.patient, entry.ids
        self._registers[spell.department.position].patients.discharged(patient, spell.admitted, second)
        if second < self._from:
            return
        discharged_at = self._times.at(second)
        self._registers[place.position].discharges += 1
        self._emit(
            Discharge(
                event_id=discharge_id,
                schema_version=SCHEMA_VERSION,
                event_time=discharged_at,
                hospital_id=self._hospital_id,
                department_id=place.id,
                patient_id=patient.patient_id,
                sex=patient.sex,
                birth_date=patient.birth_date,
                spell_id=spell_id,
                admission_date=entry.admitted_at,
                discharge_ready_date=timestamp(spell.ready) if request.delay else discharged_at,
                discharge_date=discharged_at,
                discharge_destination=request.destination,
                delay_reason=request.delay_reason,
            )
        )

    def diverted(self, department: Department, request: Request) -> None:
        """Count a diverted request."""
        if request.second >= self._from:
            self._diverted[department.id, date_of(request.second)] += 1

    def start_of_day(self, second: int, departments: Sequence[Department]) -> None:
        """Emit the start-of-day census; on the first day of the history, opening admissions before it."""
        moment = _Moment(second)
        for department in departments:
            self._registers[department.position].follow(department.config, moment.day)
        if second < self._from:
            return
        if second == self._from and self._run.emit_from == self._run.start:
            self._emit_opening_admissions(departments)
        for department in filter(_is_counted, departments):
            self._emit(self._census(department, moment, "SOD"))

    def end_of_day(self, second: int, departments: Sequence[Department]) -> None:
        """Emit the end-of-day census, and a snapshot of each waiting patient."""
        if second < self._from:
            return
        moment = _Moment(second)
        for department in filter(_is_counted, departments):
            self._emit(self._census(department, moment, "EOD"))
            for spell in department.ward.waiting:
                self._emit(self._wait(spell, moment))
            self._count_day(department, moment.day)

    def _emit_opening_admissions(self, departments: Sequence[Department]) -> None:
        in_bed = [spell for department in departments for spell in department.ward.pool.occupants]
        # Sorting is stable, so admissions in one second stay in the order of departments, and of admission in each.
        in_bed.sort(key=lambda spell: spell.admitted)
        for spell in in_bed:
            self._emit(self._admission(spell, self._entries[spell]))
        admissions = Counter((spell.place.id, date_of(spell.admitted)) for spell in in_bed)
        for (department_id, day), count in admissions.items():
            self._count("admission", department_id, day, count)

    def _count_day(self, department: Department, day: date) -> None:
        register = self._registers[department.position]
        self._count("dep_snapshot", department.id, day, len(("SOD", "EOD")))
        self._count("wait_snapshot", department.id, day, department.ward.waiting_list_size)
        self._count("admission", department.id, day, register.admissions)
        self._count("discharge", department.id, day, register.discharges)
        register.admissions = register.discharges = 0

    def _count(self, event_type: str, department_id: str, day: date, count: int) -> None:
        if count:
            self._counts[event_type, department_id].append(EventCount(event_type, department_id, day, count))

    def _admission(self, spell: Spell, entry: "_Entry") -> Admission:
        patient, request, admitted_at = entry.patient, spell.request, entry.admitted_at
        spell_id, admission_id, _ = entry.ids
        return Admission(
            event_id=admission_id,
            schema_version=SCHEMA_VERSION,
            event_time=admitted_at,
            hospital_id=self._hospital_id,
            department_id=spell.place.id,
            patient_id=patient.patient_id,
            sex=patient.sex,
            birth_date=patient.birth_date,
            spell_id=spell_id,
            requested_department_id=spell.department.id,
            bed_number=spell.bed,
            admission_method=request.admission_method,
            request_date=entry.asked_at,
            admission_date=admitted_at,
        )

    def _wait(self, spell: Spell, moment: "_Moment") -> WaitSnapshot:
        entry, department = self._entries[spell], spell.department
        patient, identity = entry.patient, self._registers[department.position].identity
        return WaitSnapshot(
            event_id=identity.named(f"wait_snapshot/{moment.date}/{entry.ids[0]}"),
            schema_version=SCHEMA_VERSION,
            event_time=moment.time,
            hospital_id=self._hospital_id,
            department_id=department.id,
            snapshot_date=moment.day,
            patient_id=patient.patient_id,
            sex=patient.sex,
            birth_date=patient.birth_date,
            request_date=entry.asked_at,
            wait_duration=moment.second - spell.request.second,
        )

    def _census(self, department: Department, moment: "_Moment", snapshot_type: SnapshotType) -> DepSnapshot:
        config, ward, identity = department.config, department.ward, self._registers[department.position].identity
        return DepSnapshot(
            event_id=identity.named(f"dep_snapshot/{moment.date}/{snapshot_type}"),
            schema_version=SCHEMA_VERSION,
            event_time=moment.time,
            hospital_id=self._hospital_id,
            department_id=config.id,
            snapshot_type=snapshot_type,
            snapshot_date=moment.day,
            department_name=config.name,
            treatment_function_code=config.treatment_function_code,
            beds=ward.beds,
            occupied_beds=ward.occupied,
            capacity=department.bed_spaces,
            waiting_list_size=ward.waiting_list_size,
        )


class _Entry(Struct, eq=False, gc=False):
    """The patient and the identifiers of a spell that has not ended.

    Attributes:
        patient: The patient.
        ids: Identifiers of the spell, of its admission and of its discharge.
        asked_at: Time of the request.
        admitted_at: Time of the admission; of the request while waiting.
    """

    patient: Person
    ids: SpellIds
    asked_at: datetime
    admitted_at: datetime


class _Moment:
    """A second of a census, in the forms that its events need, made once for all of them."""

    def __init__(self, second: int) -> None:
        self.second = second
        self.time = timestamp(second)
        self.day = date_of(second)
        self.date = str(self.day)


class _Register:
    """The patients, the identifiers and today's counts of one department."""

    def __init__(self, run: RunStarted, config: DepartmentConfig) -> None:
        self.identity = Identity(run.seed, run.hospital_id, config.id)
        self._config = config
        self._streams = Streams(run.seed, run.hospital_id, config.id)
        self.patients = PatientRegister(config, self._streams, self.identity)
        self.spell_ids = self.identity.spells()
        self.admissions = 0
        self.discharges = 0

    def follow(self, config: DepartmentConfig, day: date) -> None:
        """Choose the patients of requests from a day on by the configuration that holds then."""
        if config is not self._config:
            before, self._config = self._config, config
            if _people_fields(config) != _people_fields(before):
                self.patients.change(config, self._streams.from_day(day))


def _is_counted(department: Department) -> bool:
    return department.is_counted


def _people_fields(config: DepartmentConfig) -> tuple[object, ...]:
    return config.ages, config.female_share, config.return_share
