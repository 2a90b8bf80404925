"""Events that are in several raw objects: each is staged once, and the others are rejected.

Single objects cannot hold an event twice, because its identifier is in their key. A line of a day bundle may be there
again: in another line, in the other bundle of its hospital, or as a single object. What was planned first is staged.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Set
from dataclasses import replace
from datetime import date
from operator import attrgetter

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from elt.lake.key_lists import read_bundles, read_identifiers
from elt.lake.lake import Lake
from elt.lake.manifests import Neighbour, PlannedOutput
from elt.lake.quarantine import Reason
from elt.native.buffers import Flags, texts_of
from elt.native.names import identifier_texts
from elt.staging.reading.batches import ReadNames
from elt.staging.reading.decode import Decoded, Rejected, decode
from elt.staging.reading.lines import BundleNames, hospital_of, read_bundle_batch
from hospital_sim.events.keys import key_of


def without_duplicates(lake: Lake, decoded: Decoded, outputs: Iterable[PlannedOutput] = ()) -> Decoded:
    """Reject the events of a batch that are in another raw object, or in an earlier line of the same hospital.

    Args:
        lake: The lake.
        decoded: The batch.
        outputs: The outputs of the plan that stages it. An event of an earlier plan is no reason to reject one while it
            is in quarantine itself.
    """
    event_ids, batch = decoded.table["event_id"], decoded.batch
    is_bundled = batch.event_ids is None
    may_repeat = is_bundled and pc.count_distinct(event_ids).as_py() < len(event_ids)
    if not may_repeat and not any(names.output and names.output.beside for names in batch.names):
        return decoded
    others = _Others(lake, decoded, {output.inputs for output in outputs})
    kept = np.ones(len(event_ids), np.bool_)
    for row, (place, event_id) in enumerate(zip(decoded.rows.tolist(), event_ids.to_pylist(), strict=True)):
        kept[row] = others.take(batch.part(place), event_id)
    return decoded if kept.all() else _reject(decoded, kept)


def _reject(decoded: Decoded, kept: Flags) -> Decoded:
    batch, detail = decoded.batch, "event_id: the event is in another raw object, which was staged"
    again = [
        Rejected(batch.key(place), batch.item(place), Reason.DUPLICATE_EVENT, detail)
        for place in decoded.rows[~kept].tolist()
    ]
    rejected = sorted([*decoded.rejected, *again], key=attrgetter("object.day", "key"))
    return replace(decoded, table=decoded.table.filter(pa.array(kept)), rows=decoded.rows[kept], rejected=rejected)


class _Others:
    """Events of a batch that are in other raw objects, by day and hospital.

    Args:
        lake: The lake.
        decoded: The batch.
        lists: Keys of the lists of the plan that stages it.
    """

    def __init__(self, lake: Lake, decoded: Decoded, lists: Set[str]) -> None:
        self._lake = lake
        self._batch = decoded.batch
        self._lists = lists
        self._known: dict[tuple[date, str], dict[str, set[str]]] = {}

    def take(self, names: ReadNames, event_id: str) -> bool:
        """Return True if an event is to be staged, and remember it if it is a line."""
        place = names.day, names.hospital_id
        if place not in self._known:
            self._known[place] = self._planned_before(names)
        keys = self._known[place].get(event_id, ())
        if any(not key or not self._is_in_quarantine(key) for key in keys):
            return False
        if names.hospital_id:
            self._known[place].setdefault(event_id, set()).add("")
        return True

    def _is_in_quarantine(self, key: str) -> bool:
        quarantine = self._lake.quarantine
        return quarantine.entry_of(key) is not None and not quarantine.is_closed(key)

    def _planned_before(self, names: ReadNames) -> dict[str, set[str]]:
        """Return the keys of other raw objects by event; an empty key for one that this plan stages."""
        keys: dict[str, set[str]] = defaultdict(set)
        for neighbour in names.output.beside if names.output else ():
            is_earlier = neighbour.inputs not in self._lists
            events = self._lines(neighbour, names) if neighbour.bundled else self._singles(neighbour, names.day)
            for event_id, key in events:
                keys[event_id].add(key if is_earlier else "")
        return keys

    def _singles(self, neighbour: Neighbour, day: date) -> Iterator[tuple[str, str]]:
        identifiers = read_identifiers(self._lake.store, neighbour.inputs).get(day, b"")
        for event_id in texts_of(identifier_texts(identifiers)):
            yield event_id, key_of(self._batch.event_type, day, event_id)

    def _lines(self, neighbour: Neighbour, names: ReadNames) -> Iterator[tuple[str, str]]:
        """Yield the events in the lines of a hospital's bundles, without the lines that are to be staged now."""
        bundles = read_bundles(self._lake.store, neighbour.inputs).get(names.day, {})
        of_hospital = tuple((name, None) for name in bundles if names.hospital_id in ("", hospital_of(name)))
        if not of_hospital:
            return
        lines = [part for part in self._batch.names if part.hospital_id]
        own = {part.key(place) for part in lines for place in range(len(part))}
        others = decode(read_bundle_batch(self._lake, [BundleNames(self._batch.event_type, names.day, of_hospital)]))
        keys = map(others.batch.key, others.rows.tolist())
        for event_id, key in zip(others.table["event_id"].to_pylist(), keys, strict=True):
            if key not in own:
                yield event_id, key
