"""Lists of the raw objects that go into one output of a plan, in 22 bytes an object.

The list of a type and month is a JSON object with one member a day: the identifiers of the day's events, sorted, 16
bytes each, in one base64 string. The list of day bundles has their names instead, each with the numbers of the lines
that are meant, or null for all. The key of a list holds the digest of its bytes, so the same list is written once.
"""

import json
from binascii import b2a_base64
from collections import defaultdict
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from typing import NamedTuple, Self

from elt.lake import layout
from elt.lake.digests import digest
from elt.lake.key_lists import Bundles, read_bundle_lists, read_lists
from elt.lake.lake import Lake
from elt.lake.manifests import Neighbour
from elt.lake.prefetch import prefetched
from elt.lake.staging_runs import StagingRun
from elt.native.names import IDENTIFIER_BYTES, split_identifiers
from elt.staging.reading.lines import hospital_of
from hospital_sim.events.keys import partition_prefix

LARGEST_OUTPUT = 2_000_000
"""Most single objects of one output, so that the memory for them is bounded."""

LARGEST_BUNDLED_OUTPUT = 8192
"""Most day bundles of one output: two months of 130 hospitals."""


@dataclass(frozen=True)
class NewObjects:
    """Objects of one event type and month that no earlier plan names, or a part of them.

    Attributes:
        event_type: Type of the events.
        month: First day of the month.
        inputs: Key of the list of new objects; None if there are none.
        objects: Number of new objects.
        unrecognised: Keys in the partitions that belong to no event, planned before or not.
        supersedes: Keys of the staged files that their output replaces.
        bundled: True if the objects are day bundles.
        beside: Other lists that may hold the same events (see ``elt.lake.manifests.PlannedOutput``).
    """

    event_type: str
    month: date
    inputs: str | None
    objects: int
    unrecognised: tuple[str, ...] = ()
    supersedes: tuple[str, ...] = ()
    bundled: bool = False
    beside: tuple[Neighbour, ...] = ()


class MonthToList(NamedTuple):
    """Partitions of one event type and month, to be listed.

    Attributes:
        event_type: Type of the events.
        days: The days of the month that have a partition, at least one, sorted.
        earlier: The lists of earlier plans for this type and month.
    """

    event_type: str
    days: list[date]
    earlier: list[Neighbour]


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
    planned = PlannedMonth.of(lake, earlier)
    new: dict[date, bytes] = {}
    new_bundles: dict[date, Bundles] = {}
    unrecognised: list[str] = []
    for day, identifiers, bundles, others in lake.list_days(event_type, days):
        if identifiers := planned.without(day, identifiers):
            new[day] = identifiers
        if names := [name for name in bundles if name not in planned.bundles[day]]:
            new_bundles[day] = dict.fromkeys(names)
        unrecognised += (partition_prefix(event_type, day) + name for name in others)
    first, *rest = planned.lists(lake, event_type, layout.month_of(days[0]), new, new_bundles)
    return [replace(first, unrecognised=tuple(unrecognised)), *rest]


