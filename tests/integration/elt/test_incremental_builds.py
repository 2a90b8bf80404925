"""A build of what is new gives the tables that a build of everything gives, and touches nothing else."""

from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import NamedTuple

import msgspec
import pytest
from hospitals import department, hospital
from warehouse_tables import partitions, run_models, table_digests

from elt.load import load
from elt.staging import stage
from hospital_sim import Exponential, Fixed
from hospital_sim.events import Admission, DepSnapshot, Discharge, Event, WaitSnapshot, encode
from hospital_sim.layout import event_key
from hospital_sim.storage import LocalStore

pytestmark = pytest.mark.integration

MONTHS = ("2024-01-01", "2024-02-01", "2024-03-01")
LATE_MONTH = "202401"
"""The month of which some events arrive with the last one."""
BY_MONTH = {
    "admission": {"fact_admissions"},
    "discharge": {"fact_discharges"},
    "wait_snapshot": {"fact_waiting_list", "mart_waiting_now"},
    "dep_snapshot": {"fact_department_occupancy", "department_days"},
}
"""Tables of which late events reopen exactly their own month."""


class Increments(NamedTuple):
    """A warehouse that was built month by month.

    Attributes:
        dsn: Where it is.
        monthly: Its tables after the last increment.
        refreshed: Its tables after a full refresh.
        touched: Months written by each increment, by table.
    """

    dsn: str
    monthly: dict[str, tuple[int, int]]
    refreshed: dict[str, tuple[int, int]]
    touched: list[dict[str, set[str]]]


def simulated(months: int) -> list[Event]:
    """Return the events of two hospitals: queues, delays of weeks, long stays, and a ward that grows and shrinks."""
    events: list[Event] = []
    for number, name in enumerate(("north", "south")):
        plan = hospital(
            department("a", beds=4, requests_per_day=4.2, stay=Exponential(mean=1.0), delay_share=0.1,
                       delay_days=(4.0, 40.0), allow_overload=True),
            department("b", beds=3, requests_per_day=0.3, stay=Exponential(mean=9.0), delay_share=0.0,
                       allow_overload=True, bed_change=[{"beds": 2, "first": "02-10", "last": "02-20"}]),
            department("c", beds=2, requests_per_day=0.02, stay=Fixed(value=3.0), delay_share=0.0),
            warmup_days=30,
            identifier=name,
        )  # fmt: skip
        # The second hospital begins within a month, with patients who were admitted in the month before.
        first = date(2024, 1, 1) if number == 0 else date(2024, 2, 12)
        last = date(2024 + months // 12, months % 12 + 1, 1)
        run = plan.simulate(first, date.fromordinal(last.toordinal() - 1), seed=number)
        events.extend(run.events)
    return [renamed(event) for event in events]


def renamed(event: Event) -> Event:
    """Return the event; from the middle of February on, a department of another name."""
    if isinstance(event, DepSnapshot) and event.department_id == "a" and event.snapshot_date >= date(2024, 2, 14):
        return msgspec.structs.replace(event, department_name="Renamed")
    return event


def is_late(event: Event, number: int) -> bool:
    """Tell whether an event of January arrives with the last month: some of every type, and never a whole spell."""
    if event.event_time.strftime("%Y%m") != LATE_MONTH or event.hospital_id != "north":
        return False
    match event:
        case Admission() | Discharge() | WaitSnapshot():
            return number % 11 == 0
        case DepSnapshot():
            return event.snapshot_date.day in (9, 31) and event.department_id == "a"


def put(store: LocalStore, events: Iterable[Event]) -> None:
    for event in events:
        store.create(f"raw/{event_key(event)}", encode(event))


def grown(folder: Path, months: int) -> Increments:
    store, dsn = LocalStore(folder / "lake"), f"chdb://{folder}/warehouse"
    numbered = list(enumerate(simulated(months)))
    late = [event for number, event in numbered if is_late(event, number)]
    on_time = [event for number, event in numbered if not is_late(event, number)]
    assert {type(event) for event in late} == {Admission, Discharge, WaitSnapshot, DepSnapshot}
    touched: list[dict[str, set[str]]] = []
    before: dict[tuple[str, str], frozenset[str]] = {}
    for month in range(1, months + 1):
        put(store, (event for event in on_time if min(months, arrives(event)) == month))
        put(store, late if month == months else ())
        stage(store)
        load(store.url, dsn)
        run_models(dsn)
        after = partitions(dsn)
        written: dict[str, set[str]] = {}
        for (table, partition), parts in after.items():
            if before.get((table, partition)) != parts:
                written.setdefault(table, set()).add(partition)
        touched.append(written)
        before = after
    monthly = table_digests(dsn)
    run_models(dsn, "--full-refresh")
    return Increments(dsn, monthly, table_digests(dsn), touched)


def arrives(event: Event) -> int:
    """Return the number of the month with which an event arrives; opening admissions come with the first census."""
    first = date(2024, 1, 1) if event.hospital_id == "north" else date(2024, 2, 12)
    day = max(event.event_time.date(), first)
    return (day.year - 2024) * 12 + day.month


@pytest.fixture(scope="module")
def increments(tmp_path_factory: pytest.TempPathFactory, soak: bool) -> Increments:
    return grown(tmp_path_factory.mktemp("increments"), 12 if soak else len(MONTHS))


def test_monthly_increments_and_a_full_refresh_give_equal_tables(increments: Increments) -> None:
    different = {
        name: (rows, increments.refreshed.get(name))
        for name, rows in increments.monthly.items()
        if rows != increments.refreshed.get(name)
    }
    assert different == {}
    assert increments.monthly.keys() == increments.refreshed.keys()
    assert all(rows > 0 for name, (rows, _) in increments.monthly.items() if ".fact_" in name or "_days" in name)


def test_one_more_month_touches_that_month_and_what_windows_and_delays_reach(increments: Increments) -> None:
    second = increments.touched[1]
    own = {"fact_discharges", "fact_waiting_list", "fact_department_occupancy", "department_days"}
    own |= {"mart_queue_growth", "mart_waiting_now", "mart_waiting_times", "mart_bed_utilisation"}
    own |= {"waits_by_month", "flow_by_month", "observed_admissions"}
    assert {name: second[name] for name in own} == {name: {"202402"} for name in own}
    # The hospital that begins in February brings its opening admissions of January.
    assert second["fact_admissions"] == {"202401", "202402"}


def test_late_events_reopen_exactly_their_month(increments: Increments) -> None:
    last = increments.touched[-1]
    new = max(last["department_days"])
    for tables in BY_MONTH.values():
        for table in tables:
            # A census of the last day of January that comes late is the first of no version: no key changes.
            assert last[table] == {LATE_MONTH, new}, table
    assert "202402" in last["mart_bed_utilisation"], "the 28 days that end in February begin in January"
