"""Events that are set aside, months that are compacted, and both taken back: the lake and the warehouse follow."""

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from lakes import (
    DAY,
    FailingStore,
    PowerCut,
    QuickStore,
    admission,
    contents,
    put_all,
    put_event,
    put_record,
    some_events,
)
from warehouse_tables import raw_digests

from elt import BrokenLakeError, WrongCallError
from elt.lake.lake import Lake
from elt.lake.manifests import Action
from elt.lake.quarantine import Reason
from elt.load.run import load, load_into
from elt.repair import RepairSummary, compact, set_aside, undo
from elt.staging import parquet, replay, stage
from elt.verification import verify
from elt.warehouse import open_warehouse
from hospital_sim.events.keys import key_of

pytestmark = pytest.mark.integration

REASON = "entered twice"


def key(number: int) -> str:
    return key_of("admission", DAY.date(), admission(number).event_id)


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    """A lake of a closed month, staged in two runs, with ten events of each type a day in each."""
    store = QuickStore(tmp_path / "lake")
    put_all(store, some_events(30))
    stage(Lake(store))
    put_all(store, some_events(20, first=101))
    put_record(store, date(2024, 3, 31))
    stage(Lake(store))
    return Lake(store)


def rows(lake: Lake) -> dict[str, list[dict[str, object]]]:
    """Return the rows of the current staged files of each type, in the order of their identifiers."""
    found: dict[str, list[dict[str, object]]] = {}
    for file in lake.staged_files():
        found.setdefault(file.event_type, []).extend(
            pq.read_table(Path(lake.url, file.key), partitioning=None).to_pylist()
        )
    return {kind: sorted(events, key=lambda row: str(row["event_id"])) for kind, events in sorted(found.items())}


def problems(lake: Lake) -> set[str]:
    # The record of this lake counted nothing, so the numbers of events are always too large.
    return {problem.detail for problem in verify(lake).problems if "where run records count 0" not in problem.detail}


def test_an_event_set_aside_leaves_the_staged_rows_and_is_listed_with_the_reason(lake: Lake) -> None:
    before = rows(lake)

    summary = set_aside(lake, [key(3), f"raw/{key(103)}"], f" {REASON} ")

    assert summary == RepairSummary(lake.url, Action.SET_ASIDE, 3, None, events=2, superseded=2, files=2)
    aside = {admission(3).event_id, admission(103).event_id}
    assert rows(lake) == before | {"admission": [row for row in before["admission"] if row["event_id"] not in aside]}
    entries = list(lake.quarantine.open_entries())
    assert [(entry.key, entry.reason, entry.detail, entry.manifest) for entry in entries] == [
        (key(number), Reason.SET_ASIDE, REASON, 3) for number in (3, 103)
    ]
    assert lake.store.exists(f"raw/{key(3)}")
    report = verify(lake)
    assert (report.set_aside, report.unfinished, problems(lake)) == (2, [], set())
    # A replay leaves it aside, and so does the next stage; the same call again has nothing to do.
    assert replay(lake).closed == 0
    assert stage(lake).manifests == []
    assert set_aside(lake, [key(3)], "again").number is None


def test_an_event_comes_back_and_may_be_set_aside_again(lake: Lake) -> None:
    before = rows(lake)
    set_aside(lake, [key(3), key(103)], REASON)

    summary = undo(lake, Action.SET_ASIDE, 3)

    assert summary == RepairSummary(lake.url, Action.UNDO, 4, 3, events=2, superseded=0, files=1)
    assert rows(lake) == before
    assert not list(lake.quarantine.open_entries())
    assert [entry.key for entry in lake.quarantine.entries()] == [key(3), key(103)]
    # It came in time once, so it is not late now.
    assert lake.late_counts().total() == 0
    assert problems(lake) == set()
    assert undo(lake, Action.SET_ASIDE, 3).number is None
    assert set_aside(lake, [key(3)], REASON).number == 5
    assert [entry.manifest for entry in lake.quarantine.open_entries()] == [5]
    assert len(rows(lake)["admission"]) == 49


