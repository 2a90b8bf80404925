"""The quarantine keeps the first bytes and the first reason of an object, until it has left."""

import json
from uuid import uuid4

import pytest

from elt import BrokenLakeError
from elt.lake.quarantine import Entry, Quarantine, Reason
from hospital_sim.storage import ObjectConflictError, ObjectStore, open_store

pytestmark = pytest.mark.unit

KEY = "admission/event_date=2024-03-15/a.json"


@pytest.fixture
def store() -> ObjectStore:
    return open_store(f"memory://{uuid4().hex}")


def entry(key: str = KEY, reason: Reason = Reason.NOT_JSON, manifest: int = 1) -> Entry:
    return Entry(key, reason, "the words", "0a", 3, manifest)


def test_an_object_is_kept_with_its_first_bytes_and_its_first_reason(store: ObjectStore) -> None:
    quarantine = Quarantine(store)
    assert quarantine.entry_of(KEY) is None
    assert quarantine.put(entry(), b"[1,") is Reason.NOT_JSON
    assert quarantine.entry_of(KEY) == entry()
    assert list(quarantine.entries()) == list(quarantine.open_entries()) == [entry()]
    assert store.read(f"quarantine/objects/{KEY}") == b"[1,"
    written = {"key": KEY, "reason": "not_json", "detail": "the words", "sha256": "0a", "bytes": 3, "manifest": 1}
    assert store.read(f"quarantine/entries/{KEY}") == json.dumps(written, indent=1).encode()
    # The first bytes and the first reason stand.
    assert quarantine.put(entry(reason=Reason.WRONG_TYPE, manifest=2), b"[2]") is Reason.NOT_JSON
    assert list(quarantine.entries()) == [entry()]
    assert store.read(f"quarantine/objects/{KEY}") == b"[1,"
    # A key of any characters is written as ASCII.
    quarantine.put(entry("\xe9\udcff"), b"")
    assert store.read("quarantine/entries/\xe9\udcff").isascii()
    assert list(quarantine.entries()) == [entry(), entry("\xe9\udcff")]


def test_an_object_that_left_stays_in_the_history_but_is_not_open(store: ObjectStore) -> None:
    quarantine = Quarantine(store)
    for key, reason in ((KEY, Reason.NOT_JSON), ("b", Reason.FOREIGN_KEY), ("c", Reason.FOREIGN_KEY)):
        quarantine.put(entry(key, reason), b"")
    assert quarantine.open_counts() == {Reason.NOT_JSON: 1, Reason.FOREIGN_KEY: 2}
    assert not quarantine.is_closed("b")

    quarantine.close("b", 7)
    quarantine.close("b", 7)

    assert quarantine.is_closed("b")
    assert json.loads(store.read("quarantine/replayed/b")) == {"key": "b", "manifest": 7}
    assert [each.key for each in quarantine.open_entries()] == [KEY, "c"]
    assert [each.key for each in quarantine.entries()] == [KEY, "b", "c"]
    assert quarantine.open_counts() == {Reason.NOT_JSON: 1, Reason.FOREIGN_KEY: 1}
    with pytest.raises(ObjectConflictError):
        quarantine.close("b", None)


@pytest.mark.parametrize("data", [b"[", b"{}", b'{"key": 1}'])
def test_a_broken_entry_is_named(store: ObjectStore, data: bytes) -> None:
    store.create(f"quarantine/entries/{KEY}", data)
    with pytest.raises(BrokenLakeError, match=rf"^quarantine/entries/{KEY}: not an entry of the quarantine \("):
        list(Quarantine(store).entries())
