"""Events that are forgotten, by their age, their patient or their key, leave the lake's data and come back."""

from collections import Counter
from datetime import date
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from lakes import DAY, QuickStore, admission, contents, discharge, identifier, put_event
from warehouse_tables import raw_digests

import hospital_sim as hs
from elt import WrongCallError
from elt.lake.lake import Lake
from elt.lake.manifests import Action
from elt.load.run import load
from elt.repair import forget, set_aside, undo
from elt.staging import replay, stage
from elt.verification import verify
from elt.warehouse import open_warehouse
from hospital_sim.events.keys import event_key, key_of

pytestmark = pytest.mark.integration

KEEP_FROM = date(2024, 1, 20)


def rows(lake: Lake) -> dict[str, dict[str, dict[str, object]]]:
    """Return the current staged rows of each type by ``event_id``."""
    found: dict[str, dict[str, dict[str, object]]] = {}
    for file in lake.staged_files():
        for row in pq.read_table(Path(lake.url, file.key), partitioning=None).to_pylist():
            found.setdefault(file.event_type, {})[row["event_id"]] = row
    return found


@pytest.fixture(scope="module")
def simulated(tmp_path_factory: pytest.TempPathFactory) -> Lake:
    """The staged lake of a hospital with patients in bed on any day; no test changes it."""
    lake = Lake(QuickStore(tmp_path_factory.mktemp("simulated") / "lake"))
    hs.load("small").simulate("2024-01-01", "2024-02-05", seed=5, sink=Path(lake.url, "raw"))
    stage(lake)
    return lake


@pytest.fixture
def lake(simulated: Lake, tmp_path: Path) -> Lake:
    copy = QuickStore(tmp_path / "lake")
    copy.create_many(contents(simulated.store).items())
    return Lake(copy)


def test_a_retention_leaves_the_lake_of_a_run_that_began_on_that_day(lake: Lake) -> None:
    before = rows(lake)

    summary = forget(lake, "kept for a month", before=KEEP_FROM)

    after = rows(lake)
    ended = {row["spell_id"] for row in before["discharge"].values() if row["event_time"].date() < KEEP_FROM}  # type: ignore[attr-defined]
    for kind, events in before.items():
        kept = {
            event_id: row
            for event_id, row in events.items()
            if row["event_time"].date() >= KEEP_FROM or (kind == "admission" and row["spell_id"] not in ended)  # type: ignore[attr-defined]
        }
        assert after[kind] == kept, kind
        assert 0 < len(kept) < len(events)
    assert summary.events == sum(len(before[kind]) - len(after[kind]) for kind in before)
    # Every patient in a bed on the first day that is kept has an admission.
    assert any(row["event_time"].date() < KEEP_FROM for row in after["admission"].values())  # type: ignore[attr-defined]
    assert verify(lake).passed
    assert verify(lake).forgotten == summary.events
    assert stage(lake).manifests == []
    assert forget(lake, "again", before=KEEP_FROM).number is None
    assert undo(lake, Action.FORGET, 2).events == summary.events
    assert (rows(lake), verify(lake).passed) == (before, True)


def test_an_erasure_takes_every_event_of_one_patient_and_names_nobody(lake: Lake) -> None:
    before = rows(lake)
    patient, number = Counter(str(row["patient_id"]) for row in before["discharge"].values()).most_common(1)[0]

    summary = forget(lake, "asked for by letter", patient=patient)

    assert summary.events >= 2 * number
    expected = {
        kind: {event_id: row for event_id, row in events.items() if row.get("patient_id") != patient}
        for kind, events in before.items()
    }
    assert rows(lake) == expected
    assert verify(lake).passed
    written = contents(lake.store, "manifests/")
    assert not [key for key, data in written.items() if patient.encode() in data or patient in key]
    with pytest.raises(WrongCallError, match=r"^--reason: names the patient"):
        forget(lake, f"letter of {patient}", patient=patient)
    with pytest.raises(WrongCallError, match=r"^--patient: is empty; give the patient_id of an event"):
        forget(lake, "a letter", patient=" ")


