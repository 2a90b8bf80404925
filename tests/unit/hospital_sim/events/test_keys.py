"""Raw keys: each is built and parsed in one place."""

from datetime import date

import pytest
from lakes import admission

from hospital_sim.events import EVENT_TYPES
from hospital_sim.events.keys import (
    EventKey,
    event_key,
    is_record_key,
    is_started_key,
    key_of,
    parse_event_key,
    parse_partition_prefix,
    partition_prefix,
    raw_root,
    record_key,
    started_key,
)

pytestmark = pytest.mark.unit

UUID = "01234567-89ab-8def-8123-456789abcdef"

NOT_EVENTS = (
    "",
    f"transfer/event_date=2024-03-15/transfer_{UUID}.json",
    f"admission/event_date=2024-03-15/discharge_{UUID}.json",
    f"admission/event_date=2024-02-30/admission_{UUID}.json",
    f"admission/event_date=2024-3-15/admission_{UUID}.json",
    f"admission/event_date=2024-03-15/admission_{UUID.upper()}.json",
    f"admission/event_date=2024-03-15/admission_{UUID}.json.tmp",
    f"admission/event_date=2024-03-15/admission_{UUID}.json\n",
    f"raw/admission/event_date=2024-03-15/admission_{UUID}.json",
    f"admission/event_date=2024-03-15/sub/admission_{UUID}.json",
)

NOT_PARTITIONS = (
    "",
    "admission",
    "admission/",
    "transfer/event_date=2024-03-15/",
    "admission/event_date=2024-02-30/",
    "admission/2024/",
)


@pytest.mark.parametrize("kind", EVENT_TYPES)
def test_the_key_of_an_event_and_the_prefix_of_its_partition_can_be_parsed(kind: str) -> None:
    key, prefix = key_of(kind, date(2024, 2, 29), UUID), partition_prefix(kind, date(2024, 2, 29))
    assert key == f"{kind}/event_date=2024-02-29/{kind}_{UUID}.json"
    assert key.startswith(prefix)
    assert parse_event_key(key) == EventKey(kind, date(2024, 2, 29), UUID)
    assert parse_partition_prefix(prefix) == (kind, date(2024, 2, 29))


def test_an_event_lies_in_the_partition_of_its_utc_date() -> None:
    event = admission()
    assert event_key(event).startswith(partition_prefix("admission", event.event_time.date()))


def test_another_key_is_not_that_of_an_event_nor_another_prefix_that_of_a_partition() -> None:
    assert [key for key in NOT_EVENTS if parse_event_key(key) is not None] == []
    assert [prefix for prefix in NOT_PARTITIONS if parse_partition_prefix(prefix) is not None] == []


def test_the_two_keys_of_a_run_are_distinguished() -> None:
    run_id = "0123456789abcdef" * 2
    started, record = started_key(run_id), record_key(run_id)
    assert (started, record) == (f"_runs/{run_id}.started.json", f"_runs/{run_id}.json")
    assert (is_started_key(started), is_record_key(started)) == (True, False)
    assert (is_started_key(record), is_record_key(record)) == (False, True)
    others = [
        f"other/{run_id}.json",
        f"_runs/.{run_id}.json.Ab12Cd",
        "_runs/notes.json",
        f"{record}\n",
        f"_runs/a/{record}",
    ]
    assert [key for key in others if is_record_key(key) or is_started_key(key)] == []


def test_the_raw_root_is_below_the_lake() -> None:
    for lake in ("lake", "lake/", "s3://bucket/prefix", "s3://bucket/prefix/"):
        assert raw_root(lake) == f"{lake.rstrip('/')}/raw"
