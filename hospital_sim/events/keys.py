"""Builds and parses the keys of raw objects; no other module does.

Keys are relative to the raw root of a lake, ``<lake>/raw``::

    admission/event_date=2024-03-15/admission_<uuid>.json                      one event
    admission/event_date=2024-03-15/admission_<hospital_id>.ndjson.zst         a day bundle: events of one hospital
    admission/event_date=2023-12-30/admission_<hospital_id>.opening.ndjson.zst admissions before the history began
    _runs/<run_id>.started.json
    _runs/<run_id>.json
    _runs/bundle-000032-<sha256>.gz     copies of 32 of these two, in one object
"""

import re
from datetime import date
from typing import NamedTuple

from hospital_sim.events import EVENT_TYPES, NAME_PATTERN, UUID_PATTERN, Event, event_type

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

OPENING = ".opening"
"""End of the name of a bundle of admissions before the history began. No other run emits them, so that a bundle of a
day is written once; and no identifier of a hospital has a full stop."""

_DAY_BUNDLE = ".ndjson.zst"
_LINE = ".line-"
_STARTED = ".started.json"
_BUNDLE = re.compile("bundle-(?P<objects>[0-9]{6,})-[0-9a-f]{64}[.]gz")
_RUN_KEY = re.compile(rf"{RUNS}/[0-9a-f]{{32}}(?P<started>\.started)?\.json")
_EVENT_KEY = re.compile(
    rf"(?P<type>{'|'.join(EVENT_TYPES)})/event_date=(?P<date>[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}})/"
    rf"(?P<name>[a-z_]+)_(?P<uuid>{UUID_PATTERN.strip('^$')})\.json"
)
_DAY_BUNDLE_KEY = re.compile(
    rf"(?P<type>{'|'.join(EVENT_TYPES)})/event_date=(?P<date>[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}})/"
    rf"(?P=type)_(?P<name>(?P<hospital>{NAME_PATTERN.strip('^$')})(?:{re.escape(OPENING)})?){re.escape(_DAY_BUNDLE)}"
)


class EventKey(NamedTuple):
    """The parts of an event's key: its type, its UTC date and its identifier."""

    event_type: str
    event_date: date
    event_id: str


class DayBundleKey(NamedTuple):
    """The parts of a day bundle's key: its type, its UTC date, its name, and the hospital in the name."""

    event_type: str
    event_date: date
    name: str
    hospital_id: str


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


def day_bundle_key(kind: str, day: date, name: str) -> str:
    """Return the key of a day bundle.

    Args:
        kind: Type of its events.
        day: Their UTC date.
        name: Identifier of the hospital; with ``OPENING`` at its end if the history of the hospital began later.
    """
    return f"{partition_prefix(kind, day)}{kind}_{name}{_DAY_BUNDLE}"


def parse_day_bundle_key(key: str) -> DayBundleKey | None:
    """Return the parts of a day bundle's key; None if it is another key."""
    match = _DAY_BUNDLE_KEY.fullmatch(key)
    if match is None:
        return None
    try:
        day = date.fromisoformat(match["date"])
    except ValueError:
        return None
    return DayBundleKey(match["type"], day, match["name"], match["hospital"])


def line_key(bundle_key: str, line: int) -> str:
    """Return the name of one line of a day bundle, from 1; no object has it as its key."""
    return f"{bundle_key}{_LINE}{line}"


def parse_line_key(key: str) -> tuple[DayBundleKey, int] | None:
    """Return the parts of a day bundle's key and the number of a line, from the name of the line; None if it is none.

    The key of a whole bundle has the line 0.
    """
    bundle_key, separator, number = key.partition(_LINE)
    parts = parse_day_bundle_key(bundle_key)
    if parts is None or (separator and re.fullmatch("[1-9][0-9]{0,17}", number) is None):
        return None
    return parts, int(number or 0)


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
