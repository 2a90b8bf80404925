"""An object that violates the contract, belongs to no event or cannot be read stops nothing else."""

import os
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pytest
from lakes import DAY, QuickStore, admission, contents, put_all, put_event, put_record, some_events

from elt.lake import objects
from elt.lake.lake import Lake
from elt.lake.quarantine import Reason
from elt.native.buffers import ObjectBuffer, TextRows
from elt.staging import stage
from hospital_sim.events import encode
from hospital_sim.events.keys import key_of
from hospital_sim.storage import ObjectStore, StorageError

pytestmark = pytest.mark.integration

BROKEN_KEY = key_of("admission", DAY.date(), admission(901).event_id)


@pytest.fixture
def lake(tmp_path: Path) -> QuickStore:
    """Return a lake of one event of each type."""
    store = QuickStore(tmp_path / "lake")
    put_all(store, some_events(1))
    return store


def test_a_broken_object_is_quarantined_and_the_rest_goes_on(lake: QuickStore) -> None:
    data = encode(admission(901))[:100]
    lake.create(f"raw/{BROKEN_KEY}", data)

    summary = stage(Lake(lake))

    assert (summary.quarantined, summary.rows, summary.raw_objects) == ({"not_json": 1}, 4, 5)
    assert lake.read(f"quarantine/objects/{BROKEN_KEY}") == data
    [entry] = Lake(lake).quarantine.entries()
    assert (entry.key, entry.reason, entry.manifest) == (BROKEN_KEY, Reason.NOT_JSON, 1)
    assert Lake(lake).quarantine.open_counts() == {Reason.NOT_JSON: 1}


@pytest.mark.parametrize("length", [0, 1, 100])
def test_an_object_that_was_read_in_part_is_not_quarantined(
    lake: QuickStore, monkeypatch: pytest.MonkeyPatch, length: int
) -> None:
    read_objects = objects.read_objects

    def read_in_part(
        store: ObjectStore, prefixes: Sequence[str], counts: Sequence[int], names: TextRows
    ) -> ObjectBuffer:
        return ObjectBuffer.of(data[:length] for data in read_objects(store, prefixes, counts, names))

    with monkeypatch.context() as patch:
        patch.setattr(objects, "read_objects", read_in_part)
        with pytest.raises(StorageError, match="gave other bytes when it was read again"):
            stage(Lake(lake))
    summary = stage(Lake(lake))
    assert (summary.rows, summary.quarantined) == (4, {})
    assert list(Lake(lake).quarantine.entries()) == []


def test_a_month_with_only_broken_objects_writes_no_file(lake: QuickStore) -> None:
    lake.create(f"raw/{key_of('admission', date(2024, 5, 1), admission(901).event_id)}", b"{")
    stage(Lake(lake))
    put_event(lake, admission(902, DAY.replace(month=5)))

    stage(Lake(lake))

    keys = [file.key for file in Lake(lake).staged_files() if file.month == date(2024, 5, 1)]
    assert keys == ["staging/admission/event_date=2024-05/admission.parquet"]


UNRECOGNISED = [
    "notes.txt",
    "visits/2024.csv",
    "admission/readme.md",
    "admission/event_date=2024-3-15/a.json",
    "admission/event_date=2024-02-30/a.json",
    f"admission/event_date=2024-03-15/discharge_{admission().event_id}.json",
    f"admission/event_date=2024-03-15/admission_{admission().event_id}.json.tmp",
    "admission/event_date=2024-03-15/deeper/x.json",
    "admission/event_date=2024-03-15/ADMISSION_\udcff.json",
    "_runs/readme.md",
]


def test_an_unrecognised_object_is_quarantined_once(lake: QuickStore) -> None:
    for key in UNRECOGNISED:
        lake.create(f"raw/{key}", key.encode(errors="surrogateescape"))

    summary = stage(Lake(lake))

    assert (summary.quarantined, summary.rows) == ({"foreign_key": len(UNRECOGNISED)}, 4)
    assert [entry.key for entry in Lake(lake).quarantine.entries()] == sorted(UNRECOGNISED)
    lake.create("raw/another.txt", b"one more")
    assert stage(Lake(lake)).quarantined == {"foreign_key": 1}
    assert b'[\n"another.txt"\n]' in contents(lake, "manifests/inputs/foreign/").values()


def test_run_records_are_not_quarantined(lake: QuickStore) -> None:
    put_record(lake, date(2024, 3, 31))
    lake.create(f"raw/_runs/{1:032x}.started.json", b"{}")
    assert stage(Lake(lake)).quarantined == {}


def test_broken_run_records_do_not_stop_staging(lake: QuickStore) -> None:
    put_record(lake, date(2024, 3, 31), "coast", run=7)
    for name, data in enumerate((b'{"run":', b"\xff\xfe", b"[" * 100_000, b"{}")):
        lake.create(f"raw/_runs/abc{name}.json", data)
    # A record under the name of another run, and one that ends at the end of all days.
    lake.create(f"raw/_runs/{8:032x}.json", lake.read(f"raw/_runs/{7:032x}.json"))
    put_record(lake, date.max, run=9)

    summary = stage(Lake(lake))

    assert (summary.rows, summary.quarantined) == (4, {"broken_run_record": 6})
    names = [*(f"{number:032x}" for number in (8, 9)), *(f"abc{number}" for number in range(4))]
    assert [entry.key for entry in Lake(lake).quarantine.entries()] == [f"_runs/{name}.json" for name in names]
    put_event(lake, admission(901, hospital="coast"))
    assert stage(Lake(lake)).late == 1, "the other record closes its month"


def test_the_error_names_a_link_that_leads_out_of_the_lake(lake: QuickStore, tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(b"not of this lake")
    path = Path(lake.url, "raw", BROKEN_KEY)
    path.symlink_to(tmp_path / "secret")

    with pytest.raises(StorageError, match=f"{BROKEN_KEY}: cannot be read: it is a link and no object"):
        stage(Lake(lake))

    assert not any(b"not of this lake" in data for data in contents(lake, "quarantine/").values())
    path.unlink()
    path.write_bytes(encode(admission(901)))
    assert stage(Lake(lake)).rows == 5


def test_staging_does_not_wait_for_a_pipe(lake: QuickStore) -> None:
    os.mkfifo(Path(lake.url, "raw", BROKEN_KEY))
    assert stage(Lake(lake)).quarantined == {"not_json": 1}
