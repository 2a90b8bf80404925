"""Measures how fast events are written to a local lake, against bare loops that create as safely.

A bare loop writes each object to a file without a name, or with a temporary name, then links it under its key if the
key is free. Both sides write the same objects into new folders on a file system in memory, because disks vary; in turn,
so that other load affects all of them. The result is judged by processor time, in the system and outside, because it
varies less than elapsed time on a shared machine; with two workers, by that of the slower one. Rates of elapsed time
are printed too. Exits with 1 if an expectation fails.

Run: python benchmarks/write_local.py [objects] [rounds] [folder]
"""

import os
import shutil
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from functools import partial
from multiprocessing import get_context
from multiprocessing.queues import SimpleQueue
from multiprocessing.synchronize import Barrier
from pathlib import Path
from typing import NamedTuple

from hospital_sim.events import encode, keys
from hospital_sim.hospital import load
from hospital_sim.storage import LocalStore

BARE_SHARE, TWO_WORKERS = 0.8, 1.5
Objects = Sequence[tuple[str, bytes]]


def events(count: int) -> list[tuple[str, bytes]]:
    """Return the keys and bytes of a hospital's events, in the order in which they happen."""
    objects: list[tuple[str, bytes]] = []
    seed = 0
    while len(objects) < count:
        seed += 1
        run = load("district_general").simulate("2024-01-01", "2024-03-31", seed=seed)
        objects += [(keys.event_key(event), encode(event)) for event in run.events]
    return objects[:count]


def write_through_nameless_files(root: Path, objects: Objects) -> None:
    """Create objects through files without a name."""
    files, here = os.open("/proc/self/fd", os.O_RDONLY), os.open(root, os.O_RDONLY)
    for key, data in objects:
        descriptor = os.open(".", os.O_TMPFILE | os.O_WRONLY, 0o644, dir_fd=here)
        os.write(descriptor, data)
        os.link(str(descriptor), key, src_dir_fd=files, dst_dir_fd=here, follow_symlinks=True)
        os.close(descriptor)
    os.close(files)
    os.close(here)


def write_through_temporary_names(root: Path, objects: Objects) -> None:
    """Create objects through temporary names in another folder."""
    here = os.open(root, os.O_RDONLY)
    temporary = f"aside/{os.getpid()}"
    for key, data in objects:
        descriptor = os.open(temporary, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o644, dir_fd=here)
        os.write(descriptor, data)
        os.close(descriptor)
        os.link(temporary, key, src_dir_fd=here, dst_dir_fd=here)
        os.unlink(temporary, dir_fd=here)
    os.close(here)


def write_with_this_library(root: Path, objects: Objects) -> None:
    """Create objects as a sink does."""
    LocalStore(root).create_many(objects)


class Rate(NamedTuple):
    """Objects written in a second of processor time, and in a second on the wall."""

    processor: float
    wall: float


class Taken(NamedTuple):
    """The times when a worker began and ended, and the processor time it took, in seconds."""

    begin: float
    end: float
    processor: float


def one_process(root: Path, objects: Objects, write: Callable[[Path, Objects], None]) -> Rate:
    """Return the rate of one process."""
    make_folders(root, objects)
    begin, begin_processor = time.perf_counter(), time.process_time()
    write(root, objects)
    return Rate(len(objects) / (time.process_time() - begin_processor), len(objects) / (time.perf_counter() - begin))


def two_processes(root: Path, objects: Objects) -> Rate:
    """Return the rate of two processes, each with the objects of every other day."""
    make_folders(root, objects)
    context = get_context("fork")
    start, results = context.Barrier(2), context.SimpleQueue()
    workers = [context.Process(target=_write_part, args=(start, results, root, part)) for part in by_day(objects)]
    for worker in workers:
        worker.start()
    taken: list[Taken] = [results.get() for _ in workers]
    for worker in workers:
        worker.join()
    slowest = max(times.processor for times in taken)
    # From the workers' own times, because this process may wake late.
    wall = max(times.end for times in taken) - min(times.begin for times in taken)
    return Rate(len(objects) / slowest, len(objects) / wall)


def by_day(objects: Objects) -> list[list[tuple[str, bytes]]]:
    """Divide objects in two without a common folder, because the system locks a folder while a process writes to it."""
    days = sorted({key.split("/")[1] for key, _ in objects})
    place = {day: number % 2 for number, day in enumerate(days)}
    return [[item for item in objects if place[item[0].split("/")[1]] == part] for part in range(2)]


def _write_part(start: Barrier, results: "SimpleQueue[Taken]", root: Path, objects: Objects) -> None:
    start.wait()
    begin, begin_processor = time.monotonic(), time.process_time()
    write_with_this_library(root, objects)
    results.put(Taken(begin, time.monotonic(), time.process_time() - begin_processor))


def make_folders(root: Path, objects: Objects) -> None:
    """Make an empty root with the folders of all objects."""
    shutil.rmtree(root, ignore_errors=True)
    for folder in {"aside", *(key.rpartition("/")[0] for key, _ in objects)}:
        (root / folder).mkdir(parents=True)


def main(count: int = 20_000, rounds: int = 7, folder: str = "/dev/shm") -> int:
    """Measure, print and judge."""
    objects = events(count)
    root = Path(folder) / f"write-local-{os.getpid()}"
    bare = {"bare loop, nameless files": write_through_nameless_files}
    bare["bare loop, temporary names"] = write_through_temporary_names
    ours, two = "this library", "this library, two workers"
    sides = {name: partial(one_process, root, objects, write) for name, write in bare.items()}
    sides[ours] = partial(one_process, root, objects, write_with_this_library)
    sides[two] = partial(two_processes, root, objects)
    try:
        measured = [{name: measure() for name, measure in sides.items()} for _ in range(rounds)]
    finally:
        shutil.rmtree(root, ignore_errors=True)
    print(f"{count:,} objects, medians of {rounds} rounds{'processor':>24} {'wall':>10}   objects a second")
    for name in sides:
        processor, wall = (statistics.median(each[name][which] for each in measured) for which in range(2))
        print(f"{name:<49} {processor:>9,.0f} {wall:>10,.0f}")
    best = max(bare, key=lambda name: statistics.median(each[name].processor for each in measured))
    share = statistics.median(each[ours].processor / each[best].processor for each in measured)
    gain = statistics.median(each[two].processor / each[ours].processor for each in measured)
    gain_on_the_wall = statistics.median(each[two].wall / each[ours].wall for each in measured)
    print(f"{share:.2f} of the best bare loop (expected: {BARE_SHARE})")
    print(f"{gain:.2f} times that with two workers (expected: {TWO_WORKERS}; on the wall {gain_on_the_wall:.2f})")
    return int(share < BARE_SHARE or gain < TWO_WORKERS)


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:3]), *sys.argv[3:4]))  # type: ignore[arg-type]
