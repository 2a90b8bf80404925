"""Facts and marts equal what plain Python computes from the raw JSON, to 1e-9."""

import random
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from clickhouse_server import ClickHouseServer
from command_server import quick_builds, run_dbt
from killed_builds import kill_builds
from mart_oracle import MartOracle, Row
from oracle_lake import OracleLake, oracle_lake
from validation_oracle import ValidationOracle
from warehouse_tables import equal, model_digests

from elt.build.record import model_tables
from elt.build.run import MODELS, build
from elt.lake.lake import Lake
from elt.load.run import load
from elt.powerbi import write_powerbi
from elt.quality import check
from elt.report import write_report
from elt.warehouse import DEFAULT_PREFIX, Warehouse, open_warehouse
from elt.warehouse.clickhouse.server import ClickHouseWarehouse
from hospital_sim.events import RunRecord, decode_event, decode_record
from hospital_sim.events.keys import is_record_key, parse_event_key
from hospital_sim.storage import LocalStore

pytestmark = pytest.mark.integration

AT_WORK = "hospital_curated.fact_discharges__dbt_new_data_4a1f"
"""A table of new months, younger than a day: that of another build, so far as one can know."""

DEPARTMENT = ("hospital_id", "department_id")
KEYS = {
    "fact_admissions": ("spell_id",),
    "fact_discharges": ("spell_id",),
    "fact_waiting_list": (*DEPARTMENT, "patient_id", "snapshot_date"),
    "fact_department_occupancy": (*DEPARTMENT, "snapshot_date", "snapshot_type"),
    "mart_bed_utilisation": (*DEPARTMENT, "date"),
    "mart_queue_growth": (*DEPARTMENT, "date"),
    "mart_waiting_now": (*DEPARTMENT, "date"),
    "mart_long_stays": (*DEPARTMENT, "date"),
    "mart_waiting_times": (*DEPARTMENT, "month"),
    "mart_waiting_by_period": ("scope", *DEPARTMENT, "period_type", "period_start"),
    "mart_wait_distribution": ("scope", *DEPARTMENT, "period_type", "period_start", "hours"),
    "mart_flow_profile": (*DEPARTMENT, "weekday", "hour"),
    "mart_pressure_index": ("hospital_id", "date"),
    "mart_department_pressure": (*DEPARTMENT, "date"),
}


@pytest.fixture(scope="module")
def both_lakes(tmp_path_factory: pytest.TempPathFactory, soak: bool) -> OracleLake:
    return oracle_lake(tmp_path_factory.mktemp("oracle"), 400 if soak else 15)


@pytest.fixture(scope="module")
def lake(both_lakes: OracleLake) -> LocalStore:
    return both_lakes.whole


@pytest.fixture(scope="module")
def oracle(lake: LocalStore) -> MartOracle:
    keys = (key for key in lake.keys("raw/") if parse_event_key(key.removeprefix("raw/")))
    return MartOracle(decode_event(key.split("/")[1], data) for key, data in lake.read_many(keys))


@pytest.fixture(scope="module")
def records(lake: LocalStore) -> list[RunRecord]:
    keys = [key for key in lake.keys("raw/_runs/") if is_record_key(key.removeprefix("raw/"))]
    return [decode_record(data) for _, data in lake.read_many(keys)]


@pytest.fixture(scope="module")
def embedded(lake: LocalStore) -> Iterator[Warehouse]:
    """The lake, loaded and built at once in chDB."""
    dsn = f"chdb://{Path(lake.url).parent}/warehouse"
    load(Lake.open(lake.url, read_only=True), dsn)
    run_dbt(dsn, "build", "--exclude-resource-type", "unit_test")
    with open_warehouse(dsn) as opened:
        yield opened


