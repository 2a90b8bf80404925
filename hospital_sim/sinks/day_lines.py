"""Collects the events of a run as lines, day by day, and packs a day bundle of each type and finished day."""

from collections.abc import Iterator
from datetime import date, datetime

from hospital_sim.events import Event, RunStarted, encode, event_type, keys
from hospital_sim.events.day_bundles import BrokenDayBundleError, pack
from hospital_sim.sinks.protocol import SinkError


class DayLines:
    """The events of a run that are in no bundle yet: those of one day, and admissions before the history began.

    Args:
        run: The run.
    """

    def __init__(self, run: RunStarted) -> None:
        self._run = run
        self._day = run.emit_from
        self._lines: dict[tuple[str, date], list[tuple[datetime, str, bytes]]] = {}

    def add(self, event: Event) -> list[tuple[str, bytes]]:
        """Take one event; return the keys and bytes of the bundles of the days that ended before it.

        Raises:
            SinkError: If the events of a day are too many for a bundle.
        """
        day = event.event_time.date()
        finished = []
        if day > self._day:
            finished = list(self.bundles())
            self._day = day
        line = event.event_time, event.event_id, encode(event)
        self._lines.setdefault((event_type(event), day), []).append(line)
        return finished

    def bundles(self) -> Iterator[tuple[str, bytes]]:
        """Yield the keys and bytes of the bundles of all events that are in none (errors as in ``add``)."""
        days, self._lines = self._lines, {}
        for (kind, day), lines in sorted(days.items()):
            opening = keys.OPENING if day < self._run.start else ""
            key = keys.day_bundle_key(kind, day, f"{self._run.hospital_id}{opening}")
            try:
                yield key, pack(line for _, _, line in sorted(lines))
            except BrokenDayBundleError as error:
                raise SinkError(f"{key}: {error}; write this hospital without bundles") from error
