"""Every row of every model is the same in Redshift, built in increments, as in chDB, built at once."""

import random
from collections.abc import Iterable, Iterator
from typing import NamedTuple

import pytest
import sqlglot
from by_hand import by_hand
from command_server import quick_builds, run_dbt
from hospitals import busy
from increments import arrives, is_late, put, simulated
from kills import run_and_kill
from redshift.reserved import RESERVED
from redshift.rewriting import code_of
from redshift_fixtures import Redshift
from sqlglot import exp
from warehouse_tables import WORK_OF_A_BUILD, differences, in_order
from wrong_events import of_unknown_department, repeated

import hospital_sim as hs
from elt.build.record import model_tables
from elt.build.run import MODELS, BuildSummary, build
from elt.lake.lake import Lake
from elt.load.run import load
from elt.staging import stage
from elt.warehouse import DEFAULT_PREFIX, Warehouse, open_warehouse
from hospital_sim.events import Discharge, Event, WaitSnapshot
from hospital_sim.storage import LocalStore, ObjectStore, open_store

pytestmark = pytest.mark.integration

MONTHS = 3
OF_DBT = '"app": "dbt"'
OF_THE_CATALOG = {"pg_get_late_binding_view_cols"}


class Both(NamedTuple):
    """The same lake in two warehouses.

    Attributes:
        chdb: Built once of everything.
        redshift: Built as the lake grew.
        first: What the first build on Redshift told.
        statements: What the builds sent to the stand-in; empty on a real cluster.
    """

    chdb: Warehouse
    redshift: Warehouse
    first: BuildSummary
    statements: list[str]


@pytest.fixture(scope="module")
def both(redshift_server: Redshift, tmp_path_factory: pytest.TempPathFactory, soak: bool) -> Iterator[Both]:
    server, folder = redshift_server, tmp_path_factory.mktemp("both")
    # dbt has read the project for the standard prefix once, for all tests.
    prefix = DEFAULT_PREFIX if server.stand_in else server.new_prefix()
    sent = server.statements
    begin = len(sent)
    lake, chdb = LocalStore(folder / "lake"), f"chdb://{folder}/warehouse"
    with server.reached():
        in_s3 = open_store(server.new_lake())
        on_time, late = increments()
        hs.load("small").simulate("2024-01-25", "2024-02-08", seed=2, sink=f"{lake.url}/raw")
        put(lake, [*on_time, *by_hand(list(busy().run().events))])
        take_in(lake, in_s3, server, prefix)
        with quick_builds():
            first = build(server.dsn, prefix)
        if soak:
            run_dbt(server.dsn, "test", "--select", "test_type:unit", prefix=prefix)
        put(lake, [*late, *of_unknown_department(late), *repeated(late)])
        take_in(lake, in_s3, server, prefix)
        if soak:
            assert was_killed_in_mid_month(server, prefix)
        run_dbt(server.dsn, "run", prefix=prefix)

        load(Lake.open(lake.url, read_only=True), chdb)
        run_dbt(chdb, "run")
        with open_warehouse(chdb) as expected, open_warehouse(server.dsn, prefix) as found:
            yield Both(expected, found, first, sent[begin:])
        server.drop(prefix)


def increments() -> tuple[list[Event], list[Event]]:
    """Return what is there at first, and the rest: of earlier months too, a hospital and some discharges and waits."""
    on_time: list[Event] = []
    late: list[Event] = []
    for number, event in enumerate(simulated(MONTHS)):
        reopens = event.hospital_id == "south" or (
            isinstance(event, Discharge | WaitSnapshot) and is_late(event, number)
        )
        (late if reopens or arrives(event) >= MONTHS else on_time).append(event)
    return on_time, late


def take_in(lake: LocalStore, in_s3: ObjectStore, server: Redshift, prefix: str) -> None:
    """Stage what is new, bring to S3 what a load reads, and load it."""
    stage(Lake(lake))
    for folder in ("raw/_runs/", "staging/", "manifests/"):
        for key in lake.keys(folder):
            in_s3.create(key, lake.read(key))
    load(Lake.open(in_s3.url, read_only=True), server.dsn, prefix)