@pytest.fixture(scope="module")
def served(
    both_lakes: OracleLake, clickhouse: ClickHouseServer, record_testsuite_property: Callable[[str, object], None]
) -> Iterator[Warehouse]:
    """The lake on a server: its first part built, and the rest by a build that follows three killed ones."""
    load(Lake.open(both_lakes.earlier.url, read_only=True), clickhouse.url)
    with quick_builds():
        first = build(clickhouse.url)
        # Of the first part, because the hospital by hand has no run record, which a project needs.
        connect = f"clickhouse://127.0.0.1:{clickhouse.http_port}/"
        folder = Path(both_lakes.whole.url).parent / "powerbi"
        assert write_powerbi(clickhouse.url_of("reader"), folder, connect=connect).connector == "clickhouse"
        load(Lake.open(both_lakes.whole.url, read_only=True), clickhouse.url)
        kill_builds(clickhouse, 3, random.Random(1), record_testsuite_property)
        with clickhouse.open(DEFAULT_PREFIX, create=False) as opened:
            opened.execute(f"CREATE TABLE {AT_WORK} ENGINE = MergeTree ORDER BY x AS SELECT 1 AS x")
        last = build(clickhouse.url)
    assert (first.passed, first.models, last.passed) == (True, len(model_tables(MODELS)), True)
    with clickhouse.open(DEFAULT_PREFIX, create=False) as opened:
        yield opened


@pytest.fixture(scope="module", params=["embedded", "served"])
def warehouse(request: pytest.FixtureRequest) -> Warehouse:
    opened: Warehouse = request.getfixturevalue(request.param)
    return opened


def test_every_row_of_every_model_is_the_same_on_a_server(embedded: Warehouse, served: Warehouse) -> None:
    found, expected = model_digests(served), model_digests(embedded)
    assert {name for name in found.keys() ^ expected.keys() if "__dbt_new_data_" not in name} == set()
    assert {name: (found[name], digest) for name, digest in expected.items() if digest != found[name]} == {}


def test_a_build_on_a_server_keeps_the_new_months_of_another_build(served: Warehouse) -> None:
    assert served.query(f"SELECT x FROM {AT_WORK}").to_pylist() == [{"x": 1}]


def test_checks_and_pages_are_the_same_on_a_server_for_a_user_who_only_reads(
    lake: LocalStore, embedded: Warehouse, served: Warehouse, clickhouse: ClickHouseServer, tmp_path: Path
) -> None:
    found, expected = (check(Lake.open(lake.url, read_only=True), each).checks for each in (served, embedded))
    assert found == expected
    write_report(embedded, tmp_path / "embedded")
    with ClickHouseWarehouse(clickhouse.dsn_of("reader")) as reader:
        write_report(reader, tmp_path / "server")
    for page in (tmp_path / "embedded").glob("*.html"):
        assert (tmp_path / "server" / page.name).read_text() == page.read_text()


@pytest.mark.soak
def test_builds_that_are_killed_again_and_again_leave_the_same_rows(
    embedded: Warehouse,
    served: Warehouse,
    clickhouse: ClickHouseServer,
    record_testsuite_property: Callable[[str, object], None],
) -> None:
    choices = random.Random(2)
    for _ in range(20):
        kill_builds(clickhouse, 5, choices, record_testsuite_property)
        with quick_builds():
            assert build(clickhouse.url).passed
        found, expected = model_digests(served), model_digests(embedded)
        assert {name: (found[name], digest) for name, digest in expected.items() if digest != found[name]} == {}


@pytest.mark.parametrize("model", KEYS)
def test_a_model_is_what_plain_python_computes(warehouse: Warehouse, oracle: MartOracle, model: str) -> None:
    assert wrong_values(warehouse, model, KEYS[model], getattr(oracle, model)()) == []


def test_pressure_is_validated_as_plain_python_validates_it(
    warehouse: Warehouse, oracle: MartOracle, records: list[RunRecord]
) -> None:
    expected = list(ValidationOracle(oracle, records).rows())
    assert wrong_values(warehouse, "mart_pressure_validation", ("check_name", "scope"), expected) == []
    assert {row["check_name"] for row in expected} == {
        "requests_in_month", "requests", "season", "long_stay_share", "delay_share", "mean_stay_days", "mean_occupancy",
    }  # fmt: skip


