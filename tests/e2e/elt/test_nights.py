"""A hospital that lives night by night for years, now and then without power: nothing is lost or doubled."""

from collections.abc import Callable
from contextlib import suppress
from datetime import date, timedelta
from pathlib import Path
from random import Random

import pytest
from lakes import FailingStore, PowerCut, QuickStore
from nightly_runs import nights
from warehouse_tables import raw_digests, table_digests

import hospital_sim as hs
from elt.build.run import build
from elt.lake.lake import Lake
from elt.load.run import load
from elt.quality import check
from elt.staging import stage
from elt.verification import verify
from elt.warehouse import open_warehouse
from hospital_sim.storage import ObjectStore

pytestmark = pytest.mark.e2e

START = date(2023, 12, 16)
NIGHTS, NIGHTS_TO_A_BUILD, NIGHTS_TO_A_POWER_CUT = 1000, 200, 10


def test_the_nights_of_one_simulation_are_the_runs_of_each_night() -> None:
    hospital = hs.load("small")
    for number, night in enumerate(nights(hospital, START, 20)):
        if number in (0, 1, 19):
            day = START + timedelta(days=number)
            run = hospital.simulate(START, day, seed=1, emit_from=day)
            assert (night.record, night.events) == (run.record, run.events)


@pytest.mark.soak
def test_after_a_thousand_nights_the_lake_is_proven_and_the_warehouse_is_that_of_a_new_load(tmp_path: Path) -> None:
    random, kept, new = Random(1), f"chdb://{tmp_path}/kept", f"chdb://{tmp_path}/new"
    lake = Lake(QuickStore(tmp_path / "lake"))

    def run(root: Path, call: Callable[[ObjectStore], object]) -> None:
        """Make a call; now and then the power goes off after some of its writes, and it is made again."""
        if random.randrange(NIGHTS_TO_A_POWER_CUT) == 0:
            with suppress(PowerCut):
                call(FailingStore(str(root), random.randrange(40)))
        call(QuickStore(root))

    def build_and_check(dsn: str) -> None:
        assert build(dsn).passed
        with open_warehouse(dsn) as warehouse:
            assert [result for result in check(lake, warehouse).checks if not result.passed] == []

    for number, night in enumerate(nights(hs.load("small"), START, NIGHTS), start=1):
        run(tmp_path / "lake" / "raw", night.write)
        run(tmp_path / "lake", lambda store: stage(Lake(store)))
        load(lake, kept)
        if number % NIGHTS_TO_A_BUILD == 0:
            build_and_check(kept)
    assert verify(lake).passed
    load(lake, new)
    with open_warehouse(kept) as warehouse:
        raw = raw_digests(warehouse)
    with open_warehouse(new) as warehouse:
        assert raw == raw_digests(warehouse)
    build_and_check(new)
    assert table_digests(kept) == table_digests(new)
