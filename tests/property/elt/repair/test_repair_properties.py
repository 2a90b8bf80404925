"""Nights and repairs in any order, killed at any write: the lake holds what it must, and a warehouse follows."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow.parquet as pq
import pytest
from hypothesis import given, note, settings
from hypothesis import strategies as st
from lakes import FailingStore, PowerCut, QuickStore, contents
from tiny_hospitals import poisson
from warehouse_tables import raw_digests

import hospital_sim as hs
from elt import WrongCallError
from elt.lake.lake import Lake
from elt.lake.manifests import Action
from elt.load.run import load
from elt.repair import compact, forget, prune, set_aside, undo
from elt.staging import stage
from elt.verification import verify
from elt.warehouse import open_warehouse
from hospital_sim.events.keys import parse_event_key

pytestmark = pytest.mark.property

FIRST = date(2024, 1, 28)
NIGHTS = 8
EXAMPLES_IN_SOAK = 200


@cache
def nights() -> list[dict[str, bytes]]:
    """Return the raw objects that each night adds: two departments, over the end of a month."""
    hospital = hs.Hospital(poisson(beds=2, per_day=1.5, stay_days=1.2, departments=2))
    added: list[dict[str, bytes]] = []
    with TemporaryDirectory() as folder:
        store, before = QuickStore(folder), {}
        for night in range(NIGHTS):
            day = FIRST + timedelta(days=night)
            hospital.simulate(FIRST, day, seed=1, emit_from=day if night else None, sink=Path(folder, "raw"))
            after = contents(store)
            added.append({key: data for key, data in after.items() if key not in before})
            before = after
    return added


@dataclass
class Model:
    """What the lake must hold, kept in the plainest way.

    Attributes:
        events: Every event so far, by its key below ``raw/``.
        removed: Keys that each repair took out, by the number of its staging run; without repairs that were undone.
        actions: Kind of each of these repairs.
        compactions: Numbers of the compactions that were not taken back.
        pruned: Keys that were deleted.
    """

    events: dict[str, dict[str, object]] = field(default_factory=dict)
    removed: dict[int, set[str]] = field(default_factory=dict)
    actions: dict[int, Action] = field(default_factory=dict)
    compactions: list[int] = field(default_factory=list)
    pruned: set[str] = field(default_factory=set)

    def out(self, *actions: Action, but: int = 0) -> set[str]:
        """Return the keys that repairs of some kinds keep out, without those of one repair."""
        return set().union(*(
            keys for number, keys in self.removed.items() if self.actions[number] in actions and number != but
        ))  # fmt: skip

    @property
    def staged(self) -> set[str]:
        return self.events.keys() - self.out(Action.SET_ASIDE, Action.FORGET)

    def older(self, before: date) -> set[str]:
        """Return the keys that a retention takes out."""
        forgotten = self.out(Action.FORGET)

        def kind_and_day(key: str) -> tuple[str, date]:
            parsed = parse_event_key(key)
            assert parsed is not None
            return parsed.event_type, parsed.event_date

        old = {key for key in self.events.keys() - forgotten if kind_and_day(key)[1] < before}
        ended = {self.events[key]["spell_id"] for key in old & self.staged if kind_and_day(key)[0] == "discharge"}
        return {
            key
            for key in old
            if kind_and_day(key)[0] != "admission" or (key in self.staged and self.events[key]["spell_id"] in ended)
        }


class Walk:
    """A lake, its model and a warehouse, with one step after another."""

    def __init__(self, folder: Path, data: st.DataObject) -> None:
        self.folder, self.data, self.model = folder, data, Model()
        self.store = QuickStore(folder / "lake")
        self.lake = Lake(self.store)
        self.night = 0
        self.seen: set[int] = set()

    def choose(self, keys: set[str]) -> list[str]:
        return self.data.draw(st.lists(st.sampled_from(sorted(keys)), min_size=1, max_size=4, unique=True))

    def run(self, call: Callable[[Lake], object]) -> None:
        """Make a call that may be killed; complete it by the same call, or by a staging before it."""
        left = self.data.draw(st.none() | st.integers(0, 25))
        if left is not None:
            try:
                call(Lake(FailingStore(self.store.url, left)))
            except PowerCut:
                assert not [one for one in verify(self.lake).problems if one.kind == "missing"]
                if self.data.draw(st.booleans()):
                    stage(self.lake)
            else:
                return
        call(self.lake)

    def new_repair(self, action: Action) -> int | None:
        """Return the number of a repair that the model does not know yet."""
        numbers = {run.plan.number for run in self.lake.staging_runs() if run.action is action} - self.seen
        self.seen |= numbers
        assert len(numbers) < 2
        return numbers.pop() if numbers else None

    def add_night(self) -> None:
        if self.night == NIGHTS:
            return
        objects = nights()[self.night]
        self.night += 1
        for key, value in objects.items():
            name = key.removeprefix("raw/")
            self.store.create(key, value)
            if parse_event_key(name):
                self.model.events[name] = json.loads(value)
        self.run(stage)

    def set_aside(self) -> None:
        if self.model.staged:
            keys = self.choose(self.model.staged)
            self.run(lambda lake: set_aside(lake, keys, "wrong"))
            self._take_out(Action.SET_ASIDE, set(keys))

    def forget(self) -> None:
        how = self.data.draw(st.sampled_from(["keys", "patient", "before"]))
        left = self.model.events.keys() - self.model.out(Action.FORGET)
        if not left:
            return
        if how == "keys":
            keys = self.choose(left)
            self.run(lambda lake: forget(lake, "a bad batch", keys=keys))
            self._take_out(Action.FORGET, set(keys))
        elif how == "patient":
            patients = {
                key: str(event["patient_id"]) for key, event in self.model.events.items() if "patient_id" in event
            }
            patient = self.data.draw(st.sampled_from(sorted(set(patients.values()))))
            self.run(lambda lake: forget(lake, "a letter", patient=patient))
            self._take_out(Action.FORGET, {key for key in left if patients.get(key) == patient})
        else:
            before = FIRST + timedelta(days=self.data.draw(st.integers(0, NIGHTS)))
            keys_before = self.model.older(before)
            self.run(lambda lake: forget(lake, "too old", before=before))
            self._take_out(Action.FORGET, keys_before)

    def _take_out(self, action: Action, keys: set[str]) -> None:
        number = self.new_repair(action)
        assert (number is not None) == bool(keys)
        if number is not None:
            self.model.removed[number], self.model.actions[number] = keys, action

    def compact(self) -> None:
        self.run(lambda lake: compact(lake))
        number = self.new_repair(Action.COMPACT)
        if number is not None:
            self.model.compactions.append(number)

    def prune(self) -> None:
        self.run(lambda lake: prune(lake))
        self.model.pruned |= self.model.out(Action.FORGET)

    def undo(self) -> None:
        numbers = [*self.model.removed, *self.model.compactions]
        if not numbers:
            return
        number = self.data.draw(st.sampled_from(numbers))
        if number in self.model.compactions:
            try:
                self.run(lambda lake: undo(lake, Action.COMPACT, number))
            except WrongCallError as refused:
                note(str(refused))
            else:
                self.model.compactions.remove(number)
            return
        back = self.model.removed[number] - self.model.out(Action.SET_ASIDE, Action.FORGET, but=number)
        action = self.model.actions[number]
        if back & self.model.pruned:
            with pytest.raises(WrongCallError, match=f"^--undo {number}: .* are gone, perhaps pruned"):
                undo(self.lake, action, number)
            return
        self.run(lambda lake: undo(lake, action, number))
        del self.model.removed[number]

    def load(self) -> None:
        load(self.lake, f"chdb://{self.folder / 'kept'}")

    def check(self) -> None:
        """Compare the lake with the model."""
        paths = [Path(self.store.url, file.key) for file in self.lake.staged_files()]
        staged = [pq.read_table(path, columns=["event_id"], partitioning=None)["event_id"] for path in paths]
        events = [str(self.model.events[key]["event_id"]) for key in self.model.staged]
        assert sorted(one for ids in staged for one in ids.to_pylist()) == sorted(events)
        aside = self.model.out(Action.SET_ASIDE) - self.model.out(Action.FORGET)
        assert {entry.key for entry in self.lake.quarantine.open_entries()} == aside
        raw = {key for key in self.lake.raw_keys() if parse_event_key(key)}
        assert raw == self.model.events.keys() - self.model.pruned
        report = verify(self.lake)
        assert report.problems == []
        assert report.unfinished == []


def walk(folder: Path, data: st.DataObject, *, with_warehouse: bool) -> None:
    steps = Walk(folder, data)
    steps.add_night()
    names = ["add_night", "add_night", "set_aside", "forget", "compact", "prune", "undo", "undo"]
    for name in data.draw(st.lists(st.sampled_from(names + ["load"] * with_warehouse), min_size=4, max_size=14)):
        getattr(steps, name)()
        steps.check()
    if not with_warehouse:
        return
    steps.load()
    with open_warehouse(f"chdb://{folder / 'kept'}") as kept:
        found = raw_digests(kept)
    load(steps.lake, f"chdb://{folder / 'new'}")
    with open_warehouse(f"chdb://{folder / 'new'}") as new:
        assert found == raw_digests(new)


@pytest.mark.parametrize(("with_warehouse", "examples"), [(False, 12), (True, 3)])
def test_the_lake_is_proven_and_the_warehouse_equals_a_new_one_after_any_repairs(
    soak: bool, with_warehouse: bool, examples: int
) -> None:
    @settings(max_examples=EXAMPLES_IN_SOAK if soak else examples, deadline=None)
    @given(st.data())
    def any_walk(data: st.DataObject) -> None:
        with TemporaryDirectory() as folder:
            walk(Path(folder), data, with_warehouse=with_warehouse)

    any_walk()
