"""Reads the lines of day bundles in batches, as single objects are read (see ``elt.staging.reading.batches``)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import cast

import numpy as np

from elt.lake.key_lists import Bundles
from elt.lake.lake import Lake
from elt.lake.manifests import PlannedOutput
from elt.lake.tree import RAW_PREFIX
from elt.native.buffers import ObjectBuffer, Offsets
from elt.staging.reading.batches import Batch, ObjectNames, Unread, read_batch
from hospital_sim.events.day_bundles import LARGEST_DAY_BUNDLE, BrokenDayBundleError, split_lines, unpack
from hospital_sim.events.keys import LARGEST_EVENT, OPENING, day_bundle_key, line_key, parse_line_key
from hospital_sim.storage import ObjectNotFoundError, ObjectTooLargeError, ObjectUnreadableError

BATCH_BUNDLES = 128
"""Most bundles of a batch. A day of a hospital has some forty events of a type."""

NamedBundle = tuple[str, tuple[int, ...] | None]
"""The name of a bundle, and the numbers of the lines that are meant; None for all."""


@dataclass(frozen=True, slots=True)
class BundleNames:
    """The names of day bundles of one event type and day.

    Attributes:
        event_type: The event type in their keys.
        day: The date in their keys.
        bundles: Their names, sorted.
        output: The output of a plan that they are staged into; None if they are only read.
        whole: True if a batch holds all bundles of the day, False if it holds a part of them.
    """

    event_type: str
    day: date
    bundles: tuple[NamedBundle, ...]
    output: PlannedOutput | None = None
    whole: bool = True

    def __len__(self) -> int:
        """Return the number of bundles."""
        return len(self.bundles)

    def parts(self, size: int) -> Iterator["BundleNames"]:
        """Yield parts of ``size`` bundles; both bundles that a hospital may have are in one."""
        start = 0
        while start < len(self.bundles):
            end = start + size
            if end < len(self.bundles) and hospital_of(self.bundles[end][0]) == hospital_of(self.bundles[end - 1][0]):
                end += 1
            yield replace(self, bundles=self.bundles[start:end], whole=False)
            start = end


@dataclass(frozen=True, slots=True)
class LineNames:
    """The names of the lines of one day bundle, once it was read.

    Attributes:
        event_type: The event type in its key.
        day: The date in its key.
        bundle: Its name.
        lines: The numbers of its lines, from 1; one 0 if it could not be read or unpacked.
        all_lines: True if all lines are meant, False if some of them are.
        output: The output of a plan that they are staged into; None if they are only read.
        whole: True if a batch holds all lines of the day, False if it holds a part of them.
    """

    event_type: str
    day: date
    bundle: str
    lines: Offsets
    all_lines: bool
    output: PlannedOutput | None
    whole: bool

    def __len__(self) -> int:
        """Return the number of lines."""
        return len(self.lines)

    @property
    def hospital_id(self) -> str:
        """The hospital in the key of the bundle."""
        return hospital_of(self.bundle)

    @property
    def is_read(self) -> bool:
        """True if the bundle could be read and unpacked."""
        return not len(self.lines) or bool(self.lines[0])

    @property
    def bundle_key(self) -> str:
        """The key of the bundle."""
        return day_bundle_key(self.event_type, self.day, self.bundle)

    def key(self, place: int) -> str:
        """Return the name of one of the lines, or the key of the bundle that could not be read."""
        line = int(self.lines[place])
        return line_key(self.bundle_key, line) if line else self.bundle_key


def hospital_of(bundle: str) -> str:
    """Return the identifier of the hospital in the name of a bundle."""
    return bundle.removesuffix(OPENING)


def bundles_by_day(
    event_type: str, days: Mapping[date, Bundles], output: PlannedOutput | None = None
) -> Iterator[BundleNames]:
    """Yield the names of bundles day by day, in the order of the days (see ``names_by_day``)."""
    return (
        BundleNames(event_type, day, tuple(sorted(bundles.items())), output) for day, bundles in sorted(days.items())
    )


def read_bundle_batch(lake: Lake, names: Sequence[BundleNames]) -> Batch:
    """Read the lines of day bundles of one event type.

    Args:
        lake: The lake.
        names: The names of the bundles, of at least one day.

    Raises:
        StorageError: If the lake cannot be read.
    """
    keys = [day_bundle_key(of_day.event_type, of_day.day, name) for of_day in names for name, _ in of_day.bundles]
    contents = lake.read_raw(keys, LARGEST_DAY_BUNDLE)
    read: list[LineNames] = []
    texts: list[bytes] = []
    unreadable: dict[int, Unread] = {}
    rows = 0
    for of_day in names:
        for (bundle, chosen), (key, data) in zip(of_day.bundles, contents, strict=False):
            text, lines, errors = _lines(f"{lake.url}/{RAW_PREFIX}{key}", unpacked(data), chosen)
            part = LineNames(of_day.event_type, of_day.day, bundle, lines, chosen is None, of_day.output, of_day.whole)
            unreadable |= {rows + place: error for place, error in errors.items()}
            read.append(part)
            texts.append(text)
            rows += len(part)
    return Batch(names[0].event_type, read, None, ObjectBuffer.of_lines(b"".join(texts)), unreadable)


def _lines(
    location: str, content: bytes | Unread, chosen: tuple[int, ...] | None
) -> tuple[bytes, Offsets, dict[int, Unread]]:
    """Return the lines of a bundle with their breaks, their numbers, and the errors of those that cannot be read."""
    if not isinstance(content, bytes):
        return b"\n", np.zeros(1, np.int64), {0: content}
    errors: dict[int, Unread] = {}
    if chosen is not None:
        lines = dict(enumerate(split_lines(content), start=1))
        errors = {place: ObjectNotFoundError(location, "lacks it") for place, n in enumerate(chosen) if n not in lines}
        content = b"".join(lines.get(number, b"") + b"\n" for number in chosen)
    elif content and not content.endswith(b"\n"):
        content += b"\n"
    if len(content) > LARGEST_EVENT:
        sizes = map(len, split_lines(content))
        errors |= {
            place: ObjectTooLargeError(location, size, LARGEST_EVENT)
            for place, size in enumerate(sizes)
            if size > LARGEST_EVENT
        }
    numbers = np.arange(1, content.count(b"\n") + 1) if chosen is None else np.array(chosen, np.int64)
    return content, numbers, errors


def unpacked(data: bytes | ObjectUnreadableError) -> bytes | Unread:
    """Return the lines of a day bundle, or the error for which they cannot be read."""
    if isinstance(data, ObjectUnreadableError):
        return data
    try:
        return unpack(data)
    except BrokenDayBundleError as error:
        return error


def read_any_batch(lake: Lake, names: list[ObjectNames] | list[BundleNames]) -> Batch:
    """Read single objects, or the lines of bundles."""
    if isinstance(names[0], BundleNames):
        return read_bundle_batch(lake, cast("list[BundleNames]", names))
    return read_batch(lake, cast("list[ObjectNames]", names))


class RawReader:
    """Reads raw objects, and lines of bundles by their names; the last bundle is kept.

    Args:
        lake: The lake.
    """

    def __init__(self, lake: Lake) -> None:
        self._lake = lake
        self._bundle: tuple[str, list[bytes] | Unread] = ("", [])

    def read(self, key: str) -> bytes | ObjectUnreadableError:
        """Return the bytes of an event, a line or a bundle, or the error for which they cannot be read.

        Args:
            key: Its key, relative to ``raw/``.
        """
        parsed = parse_line_key(key)
        if parsed is None or not parsed[1]:
            ((_, data),) = self._lake.read_raw([key], LARGEST_DAY_BUNDLE if parsed else LARGEST_EVENT)
            return data
        bundle_key, line = day_bundle_key(*parsed[0][:3]), parsed[1]
        location = f"{self._lake.url}/{RAW_PREFIX}{bundle_key}"
        lines = self._lines(bundle_key)
        if isinstance(lines, BrokenDayBundleError):
            return ObjectUnreadableError(location, str(lines))
        if isinstance(lines, ObjectUnreadableError):
            return lines
        if line > len(lines):
            return ObjectNotFoundError(location, "has fewer lines")
        data = lines[line - 1]
        return data if len(data) <= LARGEST_EVENT else ObjectTooLargeError(location, len(data), LARGEST_EVENT)

    def _lines(self, bundle_key: str) -> list[bytes] | Unread:
        if self._bundle[0] != bundle_key:
            ((_, data),) = self._lake.read_raw([bundle_key], LARGEST_DAY_BUNDLE)
            content = unpacked(data)
            self._bundle = bundle_key, split_lines(content) if isinstance(content, bytes) else content
        return self._bundle[1]
