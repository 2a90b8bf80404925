"""``hospital-elt query`` prints rows as a table, CSV or JSON, and says in one line why it cannot."""

import csv
import io
import json
import subprocess

import pytest
from command_lines import Done, call

from elt.warehouse import open_warehouse

pytestmark = pytest.mark.e2e

ROW = (
    "SELECT toDateTime64('2024-03-31 01:30:00', 6, 'UTC') AS at, toDate32('1940-02-29') AS born, 'a,\"b\"' AS text, "
    "0.1 AS number, CAST(NULL AS Nullable(Int64)) AS nothing, 0 / 0 AS undefined, true AS yes, 9007199254740993 AS big"
)


@pytest.fixture(scope="module")
def dsn(tmp_path_factory: pytest.TempPathFactory) -> str:
    dsn = f"chdb://{tmp_path_factory.mktemp('query')}/warehouse"
    with open_warehouse(dsn, create=True) as warehouse:
        warehouse.execute("CREATE DATABASE hospital_raw")
    return dsn


def query(dsn: str, sql: str, *options: str) -> Done:
    return call("hospital-elt", "query", "--warehouse", dsn, sql, *options)


def test_json_is_an_array_of_objects(dsn: str) -> None:
    command = ["hospital-elt", "query", "--warehouse", dsn, ROW, "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == [
        {
            "at": "2024-03-31T01:30:00Z",
            "born": "1940-02-29",
            "text": 'a,"b"',
            "number": 0.1,
            "nothing": None,
            "undefined": None,
            "yes": True,
            "big": 9007199254740993,
        }
    ]
    assert query(dsn, ROW, "--format", "json").stdout == done.stdout
    assert json.loads(query(dsn, "SELECT 1 AS one WHERE 1 = 0", "--json").stdout) == []


def test_csv_has_a_header_and_quotes_what_needs_it_and_a_table_is_for_people(dsn: str) -> None:
    header, row = csv.reader(io.StringIO(query(dsn, ROW, "--format", "csv").stdout))
    assert header[:4] == ["at", "born", "text", "number"]
    assert row[:5] == ["2024-03-31T01:30:00Z", "1940-02-29", 'a,"b"', "0.1", ""]
    shown = query(dsn, "SELECT number AS n FROM numbers(3)").stdout
    assert "n" in shown
    assert "3 rows" in shown


def test_a_warehouse_in_use_and_an_unreachable_server_are_reported_in_one_line(dsn: str) -> None:
    with open_warehouse(dsn):
        done = query(dsn, "SELECT 1")
    assert done.returncode == 1
    assert "in use by process" in done.stderr
    done = query("clickhouse://somebody@127.0.0.1:1/", "SELECT 1")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("error: warehouse clickhouse://somebody@127.0.0.1:1/: the server cannot be reached")
    assert len(done.stderr.splitlines()) == 1
