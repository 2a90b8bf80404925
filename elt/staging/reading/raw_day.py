"""The events of a day that are under ``raw/``: as single objects, and in the lines of day bundles."""

from collections import defaultdict
from collections.abc import Set
from dataclasses import dataclass, field
from datetime import date

from elt.lake.key_lists import Bundles
from elt.lake.lake import DayListing, Lake
from elt.native.names import identifier_of, split_identifiers
from elt.staging.reading.batches import in_batches
from elt.staging.reading.decode import decode
from elt.staging.reading.lines import BATCH_BUNDLES, LineNames, RawReader, bundles_by_day, read_bundle_batch
from hospital_sim.events.keys import day_bundle_key, line_key, parse_event_key, parse_line_key
from hospital_sim.storage import ObjectUnreadableError


@dataclass
class RawDay:
    """The events of one type and day.

    Attributes:
        singles: Identifiers of the single objects.
        lines: For each bundle the number of each line that is an event, by the identifier.
        other_lines: For each bundle the number of lines that are no event, or one that an earlier line has; 1 for a
            bundle that cannot be read.
    """

    singles: set[bytes]
    lines: dict[str, dict[bytes, int]] = field(default_factory=dict)
    other_lines: dict[str, int] = field(default_factory=dict)

    @property
    def events(self) -> set[bytes]:
        """The identifiers of all events."""
        return self.singles.union(*self.lines.values())

    def bundled(self, identifiers: Set[bytes]) -> Bundles:
        """Return lines with some events, one line for each, by bundle; single objects have none."""
        chosen: dict[str, list[int]] = defaultdict(list)
        remaining = identifiers - self.singles
        for name, events in self.lines.items():
            for one in remaining & events.keys():
                chosen[name].append(events[one])
            remaining -= events.keys()
        return {name: tuple(sorted(lines)) for name, lines in chosen.items()}


def read_day(lake: Lake, event_type: str, day: date) -> RawDay:
    """List the single objects of a day, and read its bundles.

    Raises:
        StorageError: If the lake cannot be read.
    """
    (listing,) = lake.list_days(event_type, [day])
    return read_listed(lake, event_type, listing)


def read_listed(lake: Lake, event_type: str, listing: DayListing) -> RawDay:
    """Return the events of a day that was listed (errors as in ``read_day``)."""
    raw = RawDay(set(split_identifiers(listing.identifiers)))
    days = {listing.day: Bundles.fromkeys(listing.bundles)} if listing.bundles else {}
    for names in in_batches(bundles_by_day(event_type, days), BATCH_BUNDLES):
        decoded = decode(read_bundle_batch(lake, names))
        for part in decoded.batch.names:
            if isinstance(part, LineNames):
                raw.lines[part.bundle], raw.other_lines[part.bundle] = {}, len(part)
        for place, event_id in zip(decoded.rows.tolist(), decoded.table["event_id"].to_pylist(), strict=True):
            parsed = parse_line_key(decoded.batch.key(place))
            if parsed is not None and (one := identifier_of(event_id)) not in raw.lines[parsed[0].name]:
                raw.lines[parsed[0].name][one] = parsed[1]
                raw.other_lines[parsed[0].name] -= 1
    return raw


def read_event(lake: Lake, key: str) -> bytes:
    """Return the bytes of an event, which may be in a day bundle; none if it is gone.

    Args:
        lake: The lake.
        key: Key of its single object, relative to ``raw/``.
    """
    reader = RawReader(lake)
    data = reader.read(key)
    event = parse_event_key(key)
    if isinstance(data, ObjectUnreadableError) and event is not None:
        raw = read_day(lake, event.event_type, event.event_date)
        for bundle, lines in raw.bundled({identifier_of(event.event_id)}).items():
            for line in lines or ():
                data = reader.read(line_key(day_bundle_key(event.event_type, event.event_date, bundle), line))
    return data if isinstance(data, bytes) else b""