def rows_of(warehouse: Warehouse, table: str, schema: str = "curated") -> list[dict[str, Any]]:
    return warehouse.query(f"SELECT * FROM {warehouse.schema(schema)}.{table}").to_pylist()


def wrong_values(
    warehouse: Warehouse, model: str, key: tuple[str, ...], rows: Iterable[Row]
) -> list[tuple[object, ...]]:
    """Return where a model differs from what is expected: key, column, and both values."""
    actual = rows_of(warehouse, model, "curated" if model.startswith("fact") else "marts")
    expected, found = by_key(key, rows), by_key(key, actual)
    assert len(expected) > 20
    wrong: list[tuple[object, ...]] = [(place, "is missing or too many") for place in found.keys() ^ expected.keys()]
    for place in found.keys() & expected.keys():
        values = [(name, value, found[place][name]) for name, value in expected[place].items()]
        wrong += [(place, *each) for each in values if not equal(each[2], each[1])]
    return wrong[:20]


def test_a_fact_points_to_the_version_of_its_department_that_held(warehouse: Warehouse) -> None:
    versions = {row["department_key"]: row for row in rows_of(warehouse, "dim_department")}
    keys = {
        "fact_admissions": [("department_key", "department_id", "admitted_at"),
                            ("requested_department_key", "requested_department_id", "admitted_at")],
        "fact_discharges": [("department_key", "department_id", "discharged_at")],
    }  # fmt: skip
    for fact, pointers in keys.items():
        for row in rows_of(warehouse, fact):
            for key, department, at in pointers:
                version = versions[row[key]]
                assert (version["hospital_id"], version["department_id"]) == (row["hospital_id"], row[department])
                assert version["valid_from"] <= row[at] < version["valid_to"]


def test_what_is_compared_has_everything_in_it(oracle: MartOracle, records: list[RunRecord]) -> None:
    random = [record for record in records if record.run.hospital_id.startswith("any_")]
    assert any(record.diverted for record in random)
    assert any(row["is_outlier"] and str(row["hospital_id"]).startswith("any_") for row in oracle.fact_admissions())
    assert len({census.beds for census in oracle.census.values() if census.hospital_id.startswith("any_")}) > 3
    assert any(row["is_outlier"] for row in oracle.fact_admissions())
    assert any(row["is_delayed"] for row in oracle.fact_discharges())
    assert any(row["beds_delayed"] for row in oracle.mart_long_stays())
    assert any(row["beds_21_days"] for row in oracle.mart_long_stays())
    assert any(row["beds"] == 0 for row in oracle.mart_bed_utilisation())
    assert {row["level"] for row in oracle.mart_pressure_index()} >= {1, 2, 3, 4}
    assert any(row["waiting_over_24h"] for row in oracle.mart_waiting_now())


def by_key(key: tuple[str, ...], rows: Iterable[Row]) -> dict[tuple[object, ...], Row]:
    listed = list(rows)
    keyed = {tuple(row[name] for name in key): row for row in listed}
    assert len(keyed) == len(listed)
    return keyed


ENGLISH_BANK_HOLIDAYS = {
    2021: "01-01 04-02 04-05 05-03 05-31 08-30 12-27 12-28",
    2022: "01-03 04-15 04-18 05-02 06-02 06-03 08-29 09-19 12-26 12-27",
    2023: "01-02 04-07 04-10 05-01 05-08 05-29 08-28 12-25 12-26",
    2024: "01-01 03-29 04-01 05-06 05-27 08-26 12-25 12-26",
    2025: "01-01 04-18 04-21 05-05 05-26 08-25 12-25 12-26",
    2026: "01-01 04-03 04-06 05-04 05-25 08-31 12-25 12-28",
    2020: "01-01 04-10 04-13 05-08 05-25 08-31 12-25 12-28",
    2012: "01-02 04-06 04-09 05-07 06-04 06-05 08-27 12-25 12-26",
    2011: "01-03 04-22 04-25 04-29 05-02 05-30 08-29 12-26 12-27",
    2002: "01-01 03-29 04-01 05-06 06-03 06-04 08-26 12-25 12-26",
}


