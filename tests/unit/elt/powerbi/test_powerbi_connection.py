"""Where Power BI reads from follows from the DSN, or is said apart; a wrong place is named without a secret."""

import pytest

from elt import WrongCallError
from elt.powerbi.model.connection import Connection, Connector, connection_of
from elt.powerbi.model.power_query import expressions

pytestmark = pytest.mark.unit


def test_an_embedded_warehouse_is_read_from_its_parquet_files() -> None:
    assert connection_of("chdb:///data/warehouse", None, "C:\\data") == Connection(Connector.PARQUET, folder="C:\\data")


@pytest.mark.parametrize(
    ("dsn", "port"), [("clickhouse://me@db.example:9000/", 8123), ("clickhouse://me@db.example/?secure=true", 8443)]
)
def test_a_clickhouse_server_is_read_on_its_http_port_without_the_account(dsn: str, port: int) -> None:
    assert connection_of(dsn, None, "") == Connection(Connector.CLICKHOUSE, "db.example", port)


def test_a_redshift_is_read_where_it_was_loaded_without_the_account() -> None:
    dsn = "redshift://me:secret@cluster.example/hospital?iam_role=default"
    assert connection_of(dsn, None, "") == Connection(Connector.REDSHIFT, "cluster.example", 5439, "hospital")


@pytest.mark.parametrize(
    ("place", "said"),
    [
        ("redshift://cluster.example/", "the database is missing"),
        ("clickhouse://db.example:8443/default", "it names no database"),
        ("redshift://me:secret@cluster.example/hospital", "names a user"),
        ("clickhouse://db.example:port/", "the port is not a number"),
        ("postgres://db.example/", "not a place that Power BI reads"),
        ("clickhouse:///", "not a place that Power BI reads"),
    ],
)
def test_a_wrong_place_is_a_wrong_call_that_says_what_to_write(place: str, said: str) -> None:
    with pytest.raises(WrongCallError, match=said) as error:
        connection_of("chdb:///data/warehouse", place, "")
    assert "secret" not in str(error.value)
    assert "redshift://host:5439/database" in str(error.value)


def test_host_port_database_and_schemas_are_parameters() -> None:
    found = expressions(Connection(Connector.REDSHIFT, "rs.example", 5439, 'the "one"'), "trust")
    assert [expression.name for expression in found] == ["Host", "Port", "SchemaPrefix", "Database", "WarehouseTable"]
    texts = {expression.name: expression.text for expression in found}
    assert texts["Port"] == '5439 meta [IsParameterQuery=true, Type="Number", IsParameterQueryRequired=true]'
    assert texts["Database"].startswith('"the ""one""" meta')
    assert texts["SchemaPrefix"].startswith('"trust" meta')
