"""Contract of all warehouses: chDB, a ClickHouse server, and Redshift."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from io import BytesIO
from pathlib import Path
from uuid import uuid4

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from clickhouse_server import ClickHouseServer
from redshift_fixtures import Redshift

from elt.contracts import Column, ColumnKind, columns_schema
from elt.quality.results import CHECK_RESULT
from elt.warehouse import NoWarehouseError, StatementError, Warehouse, open_warehouse
from elt.warehouse.tables import RawTable, staged_columns
from hospital_sim.storage import LocalStore, ObjectStore, open_store

pytestmark = pytest.mark.integration

THINGS = RawTable(
    name="thing",
    columns=(
        Column("name", ColumnKind.STRING, nullable=False, description="It's a name."),
        Column("note", ColumnKind.STRING, nullable=True, description="A note."),
        Column("born", ColumnKind.DATE, nullable=False, description="A day."),
        Column("seen", ColumnKind.TIMESTAMP, nullable=False, description="An instant."),
        Column("size", ColumnKind.FLOAT, nullable=True, description="A number."),
        Column("count", ColumnKind.INTEGER, nullable=False, description="A whole number."),
        Column("open", ColumnKind.BOOLEAN, nullable=False, description="A truth value."),
        Column("source_file", ColumnKind.STRING, nullable=False, description="A file."),
    ),
    order_by=("name",),
    partition_by="seen",
)
ROWS: list[dict[str, object]] = [
    {"name": "O'Neil \\ ward", "note": None, "born": date(1906, 2, 28),
     "seen": datetime(2024, 3, 31, 1, 30, tzinfo=UTC), "size": 0.1, "count": 2**40, "open": False,
     "source_file": "a/b=1"},
    {"name": "Zürich", "note": "née", "born": date(2099, 1, 1), "seen": datetime(1970, 1, 1, tzinfo=UTC), "size": None,
     "count": -1, "open": False, "source_file": "b"},
]  # fmt: skip

Open = Callable[..., Warehouse]


@pytest.fixture(params=["chdb", "clickhouse", "redshift"])
def opened(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Open]:
    """Opens warehouses of one kind; what they made is dropped afterwards."""
    prefix = f"test_{uuid4().hex[:12]}"
    if request.param == "chdb":
        yield lambda **how: open_warehouse(f"chdb://{tmp_path}/warehouse", prefix, **how)
        return
    if request.param == "redshift":
        redshift: Redshift = request.getfixturevalue("redshift")
        yield lambda **how: open_warehouse(redshift.dsn, prefix, **how)
        redshift.drop(prefix)
        return
    server: ClickHouseServer = request.getfixturevalue("clickhouse")
    yield lambda **how: open_warehouse(server.url, prefix, **how)


@pytest.fixture
def lake(request: pytest.FixtureRequest, opened: Open, tmp_path: Path) -> ObjectStore:
    """A lake that the warehouse can load from."""
    if request.node.callspec.params["opened"] == "redshift":
        return open_store(request.getfixturevalue("redshift").new_lake())
    return LocalStore(tmp_path / "lake")


@pytest.fixture
def warehouse(opened: Open) -> Iterator[Warehouse]:
    with opened(create=True) as own:
        own.create_raw_table(THINGS)
        yield own


def things(*rows: dict[str, object]) -> pa.Table:
    return pa.Table.from_pylist(list(rows), schema=columns_schema(THINGS.columns))


def asked(warehouse: Warehouse) -> list[dict[str, object]]:
    """Return the things."""
    return list(warehouse.query(f"SELECT * FROM {warehouse.schema('raw')}.thing ORDER BY name").to_pylist())


def test_opening_a_missing_warehouse_fails_and_creates_nothing(opened: Open) -> None:
    for _ in range(2):
        with pytest.raises(NoWarehouseError, match="hospital-elt load") as error:
            opened()
        assert error.value.exit_code == 2


def test_values_are_read_back_as_inserted_also_when_the_warehouse_is_opened_again(
    opened: Open, warehouse: Warehouse
) -> None:
    warehouse.insert(THINGS, things())
    empty = warehouse.query(f"SELECT * FROM {warehouse.schema('raw')}.thing ; ")
    assert (empty.num_rows, empty.column_names) == (0, [column.name for column in THINGS.columns])
    warehouse.insert(THINGS, things(*ROWS))
    assert asked(warehouse) == ROWS
    # Not sorted, because a server then sends a column of few truths in another form.
    rows = warehouse.query(f"SELECT seen, count, size, open FROM {warehouse.schema('raw')}.thing")
    assert rows.schema.types == [pa.timestamp("us", tz="UTC"), pa.int64(), pa.float64(), pa.bool_()]
    assert rows["open"].to_pylist() == [False, False]
    warehouse.close()
    with opened() as again:
        assert asked(again) == ROWS


def test_a_staged_file_is_loaded_with_its_key(warehouse: Warehouse, lake: ObjectStore) -> None:
    staged = things(*ROWS).drop_columns(["source_file"])
    written = BytesIO()
    pq.write_table(staged, written, version="1.0")
    lake.create("it's/month=1.parquet", written.getvalue())
    warehouse.require_lake(lake)
    with warehouse.transaction():
        warehouse.load_parquet(THINGS, lake, "it's/month=1.parquet")
    assert asked(warehouse) == [row | {"source_file": "it's/month=1.parquet"} for row in ROWS]
    assert [column.name for column in staged_columns(THINGS)] == staged.column_names


def test_a_table_of_an_older_contract_gets_the_columns_it_lacks_and_old_rows_have_nulls(warehouse: Warehouse) -> None:
    warehouse.insert(THINGS, things(*ROWS))
    colour = Column("colour", ColumnKind.STRING, nullable=True, description="Its 'colour'.")
    weight = Column("weight", ColumnKind.FLOAT, nullable=True, description="")
    older = {column.name: column for column in THINGS.columns}
    loose = replace(older["count"], nullable=True)
    before = [loose if column.name == "count" else column for column in THINGS.columns[:-1]]
    newer = replace(THINGS, columns=(*before, colour, weight, older["source_file"]))

    for _ in range(2):
        warehouse.create_raw_table(newer)

    old = [row | {"colour": None, "weight": None} for row in ROWS]
    assert asked(warehouse) == old
    new = ROWS[0] | {"name": "zz", "count": None, "colour": "red", "weight": 0.5}
    warehouse.insert(newer, pa.Table.from_pylist([new], schema=columns_schema(newer.columns)))
    assert asked(warehouse) == [*old, new]
    found = warehouse.query(f"SELECT * FROM {warehouse.schema('raw')}.thing")
    assert found.column_names == [column.name for column in newer.columns]


def test_rows_are_gone_when_deleted(warehouse: Warehouse) -> None:
    quoted = ROWS[0] | {"source_file": "it's \\ one"}
    warehouse.insert(THINGS, things(quoted, ROWS[1]))
    warehouse.delete(THINGS, "source_file", "it's \\ one", "none of them")
    assert asked(warehouse) == ROWS[1:]
    warehouse.insert(THINGS, things(quoted))
    warehouse.delete(THINGS, "source_file", "it's \\ one", str(ROWS[1]["source_file"]))
    assert asked(warehouse) == []


def test_a_quality_table_holds_the_last_rows_only(warehouse: Warehouse) -> None:
    for number in (1, 2):
        row = {"check_name": "c", "scope": "s", "expected": 0.0, "observed": number, "passed": True, "detail": ""}
        rows = pa.Table.from_pylist([row], schema=columns_schema(CHECK_RESULT.columns))
        warehouse.replace_quality_table(CHECK_RESULT, rows)
    found = warehouse.query(f"SELECT observed FROM {warehouse.schema('quality')}.check_result")
    assert found["observed"].to_pylist() == [2.0]


def test_tables_are_found_by_schema_and_name_and_schemas_begin_with_the_prefix(warehouse: Warehouse) -> None:
    tables = [("raw", "thing"), ("marts", "thing"), ("raw", "nothing")]
    assert [warehouse.has_table(*table) for table in tables] == [True, False, False]
    assert warehouse.schema("marts") == f"{warehouse.prefix}_marts"
    with pytest.raises(ValueError, match="no schema 'mart'"):
        warehouse.schema("mart")


def test_a_join_without_a_match_gives_null(warehouse: Warehouse) -> None:
    warehouse.insert(THINGS, things(ROWS[0]))
    schema = warehouse.schema("raw")
    found = warehouse.query(
        f"SELECT b.name AS x FROM (SELECT 'k' AS k, size FROM {schema}.thing) AS a "
        f"LEFT JOIN (SELECT 'l' AS k, name FROM {schema}.thing) AS b USING (k)"
    )
    assert found["x"].to_pylist() == [None]


def test_wrong_sql_raises_an_error_of_one_line(warehouse: Warehouse) -> None:
    for sql, problem in {
        "SELEC 1": "Syntax error",
        "SELECT 1 FROMM x y": "Syntax error",
        "SELECT * FROM nowhere.nothing": "nowhere",
        "SELECT nothing FROM (SELECT 1 AS one) AS a": "nothing",
        "SELECT no_function(1)": "no_function",
    }.items():
        with pytest.raises(StatementError, match=problem) as error:
            warehouse.query(sql)
        assert error.value.wrong_sql
        assert "\n" not in str(error.value)
        assert "Stack trace" not in str(error.value)
        assert len(str(error.value)) < 420
        assert warehouse.query("SELECT 1 AS one").num_rows == 1


def test_a_query_cannot_change_anything(warehouse: Warehouse) -> None:
    for sql in ("DROP TABLE {}.thing", "INSERT INTO {}.thing (name) SELECT 'x'"):
        with pytest.raises(StatementError, match="readonly") as error:
            warehouse.query(sql.format(warehouse.schema("raw")))
        assert error.value.wrong_sql
        assert asked(warehouse) == []
