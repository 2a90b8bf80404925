"""Differences that repairs explain: objects that may be missing, and events that are in no staged file."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple, Self

from elt import BrokenLakeError
from elt.lake.key_lists import read_identifiers, read_unrecognised
from elt.lake.lake import Lake
from elt.lake.manifests import Action
from elt.lake.repairs import forgotten_counts, in_effect, set_aside_counts
from elt.lake.staging_runs import StagingRun
from elt.quality.emitted import Cell
from hospital_sim.storage import StorageError


class MonthRepairs(NamedTuple):
    """Repairs of one event type and month.

    Attributes:
        forgotten: Keys of the lists of forgotten events.
        pruned: Keys of the lists of events that were deleted.
        pruned_bundles: Keys of the lists of day bundles that were deleted.
        names: Forgotten unrecognised keys of the whole lake, relative to ``raw/``.
    """

    forgotten: tuple[str, ...]
    pruned: tuple[str, ...]
    pruned_bundles: tuple[str, ...]
    names: frozenset[str]


@dataclass
class Repairs:
    """Repairs of a lake that are in effect.

    Attributes:
        forgotten: Number of forgotten objects.
        forgotten_names: Forgotten unrecognised keys, relative to ``raw/``.
        unstaged_days: Event types and days with events that were forgotten before they were staged.
        counts: Events that were set aside or forgotten, by cell.
    """

    forgotten: int = 0
    forgotten_names: frozenset[str] = frozenset()
    unstaged_days: set[tuple[str, date]] = field(default_factory=set)
    counts: Counter[Cell] = field(default_factory=Counter)
    _forgotten: dict[tuple[str, date], list[str]] = field(default_factory=dict)
    _pruned: dict[tuple[str, date, bool], list[str]] = field(default_factory=dict)

    @classmethod
    def of(cls, lake: Lake, runs: list[StagingRun]) -> Self:
        """Return the repairs among staging runs."""
        counts: Counter[Cell] = Counter()
        for one in (forgotten_counts(runs), set_aside_counts(runs)):
            counts.update({Cell(*key): count for key, count in one.items()})
        repairs = cls(counts=counts)
        lists: list[str] = []
        for run in in_effect(runs, Action.FORGET):
            repairs.forgotten += sum(output.objects for output in run.plan.outputs) + run.plan.foreign_objects
            for output in run.plan.outputs:
                place = (output.event_type, output.month)
                repairs._forgotten.setdefault(place, []).append(output.inputs)
                if not output.supersedes:
                    days = read_list(lake, output.inputs)
                    repairs.unstaged_days |= {(output.event_type, day) for day in days}
            if run.plan.foreign_inputs is not None:
                lists.append(run.plan.foreign_inputs)
        for run in in_effect(runs, Action.PRUNE):
            for output in run.plan.outputs:
                if output.inputs:
                    repairs._pruned.setdefault((output.event_type, output.month, output.bundled), []).append(
                        output.inputs
                    )
        repairs.forgotten_names = frozenset(key for keys in read_unrecognised(lake.store, lists) for key in keys)
        return repairs

    def of_month(self, event_type: str, month: date) -> MonthRepairs:
        """Return the repairs of one event type and month."""
        pruned, bundles = (tuple(self._pruned.get((event_type, month, bundled), ())) for bundled in (False, True))
        return MonthRepairs(tuple(self._forgotten.get((event_type, month), ())), pruned, bundles, self.forgotten_names)


def read_list(lake: Lake, key: str) -> dict[date, bytes]:
    """Return a list of raw objects; nothing if it cannot be read, because the check of the lists reports it."""
    try:
        return read_identifiers(lake.store, key)
    except (StorageError, BrokenLakeError, ValueError):
        return {}
