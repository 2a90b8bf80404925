"""A lake for the oracle of the marts, staged in two parts: random hospitals, one that changes, and one by hand."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from any_hospital import START, documents
from by_hand import by_hand
from changing_hospital import changing
from hospitals import busy
from hypothesis import Phase, given, settings

import hospital_sim as hs
from elt.lake.lake import Lake
from elt.staging import stage
from hospital_sim.config import parse_hospital
from hospital_sim.events import encode
from hospital_sim.events.keys import event_key
from hospital_sim.storage import LocalStore


class OracleLake(NamedTuple):
    """The lake, and a copy of what a load reads of it, from before its second part was staged."""

    whole: LocalStore
    earlier: LocalStore


def oracle_lake(folder: Path, random_hospitals: int) -> OracleLake:
    """Simulate and stage it; its second part has days of a hospital that the first one begins."""
    lake = OracleLake(LocalStore(folder / "lake"), LocalStore(folder / "earlier"))
    raw = f"{lake.whole.url}/raw"
    for number, hospital in enumerate(any_hospitals(random_hospitals)):
        hospital.simulate(START, "2025-01-09", seed=number, sink=raw)
    hs.load("small").simulate("2023-12-20", "2024-02-05", seed=4, sink=raw)
    changing().simulate("2024-01-01", "2024-02-09", seed=5, sink=raw)
    stage(Lake(lake.whole))
    for part in ("raw/_runs", "staging", "manifests"):
        shutil.copytree(f"{lake.whole.url}/{part}", f"{lake.earlier.url}/{part}")
    plan = busy()
    plan.hospital.simulate(plan.start, plan.end, seed=plan.seed, sink=raw)
    changing().simulate("2024-01-01", "2024-02-29", seed=5, sink=raw, emit_from="2024-02-10")
    for event in by_hand(list(plan.run().events)):
        lake.whole.create(f"raw/{event_key(event)}", encode(event))
    stage(Lake(lake.whole))
    return lake


def any_hospitals(count: int) -> Iterator[hs.Hospital]:
    """Yield random hospitals: diversion, overflow, escalation, beds that close, long and delayed stays, any demand."""
    drawn: list[dict[str, object]] = []

    @settings(max_examples=count, derandomize=True, database=None, phases=[Phase.generate], deadline=None)
    @given(documents())
    def draw(document: dict[str, object]) -> None:
        drawn.append(document)

    draw()
    for number, document in enumerate(drawn):
        yield hs.Hospital(parse_hospital(document | {"id": f"any_{number:03}", "warmup_days": 2}))