def test_the_only_event_of_a_month_leaves_no_file(lake: Lake) -> None:
    put_event(lake.store, admission(999, DAY + timedelta(days=60)))
    alone = key_of("admission", (DAY + timedelta(days=60)).date(), admission(999).event_id)

    # It is staged first, because it is new.
    summary = set_aside(lake, [alone], REASON)

    assert (summary.number, summary.superseded, summary.files) == (4, 1, 0)
    assert date(2024, 5, 1) not in {file.month for file in lake.staged_files()}
    assert undo(lake, Action.SET_ASIDE, 4).files == 1
    assert date(2024, 5, 1) in {file.month for file in lake.staged_files()}


@pytest.mark.parametrize(
    ("keys", "reason", "message"),
    [
        ([], REASON, "KEY: name at least one event"),
        (["notes.txt"], REASON, r"notes\.txt: not the key of an event"),
        ([key(3), key(55)], REASON, rf"{key(55)}: no event of this key is in the lake; nothing was set aside"),
        ([key(901)], REASON, rf"{key(901)}: in quarantine already \(not_json: .*\); nothing was set aside"),
        ([key(3)], " ", "--reason: give one line of text"),
        ([key(3)], "two\nlines", "--reason: give one line of text"),
    ],
)
def test_a_call_that_names_no_staged_event_changes_nothing(
    lake: Lake, keys: list[str], reason: str, message: str
) -> None:
    lake.store.create(f"raw/{key(901)}", b"{")
    stage(lake)
    before = contents(lake.store)
    with pytest.raises(WrongCallError, match=f"^{message}"):
        set_aside(lake, keys, reason)
    assert contents(lake.store) == before


def test_the_files_of_a_closed_month_become_one_in_the_order_of_staging(lake: Lake, tmp_path: Path) -> None:
    before, counts = rows(lake), lake.staged_counts()

    summary = compact(lake)

    assert summary == RepairSummary(lake.url, Action.COMPACT, 3, None, events=0, superseded=8, files=4)
    assert rows(lake) == before
    assert lake.staged_counts() == counts
    assert problems(lake) == set()
    assert compact(lake).number is None
    # The same rows in the same order as if everything had been staged at once.
    at_once = Lake(QuickStore(tmp_path / "at once"))
    put_all(at_once.store, [*some_events(30), *some_events(20, first=101)])
    stage(at_once)
    for one, other in zip(lake.staged_files(), at_once.staged_files(), strict=True):
        assert pq.read_table(Path(lake.url, one.key)).equals(pq.read_table(Path(at_once.url, other.key)))

    assert undo(lake, Action.COMPACT, 3).number == 4
    assert [file.manifest for file in lake.staged_files()] == [1] * 4 + [2] * 4
    assert (rows(lake), problems(lake)) == (before, set())


def test_files_of_an_earlier_compression_are_verified_loaded_and_compacted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    today, store = parquet._format, QuickStore(tmp_path / "lake")
    lake, dsn = Lake(store), f"chdb://{tmp_path}/warehouse"
    with monkeypatch.context() as patch:
        patch.setattr(parquet, "_format", lambda *of: today(*of) | {"version": "2.6", "compression": "zstd"})
        put_all(store, some_events(30))
        stage(lake)
    put_all(store, some_events(20, first=101))
    put_record(store, date(2024, 3, 31))
    stage(lake)
    before = rows(lake)
    assert load(lake, dsn).rows == sum(map(len, before.values()))
    compact(lake)
    assert rows(lake) == before
    assert problems(lake) == set()
    assert load(lake, dsn).files_removed == 8


def test_an_open_month_is_not_compacted(tmp_path: Path) -> None:
    lake = Lake(QuickStore(tmp_path))
    for first in (1, 101):
        put_all(lake.store, some_events(5, first=first))
        stage(lake)
    assert compact(lake).number is None
    with pytest.raises(WrongCallError, match=r"^--month 2024-03: not closed for city, so more of its events may come"):
        compact(lake, date(2024, 3, 1))
    stage(lake, date(2024, 4, 1))
    assert compact(lake, date(2024, 3, 1)).files == 4


