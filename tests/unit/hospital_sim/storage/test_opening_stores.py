"""Which store a URL opens, what it needs, and how the URL is shown."""

import sys
import threading
from functools import partial
from uuid import uuid4

import pytest

from hospital_sim import MissingExtraError
from hospital_sim.storage import LocalStore, ObjectConflictError, UnknownSchemeError, open_store, public_url
from hospital_sim.storage.fsspec_store import FsspecStore
from hospital_sim.storage.s3 import S3Store

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("url", "kind", "shown"),
    [
        ("s3://bucket/a/b/", S3Store, "s3://bucket/a/b"),
        ("s3a://bucket", S3Store, "s3://bucket"),
        ("memory://lake/", FsspecStore, "memory://lake"),
        ("file:///data/lake", LocalStore, "/data/lake"),
        ("local:///data/lake", LocalStore, "/data/lake"),
        ("/data/lake", LocalStore, "/data/lake"),
    ],
)
def test_a_url_opens_the_store_of_its_scheme(url: str, kind: type, shown: str) -> None:
    store = open_store(url)
    assert isinstance(store, kind)
    assert store.url == shown


def test_a_scheme_that_no_store_knows_is_a_wrong_call() -> None:
    with pytest.raises(UnknownSchemeError, match="'nowhere://lake': no store knows the scheme 'nowhere'") as refused:
        open_store("nowhere://lake")
    assert refused.value.exit_code == 2


@pytest.mark.parametrize("url", ["", " ", "file://"])
def test_an_empty_url_is_not_the_working_directory(url: str) -> None:
    with pytest.raises(UnknownSchemeError, match=f"^'{url}': is empty; give a path or a URL"):
        open_store(url)


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("ftp://user:secret@host:21/lake", "ftp://user@host:21/lake"),
        ("ftp://:secret@host/lake", "ftp://host/lake"),
        ("https://host/lake?token=secret", "https://host/lake"),
        ("s3://bucket/a@b", "s3://bucket/a@b"),
        ("lake/a?b", "lake/a?b"),
        ("user:a@b/lake", "user:a@b/lake"),
    ],
)
def test_a_url_is_shown_without_its_secrets(url: str, shown: str) -> None:
    assert public_url(url) == shown


@pytest.mark.parametrize(("url", "package"), [("s3://bucket/lake", "obstore"), ("memory://lake", "fsspec")])
def test_a_store_whose_package_is_missing_names_the_extra(
    url: str, package: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(MissingExtraError, match=rf"a lake at {url} needs an extra: pip install 'simpy-hospital\[s3\]'"):
        open_store(url)


def test_one_of_several_threads_creates_an_object_in_memory(request: pytest.FixtureRequest) -> None:
    request.addfinalizer(partial(sys.setswitchinterval, sys.getswitchinterval()))
    sys.setswitchinterval(1e-6)
    store = open_store(f"memory://{uuid4().hex}")
    won: list[tuple[int, bytes]] = []

    def write(data: bytes) -> None:
        for key in range(200):
            barrier.wait()
            try:
                store.create(f"{key}", data)
            except ObjectConflictError:
                continue
            won.append((key, data))

    barrier = threading.Barrier(4)
    threads = [threading.Thread(target=write, args=(b"%d" % number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(key for key, _ in won) == list(range(200))
    assert all(store.read(f"{key}") == data for key, data in won)
