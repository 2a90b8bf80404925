"""Athena's tables hold every event of a real lake: each object is in one projected partition, with its types."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb
import pytest
from athena_tables import AthenaTable, create, tables, views
from lakes import contents
from s3_servers import S3Server

import hospital_sim as hs
from elt import EmptyLakeError
from elt.lake.lake import Lake
from elt.staging import stage
from elt.warehouse.ddl import Engine, ddl
from hospital_sim.events import EVENT_TYPES
from hospital_sim.storage import ObjectStore, open_store

pytestmark = pytest.mark.integration

START, END = date(2024, 1, 1), date(2024, 2, 10)


@dataclass
class StagedLake:
    """A lake on S3: a run, an object that is no event, and what was staged of them in two nights."""

    store: ObjectStore
    statements: list[str]
    objects: dict[str, bytes]

    @property
    def tables(self) -> dict[str, AthenaTable]:
        return tables(self.statements)

    def below(self, prefix: str) -> set[str]:
        return {key for key in self.objects if key.startswith(f"{self.store.url}/{prefix}")}


@pytest.fixture(scope="module")
def lake(seaweed_server: S3Server) -> Iterable[StagedLake]:
    with pytest.MonkeyPatch.context() as patch:
        for name, value in seaweed_server.environment().items():
            patch.setenv(name, value)
        store = open_store(seaweed_server.new_url())
        hospital = hs.load("small")
        hospital.simulate(START, date(2024, 1, 31), seed=1).write(f"{store.url}/raw")
        stage(Lake(store))
        store.create("raw/notes.txt", b"hello")
        hospital.simulate(START, END, seed=1).write(f"{store.url}/raw")
        stage(Lake(store))
        objects = {f"{store.url}/{key}": data for key, data in contents(store).items()}
        yield StagedLake(store, ddl(Engine.ATHENA, lake=store.url), objects)


def test_every_object_of_a_type_is_in_a_projected_partition_and_nothing_else_is(lake: StagedLake) -> None:
    read: set[str] = set()
    for kind in EVENT_TYPES:
        for table, folder in {f"raw_{kind}_json": f"raw/{kind}/", f"staged_{kind}": f"staging/{kind}/"}.items():
            keys = [key for keys in lake.tables[table].objects(lake.objects).values() for key in keys]
            assert len(keys) == len(set(keys)), f"{table} reads an object twice"
            assert set(keys) == lake.below(folder) != set(), table
            read.update(keys)
    assert len(lake.tables) == 2 * len(EVENT_TYPES)
    left = set(lake.objects) - read
    folders = {key.removeprefix(f"{lake.store.url}/").split("/")[0] for key in left}
    assert folders == {"raw", "quarantine", "manifests"}
    assert {key for key in left if "/raw/" in key} == lake.below("raw/_runs/") | lake.below("raw/notes.txt")


def test_the_range_holds_the_patients_who_were_in_a_bed_at_the_start_and_the_year_to_come(lake: StagedLake) -> None:
    days = list(lake.tables["raw_admission_json"].partitions())
    oldest = min(Lake(lake.store).raw_tree().days["admission"])
    assert oldest < START
    assert (days[0], days[-1]) == (oldest.replace(day=1).isoformat(), "2025-12-31")


@pytest.mark.parametrize("kind", EVENT_TYPES)
def test_raw_rows_staged_rows_and_the_run_record_agree(lake: StagedLake, kind: str, tmp_path: Path) -> None:
    engine = duckdb.connect()
    engine.execute("SET TimeZone = 'UTC'; CREATE SCHEMA hospital_lake")
    for name in (f"raw_{kind}_json", f"staged_{kind}"):
        create(engine, lake.tables[name], lake.objects, tmp_path / name)
    engine.execute(views(lake.statements)[f"raw_{kind}"].sql("duckdb"))

    fields = ", ".join(lake.tables[f"staged_{kind}"].columns)
    select = f"SELECT {fields}, event_date[:7] AS month FROM hospital_lake.%s_{kind} ORDER BY event_id"
    raw, staged = (engine.execute(select % place).fetchall() for place in ("raw", "staged"))
    record = max((run.record for run in Lake(lake.store).runs().finished()), key=lambda record: record.run.end)

    assert raw == staged
    assert len(raw) == sum(count.count for count in record.counts if count.event_type == kind)
    types = engine.execute(f"SELECT DISTINCT typeof(event_time) FROM hospital_lake.raw_{kind}").fetchall()
    assert types == [("TIMESTAMP",)]


def test_a_place_without_a_lake_is_refused(seaweed: S3Server) -> None:
    url = seaweed.new_url()
    with pytest.raises(EmptyLakeError, match="there is no lake here"):
        ddl(Engine.ATHENA, lake=url)
    open_store(url).create("raw/notes.txt", b"hello")
    open_store(url).create("raw/_runs/x.json", b"{}")
    with pytest.raises(EmptyLakeError, match="there are no events under raw/; give --start and --end"):
        ddl(Engine.ATHENA, lake=url)
