"""Checks the raw objects of one event type and month against what staging read and wrote."""

import hashlib
from collections import Counter
from collections.abc import Generator, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from datetime import time as clock
from functools import partial
from typing import NamedTuple

import msgspec
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from elt import BrokenLakeError
from elt.contracts import EVENT_VERSIONS, struct_version
from elt.lake.digests import RawDigest
from elt.lake.lake import Lake
from elt.lake.manifests import CommittedOutput
from elt.lake.prefetch import prefetched
from elt.lake.tree import RAW_PREFIX
from elt.native.buffers import texts_of
from elt.native.names import identifier_texts, object_names, read_object_names, split_identifiers
from elt.quality.emitted import Cell
from elt.staging import input_lists as inputs
from elt.staging.batches import BATCH_OBJECTS, Batch, RawObject, in_batches, names_by_day, read_batch
from elt.staging.decode import decode
from elt.verification.problems import Kind, Problem
from hospital_sim.events import Event, encode
from hospital_sim.events import keys as layout
from hospital_sim.storage import StorageError


class Staged(NamedTuple):
    """One output of a finished staging run: the list of its raw objects, and what was written."""

    inputs: str
    output: CommittedOutput


@dataclass
class MonthFindings:
    """What was found of one type and month.

    Attributes:
        problems: What is wrong.
        raw_objects: Events that are there.
        unstaged: Events among them that no staging run took, by cell.
        troubled: Days on which something is wrong that is named already.
    """

    problems: list[Problem] = field(default_factory=list)
    raw_objects: int = 0
    unstaged: Counter[Cell] = field(default_factory=Counter)
    troubled: set[tuple[str, date]] = field(default_factory=set)

    def add(self, kind: Kind, event_type: str, day: date, name: str, detail: str) -> None:
        """Add one problem of a day; the name is empty where it is not known which object."""
        key = RAW_PREFIX + layout.partition_prefix(event_type, day) + name
        self.problems.append(Problem(key, kind, detail))
        self.troubled.add((event_type, day))


class MonthToCheck(NamedTuple):
    """One event type and month of which the raw objects are to be checked.

    Attributes:
        event_type: The event type.
        days: The days of the month that have a partition.
        staged: What finished staging runs took of the month.
        pending: Lists of raw objects that an unfinished staging run is to take.
        sound_files: Keys of staged files that are as they were written.
    """

    event_type: str
    days: tuple[date, ...]
    staged: tuple[Staged, ...]
    pending: tuple[str, ...]
    sound_files: frozenset[str]


def check_months(lake: Lake, months: Iterable[MonthToCheck]) -> Generator[MonthFindings, None, None]:
    """Check raw objects; yield what was found of each month.

    Args:
        lake: The lake.
        months: What is checked.
    """
    return (_check_month(lake, month) for month in months)


def _check_month(lake: Lake, month: MonthToCheck) -> MonthFindings:
    event_type, days, staged, pending, sound_files = month
    found = MonthFindings()
    there = {day: _list(lake, event_type, day, found) for day in days}
    lists = [(each, _read_list(lake, each.inputs)) for each in staged]
    taken: dict[date, set[bytes]] = {}
    for each, identifiers in lists:
        for day, joined in identifiers.items():
            taken.setdefault(day, set()).update(split_identifiers(joined))
            _check_day(lake, event_type, day, joined, there.get(day, set()), each.output, sound_files, found)
    _check_unstaged(lake, event_type, {day: names - taken.get(day, set()) for day, names in there.items()}, found)
    for key in pending:
        for day, joined in _read_list(lake, key).items():
            for identifier in set(split_identifiers(joined)) - there.get(day, set()):
                found.add(Kind.MISSING, event_type, day, _name(event_type, identifier), "planned to be staged")
    return found


def _list(lake: Lake, event_type: str, day: date, found: MonthFindings) -> set[bytes]:
    (identifiers,), (foreign,) = read_object_names(event_type, lake.object_names(event_type, [day]))
    for name in foreign:
        found.add(Kind.FOREIGN, event_type, day, name, "not the key of an event")
    here = set(split_identifiers(identifiers))
    found.raw_objects += len(here)
    return here


def _read_list(lake: Lake, key: str) -> dict[date, bytes]:
    try:
        return inputs.read_identifiers(lake, key)
    except (StorageError, BrokenLakeError, ValueError):
        return {}  # told by the check of the lists


def _name(event_type: str, identifier: bytes) -> str:
    return texts_of(object_names(event_type, identifier_texts(identifier)))[0]


