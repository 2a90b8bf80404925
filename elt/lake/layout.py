"""Builds and parses the keys of a lake outside ``raw/``: staged files, quarantine and manifests.

No other module builds such a key. Keys are relative to the lake::

    staging/admission/event_date=2024-03/admission.parquet        one event type and month
    staging/admission/event_date=2024-03/admission-0002.parquet   later arrivals for that month
    quarantine/objects/<name>                                     bytes that could not be staged
    quarantine/entries/<name>                                     the reason, as JSON
    quarantine/replayed/<name>                                    the staging run that took it in the end
    manifests/staging/000001/plan.json                            inputs of each output of a staging run
    manifests/staging/000001/commit.json                          hashes and counts of its outputs
    manifests/staging/bundle-000032-<digest>.gz                   copies of 32 plans and commits
    manifests/inputs/admission/event_date=2024-03/<digest>.json   the raw objects of one output of a plan
    manifests/inputs/foreign/<digest>.json                        keys under raw/ that belong to no event
    redshift/<digest>.manifest                                    the staged file that one COPY of Redshift reads

The name of a quarantined object is its key below ``raw/``, if that is the key of an event, a day bundle or a run
record; a line of a bundle is called ``<key of the bundle>.line-<number>``. Any other is called
``_unrecognised/<digest of its name>``, because not every store can hold its name twice.
"""

import re
from calendar import monthrange
from datetime import date
from hashlib import sha256
from typing import NamedTuple

from hospital_sim.events import EVENT_TYPES
from hospital_sim.events.keys import (
    RAW,
    RUNS,
    is_record_key,
    is_run_bundle_key,
    is_started_key,
    parse_bundle_name,
    parse_day_bundle_key,
    parse_event_key,
    parse_line_key,
)

STAGING = "staging/"
QUARANTINE_OBJECTS = "quarantine/objects/"
QUARANTINE_ENTRIES = "quarantine/entries/"
QUARANTINE_REPLAYED = "quarantine/replayed/"
_UNRECOGNISED = "_unrecognised/"
STAGING_MANIFESTS = "manifests/staging/"
_INPUTS = "manifests/inputs/"
BUNDLED_FOLDERS = (f"{RAW}/{RUNS}/", STAGING_MANIFESTS)
"""Prefixes of the folders that hold bundles."""

_STAGED_KEY = re.compile(
    rf"{STAGING}(?P<type>{'|'.join(EVENT_TYPES)})/event_date=(?P<month>[0-9]{{4}}-(?:0[1-9]|1[0-2]))/"
    r"(?P=type)(?:-(?P<number>[0-9]{4,}))?\.parquet"
)
_MANIFEST_KEY = re.compile(rf"{STAGING_MANIFESTS}(?P<number>[0-9]{{6,}})/(?P<name>plan|commit)\.json")

_INPUTS_KEY = re.compile(
    rf"{_INPUTS}(?:(?:{'|'.join(EVENT_TYPES)})/event_date=[0-9]{{4}}-[0-9]{{2}}|foreign)/[0-9a-f]{{64}}\.json"
)


class StagedKey(NamedTuple):
    """Event type and month of a staged file, and its number among the files of both."""

    event_type: str
    month: date
    number: int


def month_of(day: date) -> date:
    """Return the first day of the month of a day."""
    return day.replace(day=1)