def test_bank_holidays_are_those_that_were_kept(warehouse: Warehouse) -> None:
    days = [row["date"] for row in rows_of(warehouse, "stg_bank_holidays", "staging")]
    kept = {year: [day for day in sorted(days) if day.year == year] for year in ENGLISH_BANK_HOLIDAYS}
    named = {year: " ".join(f"{day:%m-%d}" for day in kept[year]) for year in kept}
    assert named == ENGLISH_BANK_HOLIDAYS


def test_dates_reach_without_a_gap_from_the_first_to_the_last_that_a_fact_names(
    warehouse: Warehouse, oracle: MartOracle
) -> None:
    found = sorted(row["date"] for row in rows_of(warehouse, "dim_date"))
    instants: list[datetime] = [event.request_date for event in (*oracle.admissions, *oracle.waits)]
    first = min(instants).date()
    last = max(day for _, _, day in oracle.covered)
    assert found == [first + timedelta(days=step) for step in range((last - first).days + 1)]


def test_a_new_capacity_is_a_new_version_that_facts_point_to(warehouse: Warehouse) -> None:
    def of_b(table: str) -> list[dict[str, Any]]:
        rows = rows_of(warehouse, table)
        return [row for row in rows if (row["hospital_id"], row["department_id"]) == ("by_hand", "b")]

    versions = sorted(of_b("dim_department"), key=lambda row: row["valid_from"])
    assert [str(row["valid_from"])[:10] for row in versions] == ["1900-01-01", "2024-01-21", "2024-02-01"]
    assert [row["is_current"] for row in versions] == [False, False, True]
    left = [row for row in of_b("fact_discharges") if date(2024, 1, 21) <= row["discharged_on"] <= date(2024, 1, 31)]
    assert {row["department_key"] for row in left} == {versions[1]["department_key"]}


def test_a_department_shows_when_it_opened_and_closed(warehouse: Warehouse, oracle: MartOracle) -> None:
    days: dict[tuple[str, str], list[date]] = {}
    for hospital, department, day in oracle.covered:
        days.setdefault((hospital, department), []).append(day)
        days.setdefault((hospital, ""), []).append(day)
    found = {
        (row["hospital_id"], row["department_id"], row["opened_on"], row["closed_on"])
        for row in rows_of(warehouse, "dim_department")
    }
    expected = set()
    for (hospital, department), counted in days.items():
        first, last = min(days[hospital, ""]), max(days[hospital, ""])
        opened = min(counted) if min(counted) > first else None
        closed = max(counted) if max(counted) < last else None
        expected.add((hospital, department, opened, closed))
    assert found == {row for row in expected if row[1]}
    assert {row[1:3] for row in found if row[2]} == {("frailty", date(2024, 2, 10))}
    assert {row[1] for row in found if row[3]} == {"day_case"}


def test_every_hospital_is_there_once_and_facts_refer_to_it(
    warehouse: Warehouse, oracle: MartOracle, records: list[RunRecord]
) -> None:
    hospitals = rows_of(warehouse, "dim_hospital")
    identifiers = {row.pop("hospital_key"): row["hospital_id"] for row in hospitals}
    assert sorted(hospitals, key=lambda row: row["hospital_id"]) == list(
        oracle.dim_hospital(record.run for record in records)
    )
    for fact in ("fact_admissions", "fact_discharges", "fact_waiting_list", "fact_department_occupancy"):
        assert [row for row in rows_of(warehouse, fact) if identifiers[row["hospital_key"]] != row["hospital_id"]] == []


def test_every_patient_of_any_event_is_there_once(warehouse: Warehouse, oracle: MartOracle) -> None:
    columns = ("hospital_id", "patient_id", "sex", "birth_date")
    events = (*oracle.admissions, *oracle.discharges.values(), *oracle.waits)
    patients = Counter(tuple(row[name] for name in columns) for row in rows_of(warehouse, "dim_patient"))
    assert patients == Counter({tuple(getattr(event, name) for name in columns) for event in events})
