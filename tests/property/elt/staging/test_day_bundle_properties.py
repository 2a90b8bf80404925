"""However events come, singly, in bundles or twice, each is staged once, and all else is in quarantine."""

from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lakes import DAY, QuickStore, admission, put_bundle

from elt.lake.lake import Lake
from elt.lake.quarantine import Reason
from elt.lake.repairs import Removed
from elt.quality.raw_counts import count_raw
from elt.staging import stage
from elt.staging.replay import replay
from elt.verification import verify
from hospital_sim.events import Event, encode
from hospital_sim.events.keys import OPENING, day_bundle_key, event_key

pytestmark = pytest.mark.property

EVENTS = [
    admission(number, hospital=hospital)
    for hospital, first in (("city", 1), ("town", 11))
    for number in range(first, first + 3)
]

LINES = st.lists(st.sampled_from([*range(6), -1]), min_size=1, max_size=5)
"""Places in ``EVENTS``; -1 for a broken line."""

BUNDLES = [day_bundle_key("admission", DAY.date(), name) for name in ("city", f"city{OPENING}", "town")]
STEPS = st.one_of(
    st.tuples(st.just("single"), st.integers(0, 5)),
    st.tuples(st.just("bundle"), st.sampled_from(BUNDLES), LINES),
    st.just(("stage",)),
)


def staged(lake: Lake) -> Counter[str]:
    files = (pa.BufferReader(lake.store.read(file.key)) for file in lake.staged_files())
    return Counter(one for file in files for one in pq.read_table(file, columns=["event_id"])["event_id"].to_pylist())


def belongs(event: Event, key: str) -> bool:
    return f"_{event.hospital_id}." in key


@given(steps=st.lists(STEPS, min_size=1, max_size=8))
def test_every_event_is_staged_once_whatever_holds_it(steps: list[tuple[object, ...]]) -> None:
    with TemporaryDirectory() as folder:
        store = QuickStore(Path(folder, "lake"))
        lake = Lake(store)
        objects: dict[str, list[bytes]] = {}
        expected: set[str] = set()
        for step in [*steps, ("stage",)]:
            match step:
                case ("single", int(place)):
                    event = EVENTS[place]
                    objects[event_key(event)] = [encode(event)]
                    store.create(f"raw/{event_key(event)}", encode(event))
                    expected.add(event.event_id)
                case ("bundle", str(key), list(places)) if key not in objects:
                    lines = [b"{" if place < 0 else encode(EVENTS[place]) for place in places]
                    objects[key] = lines
                    put_bundle(store, lines, key)
                    expected |= {
                        EVENTS[place].event_id for place in places if place >= 0 and belongs(EVENTS[place], key)
                    }
                case _ if objects:
                    stage(lake)

        if not objects:
            return
        rows = staged(lake)
        assert rows == Counter(expected)
        lines_and_objects = sum(map(len, objects.values()))
        entries = list(lake.quarantine.open_entries())
        assert len(entries) == lines_and_objects - len(expected)
        assert {entry.reason for entry in entries} <= {
            Reason.NOT_JSON,
            Reason.WRONG_PARTITION,
            Reason.DUPLICATE_EVENT,
        }
        runs = lake.staging_runs()
        assert count_raw(lake, lake.raw_tree(), runs, Removed(store, []), Counter(), lambda _: True).total() == (
            lines_and_objects
        )
        report = verify(lake)
        assert report.raw_objects == lines_and_objects
        quarantined = {f"raw/{entry.key}" for entry in entries}
        assert {problem.key for problem in report.problems if not problem.key.endswith("/")} == quarantined
        assert replay(lake).staged.manifests == []
        assert stage(lake).manifests == []