def _check_day(
    lake: Lake,
    event_type: str,
    day: date,
    joined: bytes,
    there: set[bytes],
    output: CommittedOutput,
    sound_files: frozenset[str],
    found: MonthFindings,
) -> None:
    """Check that the objects of one day that went into one output are there, with the bytes that were read."""
    missing = [identifier for identifier in split_identifiers(joined) if identifier not in there]
    for identifier in missing:
        name = _name(event_type, identifier)
        found.add(Kind.MISSING, event_type, day, name, "it was there when it was staged")
    present = (
        b"".join(identifier for identifier in split_identifiers(joined) if identifier in there) if missing else joined
    )
    expected = output.counts.raw_sha256.get(day)
    if not missing and expected is not None and _digest(lake, event_type, day, joined) == expected:
        return
    explained = bool(missing) or expected is None
    if present and (output.key is None or output.key in sound_files):
        for name, kind, detail in _differences(lake, event_type, day, present, output.key):
            explained = True
            if kind is not None:
                found.add(kind, event_type, day, name, detail)
    if not explained:
        found.add(Kind.ALTERED, event_type, day, "", "the bytes of its objects are not those that were staged")


def _digest(lake: Lake, event_type: str, day: date, joined: bytes) -> str:
    whole = RawDigest()
    for batch in _batches(lake, event_type, {day: joined}):
        whole.add(batch.objects.view(), batch.objects.lengths())
    return whole.hexdigest()


def _batches(lake: Lake, event_type: str, days: dict[date, bytes]) -> Iterator[Batch]:
    batches = in_batches(names_by_day(event_type, days), BATCH_OBJECTS)
    return prefetched(partial(read_batch, lake), batches, lake.prefetch_threads)


def _differences(
    lake: Lake, event_type: str, day: date, joined: bytes, staged_key: str | None
) -> Iterator[tuple[str, Kind | None, str]]:
    """Yield the names of the objects that are not what is staged or in quarantine; without a kind if one was mended."""
    events = {} if staged_key is None else _staged_events(lake, event_type, day, staged_key)
    for batch in _batches(lake, event_type, {day: joined}):
        for event_id, data in zip(texts_of(batch.event_ids), batch.objects, strict=True):
            key = layout.key_of(event_type, day, event_id)
            name = key.removeprefix(layout.partition_prefix(event_type, day))
            event = events.get(event_id)
            if event is None:
                entry = lake.quarantine.entry_of(key)
                if lake.quarantine.is_closed(key):
                    yield name, None, "staged by a replay, which is checked for itself"
                elif entry is not None and hashlib.sha256(data).hexdigest() != entry.sha256:
                    yield name, Kind.ALTERED, "not the bytes that were put in quarantine"
                continue
            written = encode(event)
            if data != written and not _says(event_type, day, event_id, data, event):
                kind = Kind.TRUNCATED if written.startswith(data) else Kind.ALTERED
                yield name, kind, f"{len(data):,} bytes, and not the event that was staged"


def _staged_events(lake: Lake, event_type: str, day: date, key: str) -> dict[str, Event]:
    start = datetime.combine(day, clock())
    bounds = [pa.scalar(at, pa.timestamp("us")).cast(pa.timestamp("us", "UTC")) for at in (start, start + timedelta(1))]
    at = pc.field("event_time")
    rows = pq.read_table(
        pa.BufferReader(lake.store.read(key)), filters=(at >= bounds[0]) & (at < bounds[1])
    ).to_pylist()
    structs = {struct_version(struct): struct for struct in EVENT_VERSIONS[event_type]}
    return {row["event_id"]: _event(structs[row["schema_version"]], row) for row in rows}


def _event(struct: type[Event], row: dict[str, object]) -> Event:
    event: Event = msgspec.convert({name: row[name] for name in struct.__struct_fields__} | _tag(struct), struct)
    return event


def _tag(struct: type[Event]) -> dict[str, object]:
    return {"event_type": struct.__struct_config__.tag}


def _says(event_type: str, day: date, event_id: str, data: bytes, event: Event) -> bool:
    """Tell whether other bytes than the usual ones say the same event."""
    decoded = decode(Batch.of(event_type, [RawObject(day, event_id, data)]))
    return decoded.table.num_rows == 1 and _event(type(event), decoded.table.to_pylist()[0]) == event


def _check_unstaged(lake: Lake, event_type: str, days: dict[date, set[bytes]], found: MonthFindings) -> None:
    """Count the events that no staging run took, and name those that are none."""
    unstaged = {day: b"".join(sorted(new)) for day, new in days.items() if new}
    for batch in _batches(lake, event_type, unstaged):
        decoded = decode(batch)
        for rejected in decoded.rejected:
            name = layout.key_of(event_type, rejected.object.day, rejected.object.event_id)
            name = name.removeprefix(layout.partition_prefix(event_type, rejected.object.day))
            found.add(Kind.ALTERED, event_type, rejected.object.day, name, f"{rejected.reason}: {rejected.detail}")
        for row in decoded.table.select(["hospital_id", "department_id", "event_time"]).to_pylist():
            cell = Cell(event_type, row["hospital_id"], row["department_id"], row["event_time"].date())
            found.unstaged[cell] += 1
