"""The folder of a project, its Parquet files, and the place that Power BI reads from; errors do not show its secret."""

import datetime as dt
from io import BytesIO
from itertools import pairwise
from pathlib import Path
from uuid import UUID

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from elt import WrongCallError
from elt.powerbi.checks.data_checks import data_type
from elt.powerbi.files.parquet_export import parquet_bytes
from elt.powerbi.files.project_folder import ProjectTargetError, write_folder
from elt.powerbi.model.connection import Connection, Connector, connection_of
from elt.powerbi.model.power_query import expressions
from elt.powerbi.model.semantic_model import DataType
from elt.warehouse.clickhouse.wire import arrow_table

pytestmark = pytest.mark.unit


def test_the_same_rows_give_the_same_bytes_wherever_the_engine_cut_them() -> None:
    # So many different values that their dictionary is given up in the middle of a column: a page ends there.
    count = 140_000
    texts = [None if number % 3 else str(UUID(int=number * 10**30)) for number in range(count)]
    rows = pa.table({"spell_id": texts, "hours": [number / 7 for number in range(count)]})
    whole = parquet_bytes(rows)

    for cuts in ((1,), (1_000,), (65_409, 130_818)):
        pieces = pa.concat_tables([rows.slice(start, end - start) for start, end in pairwise((0, *cuts, count))])
        assert pieces["spell_id"].num_chunks == len(cuts) + 1
        assert parquet_bytes(pieces) == whole, cuts


def test_an_instant_is_written_in_utc_without_a_zone() -> None:
    noon = dt.datetime(2024, 7, 1, 12, tzinfo=dt.UTC)
    rows = pa.table({"at": pa.array([noon], pa.timestamp("ms", "Europe/London"))})

    read = pq.read_table(BytesIO(parquet_bytes(rows)))

    assert (str(read.schema.field("at").type), read["at"].to_pylist()) == ("timestamp[us]", [noon.replace(tzinfo=None)])


def test_files_of_an_older_project_are_replaced_and_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    write_folder(tmp_path, {"model/old/a.tmdl": b"old", "model/b.tmdl": b"old", "mine/c.txt": b"mine"}, ())

    write_folder(tmp_path, {"model/b.tmdl": b"new"}, ("model",))

    files = {path.relative_to(tmp_path).as_posix(): path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    assert files == {"model/b.tmdl": b"new", "mine/c.txt": b"mine"}
    assert not (tmp_path / "model" / "old").exists()
    (tmp_path / "taken").write_text("")
    with pytest.raises(ProjectTargetError, match=r"--out .*taken: cannot be written"):
        write_folder(tmp_path / "taken", {"a": b""}, ())


def test_types_of_a_server_and_of_arrow_are_those_of_power_bi_or_none() -> None:
    types = {
        "String": (DataType.STRING, False),
        "LowCardinality(Nullable(String))": (DataType.STRING, False),
        "Int64": (DataType.INTEGER, False),
        "Nullable(Float64)": (DataType.NUMBER, False),
        "Bool": (DataType.BOOLEAN, False),
        "Date32": (DataType.DATE_TIME, True),
        "DateTime64(6, 'UTC')": (DataType.DATE_TIME, False),
    }
    schema = arrow_table([], [(written, written) for written in types], "UTC").schema
    assert {field.name: data_type(field.type) for field in schema} == types
    assert data_type(pa.dictionary(pa.int32(), pa.string())) == (DataType.STRING, False)
    assert data_type(pa.decimal128(18, 2)) == (DataType.NUMBER, False)
    assert data_type(pa.list_(pa.int64())) is None


def test_files_of_an_embedded_warehouse_or_a_server_without_the_account_are_read() -> None:
    redshift = "redshift://me:secret@cluster.example/hospital?iam_role=default"
    assert connection_of("chdb:///data/warehouse", None, "C:\\data") == Connection(Connector.PARQUET, folder="C:\\data")
    assert connection_of(redshift, None, "") == Connection(Connector.REDSHIFT, "cluster.example", 5439, "hospital")
    for dsn, port in (("clickhouse://me@db.example:9000/", 8123), ("clickhouse://me@db.example/?secure=true", 8443)):
        assert connection_of(dsn, None, "") == Connection(Connector.CLICKHOUSE, "db.example", port)


@pytest.mark.parametrize(
    ("place", "message"),
    [
        ("redshift://cluster.example/", "the database is missing"),
        ("clickhouse://db.example:8443/default", "it names no database"),
        ("redshift://me:secret@cluster.example/hospital", "names a user"),
        ("clickhouse://db.example:port/", "the port is not a number"),
        ("postgres://db.example/", "not a place that Power BI reads"),
        ("clickhouse:///", "not a place that Power BI reads"),
    ],
)
def test_a_wrong_place_is_a_wrong_call_that_shows_a_right_one(place: str, message: str) -> None:
    with pytest.raises(WrongCallError, match=message) as error:
        connection_of("chdb:///data/warehouse", place, "")
    assert "secret" not in str(error.value)
    assert "redshift://host:5439/database" in str(error.value)


def test_host_port_database_and_schemas_are_parameters() -> None:
    parameters = expressions(Connection(Connector.REDSHIFT, "rs.example", 5439, 'the "one"'), "trust")
    names = [expression.name for expression in parameters]
    assert names == ["Host", "Port", "SchemaPrefix", "Database", "WarehouseTable"]
    texts = {expression.name: expression.text for expression in parameters}
    assert texts["Port"] == '5439 meta [IsParameterQuery=true, Type="Number", IsParameterQueryRequired=true]'
    assert texts["Database"].startswith('"the ""one""" meta')
    assert texts["SchemaPrefix"].startswith('"trust" meta')
    assert 'AmazonRedshift.Database(Host & ":" & Text.From(Port), Database)' in texts["WarehouseTable"]
