"""Lists of raw objects: what goes into one output of a plan, in 22 bytes an object.

The list of a type and month is a JSON object with one member a day: the identifiers of the day's events, sorted, 16
bytes each, in one base64 string. Its key holds the digest of its bytes, so a list is written once, whoever writes it.
"""

import json
from binascii import a2b_base64, b2a_base64
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from elt import layout, raw
from elt.errors import BrokenLakeError
from elt.manifests import PlannedOutput, digest
from hospital_sim import layout as raw_layout
from hospital_sim.storage import ObjectStore

IDENTIFIER_BYTES = 16


@dataclass(frozen=True)
class NewObjects:
    """What one type and month holds that no earlier plan names.

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


def list_new_objects(store: ObjectStore, event_type: str, days: Iterable[date], earlier: Iterable[str]) -> NewObjects:
    """List what the partitions of one type and month hold, less what earlier plans name.

    Args:
        store: The lake.
        event_type: Type of the events.
        days: The days of the month that have a partition, at least one.
        earlier: Keys of the lists of earlier plans for this type and month.

    Returns:
        The new objects, whose list is written to the lake.
    """
    days = sorted(days)
    known = _known(store, earlier)
    new: dict[date, list[bytes]] = {}
    foreign: list[str] = []
    for day in days:
        identifiers = []
        for key in raw.partition_keys(store, event_type, day):
            parsed = raw_layout.parse_event_key(key)
            if parsed is None:
                foreign.append(key)
            else:
                identifiers.append(bytes.fromhex(parsed.event_id.replace("-", "")))
        fresh = [identifier for identifier in identifiers if identifier not in known.get(day, ())]
        if fresh:
            new[day] = fresh
    month = layout.month_of(days[0])
    if not new:
        return NewObjects(event_type, month, None, 0, tuple(foreign))
    data = encode_identifiers(new)
    key = layout.inputs_key(event_type, month, digest(data))
    store.create(key, data)
    return NewObjects(event_type, month, key, sum(map(len, new.values())), tuple(foreign))


def encode_identifiers(days: dict[date, list[bytes]]) -> bytes:
    """Return the bytes of a list of raw objects: the same bytes for the same objects."""
    members = {
        day.isoformat(): b2a_base64(b"".join(sorted(identifiers)), newline=False).decode("ascii")
        for day, identifiers in sorted(days.items())
    }
    return json.dumps(members, indent=0).encode("ascii")


def decode_identifiers(data: bytes) -> dict[date, list[bytes]]:
    """Read a list of raw objects; identifiers are sorted within a day.

    Raises:
        ValueError: If it is not such a list.
    """
    days = {}
    for day, text in json.loads(data).items():
        joined = a2b_base64(text, strict_mode=True)
        if len(joined) % IDENTIFIER_BYTES:
            raise ValueError(f"{day} does not hold whole identifiers")
        starts = range(0, len(joined), IDENTIFIER_BYTES)
        days[date.fromisoformat(day)] = [joined[start : start + IDENTIFIER_BYTES] for start in starts]
    return days


def read_identifiers(store: ObjectStore, key: str) -> dict[date, list[bytes]]:
    """Read a list of raw objects from the lake.

    Raises:
        BrokenLakeError: If the object is not what was written under the key.
    """
    data = store.read(key)
    if digest(data) not in key:
        raise BrokenLakeError(f"{key}: its bytes are not those that its name promises; put back the object")
    return decode_identifiers(data)


def identifier_text(identifier: bytes) -> str:
    """Return an identifier of 16 bytes as a UUID in the canonical form."""
    text = identifier.hex()
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def write_foreign(store: ObjectStore, keys: list[str]) -> str:
    """Write a list of foreign keys to the lake and return its key."""
    data = json.dumps(sorted(keys), ensure_ascii=True, indent=0).encode("ascii")
    key = layout.foreign_inputs_key(digest(data))
    store.create(key, data)
    return key


def read_foreign(store: ObjectStore, key: str) -> list[str]:
    """Read a list of foreign keys from the lake."""
    keys: list[str] = json.loads(store.read(key))
    return keys


def earlier_lists(outputs: Iterable[PlannedOutput]) -> dict[tuple[str, date], list[str]]:
    """Return the keys of the lists that plans name, by type and month."""
    lists: dict[tuple[str, date], list[str]] = {}
    for output in outputs:
        lists.setdefault((output.event_type, output.month), []).append(output.inputs)
    return lists


def _known(store: ObjectStore, keys: Iterable[str]) -> dict[date, set[bytes]]:
    known: dict[date, set[bytes]] = {}
    for key in keys:
        for day, identifiers in read_identifiers(store, key).items():
            known.setdefault(day, set()).update(identifiers)
    return known


def batches(days: dict[date, list[bytes]], size: int) -> Iterator[list[tuple[date, list[str]]]]:
    """Cut a list into runs of whole days of at least ``size`` objects, but for the last.

    Days are never cut, because events are sorted within a batch and batches follow each other in time.
    """
    batch: list[tuple[date, list[str]]] = []
    held = 0
    for day, identifiers in sorted(days.items()):
        batch.append((day, [identifier_text(identifier) for identifier in identifiers]))
        held += len(identifiers)
        if held >= size:
            yield batch
            batch, held = [], 0
    if batch:
        yield batch
