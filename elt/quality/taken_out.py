"""Events that repairs keep out of the data, so that nothing misses them: set aside, or forgotten."""

from collections import Counter
from dataclasses import dataclass
from datetime import date
from typing import Self

from elt.lake.lake import Lake
from elt.lake.layout import event_place
from elt.lake.manifests import Action
from elt.lake.quarantine import Reason
from elt.lake.repairs import Removed, first_day_kept, forgotten_counts, in_effect
from elt.lake.staging_runs import StagingRun
from elt.quality.emitted import Cell

Counts = Counter[tuple[str, date]]
"""Numbers of events by type and day."""


@dataclass(frozen=True)
class TakenOut:
    """Events that repairs in effect keep out of the data, and broken objects.

    Attributes:
        first_day: The day before which every event is forgotten; ``date.min`` if none is forgotten by its age.
        forgotten: Forgotten events.
        forgotten_cells: Those of them that were staged, by cell.
        set_aside: Events that were set aside.
        broken: Broken objects in quarantine.
        in_quarantine: Objects in quarantine by reason, those with no key of an event too.
        removed: Keys of the events that were forgotten or set aside.
    """

    first_day: date
    forgotten: Counts
    forgotten_cells: Counter[Cell]
    set_aside: Counts
    broken: Counts
    in_quarantine: Counter[Reason]
    removed: Removed

    @classmethod
    def of(cls, lake: Lake, runs: list[StagingRun]) -> Self:
        """Read the repairs, which are among the staging runs, and the quarantine of a lake."""
        set_aside: Counts = Counter()
        broken: Counts = Counter()
        in_quarantine: Counter[Reason] = Counter()
        for entry in lake.quarantine.open_entries(runs):
            in_quarantine[entry.reason] += 1
            place = event_place(entry.key)
            if place is not None:
                counts = set_aside if entry.reason is Reason.SET_ASIDE else broken
                counts[place] += 1
        forget = Removed(lake.store, in_effect(runs, Action.FORGET))
        forgotten: Counts = Counter()
        for event_type, month in forget.months:
            for day, identifiers in forget.of_month(event_type, month).items():
                forgotten[event_type, day] += len(identifiers)
        cells = Counter({Cell(*key): count for key, count in forgotten_counts(runs).items()})
        removed = Removed(lake.store, in_effect(runs, Action.FORGET, Action.SET_ASIDE))
        return cls(first_day_kept(runs), forgotten, cells, set_aside, broken, in_quarantine, removed)

    def expected(self, place: tuple[str, date], emitted: int, accounted: int) -> int:
        """Return the number of emitted events that must be in the data on one day.

        Nobody knows whether a run counted the forgotten events, so any number of them may have been emitted.

        Args:
            place: The event type and the day.
            emitted: Events that runs counted.
            accounted: Events that are staged, or broken and in quarantine.
        """
        return min(emitted, max(accounted, emitted - self.forgotten[place]))
