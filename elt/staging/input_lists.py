"""Lists of the raw objects that go into one output of a plan, in 22 bytes an object.

The list of a type and month is a JSON object with one member a day: the identifiers of the day's events, sorted, 16
bytes each, in one base64 string. Its key holds the digest of its bytes, so the same list is written once.
"""

import json
from binascii import b2a_base64
from collections import defaultdict
from collections.abc import Generator, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from typing import NamedTuple

from elt.lake import layout
from elt.lake.digests import digest
from elt.lake.key_lists import read_lists
from elt.lake.lake import Lake
from elt.lake.prefetch import prefetched
from elt.native.names import IDENTIFIER_BYTES, split_identifiers
from hospital_sim.events.keys import partition_prefix

LARGEST_OUTPUT = 2_000_000
"""Most objects of one output, so that the memory for them is bounded."""


@dataclass(frozen=True)
class NewObjects:
    """Objects of one event type and month that no earlier plan names, or a part of them.

    Attributes:
        event_type: Type of the events.
        month: First day of the month.
        inputs: Key of the list of new events; None if there are none.
        objects: Number of new events.
        unrecognised: Keys in the partitions that belong to no event, planned before or not.
        supersedes: Keys of the staged files that their output replaces.
    """

    event_type: str
    month: date
    inputs: str | None
    objects: int
    unrecognised: tuple[str, ...] = ()
    supersedes: tuple[str, ...] = ()


class MonthToList(NamedTuple):
    """Partitions of one event type and month, to be listed.

    Attributes:
        event_type: Type of the events.
        days: The days of the month that have a partition, at least one, sorted.
        earlier: Keys of the lists of earlier plans for this type and month.
    """

    event_type: str
    days: list[date]
    earlier: list[str]


def list_new_objects(lake: Lake, months: Iterable[MonthToList]) -> Generator[list[NewObjects], None, None]:
    """List the objects of partitions that no earlier plan names.

    Args:
        lake: The lake.
        months: The partitions to list.

    Yields:
        For each month at least one part with at most ``LARGEST_OUTPUT`` objects, whose list is written to the lake. The
        first part has the unrecognised keys.
    """
    return prefetched(partial(_new_objects, lake), months, lake.listing_threads)


def _new_objects(lake: Lake, month: MonthToList) -> list[NewObjects]:
    event_type, days, earlier = month
    planned: dict[date, set[bytes]] = defaultdict(set)
    for by_day in read_lists(lake.store, earlier):
        for day, identifiers in by_day.items():
            planned[day].update(split_identifiers(identifiers))
    new: dict[date, bytes] = {}
    unrecognised: list[str] = []
    for day, identifiers, other_names in lake.list_days(event_type, days):
        if day in planned:
            identifiers = b"".join(one for one in split_identifiers(identifiers) if one not in planned[day])
        if identifiers:
            new[day] = identifiers
        unrecognised += (partition_prefix(event_type, day) + name for name in other_names)
    first, *rest = write_lists(lake, event_type, layout.month_of(days[0]), new)
    return [replace(first, unrecognised=tuple(unrecognised)), *rest]


def write_lists(lake: Lake, event_type: str, month: date, days: dict[date, bytes]) -> list[NewObjects]:
    """Write the lists of raw objects of one event type and month to the lake.

    Args:
        lake: The lake.
        event_type: Type of the events.
        month: First day of the month.
        days: The identifiers of each day, 16 bytes each, sorted.

    Returns:
        At least one part, with at most ``LARGEST_OUTPUT`` objects each.
    """
    return [NewObjects(event_type, month, *_write(lake, event_type, month, part)) for part in _parts(days)]


def _parts(new: dict[date, bytes]) -> Iterator[dict[date, bytes]]:
    """Cut the new objects of a month into parts of bounded size; most months have one part."""
    part: dict[date, bytes] = {}
    room = LARGEST_OUTPUT * IDENTIFIER_BYTES
    for day, identifiers in new.items():
        rest = identifiers
        while len(rest) > room:
            yield part | {day: rest[:room]} if room else part
            part, rest, room = {}, rest[room:], LARGEST_OUTPUT * IDENTIFIER_BYTES
        part[day] = rest
        room -= len(rest)
    yield part


def _write(lake: Lake, event_type: str, month: date, days: dict[date, bytes]) -> tuple[str | None, int]:
    """Write a list of raw objects; return its key (None if it is empty) and its length."""
    if not days:
        return None, 0
    members = (
        b'"%b": "%b"' % (day.isoformat().encode("ascii"), b2a_base64(identifiers, newline=False))
        for day, identifiers in sorted(days.items())
    )
    data = b"{\n" + b",\n".join(members) + b"\n}"
    key = layout.inputs_key(event_type, month, digest(data))
    lake.store.create(key, data)
    return key, sum(map(len, days.values())) // IDENTIFIER_BYTES


def write_unrecognised(lake: Lake, keys: Iterable[str]) -> str:
    """Write a list of unrecognised keys to the lake and return its key."""
    data = json.dumps(sorted(keys), ensure_ascii=True, indent=0).encode("ascii")
    key = layout.unrecognised_inputs_key(digest(data))
    lake.store.create(key, data)
    return key
