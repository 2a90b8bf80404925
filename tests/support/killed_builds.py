"""Builds on a server that are killed while they replace months."""

import random
import time
from collections.abc import Callable

from clickhouse_server import ClickHouseServer
from kills import kill_in_the_middle, run_and_kill

from elt.build.record import record, recorded
from elt.warehouse import Warehouse

_SECONDS = 4.0
"""Time in which a build is killed, from the moment that it knows what to build."""


def kill_builds(
    server: ClickHouseServer, kills: int, choices: random.Random, report: Callable[[str, object], None]
) -> None:
    """Kill builds of the prefix ``hospital``, one after the other; none of them is completed by another build."""
    command = ["hospital-elt", "build", "--warehouse", server.url]
    with server.open("hospital") as warehouse:

        def attempt() -> bool:
            _forget_a_month(warehouse, choices)
            before = _version_of_months(warehouse)

            def begun() -> bool:
                time.sleep(0.05)
                return _version_of_months(warehouse) != before

            return run_and_kill(command, choices, _SECONDS, begun=begun)

        kill_in_the_middle(kills, attempt, report)


def _forget_a_month(warehouse: Warehouse, choices: random.Random) -> None:
    """Make a month of all event types new again."""
    state = recorded(warehouse)
    assert state is not None
    record(warehouse, type(state)(state.project, ""))
    months = warehouse.query("SELECT DISTINCT month FROM hospital_raw.loaded_file WHERE month IS NOT NULL ORDER BY 1")
    month = choices.choice(months["month"].to_pylist())
    # A build that is killed while it records itself has no record, so the next one builds all months.
    if warehouse.has_table("intermediate", "built_files"):
        warehouse.execute(
            f"ALTER TABLE hospital_intermediate.built_files DELETE WHERE month = '{month}' SETTINGS mutations_sync = 2"
        )


def _version_of_months(warehouse: Warehouse) -> list[object]:
    rows = warehouse.query(
        "SELECT toString(uuid) AS version FROM system.tables "
        "WHERE database = 'hospital_intermediate' AND name = 'int_months_to_build'"
    )
    return list(rows["version"].to_pylist())
