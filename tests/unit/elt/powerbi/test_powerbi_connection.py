"""Power BI reads from the place of the DSN or of ``--connect``; errors name a wrong place without its secret."""

import pytest

from elt import WrongCallError
from elt.powerbi.model.connection import Connection, Connector, connection_of
from elt.powerbi.model.power_query import expressions

pytestmark = pytest.mark.unit


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
