"""Incremental builds give the same tables as a full refresh and write only the months with new events."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import pytest
from command_server import run_dbt
from increments import LATE_MONTH, arrives, is_late, put, simulated
from lakes import identifier
from msgspec.structs import replace
from warehouse_tables import partitions, table_digests
from wrong_events import of_unknown_department, repeated

from elt.lake.lake import Lake
from elt.load.run import load
from elt.staging import stage
from elt.warehouse import open_warehouse
from hospital_sim.events import EVENT_TYPES, Admission, DepSnapshot, Discharge, Event, WaitSnapshot, event_type
from hospital_sim.storage import LocalStore

pytestmark = pytest.mark.integration

MONTHS = 3
ADMISSION, DISCHARGE, WAIT, CENSUS = "admission", "discharge", "wait_snapshot", "dep_snapshot"
OF_THEIR_OWN_MONTH = {
    "fact_admissions": {ADMISSION, CENSUS},
    "fact_discharges": {DISCHARGE},
    "fact_waiting_list": {WAIT},
    "fact_department_occupancy": {CENSUS},
    "int_department_days": {CENSUS},
    "int_observed_admissions": {ADMISSION, CENSUS},
    "int_flow_by_month": {ADMISSION, DISCHARGE, CENSUS},
    "int_wait_bands_by_month": {ADMISSION, CENSUS},
    "int_waits_by_month": {ADMISSION, CENSUS},
    "int_department_flow": {ADMISSION, DISCHARGE, CENSUS},
    "mart_waiting_now": {WAIT, CENSUS},
}
"""Tables whose months depend on events of that month alone, and of which types."""


class Increments(NamedTuple):
    """A warehouse that was built month by month.

    Attributes:
        monthly: Its tables after the last increment, and after the late census.
        refreshed: Its tables after a full refresh following each.
        arrived: Months of the events that came with each increment, by type.
        touched: Months written by each increment, by table.
        renamed: Months written by an increment after it, by table: one late census with another name, and wrong events.
        left_out: Number of wrong events after it, by their problem.
    built: Months that the last of the other increments had to build, by event type.
    """

    monthly: list[dict[str, tuple[int, int]]]
    refreshed: list[dict[str, tuple[int, int]]]
    arrived: list[dict[str, set[str]]]
    touched: list[dict[str, set[str]]]
    renamed: dict[str, set[str]]
    left_out: dict[str, int]
    built: dict[str, set[str]]


LATE_CENSUS = DepSnapshot(
    event_id="00000000-0000-0000-0000-00000000beef",
    schema_version=1,
    event_time=datetime(2024, 2, 20, tzinfo=UTC),
    hospital_id="north",
    department_id="b",
    snapshot_type="SOD",
    snapshot_date=date(2024, 2, 20),
    department_name="Late",
    treatment_function_code="300",
    beds=3,
    occupied_beds=0,
    capacity=9,
    waiting_list_size=0,
)
"""It comes with an increment of its own, after the others."""

CENSUS_OF_GYM = replace(
    LATE_CENSUS,
    event_id=identifier(3),
    event_time=datetime(2024, 3, 1, tzinfo=UTC),
    snapshot_date=date(2024, 3, 1),
    department_id="gym",
)
"""The first census of a department of which an event came with an earlier increment."""


def grown(folder: Path, months: int) -> Increments:
    store, dsn = LocalStore(folder / "lake"), f"chdb://{folder}/warehouse"
    numbered = list(enumerate(simulated(months)))
    late = [event for number, event in numbered if is_late(event, number)]
    on_time = [event for number, event in numbered if not is_late(event, number)]
    assert {type(event) for event in late} == {Admission, Discharge, WaitSnapshot, DepSnapshot}
    before: dict[tuple[str, str], tuple[int, int]] = {}

    def take_in(coming: list[Event]) -> dict[str, set[str]]:
        """Bring events to the marts; return the months of each table that were written."""
        nonlocal before
        put(store, coming)
        stage(Lake(store))
        load(Lake.open(store.url, read_only=True), dsn)
        run_dbt(dsn, "run")
        after = partitions(dsn)
        touched: dict[str, set[str]] = {}
        for (table, partition), parts in after.items():
            if before.get((table, partition)) != parts:
                touched.setdefault(table, set()).add(partition)
        before = after
        return touched

    # The second hospital comes with the third month, so that nothing but a delay reaches back from the second.
    first = {"north": 1, "south": 3}
    batches = [
        [event for event in on_time if min(months, max(arrives(event), first[event.hospital_id])) == month]
        for month in range(1, months + 1)
    ]
    batches[1] += wrong_for_a_month(on_time)
    batches[-1] += [*late, CENSUS_OF_GYM]
    touched = [take_in(batch) for batch in batches]
    arrived = [months_of(batch) for batch in batches]
    with open_warehouse(dsn) as warehouse:
        rows = warehouse.query("SELECT event_type, month FROM hospital_intermediate.int_months_to_build").to_pylist()
    built = {kind: {f"{row['month']:%Y%m}" for row in rows if row["event_type"] == kind} for kind in EVENT_TYPES}
    monthly, refreshed = [table_digests(dsn)], [full_refresh(dsn)]
    before = partitions(dsn)
    renamed = take_in([LATE_CENSUS, *wrong([event for _, event in numbered])])
    with open_warehouse(dsn) as warehouse:
        wrong_events = "SELECT problem, count() AS n FROM hospital_staging.stg_wrong_events GROUP BY 1"
        left_out = {row["problem"]: row["n"] for row in warehouse.query(wrong_events).to_pylist()}
    monthly.append(table_digests(dsn))
    refreshed.append(full_refresh(dsn))
    return Increments(monthly, refreshed, arrived, touched, renamed, left_out, built)


def wrong_for_a_month(honest: list[Event]) -> list[Event]:
    """Return two events that repeat others, one of them in a month that no later increment reaches, and one of a
    department that has a census in a later increment only."""
    february, may, june = (datetime(*month, 1, 23, 59, 59, tzinfo=UTC) for month in ((2024, 2), (2023, 5), (2023, 6)))
    waits = next(event for event in honest if isinstance(event, WaitSnapshot) and event.event_time >= february)

    def at(then: datetime, number: int, department: str) -> WaitSnapshot:
        return replace(
            waits,
            event_id=identifier(number),
            department_id=department,
            event_time=then,
            snapshot_date=then.date(),
            request_date=then - timedelta(hours=1),
            wait_duration=3600,
        )

    of_may = at(may, 6, waits.department_id)
    return [replace(waits, event_id=identifier(4)), of_may, replace(of_may, event_id=identifier(7)), at(june, 5, "gym")]


def wrong(honest: list[Event]) -> list[Event]:
    """Return wrong events, one of them in a file before that of the event that it repeats, which is left out then."""
    january, then = datetime(2024, 1, 1, tzinfo=UTC), datetime(2023, 6, 1, tzinfo=UTC)
    of_january = next(event for event in honest if isinstance(event, Discharge) and event.event_time >= january)
    first = replace(
        of_january,
        event_id=identifier(1),
        event_time=then,
        admission_date=then - timedelta(days=1),
        discharge_ready_date=then,
        discharge_date=then,
        delay_reason=None,
    )
    # No census of March, so that only a window of 28 days reaches its utilisation.
    march = datetime(2024, 3, 1, tzinfo=UTC)
    return [*of_unknown_department(honest), *repeated([event for event in honest if event.event_time < march]), first]


def full_refresh(dsn: str) -> dict[str, tuple[int, int]]:
    run_dbt(dsn, "run", "--full-refresh")
    return table_digests(dsn)


def months_of(events: Iterable[Event]) -> dict[str, set[str]]:
    """Return the months of events by type."""
    found: dict[str, set[str]] = {}
    for event in events:
        found.setdefault(event_type(event), set()).add(event.event_time.strftime("%Y%m"))
    return found


@pytest.fixture(scope="module")
def increments(tmp_path_factory: pytest.TempPathFactory, soak: bool) -> Increments:
    return grown(tmp_path_factory.mktemp("increments"), 12 if soak else MONTHS)


def test_monthly_increments_and_a_full_refresh_give_equal_tables(increments: Increments) -> None:
    for monthly, refreshed in zip(increments.monthly, increments.refreshed, strict=True):
        assert monthly.keys() == refreshed.keys()
        assert {name: (rows, refreshed[name]) for name, rows in monthly.items() if rows != refreshed[name]} == {}
        assert all(rows > 0 for name, (rows, _) in monthly.items() if ".fact_" in name or "_days" in name)


def test_an_increment_writes_the_months_of_its_events_only(increments: Increments) -> None:
    wrong = []
    for step, (arrived, touched) in enumerate(zip(increments.arrived, increments.touched, strict=True)):
        censuses = set().union(*(each[CENSUS] for each in increments.arrived[: step + 1]))
        for table, kinds in OF_THEIR_OWN_MONTH.items():
            expected = set().union(*(arrived.get(kind, set()) for kind in kinds))
            if not table.startswith("fact_"):
                # Marts cover the days that have a census.
                expected &= censuses
            if touched.get(table, set()) != expected:
                wrong.append((f"increment {step + 1}", table, touched.get(table), expected))
    assert wrong == []


def test_the_months_to_build_are_those_of_the_events_that_arrived_the_late_ones_too(increments: Increments) -> None:
    assert increments.built == increments.arrived[-1]
    assert all(LATE_MONTH in increments.arrived[-1][kind] for kind in (ADMISSION, DISCHARGE, WAIT, CENSUS))


def test_windows_and_delays_reach_beyond_the_month(increments: Increments) -> None:
    second, late = increments.touched[1], increments.renamed
    assert "202403" in late["mart_bed_utilisation"], "of the 28 days that end in March, some are in February"
    assert "202401" in second["mart_long_stays"], "a delay that ended in February began in January"


def test_a_late_census_with_another_name_rebuilds_the_facts_of_its_month_and_later_ones(increments: Increments) -> None:
    assert increments.renamed["fact_admissions"] >= {"202402", "202403"}
    assert "202402" in increments.renamed["int_department_days"]
    assert "202401" not in increments.renamed["fact_admissions"] | increments.renamed["int_department_days"]


def test_an_event_that_repeats_a_new_one_is_left_out_of_its_month_though_no_file_of_that_is_new(
    increments: Increments,
) -> None:
    assert increments.renamed["fact_discharges"] >= {"202306", "202401"}
    assert increments.left_out == {"repeated": 7, "unknown_department": 3}
