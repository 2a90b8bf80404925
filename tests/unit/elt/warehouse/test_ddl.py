"""The tables of an engine are derived from the events, parse in its own SQL, and are refused where it cannot read."""

from datetime import date

import pytest
import sqlglot
from athena_tables import tables, views
from sqlglot import exp
from two_versions import AdmissionTwo

from elt import WrongCallError
from elt.contracts import columns
from elt.warehouse.ddl import Engine, ddl
from elt.warehouse.tables import RAW_TABLES
from hospital_sim.events import EVENT_TYPES, EVENT_VERSIONS, Admission

pytestmark = pytest.mark.unit

LAKE = "s3://bucket/some/lake"
FIRST, LAST = date(2023, 11, 30), date(2025, 1, 1)


def athena() -> list[str]:
    return ddl(Engine.ATHENA, lake=LAKE, first=FIRST, last=LAST)


@pytest.mark.parametrize("engine", [Engine.CLICKHOUSE, Engine.REDSHIFT])
def test_the_raw_tables_of_a_warehouse_parse_in_its_dialect_and_have_the_columns_that_load_fills(
    engine: Engine,
) -> None:
    statements = [sqlglot.parse_one(statement, read=engine) for statement in ddl(engine)]
    assert all(isinstance(statement, exp.Create) for statement in statements)
    made = {tree.this.this.name: [column.name for column in tree.this.expressions] for tree in statements[1:]}
    assert list(made.items()) == [(table.name, [column.name for column in table.columns]) for table in RAW_TABLES]


def test_a_type_has_its_json_its_typed_rows_and_its_staged_rows_with_the_fields_of_the_event() -> None:
    kinds = [type(sqlglot.parse_one(statement, read="athena")) for statement in athena()]
    assert set(kinds) == {exp.Create, exp.Drop}
    assert len(kinds) == 1 + 5 * len(EVENT_TYPES)
    for kind in EVENT_TYPES:
        found, names = tables(athena()), [column.name for column in columns(kind)]
        view = views(athena())[f"raw_{kind}"]
        assert list(found[f"raw_{kind}_json"].columns) == list(found[f"staged_{kind}"].columns) == names
        assert view.expression.named_selects == [*names, "event_date"]
        assert view.expression.find(exp.Table).name == f"raw_{kind}_json"
        assert "event_date" not in names


def test_json_has_dates_and_timestamps_as_text_and_parquet_has_them_as_such() -> None:
    found = tables(athena())
    raw, staged = found["raw_discharge_json"].columns, found["staged_discharge"].columns
    assert (raw["event_time"], raw["birth_date"], raw["schema_version"]) == ("string", "string", "bigint")
    assert (staged["event_time"], staged["birth_date"], staged["schema_version"]) == ("timestamp", "date", "bigint")


def test_the_days_and_the_months_of_a_range_are_projected_both_ends_included() -> None:
    found = tables(athena())
    days, months = list(found["raw_admission_json"].partitions()), list(found["staged_admission"].partitions())
    assert (days[0], days[-1], len(days)) == ("2023-11-30", "2025-01-01", 399)
    assert (months[0], months[-1], len(months)) == ("2023-11", "2025-01", 15)


def test_a_field_that_an_event_gains_is_in_every_table(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(EVENT_VERSIONS, "admission", (Admission, AdmissionTwo))
    found = tables(athena())
    for name in ("raw_admission_json", "staged_admission"):
        assert list(found[name].columns.items())[-2:] == [("triage", "string"), ("escorts", "bigint")]
    assert views(athena())["raw_admission"].expression.named_selects[-3:] == ["triage", "escorts", "event_date"]


def test_a_description_is_no_longer_than_the_catalog_keeps_and_ends_no_string() -> None:
    for statement in athena():
        described = sqlglot.parse_one(statement, read="athena").find_all(exp.CommentColumnConstraint)
        assert all(0 < len(comment.this.name) <= 255 for comment in described)
        assert "\\" not in statement
        assert "''" not in statement


def test_the_prefix_names_the_database() -> None:
    assert "CREATE DATABASE IF NOT EXISTS `trust_lake`" in ddl(Engine.ATHENA, "trust", LAKE, FIRST, LAST)
    assert "CREATE DATABASE IF NOT EXISTS trust_raw" in ddl(Engine.CLICKHOUSE, "trust")


@pytest.mark.parametrize(
    ("lake", "said"),
    [
        (None, "--lake: Athena's tables read a lake; give its URL, s3://bucket/prefix"),
        ("some/lake", "Athena reads S3 alone; copy the lake there with: hospital-elt copy .*some/lake s3://bucket/"),
        ("memory://lake", "Athena reads S3 alone"),
        ("s3://bucket/${event_date}", "does not take"),
        ("s3://bucket/o'hara", "does not take"),
        ("nowhere://lake", "--lake: 'nowhere://lake': no store knows the scheme 'nowhere'"),
    ],
)
def test_a_lake_that_athena_cannot_read_is_refused(lake: str | None, said: str) -> None:
    with pytest.raises(WrongCallError, match=said.replace("$", r"\$")):
        ddl(Engine.ATHENA, lake=lake, first=FIRST, last=LAST)


def test_a_range_that_ends_before_it_begins_and_a_prefix_of_no_name_are_refused() -> None:
    with pytest.raises(WrongCallError, match="--end: 2023-11-29 is before 2023-11-30"):
        ddl(Engine.ATHENA, lake=LAKE, first=FIRST, last=date(2023, 11, 29))
    with pytest.raises(WrongCallError, match="prefix 'My-': must be lower-case"):
        ddl(Engine.CLICKHOUSE, "My-")
