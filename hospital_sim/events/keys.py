"""Builds and parses the keys of raw objects; no other module does.

Keys are relative to the raw root of a lake, ``<lake>/raw``::

    admission/event_date=2024-03-15/admission_<uuid>.json
    _runs/<run_id>.started.json
    _runs/<run_id>.json
    _runs/bundle-000032-<sha256>.gz     copies of 32 of these two, in one object
"""

import re
from datetime import date
from typing import NamedTuple

from hospital_sim.events import EVENT_TYPES, UUID_PATTERN, Event, event_type

RAW = "raw"
"""Name of the raw root inside a lake."""

RUNS = "_runs"
"""Folder of the run records inside the raw root."""

LARGEST_EVENT = 1 << 16
"""Most bytes of an event: 64 KiB. Events that hospitals write have less than 1 KiB, because the longest text in one is
a name of at most 100 characters. An object with the key of an event that is larger is not read."""

LARGEST_RECORD = 1 << 28
"""Most bytes of a run record: 256 MiB, enough for ten years of a hundred hospitals of ten departments. A larger one is
not read."""

_STARTED = ".started.json"
_BUNDLE = re.compile("bundle-(?P<objects>[0-9]{6,})-[0-9a-f]{64}[.]gz")
_RUN_KEY = re.compile(rf"{RUNS}/[0-9a-f]{{32}}(?P<started>\.started)?\.json")
_EVENT_KEY = re.compile(
    rf"(?P<type>{'|'.join(EVENT_TYPES)})/event_date=(?P<date>[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}})/"
    rf"(?P<name>[a-z_]+)_(?P<uuid>{UUID_PATTERN.strip('^$')})\.json"
)


class EventKey(NamedTuple):
    """The parts of an event's key: its type, its UTC date and its identifier."""

    event_type: str
    event_date: date
    event_id: str


def partition_prefix(kind: str, day: date) -> str:
    """Return the prefix of all events of one type and day, with the final slash."""
    return f"{kind}/event_date={day.isoformat()}/"


def event_key(event: Event) -> str:
    """Return the key of an event."""
    return key_of(event_type(event), event.event_time.date(), event.event_id)


def key_of(kind: str, day: date, event_id: str) -> str:
    """Return the key of the event of a type, a UTC date and an identifier."""
    return f"{partition_prefix(kind, day)}{kind}_{event_id}.json"


def parse_partition_prefix(prefix: str) -> tuple[str, date] | None:
    """Return the type and the day of a partition from its prefix; None if it is not the prefix of a partition."""
    kind, _, rest = prefix.partition("/")
    if kind not in EVENT_TYPES or len(rest) != len("event_date=YYYY-MM-DD/"):
        return None
    try:
        day = date.fromisoformat(rest[-11:-1])
    except ValueError:
        return None
    return (kind, day) if partition_prefix(kind, day) == prefix else None


def parse_event_key(key: str) -> EventKey | None:
    """Return the parts of an event's key; None if it is not the key of an event."""
    match = _EVENT_KEY.fullmatch(key)
    if match is None or match["name"] != match["type"]:
        return None
    try:
        day = date.fromisoformat(match["date"])
    except ValueError:
        return None
    return EventKey(match["type"], day, match["uuid"])


def started_key(run_id: str) -> str:
    """Return the key of the object that a run creates before its first event."""
    return f"{RUNS}/{run_id}{_STARTED}"


def record_key(run_id: str) -> str:
    """Return the key of the run record, created after the last event."""
    return f"{RUNS}/{run_id}.json"


def record_of_start(key: str) -> str:
    """Return the key of the record of the run whose ``started`` object has a key."""
    return f"{key.removesuffix(_STARTED)}.json"


def is_started_key(key: str) -> bool:
    """Return True if a key is that of a run's ``started`` object."""
    match = _RUN_KEY.fullmatch(key)
    return match is not None and match["started"] is not None


def is_record_key(key: str) -> bool:
    """Return True if a key is that of a run record."""
    match = _RUN_KEY.fullmatch(key)
    return match is not None and match["started"] is None


def bundle_name(objects: int, digest: str) -> str:
    """Return the name of a bundle in its folder, from the number of its objects and the digest of its bytes."""
    return f"bundle-{objects:06d}-{digest}.gz"


def parse_bundle_name(name: str) -> int | None:
    """Return the number of objects of a bundle from its name; None if it is not the name of a bundle."""
    match = _BUNDLE.fullmatch(name)
    return None if match is None else int(match["objects"])


def is_run_bundle_key(key: str) -> bool:
    """Return True if a key is that of a bundle of run records."""
    folder, _, name = key.partition("/")
    return folder == RUNS and parse_bundle_name(name) is not None


def raw_root(lake: str) -> str:
    """Return the URL of the raw root of a lake."""
    return f"{lake.rstrip('/')}/{RAW}"
