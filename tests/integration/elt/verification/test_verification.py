"""A lake is proven, or what is wrong with it is named: each fault is planted and must be found, and nothing else."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from lakes import DAY, FailingStore, PowerCut, admission, identifier, put_all, some_events

import hospital_sim as hs
from elt.lake.lake import Lake
from elt.staging import stage
from elt.verification import Kind, verify
from hospital_sim.events import encode
from hospital_sim.events.keys import event_key, key_of
from hospital_sim.storage import LocalStore

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
def emitted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A lake of what a hospital emitted."""
    lake = tmp_path_factory.mktemp("emitted") / "lake"
    hs.load("small").simulate("2024-01-24", "2024-02-08", seed=4).write(f"{lake}/raw")
    return lake


@pytest.fixture(scope="module")
def staged(emitted: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same lake, staged."""
    lake = tmp_path_factory.mktemp("staged") / "lake"
    shutil.copytree(emitted, lake)
    stage(Lake(LocalStore(lake)))
    return lake


@pytest.fixture
def unstaged(emitted: Path, tmp_path: Path) -> LocalStore:
    """A lake to change and to stage."""
    return LocalStore(shutil.copytree(emitted, tmp_path / "lake"))


@pytest.fixture
def lake(staged: Path, tmp_path: Path) -> LocalStore:
    """A staged lake to change."""
    return LocalStore(shutil.copytree(staged, tmp_path / "lake"))


def found(store: LocalStore) -> list[tuple[str, Kind]]:
    return [(problem.key, problem.kind) for problem in verify(Lake(store)).problems]


def a_key(store: LocalStore, prefix: str, place: int = 3) -> str:
    return list(store.keys(prefix))[place]


def test_a_lake_passes_before_staging_and_after_interrupted_staging(unstaged: LocalStore) -> None:
    report = verify(Lake(unstaged))
    assert report.passed
    assert report.unstaged == report.raw_objects
    with pytest.raises(PowerCut):
        stage(Lake(FailingStore(unstaged.url, 14)))
    assert verify(Lake(unstaged)).problems == []


def test_an_unchanged_lake_passes_and_two_processes_find_what_one_finds(lake: LocalStore) -> None:
    report = verify(Lake(lake))
    assert report.passed, report.problems
    assert (report.unstaged, report.staged_files) == (0, len(list(lake.keys("staging/"))))
    assert report.raw_objects == sum(not key.startswith("raw/_runs/") for key in lake.keys("raw/"))
    Path(lake.url, a_key(lake, "raw/admission/")).unlink()
    assert verify(Lake(lake), workers=2).as_dict() == verify(Lake(lake)).as_dict()


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:50])


def alter(path: Path) -> None:
    path.write_bytes(path.read_bytes().replace(b'"department_id":"', b'"department_id":"x'))


def alter_a_byte(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def add_a_blank(path: Path) -> None:
    path.write_bytes(path.read_bytes() + b" ")


def test_each_damaged_raw_object_and_one_in_the_place_of_another_is_named(lake: LocalStore) -> None:
    expected = []
    faults = [(Path.unlink, Kind.MISSING), (cut, Kind.TRUNCATED), (alter, Kind.ALTERED), (alter_a_byte, Kind.ALTERED)]
    for event_type in ("admission", "discharge", "wait_snapshot", "dep_snapshot"):
        keys = list(lake.keys(f"raw/{event_type}/"))
        for number, (damage, kind) in enumerate(faults):
            key = keys[(number + 1) * len(keys) // 6]
            damage(Path(lake.url, key))
            expected.append((key, kind))
        Path(lake.url, keys[0]).write_bytes(lake.read(keys[1]))
        expected.append((keys[0], Kind.ALTERED))

    assert found(lake) == sorted(expected)


def test_each_damaged_staged_file_and_unrecognised_object_is_named(lake: LocalStore) -> None:
    expected: dict[str, Kind] = {}
    damages = {"discharge": (Path.unlink, Kind.MISSING), "admission": (cut, Kind.TRUNCATED),
               "dep_snapshot": (alter_a_byte, Kind.ALTERED)}  # fmt: skip
    for event_type, (damage, kind) in damages.items():
        key = f"staging/{event_type}/event_date=2024-02/{event_type}.parquet"
        damage(Path(lake.url, key))
        expected[key] = kind
    for key in UNRECOGNISED:
        lake.create(key, b"x")
        expected[key] = Kind.FOREIGN

    assert found(lake) == sorted(expected.items())


UNRECOGNISED = [
    "raw/notes.txt",
    "raw/admission/event_date=2024-01-25/strange.json",
    "raw/admission/event_date=2024-1-21/x.json",
    "raw/_runs/x.csv",
    "staging/admission/event_date=2024-01/admission-0007.parquet",
    "staging/notes.txt",
    "manifests/staging/000001/note.json",
]


def test_a_valid_event_that_no_run_wrote_is_named_staged_or_not(lake: LocalStore) -> None:
    stranger = admission(1)
    lake.create(f"raw/{event_key(stranger)}", encode(stranger))

    assert found(lake) == [("raw/admission/", Kind.FOREIGN)]
    stage(Lake(lake))
    assert found(lake) == [("raw/admission/", Kind.FOREIGN)]


def test_an_extra_event_of_a_known_department_is_named(lake: LocalStore) -> None:
    key = a_key(lake, "raw/dep_snapshot/event_date=2024-02-01/", 0)
    event_id = key[-41:-5]
    other = event_id[:-1] + ("0" if event_id[-1] != "0" else "1")
    lake.create(key.replace(event_id, other), lake.read(key).replace(event_id.encode(), other.encode()))

    assert found(lake) == [("raw/dep_snapshot/event_date=2024-02-01/", Kind.FOREIGN)]


def test_an_event_that_was_lost_before_staging_is_missed(unstaged: LocalStore) -> None:
    lost = a_key(unstaged, "raw/wait_snapshot/event_date=2024-02-01/", 0)
    Path(unstaged.url, lost).unlink()

    assert found(unstaged) == [("raw/wait_snapshot/event_date=2024-02-01/", Kind.MISSING)]
    stage(Lake(unstaged))
    assert found(unstaged) == [("raw/wait_snapshot/event_date=2024-02-01/", Kind.MISSING)]


def test_an_object_in_quarantine_is_a_problem(lake: LocalStore) -> None:
    key = f"raw/{key_of('admission', DAY.date(), admission(1).event_id)}"
    lake.create(key, b"{")
    assert found(lake) == [(key, Kind.ALTERED)]

    stage(Lake(lake))

    assert found(lake) == [(key, Kind.ALTERED)]

    stray = f"quarantine/entries/{key_of('admission', DAY.date(), identifier(901))}"
    lake.create(stray, b"")

    assert found(lake) == [(stray, Kind.ALTERED), (key, Kind.ALTERED)]


@pytest.mark.parametrize(
    ("prefix", "damage", "kind"),
    [
        ("raw/_runs/", Path.unlink, Kind.MISSING),
        ("raw/_runs/", cut, Kind.ALTERED),
        ("manifests/inputs/", Path.unlink, Kind.MISSING),
        ("manifests/inputs/", alter_a_byte, Kind.ALTERED),
        ("manifests/staging/000001/plan", Path.unlink, Kind.MISSING),
        ("manifests/staging/000001/plan", cut, Kind.ALTERED),
        ("manifests/staging/000001/plan", add_a_blank, Kind.ALTERED),
        ("manifests/staging/000001/commit", cut, Kind.ALTERED),
    ],
)
def test_a_damaged_run_record_or_manifest_is_named(
    lake: LocalStore, prefix: str, damage: Callable[[Path], None], kind: Kind
) -> None:
    keys = (key for key in lake.keys(f"{prefix.partition('/')[0]}/") if key.startswith(prefix))
    key = next(key for key in keys if not key.endswith(".started.json"))
    damage(Path(lake.url, key))

    assert (key, kind) in found(lake)


def test_a_staged_event_in_other_than_canonical_bytes_is_no_problem(tmp_path: Path) -> None:
    store = LocalStore(tmp_path / "lake")
    put_all(store, some_events(3))
    spaced = f"raw/{key_of('admission', DAY.date(), admission(9).event_id)}"
    store.create(spaced, b" " + encode(admission(9)))
    stage(Lake(store))

    assert not [key for key, _ in found(store) if key == spaced]
    Path(store.url, spaced).write_bytes(b"  " + encode(admission(9)))
    assert (spaced.rpartition("/")[0] + "/", Kind.ALTERED) in found(store)
