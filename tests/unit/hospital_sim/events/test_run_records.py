"""A run record is decoded as it was encoded, and any other bytes raise one kind of error."""

import json
from datetime import date, timedelta
from typing import Any

import pytest
from lakes import put_record

from hospital_sim.events import LATEST, BrokenRecordError, decode_record, decode_started, encode
from hospital_sim.storage import open_store

pytestmark = pytest.mark.unit

COUNT = {"event_type": "admission", "department_id": "acute", "event_date": "2024-01-01", "count": 1}

NO_RECORDS = (
    b"",
    b"{",
    b"null",
    b"[]",
    b"[" * 100_000,
    b'{"run":' * 100_000,
    b"\xff\xfe{}",
    b'{"run":{"hospital_name":"\xff"}}',
    b'{"run":{"hospital_name":"\\ud800"}}',
    b'{"run":NaN}',
)

IMPOSSIBLE_RUNS: tuple[tuple[dict[str, object], str], ...] = (
    ({"hospital_name": "\ud800"}, "surrogate"),
    ({"seed": 2**63}, "seed"),
    ({"seed": -1}, "seed"),
    ({"end": "9999-12-31"}, "between 1900 and 2299"),
    ({"start": "0001-01-01"}, "between 1900 and 2299"),
    ({"emit_from": "2023-12-31"}, "must follow each other"),
    ({"end": "2023-12-31"}, "must follow each other"),
)

IMPOSSIBLE_COUNTS = (
    {"event_date": "2300-01-01"},
    {"count": 2**63},
    {"count": -1},
    {"event_type": "visit"},
    {"event_date": "soon"},
)


@pytest.fixture(scope="module")
def record() -> dict[str, Any]:
    """A record, as plain values."""
    store = open_store("memory://records")
    put_record(store, date(2024, 1, 31))
    [data] = [data for _, data in store.read_many(list(store.keys()))]
    values: dict[str, Any] = json.loads(data)
    return values


def _with(record: dict[str, Any], **values: object) -> bytes:
    return json.dumps(record | {"run": record["run"] | values}).encode()


def test_a_record_is_decoded_as_it_was_encoded_up_to_the_latest_end(record: dict[str, Any]) -> None:
    decoded = decode_record(json.dumps(record | {"counts": [COUNT]}).encode())
    assert decode_record(encode(decoded)) == decoded
    assert decode_started(encode(decoded.run)) == decoded.run
    latest = decode_record(_with(record, end=LATEST.isoformat())).run.end
    assert latest + timedelta(days=1) > latest


def test_bytes_that_are_not_a_record_raise_one_kind_of_error() -> None:
    for data in NO_RECORDS:
        for decode in (decode_record, decode_started):
            with pytest.raises(BrokenRecordError):
                decode(data)


def test_a_record_with_an_impossible_run_or_count_is_broken(record: dict[str, Any]) -> None:
    for run, why in IMPOSSIBLE_RUNS:
        with pytest.raises(BrokenRecordError, match=why):
            decode_record(_with(record, **run))
    for values in IMPOSSIBLE_COUNTS:
        with pytest.raises(BrokenRecordError):
            decode_record(json.dumps(record | {"counts": [COUNT | values]}).encode())
