"""Finds the events of a repair in the current staged files, and plans the files without them."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, timedelta
from typing import TypeAlias
from uuid import UUID

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from elt import WrongCallError
from elt.lake import layout
from elt.lake.lake import Lake
from elt.lake.staging_runs import StagedFile
from elt.native.arrays import values_of
from elt.native.names import identifier_of
from elt.staging import input_lists
from elt.staging.input_lists import NewObjects
from hospital_sim.events.keys import RAW, EventKey, key_of, parse_event_key

Days: TypeAlias = dict[date, set[bytes]]
"""Identifiers of events, 16 bytes each, by day."""

_EPOCH = date(1970, 1, 1)
_DAY = 86_400_000_000
"""Microseconds."""


def raw_key(written: str) -> str:
    """Return a key relative to ``raw/``, as an operator may write it with or without that folder."""
    return written.removeprefix(f"{RAW}/")


def event_keys(written: Iterable[str]) -> dict[str, EventKey]:
    """Read the keys of events, each relative to ``raw/`` or to the lake.

    Raises:
        WrongCallError: If one is not the key of an event.
    """
    keys = {}
    for text in map(raw_key, written):
        key = parse_event_key(text)
        if key is None:
            raise WrongCallError(
                f"{text}: not the key of an event, such as "
                "admission/event_date=2024-03-15/admission_<uuid>.json; hospital-elt query shows the event_id of a row"
            )
        keys[text] = key
    return keys


def select_events(
    lake: Lake, files: Iterable[StagedFile], columns: Sequence[str], chosen: Callable[[StagedFile, pa.Table], pa.Array]
) -> Iterator[tuple[StagedFile, Days]]:
    """Yield the staged files that have chosen events, and these events.

    Args:
        lake: The lake.
        files: Staged files to read.
        columns: Columns that the choice needs, besides ``event_id`` and ``event_time``.
        chosen: Called with a file and its rows; returns a Boolean for each row.
    """
    for file in files:
        data = pa.BufferReader(lake.store.read(file.key))
        table = pq.read_table(data, columns=["event_id", "event_time", *columns])
        selected = table.filter(chosen(file, table))
        if selected.num_rows:
            yield file, _by_day(selected)


def _by_day(table: pa.Table) -> Days:
    days: Days = defaultdict(set)
    numbers = values_of(table["event_time"]) // _DAY
    for number, event_id in zip(numbers.tolist(), table["event_id"].to_pylist(), strict=True):
        days[_EPOCH + timedelta(days=number)].add(identifier_of(event_id))
    return dict(days)


def event_key_of(event_type: str, day: date, one: bytes) -> str:
    """Return the key of an event, relative to ``raw/``, from its identifier of 16 bytes."""
    return key_of(event_type, day, str(UUID(bytes=one)))


def select_keys(lake: Lake, files: Iterable[StagedFile], keys: Iterable[EventKey]) -> Iterator[tuple[StagedFile, Days]]:
    """Yield the staged files that have the events of some keys, and these events."""
    wanted: dict[tuple[str, date], dict[str, date]] = defaultdict(dict)
    for key in keys:
        wanted[key.event_type, layout.month_of(key.event_date)][key.event_id] = key.event_date
    of_keys = {place: pa.array(list(events)) for place, events in wanted.items()}
    in_months = (file for file in files if (file.event_type, file.month) in wanted)
    in_files = select_events(
        lake, in_months, (), lambda file, table: pc.is_in(table["event_id"], of_keys[file.event_type, file.month])
    )
    days_of = {(key_type, identifier_of(text), day) for (key_type, _), of in wanted.items() for text, day in of.items()}
    for file, days in in_files:
        # The same identifier may belong to an event of another day.
        own = {day: {one for one in ids if (file.event_type, one, day) in days_of} for day, ids in days.items()}
        if any(own.values()):
            yield file, {day: ids for day, ids in own.items() if ids}


def selected_keys(selected: Iterable[tuple[StagedFile, Days]]) -> set[str]:
    """Return the keys of selected events, relative to ``raw/``."""
    return {
        event_key_of(file.event_type, day, one) for file, days in selected for day, ids in days.items() for one in ids
    }


def files_without(lake: Lake, selected: Iterable[tuple[StagedFile, Days]]) -> Iterator[NewObjects]:
    """Write the lists of selected events; yield for each file what its plan needs to replace it."""
    for file, days in selected:
        [part] = write_days(lake, file.event_type, file.month, days)
        yield NewObjects(part.event_type, part.month, part.inputs, part.objects, supersedes=(file.key,))


def write_days(lake: Lake, event_type: str, month: date, days: Days) -> list[NewObjects]:
    """Write lists of events of one type and month (see ``elt.staging.input_lists.write_lists``)."""
    sorted_days = {day: b"".join(sorted(identifiers)) for day, identifiers in sorted(days.items())}
    return input_lists.write_lists(lake, event_type, month, sorted_days)
