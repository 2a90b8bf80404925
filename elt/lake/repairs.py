"""The effect of repairs on a lake: which staged files are current, which events are set aside or forgotten.

Everything here is a fold over the staging runs, so a repair holds from the moment its commit exists.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from elt.lake.key_lists import read_identifiers, read_unrecognised
from elt.lake.manifests import Action, CommittedOutput
from elt.lake.staging_runs import StagedFile, StagingRun, counts_by_cell
from elt.native.buffers import texts_of
from elt.native.names import identifier_of, identifier_texts, split_identifiers
from hospital_sim.events.keys import key_of, parse_event_key
from hospital_sim.storage import ObjectStore


def current_outputs(runs: Iterable[StagingRun]) -> list[tuple[CommittedOutput, int]]:
    """Return the outputs of finished staging runs whose file no later one supersedes, each with the number of its run.

    They come in the order of their runs. The undo of a compaction makes the files that it superseded current again.
    """
    finished = {run.plan.number: run for run in runs if run.commit is not None}
    written = {output.key: (output, number) for number, run in finished.items() for output in run.outputs if output.key}
    current: dict[str, tuple[CommittedOutput, int]] = {}
    for run in finished.values():
        undone = _undone_compaction(run, finished)
        for output in undone.plan.outputs if undone else ():
            current.pop(output.key, None)
            current |= {key: written[key] for key in output.supersedes if key in written}
        for planned in run.plan.outputs:
            for key in planned.supersedes:
                current.pop(key, None)
        current |= {output.key: written[output.key] for output in run.outputs if output.key}
    return sorted(current.values(), key=lambda item: item[1])


def _undone_compaction(run: StagingRun, finished: dict[int, StagingRun]) -> StagingRun | None:
    undone = finished.get(run.plan.repair.undoes or 0) if run.plan.repair else None
    return undone if undone is not None and undone.action is Action.COMPACT else None


def current_files(runs: Iterable[StagingRun]) -> list[StagedFile]:
    """Return the current staged files, in the order of the runs that wrote them."""
    return [file for output, number in current_outputs(runs) if (file := StagedFile.of(output, number))]


def in_effect(runs: Sequence[StagingRun], *actions: Action) -> Iterator[StagingRun]:
    """Yield the finished repairs of some kinds that have not been taken back."""
    undone = {run.plan.repair.undoes for run in runs if run.plan.repair and run.commit is not None}
    return (run for run in runs if run.commit is not None and run.action in actions and run.plan.number not in undone)


def first_day_kept(runs: Sequence[StagingRun]) -> date:
    """Return the day before which every event is forgotten; ``date.min`` if none is forgotten by its age."""
    repairs = (run.plan.repair for run in in_effect(runs, Action.FORGET))
    return max((repair.before for repair in repairs if repair and repair.before), default=date.min)


def forgotten_counts(runs: Sequence[StagingRun], *repairs: StagingRun) -> Counter[tuple[str, str, str, date]]:
    """Return the number of staged events that were forgotten, by event type, hospital, department and day.

    Args:
        runs: The staging runs.
        repairs: The repairs that forgot them; by default all that are in effect.
    """
    return _removed_counts(runs, repairs or in_effect(runs, Action.FORGET))


def set_aside_counts(runs: Sequence[StagingRun]) -> Counter[tuple[str, str, str, date]]:
    """Return the number of events that are set aside, by event type, hospital, department and day."""
    return _removed_counts(runs, in_effect(runs, Action.SET_ASIDE))


def _removed_counts(runs: Sequence[StagingRun], repairs: Iterable[StagingRun]) -> Counter[tuple[str, str, str, date]]:
    written = {output.key: output for run in runs for output in run.outputs if output.key}
    totals: Counter[tuple[str, str, str, date]] = Counter()
    for repair in repairs:
        superseded = {key for planned in repair.plan.outputs for key in planned.supersedes}
        totals.update(counts_by_cell(written[key] for key in superseded if key in written))
        totals.subtract(counts_by_cell(repair.outputs))
    return +totals


class Removed:
    """Raw objects that some repairs in effect removed from the staged files; read from their lists when asked for.

    Args:
        store: The store of the lake.
        runs: The repairs.
    """

    def __init__(self, store: ObjectStore, runs: Iterable[StagingRun]) -> None:
        self._store = store
        self._lists: dict[tuple[str, date], list[tuple[str, StagingRun]]] = defaultdict(list)
        self._unrecognised: list[tuple[str, StagingRun]] = []
        for run in runs:
            for output in run.plan.outputs:
                if output.inputs and not output.bundled:
                    self._lists[output.event_type, output.month].append((output.inputs, run))
            if run.plan.foreign_inputs is not None:
                self._unrecognised.append((run.plan.foreign_inputs, run))
        self._by_month: dict[tuple[str, date], dict[date, set[bytes]]] = {}
        self._other_keys: set[str] | None = None

    def __bool__(self) -> bool:
        return bool(self._lists or self._unrecognised)

    @property
    def months(self) -> list[tuple[str, date]]:
        """Event types and months that have such objects, sorted."""
        return sorted(self._lists)

    def of_month(self, event_type: str, month: date) -> dict[date, set[bytes]]:
        """Return the identifiers of the events of a type and month, by day."""
        days = self._by_month.get((event_type, month))
        if days is None:
            days = defaultdict(set)
            for key, _ in self._lists.get((event_type, month), ()):
                for day, identifiers in read_identifiers(self._store, key).items():
                    days[day].update(split_identifiers(identifiers))
            self._by_month[event_type, month] = days
        return days

    def unrecognised(self) -> set[str]:
        """Return the keys that belong to no event, relative to ``raw/``."""
        if self._other_keys is None:
            lists = read_unrecognised(self._store, [key for key, _ in self._unrecognised])
            self._other_keys = {key for keys in lists for key in keys}
        return self._other_keys

    def __contains__(self, raw_key: str) -> bool:
        key = parse_event_key(raw_key)
        if key is None:
            return raw_key in self.unrecognised()
        days = self.of_month(key.event_type, key.event_date.replace(day=1))
        return identifier_of(key.event_id) in days.get(key.event_date, ())

    def events(self) -> Iterator[tuple[str, StagingRun]]:
        """Yield the key of each event, relative to ``raw/``, and the repair that removed it."""
        for (event_type, _), lists in self._lists.items():
            for list_key, run in lists:
                for day, identifiers in read_identifiers(self._store, list_key).items():
                    for event_id in texts_of(identifier_texts(identifiers)):
                        yield key_of(event_type, day, event_id), run
