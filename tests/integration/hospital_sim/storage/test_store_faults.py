"""Faults between a store and its server: transient errors are retried, final ones are raised at once."""

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from botocore.retries.standard import ThrottledRetryableChecker, TransientRetryableChecker
from flaky_s3 import BREAK_OFF, FlakyS3, flaky_s3
from s3_servers import READER_KEY, READER_SECRET, S3Server

from hospital_sim.storage import (
    ObjectNotFoundError,
    ObjectUnreadableError,
    OverwritingStoreError,
    StoreRefusedError,
    StoreUnreachableError,
    UnknownSchemeError,
    open_store,
    retries,
)
from hospital_sim.storage.s3 import IN_FLIGHT

pytestmark = pytest.mark.integration


@pytest.fixture
def flaky(monkeypatch: pytest.MonkeyPatch) -> Iterator[FlakyS3]:
    with flaky_s3() as server:
        _use_endpoint(server.endpoint, monkeypatch)
        yield server


def _use_endpoint(endpoint: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in S3Server(endpoint, [], Path()).environment().items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def short_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retries, "SECONDS", 0.7)


def test_an_unreachable_store_is_reported_within_20_seconds() -> None:
    assert retries.SECONDS < 18


RETRIED_BY_AWS_TOOLS = [
    *((status, "Any") for status in TransientRetryableChecker._TRANSIENT_STATUS_CODES),
    *((400, code) for code in TransientRetryableChecker._TRANSIENT_ERROR_CODES),
    *((400, code) for code in ThrottledRetryableChecker._THROTTLED_ERROR_CODES),
    *((400, code) for code in ("RequestTimeout", "BadDigest")),  # botocore's rules for S3 alone
    *((429, ""), (509, "")),
]
ALSO_RETRIED = [(409, "ConditionalRequestConflict"), (408, "RequestTimeout"), (503, "SlowDown"), (BREAK_OFF, "")]


def test_transient_errors_are_retried(flaky: FlakyS3, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retries, "_FIRST_PAUSE", 0.001)
    store = open_store("s3://bucket/lake")
    failures = [*RETRIED_BY_AWS_TOOLS, *ALSO_RETRIED]
    for number, failure in enumerate(failures):
        flaky.failures = [failure]
        assert store.create(f"{number}", b"1") is True, failure
        flaky.failures = [failure]
        assert store.read(f"{number}") == b"1", failure
    assert flaky.objects == {f"/bucket/lake/{number}": b"1" for number in range(len(failures))}


@pytest.mark.parametrize(
    ("failure", "reason"),
    [
        (
            (403, "AccessDenied"),
            "the store does not permit this (AccessDenied); check the credentials and their rights",
        ),
        ((403, "InvalidObjectState"), "cannot be read: it is archived; restore it"),
    ],
)
def test_an_object_that_the_store_does_not_give_hides_no_other(
    flaky: FlakyS3, failure: tuple[int, str], reason: str
) -> None:
    store = open_store("s3://bucket/lake")
    store.create_many([("a", b"1"), ("b", b"1")])
    flaky.failures = [failure]

    objects = [data for _, data in store.read_each(["a", "b"], 1)]

    assert b"1" in objects
    assert [data.reason for data in objects if isinstance(data, ObjectUnreadableError)] == [reason]
    flaky.failures = [(400, "ExpiredToken")]
    with pytest.raises(StoreRefusedError, match="does not accept the credentials"):
        list(store.read_each(["a"], 1))


@pytest.mark.parametrize(
    ("failure", "reason"),
    [
        ((403, "AccessDenied"), r"does not permit this \(AccessDenied\)"),
        ((404, "NoSuchBucket"), "there is no bucket"),
    ],
)
def test_a_listing_of_names_that_the_client_refuses_has_the_same_errors(
    failure: tuple[int, str], reason: str, flaky: FlakyS3
) -> None:
    flaky.failures = [*[(503, "SlowDown")] * 3, failure]
    with pytest.raises(StoreRefusedError, match=rf"^s3://bucket/lake/a\x01: .*{reason}"):
        open_store("s3://bucket/lake").level("a\x01/")
    assert flaky.failures == []


def test_an_object_whose_acknowledgement_was_lost_counts_as_existing(flaky: FlakyS3) -> None:
    store = open_store("s3://bucket/lake")
    flaky.after_storing = True
    for key, failure in (("a", (500, "InternalError")), ("b", (BREAK_OFF, ""))):
        flaky.failures = [failure]
        assert store.create(key, b"1") is False
    assert store.create_many([("a", b"1"), ("c", b"2")]) == 1


def test_final_errors_are_raised_at_once_with_a_plain_message(flaky: FlakyS3) -> None:
    for number, (failure, reason) in enumerate((
        ((403, "SignatureDoesNotMatch"), r"does not accept the credentials \(SignatureDoesNotMatch\)"),
        ((403, "InvalidAccessKeyId"), r"does not accept the credentials \(InvalidAccessKeyId\)"),
        ((400, "ExpiredToken"), r"does not accept the credentials \(ExpiredToken\)"),
        ((401, "Unauthorized"), "does not permit this"),
        ((403, "AccessDenied"), r"does not permit this \(AccessDenied\)"),
        ((403, "RequestTimeTooSkewed"), "the clock of this machine is minutes from that of the server"),
        ((400, "AuthorizationHeaderMalformed</Code><Region>eu-west-2</Region><Code>"), "set AWS_REGION to eu-west-2"),
        ((301, "PermanentRedirect"), "the bucket is in another region; set AWS_REGION"),
        ((404, "NoSuchBucket"), "there is no bucket 'bucket'"),
        ((400, "InvalidArgument"), r"refuses this \(HTTP status 400 InvalidArgument\)"),
        ((501, "NotImplemented"), r"refuses this \(HTTP status 501 NotImplemented\)"),
    ), start=1):  # fmt: skip
        flaky.failures = [failure] * 5
        with pytest.raises(StoreRefusedError, match=reason) as refused:
            open_store("s3://bucket/lake").create("a", b"1")
        assert flaky.requests == number, failure
        assert refused.value.exit_code == 2
        assert "words of the server" not in str(refused.value)