def test_late_events_stay_late_in_the_file_of_a_compacted_month(lake: Lake) -> None:
    put_all(lake.store, some_events(5, first=501))
    stage(lake)
    late = lake.late_counts()
    assert late.total() == 20
    compact(lake)
    assert lake.late_counts() == late


@pytest.mark.parametrize(
    ("action", "number", "message"),
    [
        (Action.SET_ASIDE, 1, "--undo 1: not a staging run of hospital-elt quarantine add; those are 3"),
        (Action.SET_ASIDE, 99, "--undo 99: not a staging run of hospital-elt quarantine add; those are 3"),
        (Action.FORGET, 3, "--undo 3: not a staging run of hospital-elt forget; there is none to take back"),
        (Action.COMPACT, 4, r"--undo 4: staging/admission/.*-0004.parquet has been replaced by a later repair"),
    ],
)
def test_what_cannot_be_taken_back_is_said(lake: Lake, action: Action, number: int, message: str) -> None:
    set_aside(lake, [key(3)], REASON)
    compact(lake)
    set_aside(lake, [key(4)], REASON)
    undo(lake, Action.SET_ASIDE, 5)
    before = contents(lake.store)
    with pytest.raises(WrongCallError, match=f"^{message}"):
        undo(lake, action, number)
    assert contents(lake.store) == before


def test_a_damaged_file_is_not_rewritten(lake: Lake) -> None:
    file = lake.staged_files()[0]
    Path(lake.url, file.key).write_bytes(b"PAR1")
    with pytest.raises(BrokenLakeError, match=rf"^{file.key}: not the file that its manifest describes"):
        compact(lake)


REPAIRS: dict[str, Callable[[Lake], object]] = {
    "set aside": lambda lake: set_aside(lake, [key(3), key(103), key(4)], REASON),
    "take back": lambda lake: undo(lake, Action.SET_ASIDE, 3),
    "compact": compact,
}


def test_a_repair_killed_at_any_write_is_completed_by_the_next_stage(lake: Lake, tmp_path: Path) -> None:
    whole = contents(lake.store)
    for name, repair in REPAIRS.items():
        start = whole
        repair(lake)
        whole = contents(lake.store)
        for creations in range(len(whole.keys() - start.keys()) + 1):
            folder = tmp_path / f"{name} {creations}"
            QuickStore(folder).create_many(start.items())
            try:
                repair(Lake(FailingStore(folder, creations)))
            except PowerCut:
                stage(Lake(QuickStore(folder)))
                repair(Lake(QuickStore(folder)))
            assert contents(QuickStore(folder)) == whole, (name, creations)


def test_after_any_repair_a_load_gives_what_a_new_warehouse_holds(lake: Lake, tmp_path: Path) -> None:
    def as_new(name: str) -> dict[str, tuple[int, int]]:
        load(lake, f"chdb://{tmp_path / name}")
        with open_warehouse(f"chdb://{tmp_path / name}") as new:
            return raw_digests(new)

    load(lake, f"chdb://{tmp_path / 'kept'}")
    for name, repair in REPAIRS.items():
        repair(lake)
        expected = as_new(name)
        with open_warehouse(f"chdb://{tmp_path / 'kept'}") as kept:
            summary = load_into(kept, lake)
            assert raw_digests(kept) == expected, name
            assert load_into(kept, lake).files_removed == 0
        assert summary.files_removed == {"set aside": 2, "take back": 0, "compact": 9}[name]


def test_a_killed_load_of_a_repair_is_completed(lake: Lake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows of a file that was superseded while its load was killed are removed too."""
    dsn = f"chdb://{tmp_path / 'kept'}"
    load(lake, dsn)
    with open_warehouse(dsn) as warehouse:
        # As a kill leaves it after the rows of a file, before the note that it is loaded.
        warehouse.execute("ALTER TABLE hospital_raw.loaded_file DELETE WHERE source_file LIKE '%admission.parquet'")
        set_aside(lake, [key(3)], REASON)
        load_into(warehouse, lake)
        found = raw_digests(warehouse)
    load(lake, f"chdb://{tmp_path / 'new'}")
    with open_warehouse(f"chdb://{tmp_path / 'new'}") as new:
        assert found == raw_digests(new)