def month_after(day: date) -> date:
    """Return the first day of the next month; ``date.max`` if there is none."""
    if (day.year, day.month) == (date.max.year, date.max.month):
        return date.max
    return date(day.year + day.month // 12, day.month % 12 + 1, 1)


def days_in(month: date) -> int:
    """Return the number of days of a month."""
    return monthrange(month.year, month.month)[1]


def month_name(month: date) -> str:
    """Return the name of a month in keys, such as ``2024-03``."""
    return month.isoformat()[:7]


def staged_key(event_type: str, month: date, number: int) -> str:
    """Return the key of a staged file; the first of a type and month has number 1."""
    suffix = "" if number == 1 else f"-{number:04d}"
    return f"{staged_prefix(event_type, month)}{event_type}{suffix}.parquet"


def staged_prefix(event_type: str, month: date) -> str:
    """Return the prefix of the staged files of a type and month, with its final slash."""
    return f"{STAGING}{event_type}/event_date={month_name(month)}/"


def parse_staged_key(key: str) -> StagedKey | None:
    """Read the key of a staged file; None if it is not one."""
    match = _STAGED_KEY.fullmatch(key)
    if match is None or match["month"].startswith("0000"):
        return None
    staged = StagedKey(match["type"], date.fromisoformat(f"{match['month']}-01"), int(match["number"] or 1))
    # A file has one key, so other spellings of its number are not accepted.
    return staged if staged_key(*staged) == key else None


def quarantine_name(raw_key: str) -> str:
    """Return the name of a raw object in the quarantine (``raw_key`` is relative to ``raw/``)."""
    if is_record_key(raw_key) or parse_event_key(raw_key) or parse_line_key(raw_key):
        return raw_key
    return f"{_UNRECOGNISED}{sha256(raw_key.encode('utf-8', 'surrogateescape')).hexdigest()}"


def is_quarantine_name(name: str) -> bool:
    """Return True if a raw object can have this name in the quarantine."""
    digest = name.removeprefix(_UNRECOGNISED)
    return quarantine_name(name) == name or (name != digest and re.fullmatch("[0-9a-f]{64}", digest) is not None)


def quarantined_object_key(raw_key: str) -> str:
    """Return the key that keeps the bytes of a quarantined raw object."""
    return f"{QUARANTINE_OBJECTS}{quarantine_name(raw_key)}"


def quarantine_entry_key(raw_key: str) -> str:
    """Return the key of the entry with the reason of a quarantined raw object."""
    return f"{QUARANTINE_ENTRIES}{quarantine_name(raw_key)}"


def replayed_key(raw_key: str) -> str:
    """Return the key of the note that a raw object left the quarantine."""
    return f"{QUARANTINE_REPLAYED}{quarantine_name(raw_key)}"


def event_place(raw_key: str) -> tuple[str, date] | None:
    """Return the type and day of the events under a raw key, or in a line of a bundle; None if it is no such key."""
    if event := parse_event_key(raw_key):
        return event.event_type, event.event_date
    line = parse_line_key(raw_key)
    return None if line is None else (line[0].event_type, line[0].event_date)


def printable(key: str) -> str:
    """Return a key for people, with characters that cannot be printed escaped."""
    return key if key.isprintable() else repr(key)[1:-1]


def is_lake_key(key: str) -> bool:
    """Return True if an object of a lake can have this key."""
    place, _, name = key.partition("/")
    if is_bundle_key(key):
        return True
    if place == RAW:
        is_run = is_record_key(name) or is_started_key(name)
        return is_run or parse_event_key(name) is not None or parse_day_bundle_key(name) is not None
    if key.startswith(STAGING):
        return parse_staged_key(key) is not None
    for prefix in (QUARANTINE_OBJECTS, QUARANTINE_ENTRIES, QUARANTINE_REPLAYED):
        if key.startswith(prefix):
            return is_quarantine_name(key.removeprefix(prefix))
    return parse_manifest_key(key) is not None or _INPUTS_KEY.fullmatch(key) is not None


def is_bundle_key(key: str) -> bool:
    """Return True if a key is that of a bundle of manifests or of run records."""
    place, _, name = key.partition("/")
    if place == RAW:
        return is_run_bundle_key(name)
    return key.startswith(STAGING_MANIFESTS) and parse_bundle_name(key.removeprefix(STAGING_MANIFESTS)) is not None


def plan_key(number: int) -> str:
    """Return the key of the plan of a staging run."""
    return f"{STAGING_MANIFESTS}{number:06d}/plan.json"


def commit_key(number: int) -> str:
    """Return the key of the commit of a staging run."""
    return f"{STAGING_MANIFESTS}{number:06d}/commit.json"


def parse_manifest_key(key: str) -> tuple[int, str] | None:
    """Read the number of a staging run and ``plan`` or ``commit`` from a key; None if it is another key."""
    match = _MANIFEST_KEY.fullmatch(key)
    if match is None:
        return None
    number, name = int(match["number"]), match["name"]
    # A manifest has one key, so other spellings of its number are not accepted.
    return (number, name) if key == (plan_key if name == "plan" else commit_key)(number) else None


def inputs_key(event_type: str, month: date, digest: str) -> str:
    """Return the key of a list of raw objects of one event type and month."""
    return f"{_INPUTS}{event_type}/event_date={month_name(month)}/{digest}.json"


def unrecognised_inputs_key(digest: str) -> str:
    """Return the key of a list of unrecognised keys under ``raw/``."""
    return f"{_INPUTS}foreign/{digest}.json"


def copy_manifest_key(digest: str) -> str:
    """Return the key of the manifest that one COPY of Redshift reads."""
    return f"redshift/{digest}.manifest"