@pytest.mark.parametrize("status", [301, 302, 307])
def test_a_redirection_to_another_server_is_not_followed(status: int, flaky: FlakyS3) -> None:
    store = open_store("s3://bucket/lake")
    with flaky_s3() as other:
        flaky.failures = [(status, f"{other.endpoint.replace('127.0.0.1', 'localhost')}/bucket/lake/a")] * 4
        for call in (
            lambda: store.read("a"),
            lambda: store.exists("a"),
            lambda: list(store.keys()),
            lambda: store.create("a", b"1"),
        ):
            with pytest.raises(StoreRefusedError, match=f"{flaky.endpoint} redirects to another server"):
                call()
        assert other.requests == 0
    assert flaky.requests == 4


def test_a_server_that_is_not_s3_is_named(flaky: FlakyS3) -> None:
    flaky.failures = [(200, "")]
    with pytest.raises(StoreRefusedError, match=f"{flaky.endpoint} does not answer as S3 does; check AWS_ENDPOINT_URL"):
        list(open_store("s3://bucket/lake").keys())


@pytest.mark.usefixtures("short_deadline")
def test_a_server_that_keeps_failing_is_reported_with_its_last_answer(flaky: FlakyS3) -> None:
    flaky.failures = [(503, "SlowDown")] * 1000
    with pytest.raises(StoreUnreachableError, match=rf"HTTP status 503 SlowDown from {flaky.endpoint}, tried for"):
        open_store("s3://bucket/lake").create("a", b"1")


@pytest.mark.usefixtures("short_deadline")
def test_a_server_that_never_answers_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        _use_endpoint(f"http://127.0.0.1:{silent.getsockname()[1]}", monkeypatch)
        with pytest.raises(StoreUnreachableError, match="the store cannot be reached: no answer"):
            open_store("s3://bucket/lake").create("a", b"1")


@pytest.mark.usefixtures("short_deadline")
def test_no_object_is_begun_after_one_has_failed(flaky: FlakyS3) -> None:
    flaky.failures = [(503, "SlowDown")] * 100_000
    with pytest.raises(StoreUnreachableError) as refused:
        open_store("s3://bucket/lake").create_many((f"{number}", b"1") for number in range(5000))
    assert refused.value.done == 0
    # Each of the first requests is made four times at most, because the pauses between them grow.
    assert flaky.requests <= 4 * IN_FLIGHT


def test_credentials_without_the_right_to_write_are_refused(seaweed: S3Server, monkeypatch: pytest.MonkeyPatch) -> None:
    url = seaweed.new_url()
    open_store(url).create("a", b"1")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", READER_KEY)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", READER_SECRET)
    reader = open_store(url)
    assert reader.read("a") == b"1"
    with pytest.raises(StoreRefusedError, match=r"/b: the store does not permit this \(AccessDenied\)"):
        reader.create("b", b"1")


def test_a_bucket_that_is_missing_is_named(seaweed: S3Server) -> None:
    store = open_store("s3://no-such-bucket/lake")
    for call in (lambda: store.create("a", b"1"), lambda: store.read("a"), lambda: list(store.keys())):
        with pytest.raises(StoreRefusedError, match="there is no bucket 'no-such-bucket'; make it"):
            call()


def test_a_file_system_without_atomic_create_needs_single_writer() -> None:
    with pytest.raises(
        OverwritingStoreError, match="a file system of ftp:// cannot create an object whole and only if"
    ):
        open_store("ftp://user:pass-4kdm@host/lake")
    store = open_store("ftp://user:pass-4kdm@host/lake", single_writer=True)
    assert store.url == "ftp://user@host/lake"


@pytest.mark.usefixtures("short_deadline")
def test_a_file_system_that_never_answers_is_reported_without_its_password() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        store = open_store(f"ftp://user:pass-4kdm@127.0.0.1:{port}/lake", single_writer=True)
        with pytest.raises(StoreUnreachableError, match="no answer in") as refused:
            store.create("a", b"1")
    assert "pass-4kdm" not in str(refused.value)


@pytest.mark.parametrize("url", ["s3://", "s3:///key", "s3://key:secret-2kfq@bucket/lake", "s3://bucket/a/../b"])
def test_an_invalid_url_is_refused_without_showing_its_secrets(url: str) -> None:
    with pytest.raises(UnknownSchemeError) as refused:
        open_store(url)
    assert "secret-2kfq" not in str(refused.value)


def test_stores_in_memory_share_objects_under_one_name_only() -> None:
    open_store("memory://one").create("a", b"1")
    assert open_store("memory://one/").read("a") == b"1"
    with pytest.raises(ObjectNotFoundError, match="memory://two/a"):
        open_store("memory://two").read("a")


def test_a_forked_process_cannot_use_the_store_of_its_parent(flaky: FlakyS3) -> None:
    store = open_store("s3://bucket/lake")
    store.create("a", b"1")
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        try:
            store.read("a")
        except RuntimeError as error:
            os.write(writing, str(error).encode())
        finally:
            os._exit(0)
    os.waitpid(child, 0)
    assert b"start processes with the method 'spawn'" in os.read(reading, 1000)
