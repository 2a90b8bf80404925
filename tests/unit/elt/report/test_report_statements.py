"""What the report asks is in the SQL of both kinds of warehouse: no thing is named by a word that Redshift reserves."""

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


def named(sql: str) -> set[str]:
    """Return the names that a statement gives or uses, in capitals."""
    tree = sqlglot.parse_one(sql, read="clickhouse")
    return {each.name.upper() for each in tree.find_all(exp.Identifier)}


@pytest.mark.parametrize("name", STATEMENTS)
def test_a_statement_of_the_report_names_nothing_by_a_word_that_redshift_reserves(name: str) -> None:
    assert named(STATEMENTS[name].format(**SCHEMAS)) & RESERVED == set()


def test_a_reserved_word_would_be_seen() -> None:
    assert named("with both as (select 1 as n) select n from both") & RESERVED == {"BOTH"}