def was_killed_in_mid_month(server: Redshift, prefix: str) -> bool:
    """Kill a build as soon as it has removed a month that it was about to fill again."""
    command = ["hospital-elt", "build", "--warehouse", server.dsn, "--prefix", prefix]
    sent = server.statements
    before = len(sent)

    def begun() -> bool:
        return not server.stand_in or any("delete from" in statement for statement in sent[before:])

    return run_and_kill(command, random.Random(1), 0.2, begun=begun)


def test_a_whole_build_passes_every_test_of_the_project(both: Both) -> None:
    assert both.first.passed
    assert both.first.models == len(model_tables(MODELS))
    assert both.first.tests_passed > 70


def test_every_row_and_the_kind_of_every_column_is_the_same_in_both(both: Both) -> None:
    wrong: list[tuple[object, ...]] = []
    for schema, table in model_tables(MODELS):
        found, expected = (
            warehouse.query(f"SELECT * FROM {warehouse.schema(schema)}.{table}")
            for warehouse in (both.redshift, both.chdb)
        )
        kinds = [(field.name, getattr(field.type, "value_type", field.type)) for field in expected.schema]
        if [(field.name, field.type) for field in found.schema] != kinds:
            wrong.append((table, found.schema, expected.schema))
        elif table not in WORK_OF_A_BUILD:
            wrong += [(table, *each) for each in differences(in_order(found), in_order(expected))[:3]]
            if not expected.num_rows and table not in ("stg_run_diversions", "stg_forgotten_admissions"):
                wrong.append((table, "has no rows"))
    assert wrong == []


@pytest.fixture(scope="module")
def sent(both: Both) -> list[str]:
    """What dbt sent, each statement once."""
    if not both.statements:
        pytest.skip("only the stand-in keeps what it is sent")
    return sorted({statement for statement in both.statements if OF_DBT in statement})


def parsed(sql: str) -> list[exp.Expression]:
    """Parse statements as Redshift's; what the parser cannot read raises an error."""
    return [tree for tree in sqlglot.parse(sql, read="redshift") if tree]


def functions_unknown_to_redshift(trees: Iterable[exp.Expression]) -> set[str]:
    return {call.name.lower() for tree in trees for call in tree.find_all(exp.Anonymous)}


def test_every_statement_and_every_name_of_the_project_is_of_redshift(both: Both, sent: list[str]) -> None:
    of_clickhouse = parsed("select toDate32(seen), quantileExactInclusive(0.5)(size) from t")
    assert "todate32" in functions_unknown_to_redshift(of_clickhouse)
    trees = [(statement, tree) for statement in sent for tree in parsed(statement)]
    assert [statement for statement, tree in trees if isinstance(tree, exp.Command)] == []
    assert functions_unknown_to_redshift(tree for _, tree in trees) <= OF_THE_CATALOG
    for schema, table in model_tables(MODELS):
        assert any(f'"{both.redshift.schema(schema)}"."{table}' in statement for statement in sent), table
    # What dbt-redshift asks the catalog is its own.
    own = [tree for statement, tree in trees if "pg_" not in statement]
    names = {name.name.upper() for tree in own for name in tree.find_all(exp.Identifier) if not name.quoted}
    assert "HOSPITAL_ID" in names
    assert names & RESERVED == set()


LAYOUTS = {
    "fact_admissions": "diststyle key distkey (spell_id) compound sortkey(admitted_on, hospital_id,",
    "fact_discharges": "diststyle key distkey (spell_id) compound sortkey(discharged_on, hospital_id,",
    "fact_waiting_list": "diststyle key distkey (patient_key) compound sortkey(snapshot_date, hospital_id,",
    "dim_department": "diststyle all compound sortkey(hospital_id, department_id, valid_from)",
    "dim_date": "diststyle all compound sortkey(date)",
    "mart_bed_utilisation": "diststyle all compound sortkey(date, hospital_id, department_id)",
}


def test_tables_are_distributed_and_sorted_for_a_star_schema(sent: list[str]) -> None:
    codes = [" ".join(code_of(statement).split()) for statement in sent]
    made = [code for code in codes if code.startswith("create table")]
    laid = {table: [code for code in made if f'"{table}' in code] for table in LAYOUTS}
    assert {t: laid[t] for t, layout in LAYOUTS.items() if not any(layout in code for code in laid[t])} == {}


def test_an_increment_replaces_months(sent: list[str]) -> None:
    assert any("delete from" in statement and "date_trunc('month', admitted_on)" in statement for statement in sent)
    assert not [statement for statement in sent if "truncate" in code_of(statement).lower()]
