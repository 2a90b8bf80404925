"""Microsoft's parser reads the M of every table and connector."""

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
from powerbi_model import awkward_model

from elt.powerbi.model.connection import Connection, Connector
from elt.powerbi.model.descriptions import described_tables
from elt.powerbi.model.power_query import expressions, load
from elt.powerbi.model.tables_and_relationships import model_tables

PARSER = Path(sys.prefix) / "powerquery/node_modules/@microsoft/powerquery-parser"
# Prints the error of each text, or null.
PROGRAM = """
const parser = require(process.argv[1]);
const texts = JSON.parse(require("fs").readFileSync(0));
Promise.all(texts.map(text => parser.TaskUtils.tryLexParse(parser.DefaultSettings, text)))
    .then(tasks => console.log(JSON.stringify(tasks.map(task => task.error ? task.error.message : null))));
"""
QUERY = 'let\n    Rows = WarehouseTable("marts", "mart_long_stays")\nin\n    Rows'

pytestmark = [
    pytest.mark.integration,
    pytest.mark.skipif(not PARSER.exists(), reason="Microsoft's parser of M is not there: make powerquery"),
]


def errors(queries: Mapping[str, str]) -> dict[str, str]:
    """Return the errors of Microsoft's parser, by the names of the queries."""
    done = subprocess.run(
        ["node", "-e", PROGRAM, str(PARSER)],
        input=json.dumps(list(queries.values())),
        capture_output=True,
        text=True,
        check=True,
    )
    return {name: error for name, error in zip(queries, json.loads(done.stdout), strict=True) if error}


def test_every_query_and_every_connector_is_m() -> None:
    tables = [*model_tables(described_tables()), *awkward_model().tables]
    queries = {table.name: load(table) for table in tables}
    for connector in Connector:
        place = Connection(connector, 'host\'s "name"', 8443, 'the "one"', "C:\\data\\#(lf)")
        queries |= {f"{connector} {one.name}": one.text for one in expressions(place, "trust")}

    assert errors(queries) == {}
    assert len(queries) > 25


def test_a_dropped_or_added_sign_is_refused() -> None:
    wrong = {
        "dropped": QUERY.replace('")', '"'),
        "added": QUERY.replace('")', '"))'),
        "mixed": QUERY.replace('")', '"}'),
        "open": QUERY.replace('")', ")"),
    }

    assert errors(wrong).keys() == wrong.keys()
