"""Checks that a warehouse holds no other lake, and no other history of a hospital, than the one that is loaded."""

from collections.abc import Iterable

from elt import EltError
from elt.lake.lake import Lake
from elt.lake.layout import STAGING
from elt.load.runs import LoadedRun
from elt.warehouse import Warehouse
from elt.warehouse.tables import RUN
from hospital_sim.events.histories import is_same_history


def require_one_history(warehouse: Warehouse, runs: list[LoadedRun]) -> None:
    """Refuse a warehouse with another history of a hospital, and runs that differ in the changes of a hospital.

    Raises:
        EltError: If one of the runs is of another history than those that are loaded, or than the newest.
    """
    loaded_runs = warehouse.query(f"SELECT hospital_id, history_id FROM {warehouse.schema('raw')}.{RUN.name}")  # noqa: S608
    histories = dict(zip(loaded_runs["hospital_id"].to_pylist(), loaded_runs["history_id"].to_pylist(), strict=True))
    newest: dict[str, LoadedRun] = {}
    for record in sorted(runs, key=lambda record: record.run.end, reverse=True):
        run, longest = record.run, newest.setdefault(record.run.hospital_id, record)
        if histories.setdefault(run.hospital_id, run.history_id) != run.history_id:
            raise EltError(
                f"{record.key}: hospital {run.hospital_id!r} has another history in warehouse {warehouse.dsn}; "
                "load this lake into a warehouse of its own"
            )
        if not is_same_history(run, longest.run):
            raise EltError(
                f"{record.key}: hospital {run.hospital_id!r} has other changes than in {longest.key}; "
                "keep each history in a lake of its own"
            )


def require_one_lake(warehouse: Warehouse, lake: Lake, loaded: Iterable[str], of_lake: set[str]) -> None:
    """Refuse a warehouse with a staged file that this lake has never had: its next file may have an equal name.

    Args:
        warehouse: The warehouse.
        lake: The lake.
        loaded: Keys of the files that are loaded.
        of_lake: Keys of all staged files that the lake has had.

    Raises:
        EltError: If there is such a file.
    """
    others = sorted(key for key in loaded if key.startswith(STAGING) and key not in of_lake)
    if others:
        raise EltError(
            f"warehouse {warehouse.dsn}: was loaded from another lake: it holds {others[0]}, which no manifest of "
            f"{lake.url} names; load {lake.url} into a warehouse of its own"
        )
