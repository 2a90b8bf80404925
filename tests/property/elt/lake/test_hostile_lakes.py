"""Whatever is put among the honest objects of a lake, the honest events are staged as without it."""

import os
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple
from uuid import uuid4

import fsspec
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lakes import QuickStore, contents, identifier, put_all, some_events

from elt.lake.copy import copy_lake
from elt.lake.lake import Lake
from elt.staging import replay, stage
from elt.verification import verify
from hospital_sim.storage import ObjectStore, open_store

pytestmark = pytest.mark.property

EVENTS = some_events(2)


class Hostile(NamedTuple):
    """One thing that is no object of a lake: its name in the lake, what it is, and the bytes of a file."""

    name: str
    kind: str
    data: bytes


SEGMENTS = st.text(
    st.characters(codec="utf-8", exclude_characters="/\x00", exclude_categories=["Cs"]), min_size=1, max_size=9
) | st.sampled_from(
    ["", ".", "..", " ", "a" * 200, "\t", "x\ny", ".tmp.Ab12Cd", "plan.json", "_runs", "admission.parquet", "\udcff"]
)
PLACES = [
    "raw/", "raw/_runs/", "raw/admission/", "raw/admission/event_date=2024-03-15/", "raw/discharge/event_date=2024-3/",
    "quarantine/entries/", "quarantine/replayed/", "quarantine/objects/admission/", "staging/admission/", "manifests/",
    "manifests/staging/",
]  # fmt: skip
EVENT_NAMES = st.integers(10**6, 10**6 + 50).map(
    lambda number: f"raw/admission/event_date=2024-03-15/admission_{identifier(number)}.json"
)
HOSTILE = st.builds(
    Hostile,
    st.builds(
        lambda place, names: place + "/".join(names),
        st.sampled_from(PLACES),
        st.lists(SEGMENTS, min_size=1, max_size=4),
    )
    # Not in place of a folder of the lake, where nothing could be written.
    .filter(lambda name: not any(place.startswith(f"{os.path.normpath(name)}/") for place in PLACES))
    | EVENT_NAMES,
    st.sampled_from(["file", "file", "link", "loop", "pipe", "sparse", "folder"]),
    st.sampled_from([b"", b"{", b"[]", b"\xff\xfe", b"\x1f\x8b\x08", b"0" * 70_000]),
)


def put_on_disk(root: Path, thing: Hostile) -> None:
    """Put a hostile thing into a lake on disk; a name that a disk cannot have is left out."""
    path = root / os.path.normpath(thing.name)
    if not path.is_relative_to(root) or os.path.lexists(path):
        return
    with suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        match thing.kind:
            case "file":
                path.write_bytes(thing.data)
            case "link":
                path.symlink_to(root)
            case "loop":
                path.symlink_to(path)
            case "pipe":
                os.mkfifo(path)
            case "sparse":
                path.touch()
                os.truncate(path, 1 << 40)
            case "folder":
                path.mkdir()


def put_in_memory(url: str, thing: Hostile) -> None:
    """Put a hostile object into a lake in memory, under its very name."""
    path = f"/{url.removeprefix('memory://')}/{thing.name}"
    with suppress(OSError):
        if thing.kind == "folder":
            fsspec.filesystem("memory").makedirs(path, exist_ok=True)
        else:
            fsspec.filesystem("memory").pipe_file(path, thing.data, mode="create")


def rows(store: ObjectStore) -> list[dict[str, object]]:
    tables = [pq.read_table(pa.BufferReader(store.read(file.key))) for file in Lake(store).staged_files()]
    return sorted((row for table in tables for row in table.to_pylist()), key=lambda row: str(row["event_id"]))


@pytest.fixture(scope="module")
def honest(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, object]]:
    store = QuickStore(tmp_path_factory.mktemp("honest") / "lake")
    put_all(store, EVENTS)
    stage(Lake(store))
    return rows(store)


@settings(max_examples=settings.default.max_examples // 2)
@given(st.lists(HOSTILE, min_size=1, max_size=12), st.booleans())
def test_a_decorated_lake_has_the_staged_rows_of_the_clean_one(
    honest: list[dict[str, object]], things: list[Hostile], in_memory: bool
) -> None:
    with TemporaryDirectory() as folder:
        root = Path(folder) / "lake"
        url = f"memory://{uuid4().hex}" if in_memory else str(root)
        store = open_store(url) if in_memory else QuickStore(root)
        put_all(store, EVENTS)
        for thing in things:
            if in_memory:
                put_in_memory(url, thing)
            else:
                put_on_disk(root, thing)
        lake = Lake(store)

        stage(lake)

        assert rows(store) == honest
        assert stage(lake).manifests == []
        assert replay(lake).staged.rows == 0
        quarantined = {f"raw/{entry.key}" for entry in lake.quarantine.open_entries()}
        named = {problem.key for problem in verify(lake).problems}
        assert quarantined <= named
        copy = QuickStore(Path(folder) / "copy")
        copied = copy_lake(lake, copy)
        assert rows(copy) == honest
        assert len(contents(copy)) == copied.objects
