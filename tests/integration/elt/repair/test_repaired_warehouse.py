"""A warehouse after repairs: checks miss nothing that was taken out, and its tables are those of a new one."""

from collections.abc import Iterable
from datetime import date
from pathlib import Path

import msgspec
import pyarrow.parquet as pq
import pytest
from command_server import run_dbt
from lakes import put_event
from small_hospital import SmallHospital
from warehouse_tables import table_digests

from elt.build.record import recorded
from elt.build.run import build
from elt.lake.lake import Lake
from elt.lake.manifests import Action
from elt.load.run import load, load_into
from elt.quality import CheckResult, check
from elt.repair import compact, forget, prune, set_aside, undo
from elt.verification import verify
from elt.warehouse import open_warehouse
from hospital_sim.events import Discharge
from hospital_sim.events.keys import event_key, key_of, partition_prefix
from hospital_sim.storage import LocalStore

pytestmark = pytest.mark.integration

FACTS = [f"+fact_{name}" for name in ("admissions", "discharges", "waiting_list", "department_occupancy")]


@pytest.fixture
def hospital(small_hospital: SmallHospital, tmp_path: Path) -> SmallHospital:
    return small_hospital.copied(tmp_path / "small")


def discharges(lake: Lake) -> list[dict[str, object]]:
    """Return the staged discharges, the latest last."""
    paths = [Path(lake.url, file.key) for file in lake.staged_files() if file.event_type == "discharge"]
    rows = [row for path in paths for row in pq.read_table(path, partitioning=None).to_pylist()]
    return sorted(rows, key=lambda row: row["event_time"])


def failures(results: Iterable[CheckResult]) -> dict[tuple[str, str], str]:
    return {(result.check_name, result.scope): result.detail for result in results if not result.passed}


def test_a_check_expects_no_forgotten_event_and_names_those_that_are_set_aside(hospital: SmallHospital) -> None:
    lake = Lake(LocalStore(hospital.lake))
    rows = discharges(lake)
    # A discharge under another identifier, which no run counted.
    key = key_of("discharge", rows[-1]["event_time"].date(), str(rows[-1]["event_id"]))  # type: ignore[attr-defined]
    event = msgspec.json.decode(lake.store.read(f"raw/{key}"), type=Discharge)
    twice = msgspec.structs.replace(event, event_id="f" * 8 + event.event_id[8:])
    put_event(lake.store, twice)
    set_aside(lake, [event_key(twice)], "entered twice")
    forget(lake, "a letter", patient=str(rows[-5]["patient_id"]))
    forget(lake, "kept for a month", before=date(2024, 1, 12))
    censuses = list(lake.raw_keys(partition_prefix("dep_snapshot", date(2024, 1, 20))))
    forget(lake, "counted in the wrong wards", keys=censuses)

    load(lake, hospital.dsn)
    run_dbt(hospital.dsn, "run", "--full-refresh", "--select", *FACTS, "+dim_hospital", "+dim_patient")
    with open_warehouse(hospital.dsn) as warehouse:
        report = check(lake, warehouse)
        assert failures(report.checks) == {}
        observed = {result.check_name: result.observed for result in report.checks if result.scope == "lake"}
        assert observed["forgotten_events"] == verify(lake).forgotten > 0
        assert (observed["open_quarantine"], report.quarantined) == (1, {"set_aside": 1})

        # One that the run counted is missing now.
        set_aside(lake, [key], "wrong")
        load_into(warehouse, lake)
        found = failures(check(lake, warehouse).checks)
    advice = "2 are set aside; hospital-elt quarantine add --undo NUMBER brings them back"
    assert advice in found["reconciliation", "discharge"]
    assert ("staged_by_department", "lake") in found


@pytest.mark.soak
def test_after_repairs_every_table_is_that_of_a_new_warehouse(hospital: SmallHospital, tmp_path: Path) -> None:
    lake = Lake(LocalStore(hospital.lake))
    build(hospital.dsn)
    rows = discharges(lake)
    delayed = next(row for row in rows if row["delay_reason"])
    key = key_of("discharge", delayed["event_time"].date(), str(delayed["event_id"]))  # type: ignore[attr-defined]
    steps = {
        "erasure": lambda: forget(lake, "a letter", patient=str(rows[20]["patient_id"])),
        "aside": lambda: set_aside(lake, [key], "wrong"),
        "retention": lambda: forget(lake, "old", before=date(2024, 2, 3)),
        "undone": lambda: (undo(lake, Action.FORGET, 4), undo(lake, Action.SET_ASIDE, 3)),
        "compacted and pruned": lambda: (compact(lake), prune(lake)),
    }
    for name, step in steps.items():
        step()
        load(lake, hospital.dsn)
        with open_warehouse(hospital.dsn) as warehouse:
            # Events that are gone reach further than their month, so the next build makes everything.
            assert (recorded(warehouse) is None) == (name in ("erasure", "aside", "retention"))
        build(hospital.dsn)
        new = f"chdb://{tmp_path / name}"
        load(lake, new)
        build(new)
        assert table_digests(hospital.dsn) == table_digests(new), name
