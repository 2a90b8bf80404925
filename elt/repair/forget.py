"""Forgets events: they leave the staged files and the quarantine at once, and ``prune`` may delete their objects."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from datetime import time as clock

import pyarrow as pa
import pyarrow.compute as pc

from elt import OnProgress, WrongCallError
from elt.lake import layout
from elt.lake.lake import Lake
from elt.lake.manifests import Action, Plan, Repair
from elt.lake.quarantine import Entry, Reason
from elt.lake.repairs import Removed, current_files, in_effect
from elt.lake.staging_runs import StagedFile, StagingRun
from elt.native.names import identifier_of
from elt.repair.select import Days, files_without, raw_key, select_events, select_keys, selected_keys, write_days
from elt.repair.summary import RepairSummary, make_repair, require_reason
from elt.staging import stage
from elt.staging.input_lists import NewObjects, write_unrecognised
from elt.staging.plan import make_repair_plan
from elt.staging.reading.raw_day import read_event
from hospital_sim.events.keys import parse_event_key
from hospital_sim.storage import ObjectNotFoundError

_WITH_PATIENT = ("admission", "discharge", "wait_snapshot")
_SNAPSHOTS = ("wait_snapshot", "dep_snapshot")


@dataclass
class Selection:
    """Objects to forget.

    Attributes:
        staged: Staged files with their events.
        quarantined: Keys of objects in quarantine, relative to ``raw/``.
        before: First day that is kept, if events are selected by their age.
    """

    staged: list[tuple[StagedFile, Days]] = field(default_factory=list)
    quarantined: list[str] = field(default_factory=list)
    before: date | None = None


def forget(
    lake: Lake,
    reason: str,
    *,
    before: date | None = None,
    patient: str | None = None,
    keys: Sequence[str] = (),
    workers: int = 1,
    on_progress: OnProgress | None = None,
) -> RepairSummary:
    """Forget events. What is new in the lake is staged first, so that nothing is missed.

    Args:
        lake: The lake.
        reason: The operator's reason.
        before: First day that is kept. Forgets the snapshots before it, and the admissions and discharges of spells
            that ended before it. The admission of a spell that was still open stays, so the lake looks as if its runs
            had begun on that day. Of the objects in quarantine, those of earlier days are forgotten, except admissions.
        patient: Identifier of a patient, all of whose events are forgotten, objects in quarantine that name it too.
        keys: Keys of objects, relative to ``raw/``.
        workers: Number of processes.
        on_progress: Called as files are staged.

    Returns:
        The counts of the repair.

    Raises:
        WrongCallError: If not exactly one of the three is given, a key is that of no such object, or a reason is
            missing or names the patient.
        BrokenLakeError: If a manifest or a staged file is broken.
        StorageError: If the lake cannot be read or written.
    """
    reason = require_reason(reason)
    if (before is not None) + (patient is not None) + bool(keys) != 1:
        raise WrongCallError("KEY, --before and --patient: give exactly one of them")
    if patient is not None and not patient.strip():
        raise WrongCallError("--patient: is empty; give the patient_id of an event")
    if patient is not None and patient in reason:
        raise WrongCallError("--reason: names the patient, and a manifest is never deleted; give another reason")
    stage(lake, workers=workers, on_progress=on_progress)

    def make_plan(runs: list[StagingRun]) -> Plan | None:
        if before is not None:
            selection = _select_before(lake, runs, before)
        elif patient is not None:
            selection = _select_patient(lake, runs, patient)
        else:
            selection = _select_keys(lake, runs, [raw_key(key) for key in keys])
        return _plan(lake, runs, selection, reason)

    return make_repair(lake, Action.FORGET, make_plan, workers, on_progress)


def _plan(lake: Lake, runs: list[StagingRun], selection: Selection, reason: str) -> Plan | None:
    if not selection.staged and not selection.quarantined:
        return None
    outputs = [*files_without(lake, selection.staged), *_not_staged(lake, selection.quarantined)]
    others = [key for key in selection.quarantined if parse_event_key(key) is None]
    unrecognised = (write_unrecognised(lake, others), len(others)) if others else None
    return make_repair_plan(runs, Repair(Action.FORGET, reason, before=selection.before), outputs, unrecognised)


def _not_staged(lake: Lake, keys: Iterable[str]) -> Iterator[NewObjects]:
    """Write the lists of the events that are in quarantine, for outputs that supersede no file."""
    places: dict[tuple[str, date], dict[date, set[bytes]]] = defaultdict(lambda: defaultdict(set))
    for key in filter(None, map(parse_event_key, keys)):
        month = places[key.event_type, layout.month_of(key.event_date)]
        month[key.event_date].add(identifier_of(key.event_id))
    for (event_type, month_day), days in places.items():
        yield from write_days(lake, event_type, month_day, days)


def _select_before(lake: Lake, runs: Sequence[StagingRun], before: date) -> Selection:
    files = [file for file in current_files(runs) if file.month < before]
    start = pa.scalar(datetime.combine(before, clock()), pa.timestamp("us")).cast(pa.timestamp("us", "UTC"))

    def is_older(_: StagedFile, table: pa.Table) -> pa.Array:
        return pc.less(table["event_time"], start)

    def of_type(*event_types: str) -> list[StagedFile]:
        return [file for file in files if file.event_type in event_types]

    ended: set[str] = set()

    def ends_spell(file: StagedFile, table: pa.Table) -> pa.Array:
        older = is_older(file, table)
        ended.update(_spells(table.filter(older)).to_pylist())
        return older

    def is_of_ended_spell(file: StagedFile, table: pa.Table) -> pa.Array:
        return pc.and_(is_older(file, table), pc.is_in(_spells(table), pa.array(ended, pa.string())))

    spell = ("hospital_id", "spell_id")
    staged = list(select_events(lake, of_type("discharge"), spell, ends_spell))
    staged += select_events(lake, of_type("admission"), spell, is_of_ended_spell)
    staged += select_events(lake, of_type(*_SNAPSHOTS), (), is_older)
    old = [
        entry.key
        for entry in lake.quarantine.open_entries(runs)
        if (place := layout.event_place(entry.key)) and place[1] < before and place[0] != "admission"
    ]
    return Selection(staged, old, before)


def _spells(table: pa.Table) -> pa.Array:
    hospitals, spells = (table[name].cast(pa.string()) for name in ("hospital_id", "spell_id"))
    return pc.binary_join_element_wise(hospitals, spells, "/")


def _select_patient(lake: Lake, runs: Sequence[StagingRun], patient: str) -> Selection:
    files = [file for file in current_files(runs) if file.event_type in _WITH_PATIENT]
    staged = select_events(lake, files, ["patient_id"], lambda _, table: pc.equal(table["patient_id"], patient))
    # Not within a longer identifier.
    named = re.compile(rb"(?<![\w-])" + re.escape(patient.encode()) + rb"(?![\w-])")
    quarantined = [entry.key for entry in lake.quarantine.open_entries(runs) if named.search(_bytes(lake, entry))]
    return Selection(list(staged), quarantined)


def _bytes(lake: Lake, entry: Entry) -> bytes:
    """Return the bytes of an object in quarantine; none if they are gone, or were never read."""
    if entry.reason is Reason.SET_ASIDE:
        return read_event(lake, entry.key)
    try:
        return lake.store.read(layout.quarantined_object_key(entry.key))
    except ObjectNotFoundError:
        return b""


def _select_keys(lake: Lake, runs: Sequence[StagingRun], keys: Sequence[str]) -> Selection:
    forgotten = Removed(lake.store, in_effect(runs, Action.FORGET))
    wanted = {key for key in keys if key not in forgotten}
    quarantined = wanted & {entry.key for entry in lake.quarantine.open_entries(runs)}
    events = filter(None, map(parse_event_key, wanted - quarantined))
    staged = list(select_keys(lake, current_files(runs), events))
    for key in sorted(wanted - quarantined - selected_keys(staged)):
        raise WrongCallError(f"{key}: neither staged nor in quarantine; nothing was forgotten")
    return Selection(staged, sorted(quarantined))
