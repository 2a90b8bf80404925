"""Runs hospitals side by side: in processes of this machine, or on the workers of a Dask cluster."""

import logging
import socket
from collections.abc import Callable, Sequence
from concurrent.futures import CancelledError, ProcessPoolExecutor
from multiprocessing import get_context
from typing import TypeVar
from urllib.parse import urlsplit

from hospital_sim import terminal
from hospital_sim.errors import needs_extra
from hospital_sim.experiments.tasks import Runner, WorkerEndedError
from hospital_sim.hospital import Hospital

Result = TypeVar("Result")

_SECONDS_TO_CONNECT = 10
_COMPLETE = "the same command completes the work"


def run_each(
    work: Callable[[Hospital], Result],
    hospitals: Sequence[Hospital],
    *,
    workers: int,
    dask: str | None,
    on_done: Callable[[], None],
) -> list[Result]:
    """Return the result of some work for each hospital, in their order.

    The hospitals with most beds begin first, so that no process works alone at the end.

    Args:
        work: The work; it is pickled.
        hospitals: The hospitals.
        workers: Number of processes of this machine.
        dask: Address of the scheduler of a Dask cluster that does the work instead; None for this machine. Its workers
            must have this package, and reach what the work writes to.
        on_done: Called after each hospital.

    Raises:
        CommandError: If a process ended in the middle of its work, or there is no scheduler.
        WrongCallError: If the address of the scheduler is not one.
    """
    places = sorted(range(len(hospitals)), key=lambda place: -_beds(hospitals[place]))
    ordered = [hospitals[place] for place in places]
    results = _run_here(work, ordered, workers, on_done) if dask is None else _run_on(dask, work, ordered, on_done)
    by_place = dict(zip(places, results, strict=True))
    return [by_place[place] for place in range(len(hospitals))]


def _run_here(
    work: Callable[[Hospital], Result], hospitals: Sequence[Hospital], workers: int, on_done: Callable[[], None]
) -> list[Result]:
    # Spawned, because a forked process would inherit the threads of an object store in an unknown state.
    with ProcessPoolExecutor(min(workers, len(hospitals)), get_context("spawn")) as pool:
        try:
            return Runner(pool, lambda _done, _total: on_done()).run(work, hospitals)
        except WorkerEndedError as error:
            raise terminal.CommandError(
                "--workers: a process ended in the middle of its work, perhaps for want of memory; "
                f"{_COMPLETE}, also with fewer workers"
            ) from error


def _run_on(
    address: str, work: Callable[[Hospital], Result], hospitals: Sequence[Hospital], on_done: Callable[[], None]
) -> list[Result]:
    with needs_extra("--dask", "dask"):
        from distributed import Client, KilledWorker, as_completed
        from distributed.comm import CommClosedError
    try:
        # Connects first, because a client without a scheduler gives up only after a long time.
        _check_address(address)
        client = Client(address, timeout=_SECONDS_TO_CONNECT, set_as_default=False)
    except OSError as error:
        raise terminal.CommandError(
            f"--dask: no scheduler answers at {address}; start one with: dask scheduler"
        ) from error
    # Silent, because the errors below say in one line what Dask shows as tracebacks.
    logging.getLogger("distributed.client").setLevel(logging.CRITICAL)
    results: dict[str, Result] = {}
    try:
        with client:
            # Not pure, because the result depends on the sink: Dask must not reuse an earlier one.
            futures = [client.submit(work, hospital, pure=False) for hospital in hospitals]
            for future in as_completed(futures, loop=client.loop):
                results[future.key] = future.result()
                on_done()
            return [results[future.key] for future in futures]
    except (CancelledError, CommClosedError) as error:
        raise terminal.CommandError(
            f"--dask: the scheduler at {address} is gone; start one again: {_COMPLETE}"
        ) from error
    except KilledWorker as error:
        raise terminal.CommandError(
            f"--dask: workers died again and again, perhaps for want of memory; {_COMPLETE}, also with other workers"
        ) from error


def _check_address(address: str) -> None:
    try:
        host, port = urlsplit(address).hostname, urlsplit(address).port
    except ValueError:
        host = port = None
    if host is None or port is None:
        raise terminal.WrongCallError(f"--dask: {address!r} is not an address such as tcp://host:8786")
    socket.create_connection((host, port), timeout=_SECONDS_TO_CONNECT).close()


def _beds(hospital: Hospital) -> int:
    return sum(department.beds for department in hospital.config.department)
