"""The documented policies are policies; the one of the bucket lets nobody overwrite or delete, as the store writes."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import iam
import pytest
from botocore.exceptions import ClientError
from documented_stages import PAGE
from guarded_s3 import Gate, guarded
from lakes import QuickStore, put_all, some_events
from s3_servers import BUCKET, S3Server

from elt.lake.copy import copy_lake
from elt.lake.lake import Lake
from elt.staging import stage
from hospital_sim.storage import ObjectStore, StoreRefusedError, open_store

pytestmark = pytest.mark.integration

POLICIES = iam.documented(PAGE)
ANYTHING = iam.statements(
    '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}'
)
OF_BUCKET = iam.statements(POLICIES["Policy of the bucket"].replace("hospital-lake", BUCKET))


@pytest.fixture
def gate(seaweed: S3Server, monkeypatch: pytest.MonkeyPatch) -> Iterator[Gate]:
    """A bucket with its policy, and a principal who may do anything that it does not deny."""
    with guarded(seaweed, ANYTHING, OF_BUCKET) as opened:
        monkeypatch.setenv("AWS_ENDPOINT_URL", opened.endpoint)
        yield opened


def test_a_policy_can_be_read_and_grants_no_more_than_single_actions() -> None:
    for heading, policy in POLICIES.items():
        for statement in iam.statements(policy):
            assert all("*" not in action for action in statement.actions), statement
            assert all(resource.startswith("arn:aws:") for resource in statement.resources), statement
            assert statement.allows or heading == "Policy of the bucket", statement


def test_the_store_writes_under_the_policy_of_the_bucket(gate: Gate, seaweed: S3Server) -> None:
    store = open_store(seaweed.new_url())
    assert store.create("one", b"first")
    assert not store.create("one", b"first")
    assert store.create_many((f"more/{number}", b"x" * 10) for number in range(20)) == 20
    assert store.create("large", b"x" * (12 << 20))
    assert gate.denied() == []


def test_nobody_puts_without_the_condition_and_nobody_deletes(gate: Gate, seaweed: S3Server) -> None:
    url = seaweed.new_url()
    store = open_store(url)
    store.create("one", b"first")
    key = f"{url.partition(f'{BUCKET}/')[2]}/one"
    other = replace(seaweed, endpoint=gate.endpoint).client()
    put = {"Bucket": BUCKET, "Body": b"other"}
    for call in (
        lambda: other.put_object(Key=key, **put),
        lambda: other.put_object(Key=f"{key}-new", **put),
        lambda: other.delete_object(Key=key, Bucket=BUCKET),
    ):
        with pytest.raises(ClientError, match="AccessDenied"):
            call()

    assert store.read("one") == b"first"
    assert list(store.keys()) == ["one"]


def test_who_copies_a_lake_may_do_what_a_copy_needs_and_nothing_else(
    seaweed: S3Server, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    lake = QuickStore(tmp_path / "lake")
    put_all(lake, some_events(3))
    lake.create("raw/notes.txt", b"hello")
    stage(Lake(lake))
    url = f"{seaweed.new_url()}/north"
    policy = POLICIES["Copies the lake"].replace("hospital-lake/north", url.removeprefix("s3://"))
    allowed = iam.statements(policy.replace("hospital-lake", BUCKET))
    with guarded(seaweed, allowed, OF_BUCKET) as opened:
        monkeypatch.setenv("AWS_ENDPOINT_URL", opened.endpoint)
        for _ in range(2):
            copy_lake(Lake(lake), open_store(url))
        requests = [each.request for each in opened.asked]

    assert opened.denied() == []
    parts = [part for statement in allowed for part in statement.parts()]
    assert [part for part in parts if not any(map(part.matches, requests))] == []


@pytest.mark.parametrize(
    ("action", "call"),
    [("s3:PutObject", lambda store: store.create("one", b"")), ("s3:ListBucket", lambda store: list(store.keys()))],
)
def test_a_policy_with_one_permission_less_ends_in_one_line_that_says_who_refuses(
    action: str, call: Callable[[ObjectStore], object], seaweed: S3Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = json.loads(
        POLICIES["Simulates"].replace("hospital-lake/north/", f"{BUCKET}/*/").replace("hospital-lake", BUCKET)
    )
    for statement in document["Statement"]:
        actions = statement["Action"] if isinstance(statement["Action"], list) else [statement["Action"]]
        statement["Action"] = [each for each in actions if each != action]
    with guarded(seaweed, iam.statements(json.dumps(document)), OF_BUCKET) as opened:
        monkeypatch.setenv("AWS_ENDPOINT_URL", opened.endpoint)
        store = open_store(f"{seaweed.new_url()}/raw")
        with pytest.raises(StoreRefusedError):
            call(store)


def test_what_the_evaluator_does_not_know_is_an_error_and_not_a_permission() -> None:
    unknown = (
        '{"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "s3:*", "Resource": "*", '
        '"Condition": {"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}}]}'
    )
    with pytest.raises(ValueError, match="the operator IpAddress"):
        iam.is_allowed(iam.Request("s3:GetObject", "arn:aws:s3:::a/b"), iam.statements(unknown))
