"""After a second version of an event type, old objects stay readable, with nulls in the appended columns."""

import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from lakes import DAY, QuickStore, admission, put_all
from msgspec import Struct
from two_versions import FIELDS, AdmissionTwo, newer

from elt.contracts import arrow_schema, columns, contracts
from elt.lake.lake import Lake
from elt.lake.quarantine import Reason
from elt.staging import parquet, stage
from elt.verification import verify
from hospital_sim.events import EVENT_VERSIONS, Admission, encode
from hospital_sim.events.keys import key_of

pytestmark = pytest.mark.integration


@pytest.fixture
def two_versions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(EVENT_VERSIONS, "admission", (Admission, AdmissionTwo))


@pytest.fixture
def lake(tmp_path: object) -> QuickStore:
    return QuickStore(f"{tmp_path}/lake")


def put_newer(store: QuickStore, number: int, triage: str | None) -> None:
    store.create(f"raw/{key_of('admission', DAY.date(), admission(number).event_id)}", newer(number, triage))


def staged_rows(store: QuickStore) -> list[dict[str, object]]:
    files = [file for file in Lake(store).staged_files() if file.event_type == "admission"]
    return [row for file in files for row in pq.read_table(pa.BufferReader(store.read(file.key))).to_pylist()]


@pytest.mark.usefixtures("two_versions")
def test_columns_are_only_appended_and_may_be_null_and_both_versions_have_a_contract() -> None:
    old, new = columns("admission", 1), columns("admission")
    first, second = contracts("admission")

    assert new[: len(old)] == old[:2] + new[2:3] + old[3:]
    assert [(column.name, column.nullable) for column in new[len(old) :]] == [("triage", True), ("escorts", True)]
    assert [field.name for field in arrow_schema("admission", 1)] == [column.name for column in old]
    assert (first.name, second.name) == ("admission.v1", "admission.v2")
    assert "triage" not in str(first.json_schema)
    assert second.arrow_schema.names[-2:] == ["triage", "escorts"]


@pytest.mark.usefixtures("two_versions")
def test_events_of_both_versions_are_staged_into_one_file(lake: QuickStore) -> None:
    put_all(lake, [admission(1), admission(3)])
    put_newer(lake, 2, "red")
    put_newer(lake, 4, None)

    summary = stage(Lake(lake))

    assert (summary.rows, summary.quarantined, summary.files) == (4, {}, 1)
    found = [(row["event_id"], row["schema_version"], row["triage"], row["escorts"]) for row in staged_rows(lake)]
    assert found == [
        (admission(1).event_id, 1, None, None),
        (admission(2).event_id, 2, "red", 2),
        (admission(3).event_id, 1, None, None),
        (admission(4).event_id, 2, None, 4),
    ]
    [file] = Lake(lake).staged_files()
    assert pq.read_metadata(pa.BufferReader(lake.read(file.key))).metadata[parquet.CONTRACT_KEY] == b"2"
    assert not [problem for problem in verify(Lake(lake)).problems if problem.key.endswith(".json")]


def test_objects_quarantined_for_their_version_are_staged_once_it_is_supported(
    lake: QuickStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    from elt.staging import replay

    put_all(lake, [admission(1)])
    put_newer(lake, 2, "amber")
    assert stage(Lake(lake)).quarantined == {"unsupported_version": 1}
    monkeypatch.setitem(EVENT_VERSIONS, "admission", (Admission, AdmissionTwo))

    summary = replay(Lake(lake))

    assert (summary.closed, summary.still_open) == (1, {})
    assert [row.get("triage") for row in staged_rows(lake)] == [None, "amber"]
    assert Lake(lake).quarantine.open_counts().total() == 0


@pytest.mark.usefixtures("two_versions")
@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (encode(admission(9))[:-1] + b',"triage":"red","escorts":1}', Reason.UNKNOWN_FIELD),
        (newer(9, "red").replace(b',"escorts":9', b""), Reason.MISSING_FIELD),
        (newer(9, "red").replace(b'"red"', b'"blue"'), Reason.IMPOSSIBLE_VALUE),
        (newer(9, "red").replace(b'"schema_version":2', b'"schema_version":3'), Reason.UNSUPPORTED_VERSION),
        (newer(9, "red").replace(b'"schema_version":2', b'"schema_version":"2"'), Reason.WRONG_TYPE),
    ],
)
def test_an_event_is_held_to_the_version_that_it_names(lake: QuickStore, data: bytes, reason: Reason) -> None:
    put_all(lake, [admission(1)])
    lake.create(f"raw/{key_of('admission', DAY.date(), admission(9).event_id)}", data)

    assert stage(Lake(lake)).quarantined == {reason.value: 1}


@pytest.mark.usefixtures("two_versions")
def test_an_old_event_in_another_order_or_spelling_is_read(lake: QuickStore) -> None:
    plain = json.loads(encode(admission(1)))
    key = f"raw/{key_of('admission', DAY.date(), admission(1).event_id)}"
    lake.create(key, json.dumps(dict(reversed(plain.items())), indent=1).encode())
    put_newer(lake, 2, "red")

    stage(Lake(lake))

    assert [row["triage"] for row in staged_rows(lake)] == [None, "red"]


def test_a_version_that_does_more_than_append_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    class Shorter(Struct, tag_field="event_type", tag="admission"):
        __annotations__ = {name: AdmissionTwo.__annotations__[name] for name in FIELDS if name != "bed_number"}

    monkeypatch.setitem(EVENT_VERSIONS, "admission", (Admission, Shorter))

    with pytest.raises(TypeError, match="may only append"):
        columns("admission")