def test_forgotten_objects_leave_the_quarantine_until_they_come_back(lake: Lake) -> None:
    patient = identifier(77)
    broken = key_of("admission", DAY.date(), identifier(901))
    lake.store.create(f"raw/{broken}", b'{"patient_id": "%b", ' % patient.encode())
    lake.store.create("raw/notes.txt", f"call {patient}".encode())
    lake.store.create("raw/more.txt", f"call {patient}-4".encode())
    aside = put_event(lake.store, discharge(5, DAY))
    stage(lake)
    set_aside(lake, [aside], "wrong")

    assert forget(lake, "letter", patient=patient).events == 2
    assert {entry.key for entry in lake.quarantine.open_entries()} == {aside, "more.txt"}
    assert forget(lake, "a bad batch", keys=[f"raw/{aside}", "more.txt", broken]).events == 2
    assert list(lake.quarantine.open_entries()) == []
    assert (replay(lake).closed, stage(lake).manifests) == (0, [])
    # The event stays set aside when it is no longer forgotten, and comes back with its own undo.
    assert undo(lake, Action.FORGET, 5).events == 0
    assert {entry.key for entry in lake.quarantine.open_entries()} == {aside, "more.txt"}
    assert undo(lake, Action.SET_ASIDE, 3).events == 1
    assert undo(lake, Action.FORGET, 4).events == 0
    assert {entry.key for entry in lake.quarantine.open_entries()} == {broken, "notes.txt", "more.txt"}


def test_an_event_that_was_set_aside_and_forgotten_comes_back_whichever_is_undone_first(lake: Lake) -> None:
    before = rows(lake)
    key = next(iter(lake.raw_keys("admission/")))
    set_aside(lake, [key], "wrong")
    forget(lake, "wrong for good", keys=[key])
    assert undo(lake, Action.SET_ASIDE, 2).events == 0
    assert undo(lake, Action.FORGET, 3).events == 1
    assert rows(lake) == before


def test_objects_in_quarantine_are_forgotten_with_their_day_except_admissions(lake: Lake) -> None:
    keys = [key_of(kind, date(2024, 1, 5), identifier(901)) for kind in ("admission", "discharge", "dep_snapshot")]
    for key in [*keys, key_of("discharge", KEEP_FROM, identifier(902))]:
        lake.store.create(f"raw/{key}", b"{")
    forget(lake, "kept for a month", before=KEEP_FROM)
    kept = {entry.key for entry in lake.quarantine.open_entries()}
    assert kept == {keys[0], key_of("discharge", KEEP_FROM, identifier(902))}


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({}, "KEY, --before and --patient: give exactly one of them"),
        ({"before": KEEP_FROM, "patient": "p"}, "KEY, --before and --patient: give exactly one of them"),
        ({"keys": ["notes.txt"]}, r"notes\.txt: neither staged nor in quarantine; nothing was forgotten"),
        ({"keys": [event_key(admission(1))]}, "admission/.*: neither staged nor in quarantine"),
        ({"keys": ["_runs/1.json"]}, r"_runs/1\.json: neither staged nor in quarantine"),
    ],
)
def test_a_call_that_names_nothing_changes_nothing(lake: Lake, options: dict[str, object], message: str) -> None:
    before = contents(lake.store)
    with pytest.raises(WrongCallError, match=f"^{message}"):
        forget(lake, "a reason", **options)  # type: ignore[arg-type]
    assert contents(lake.store) == before
    assert forget(lake, "a reason", patient="nobody").number is None


def test_a_warehouse_follows_and_counts_what_was_forgotten_on_days_that_are_kept(lake: Lake, tmp_path: Path) -> None:
    dsn = f"chdb://{tmp_path / 'kept'}"
    load(lake, dsn)
    row = next(row for row in rows(lake)["discharge"].values() if row["event_time"].date() > KEEP_FROM)  # type: ignore[attr-defined]
    forget(lake, "letter", patient=str(row["patient_id"]))
    forget(lake, "kept for a month", before=KEEP_FROM)
    load(lake, dsn)
    with open_warehouse(dsn) as warehouse:
        counts = warehouse.query("SELECT * FROM hospital_raw.forgotten_count").to_pylist()
    assert {count["source_file"] for count in counts} == {"manifests/staging/000002/plan.json"}
    assert ("discharge", row["event_time"].date()) in {(count["event_type"], count["event_date"]) for count in counts}  # type: ignore[attr-defined]
    assert all(count["event_date"] >= KEEP_FROM for count in counts)
    undo(lake, Action.FORGET, 3)
    undo(lake, Action.FORGET, 2)
    load(lake, dsn)
    load(lake, f"chdb://{tmp_path / 'new'}")
    with open_warehouse(dsn) as kept:
        found = raw_digests(kept)
    with open_warehouse(f"chdb://{tmp_path / 'new'}") as new:
        assert found == raw_digests(new)
    assert found["forgotten_count"][0] == 0
