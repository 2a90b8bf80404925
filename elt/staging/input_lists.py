"""Lists of raw objects: what goes into one output of a plan, in 22 bytes an object.

The list of a type and month is a JSON object with one member a day: the identifiers of the day's events, sorted, 16
bytes each, in one base64 string. Its key holds the digest of its bytes, so a list is written once, whoever writes it.
"""

import json
from binascii import b2a_base64
from collections.abc import Generator, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from typing import NamedTuple

import msgspec

from elt import BrokenLakeError
from elt.lake import layout
from elt.lake.digests import digest
from elt.lake.lake import Lake
from elt.lake.manifests import PlannedOutput
from elt.lake.prefetch import prefetched
from elt.native.names import IDENTIFIER_BYTES, read_object_names, split_identifiers
from hospital_sim.events import keys as raw_layout

LARGEST_OUTPUT = 2_000_000
"""The most objects of one output: what is held of them in memory is then bounded."""


@dataclass(frozen=True)
class NewObjects:
    """What one type and month holds that no earlier plan names, or a part of it.

    Attributes:
        event_type: Type of the events.
        month: First day of the month.
        inputs: Key of the list of new events; None if there are none.
        objects: Number of new events.
        foreign: Keys in the partitions that are no event's, new or not.
    """

    event_type: str
    month: date
    inputs: str | None
    objects: int
    foreign: tuple[str, ...]


class MonthToList(NamedTuple):
    """The partitions of one type and month that are to be listed.

    Attributes:
        event_type: Type of the events.
        days: The days of the month that have a partition, at least one, sorted.
        earlier: Keys of the lists of earlier plans for this type and month.
    """

    event_type: str
    days: list[date]
    earlier: list[str]


def list_new_objects(lake: Lake, months: Iterable[MonthToList]) -> Generator[list[NewObjects], None, None]:
    """List what partitions hold, less what earlier plans name.

    Args:
        lake: The lake.
        months: What is listed.

    Yields:
        For each month the new objects in parts of at most ``LARGEST_OUTPUT``, each with its list written to the lake;
        at least one part, the first of which has the foreign keys.
    """
    return prefetched(partial(_new_objects, lake), months, lake.prefetch_threads)


def _new_objects(lake: Lake, month: MonthToList) -> list[NewObjects]:
    event_type, days, earlier = month
    known = _known(lake, earlier)
    new: dict[date, bytes] = {}
    foreign: list[str] = []
    for day, found, others in _listed(lake, event_type, days):
        if fresh := _without(found, known.get(day)):
            new[day] = fresh
        foreign += (raw_layout.partition_prefix(event_type, day) + name for name in others)
    first, *rest = write_lists(lake, event_type, layout.month_of(days[0]), new)
    return [replace(first, foreign=tuple(foreign)), *rest]


def _listed(lake: Lake, event_type: str, days: list[date]) -> Iterator[tuple[date, bytes, list[str]]]:
    """Yield the identifiers of the objects of each day, and its other names; few names are held at once."""
    while days:
        names = lake.object_names(event_type, days)
        yield from zip(days, *read_object_names(event_type, names), strict=False)
        days = days[len(names.ends) :]


def write_lists(lake: Lake, event_type: str, month: date, days: dict[date, bytes]) -> list[NewObjects]:
    """Write the lists of some raw objects of one type and month to the lake.

    Args:
        lake: The lake.
        event_type: Type of the events.
        month: First day of the month.
        days: The identifiers of each day, 16 bytes each, sorted.

    Returns:
        The objects in parts of at most ``LARGEST_OUTPUT``, at least one.
    """
    return [NewObjects(event_type, month, *_write(lake, event_type, month, part), ()) for part in _parts(days)]


def _parts(new: dict[date, bytes]) -> Iterator[dict[date, bytes]]:
    """Cut the new objects of a month into parts of bounded size, mostly the one part."""
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
    """Write a list of raw objects to the lake; return its key, None for an empty one, and its length."""
    if not days:
        return None, 0
    data = encode_identifiers(days)
    key = layout.inputs_key(event_type, month, digest(data))
    lake.store.create(key, data)
    return key, sum(map(len, days.values())) // IDENTIFIER_BYTES


def encode_identifiers(days: dict[date, bytes]) -> bytes:
    """Return the bytes of a list of raw objects: the same bytes for the same objects.

    Args:
        days: The identifiers of each day, 16 bytes each, sorted.
    """
    members = (
        b'"%b": "%b"' % (day.isoformat().encode("ascii"), b2a_base64(identifiers, newline=False))
        for day, identifiers in sorted(days.items())
    )
    return b"{\n" + b",\n".join(members) + b"\n}"


def decode_identifiers(data: bytes) -> dict[date, bytes]:
    """Read a list of raw objects: for each day the identifiers, 16 bytes each, sorted.

    Raises:
        ValueError: If it is not such a list.
    """
    try:
        days = msgspec.json.decode(data, type=dict[date, bytes])
    except msgspec.DecodeError as error:
        raise ValueError(f"not a list of raw objects: {error}") from error
    for day, identifiers in days.items():
        if len(identifiers) % IDENTIFIER_BYTES:
            raise ValueError(f"{day} does not hold whole identifiers")
    return days


def read_identifiers(lake: Lake, key: str) -> dict[date, bytes]:
    """Read a list of raw objects from the lake.

    Raises:
        BrokenLakeError: If the object is not what was written under the key.
    """
    data = lake.store.read(key)
    if digest(data) not in key:
        raise BrokenLakeError(f"{key}: its bytes are not those that its name promises; put back the object")
    return decode_identifiers(data)


def write_foreign(lake: Lake, keys: list[str]) -> str:
    """Write a list of foreign keys to the lake and return its key."""
    data = json.dumps(sorted(keys), ensure_ascii=True, indent=0).encode("ascii")
    key = layout.unrecognised_inputs_key(digest(data))
    lake.store.create(key, data)
    return key


def read_foreign(lake: Lake, key: str) -> list[str]:
    """Read a list of foreign keys from the lake."""
    keys: list[str] = json.loads(lake.store.read(key))
    return keys


def earlier_lists(outputs: Iterable[PlannedOutput]) -> dict[tuple[str, date], list[str]]:
    """Return the keys of the lists that plans name, by type and month."""
    lists: dict[tuple[str, date], list[str]] = {}
    for output in outputs:
        lists.setdefault((output.event_type, output.month), []).append(output.inputs)
    return lists


def _known(lake: Lake, keys: Iterable[str]) -> dict[date, set[bytes]]:
    known: dict[date, set[bytes]] = {}
    for key in keys:
        for day, identifiers in read_identifiers(lake, key).items():
            known.setdefault(day, set()).update(split_identifiers(identifiers))
    return known


def _without(identifiers: bytes, known: set[bytes] | None) -> bytes:
    if not known:
        return identifiers
    return b"".join(identifier for identifier in split_identifiers(identifiers) if identifier not in known)
