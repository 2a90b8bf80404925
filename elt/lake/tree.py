"""Lists the folders under ``raw/`` of a lake: partitions of events, run records, and objects that are neither."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date

from hospital_sim.events import EVENT_TYPES
from hospital_sim.events.keys import (
    RAW,
    RUNS,
    is_record_key,
    is_started_key,
    parse_partition_prefix,
)
from hospital_sim.storage import ObjectStore, Runs

RAW_PREFIX = f"{RAW}/"


@dataclass
class RawTree:
    """The folders under ``raw/``; the objects inside partitions are not listed yet.

    Attributes:
        days: For each event type, the days that have a partition, sorted.
        records: Keys of the finished run records, sorted.
        unrecognised: Keys outside the partitions that belong to no event and no run, sorted.
    """

    days: dict[str, list[date]] = field(default_factory=dict)
    records: list[str] = field(default_factory=list)
    unrecognised: list[str] = field(default_factory=list)

    def days_by_month(self) -> dict[tuple[str, date], list[date]]:
        """Return the days that have a partition, by event type and month."""
        months: dict[tuple[str, date], list[date]] = defaultdict(list)
        for event_type, days in self.days.items():
            for day in days:
                months[event_type, day.replace(day=1)].append(day)
        return dict(months)


def list_tree(store: ObjectStore, runs: Runs | None = None) -> RawTree:
    """List the partitions of a lake, its run records, and the objects that are neither.

    Args:
        store: The store of the lake.
        runs: The runs of the lake, if they were listed already.
    """
    names, folders = store.level(RAW_PREFIX)
    tree = RawTree(unrecognised=list(_below_raw(names)))
    for folder in _below_raw(folders):
        if folder == f"{RUNS}/":
            _add_runs((Runs(store, RAW_PREFIX) if runs is None else runs).keys, tree)
        elif folder.rstrip("/") in EVENT_TYPES:
            _list_partitions(store, folder, tree)
        else:
            tree.unrecognised += _raw_keys(store, folder)
    tree.unrecognised.sort()
    return tree


def _add_runs(keys: Iterable[str], tree: RawTree) -> None:
    for key in keys:
        if is_record_key(key):
            tree.records.append(key)
        elif not is_started_key(key):
            tree.unrecognised.append(key)


def _list_partitions(store: ObjectStore, folder: str, tree: RawTree) -> None:
    names, folders = store.level(RAW_PREFIX + folder)
    tree.unrecognised += _below_raw(names)
    for prefix in _below_raw(folders):
        partition = parse_partition_prefix(prefix)
        if partition is None:
            tree.unrecognised += _raw_keys(store, prefix)
        else:
            tree.days.setdefault(partition[0], []).append(partition[1])


def _raw_keys(store: ObjectStore, prefix: str) -> Iterator[str]:
    return _below_raw(store.keys(RAW_PREFIX + prefix))


def _below_raw(keys: Iterable[str]) -> Iterator[str]:
    return (key.removeprefix(RAW_PREFIX) for key in keys)