@dataclass(frozen=True)
class PlannedMonth:
    """The raw objects of one event type and month that plans name.

    Attributes:
        identifiers: The identifiers of single objects, by day.
        bundles: The names of day bundles, by day.
        singles_of: The days of each list of single objects.
        bundles_of: The days and bundles of each list of bundles.
    """

    identifiers: dict[date, set[bytes]]
    bundles: dict[date, set[str]]
    singles_of: dict[Neighbour, Set[date]]
    bundles_of: dict[Neighbour, dict[date, Bundles]]

    @classmethod
    def of(cls, lake: Lake, lists: Sequence[Neighbour]) -> Self:
        """Read the lists of plans."""
        planned = cls(defaultdict(set), defaultdict(set), {}, {})
        singles, bundled = ([one for one in lists if one.bundled is form] for form in (False, True))
        for one, by_day in zip(singles, read_lists(lake.store, [one.inputs for one in singles]), strict=True):
            planned.singles_of[one] = by_day.keys()
            for day, identifiers in by_day.items():
                planned.identifiers[day].update(split_identifiers(identifiers))
        for one, bundles in zip(bundled, read_bundle_lists(lake.store, [one.inputs for one in bundled]), strict=True):
            planned.bundles_of[one] = bundles
            for day, names in bundles.items():
                planned.bundles[day].update(names)
        return planned

    def without(self, day: date, identifiers: bytes) -> bytes:
        """Return identifiers of a day without those that plans name."""
        planned = self.identifiers.get(day)
        if planned is None:
            return identifiers
        return b"".join(one for one in split_identifiers(identifiers) if one not in planned)

    def lists(
        self, lake: Lake, event_type: str, month: date, new: dict[date, bytes], bundles: dict[date, Bundles]
    ) -> list[NewObjects]:
        """Write the lists of more raw objects to the lake, each with the lists that may hold the same events.

        Args:
            lake: The lake.
            event_type: Type of the events.
            month: First day of the month.
            new: The identifiers of single objects by day, 16 bytes each, sorted.
            bundles: The bundles by day.

        Returns:
            At least one part.
        """
        beside = self.beside(new)
        singles = [replace(one, beside=beside) for one in write_lists(lake, event_type, month, new)]
        if not bundles:
            return singles
        beside = self.beside_bundles(bundles)
        if new.keys() & bundles.keys():
            beside += tuple(Neighbour(one.inputs) for one in singles if one.inputs)
        written = write_bundle_lists(lake, event_type, month, bundles)
        return [*(one for one in singles if one.inputs), *(replace(one, beside=beside) for one in written)]

    def beside(self, new: Mapping[date, bytes]) -> tuple[Neighbour, ...]:
        """Return the lists of bundles that may hold the events of single objects of some days."""
        return tuple(one for one, days in self.bundles_of.items() if new.keys() & days.keys())

    def beside_bundles(self, new: Mapping[date, Bundles]) -> tuple[Neighbour, ...]:
        """Return the lists that may hold the events of some bundles: of single objects, and of their hospitals."""
        singles = [one for one, days in self.singles_of.items() if new.keys() & days]
        return (*singles, *(one for one, days in self.bundles_of.items() if _share_hospital(days, new)))


def lists_by_month(runs: Iterable[StagingRun]) -> dict[tuple[str, date], list[Neighbour]]:
    """Return the lists of raw objects that plans name, by event type and month."""
    lists: dict[tuple[str, date], list[Neighbour]] = defaultdict(list)
    for output in (output for run in runs for output in run.plan.outputs if output.inputs):
        lists[output.event_type, output.month].append(Neighbour(output.inputs, output.bundled))
    return lists


def _share_hospital(one: Mapping[date, Bundles], other: Mapping[date, Bundles]) -> bool:
    return any(set(map(hospital_of, one[day])) & set(map(hospital_of, other[day])) for day in one.keys() & other.keys())


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


def write_bundle_lists(lake: Lake, event_type: str, month: date, days: dict[date, Bundles]) -> list[NewObjects]:
    """Write the lists of day bundles of one event type and month to the lake (see ``write_lists``).

    Returns:
        Parts with at most about ``LARGEST_BUNDLED_OUTPUT`` bundles each; a day is in one part.
    """
    parts: list[dict[date, Bundles]] = [{}]
    for day, bundles in sorted(days.items()):
        if parts[-1] and sum(map(len, parts[-1].values())) + len(bundles) > LARGEST_BUNDLED_OUTPUT:
            parts.append({})
        parts[-1][day] = dict(sorted(bundles.items()))
    written = []
    for part in filter(None, parts):
        members = (f'"{day.isoformat()}": {json.dumps(bundles)}' for day, bundles in part.items())
        data = b"{\n" + ",\n".join(members).encode("ascii") + b"\n}"
        key = layout.inputs_key(event_type, month, digest(data))
        lake.store.create(key, data)
        written.append(NewObjects(event_type, month, key, sum(map(len, part.values())), bundled=True))
    return written


def write_unrecognised(lake: Lake, keys: Iterable[str]) -> str:
    """Write a list of unrecognised keys to the lake and return its key."""
    data = json.dumps(sorted(keys), ensure_ascii=True, indent=0).encode("ascii")
    key = layout.unrecognised_inputs_key(digest(data))
    lake.store.create(key, data)
    return key
