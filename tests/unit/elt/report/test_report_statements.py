"""The statements of the report use no name that Redshift reserves."""

import pytest
import sqlglot
from redshift.reserved import RESERVED
from sqlglot import exp

from elt.report import queries

pytestmark = pytest.mark.unit

SCHEMAS = {
    "raw": "hospital_raw",
    "curated": "hospital_curated",
    "marts": "hospital_marts",
    "quality": "hospital_quality",
}
SINGLE = ("HOSPITALS", "NAMES", "VALIDATION", "CHECKS", "RECONCILIATION")
STATEMENTS = queries.DATASETS | {name: getattr(queries, name) for name in SINGLE}


def names(sql: str) -> set[str]:
    """Return the identifiers in a statement, in capitals."""
    tree = sqlglot.parse_one(sql, read="clickhouse")
    return {identifier.name.upper() for identifier in tree.find_all(exp.Identifier)}


def test_a_statement_of_the_report_uses_no_reserved_name() -> None:
    reserved = {(name, word) for name, sql in STATEMENTS.items() for word in names(sql.format(**SCHEMAS)) & RESERVED}
    assert reserved == set()
    assert names("with both as (select 1 as n) select n from both") & RESERVED == {"BOTH"}
