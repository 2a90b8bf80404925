"""Measures raw objects staged a second against a loop that only opens, reads and closes the files; and peak memory.

The objects are the events of a simulated hospital, one JSON file each, in memory if the system allows it. Staging
validates every object and writes the Parquet files and the manifests. The bare loop makes bare system calls;
the other loop is that of most programs. polars, DuckDB and chDB only convert the objects of each type to Parquet, and
only some of the objects, because they take long. All take turns; a ratio is the median of the ratios of the rounds.
Exits 1 if staging is slower than 0.6 of the bare loop with one worker, or than 1.1 of it with two, or needs more than
512 MiB. One process, which prefetches, keeps two processors busy: with four processors or more, two workers are two
processes, with fewer one.

Run: python benchmarks/staging.py [objects [rounds]]
     python benchmarks/staging.py memory [objects [months]]     one month with that many objects, and several of them
"""

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from importlib.util import find_spec
from pathlib import Path
from random import Random
from uuid import UUID

import msgspec

import hospital_sim as hs
from elt.lake.lake import Lake
from elt.staging import stage
from hospital_sim.events import Admission, Event
from hospital_sim.events.keys import event_key
from hospital_sim.sinks import CallbackSink, ObjectSink
from hospital_sim.storage import LocalStore

OBJECTS = 30_000
ROUNDS = 3
PROMISED = {1: 0.6, 2: 1.1}
MEMORY_MIB = 512
PEER_OBJECTS = 4_000
START = datetime(2025, 1, 1, tzinfo=UTC)


class Enough(BaseException):
    """Raised when enough events are written; not an Exception, so that no sink handles it."""


def fill(lake: Path, objects: int) -> list[str]:
    """Write events of a hospital to a lake and return the sorted paths of their files."""
    sink, written = ObjectSink(f"{lake}/raw"), 0

    def take(event: Event) -> None:
        nonlocal written
        if written == objects:
            raise Enough
        sink.write(event)
        written += 1

    try:
        hs.load("district_general").simulate("2025-01-01", "2044-12-31", seed=1, sink=CallbackSink(take))
    except Enough:
        sink.flush()
    return sorted(str(path) for path in (lake / "raw").glob("*/event_date=*/*.json"))


def bare(paths: list[str]) -> None:
    """Open, read and close each file."""
    for path in paths:
        descriptor = os.open(path, os.O_RDONLY)
        os.read(descriptor, 1 << 16)
        os.close(descriptor)


def with_file_objects(paths: list[str]) -> None:
    """Open, read and close each file with the built-in functions, as most programs do."""
    for path in paths:
        with open(path, "rb") as file:  # noqa: PTH123
            file.read()


def staged(lake: Path, workers: int) -> None:
    """Stage a lake."""
    stage(Lake.open(str(lake)), workers=workers)


def with_polars(parts: list[list[str]], out: Path) -> None:
    """Read each part with scan_ndjson and write it as Parquet."""
    import polars

    for number, paths in enumerate(parts):
        polars.scan_ndjson(paths).sink_parquet(out / f"{number}.parquet")


def with_duckdb(parts: list[list[str]], out: Path) -> None:
    """Read each part with read_json and write it as Parquet."""
    import duckdb

    for number, paths in enumerate(parts):
        duckdb.read_json(paths).write_parquet(str(out / f"{number}.parquet"))


def with_chdb(parts: list[list[str]], out: Path) -> None:
    """Read each part with file() and write it as Parquet."""
    import chdb

    for number, paths in enumerate(parts):
        folder, kind = Path(paths[0]).parent.parent, Path(paths[0]).parents[1].name
        chdb.query(
            f"SELECT * FROM file('{folder}/*/{kind}_*.json', JSONEachRow) "
            f"INTO OUTFILE '{out}/{number}.parquet' FORMAT Parquet"
        )


PEERS: dict[str, tuple[str, Callable[[list[list[str]], Path], None]]] = {
    "polars scan_ndjson": ("polars", with_polars),
    "DuckDB read_json": ("duckdb", with_duckdb),
    "chDB file()": ("chdb", with_chdb),
}


def clean(lake: Path) -> None:
    """Remove the files that staging wrote."""
    for name in ("staging", "manifests", "quarantine"):
        shutil.rmtree(lake / name, ignore_errors=True)


def seconds(work: Callable[[], None]) -> float:
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


def peers(folder: Path) -> Iterator[tuple[str, float | None]]:
    """Yield each peer and its objects a second; None if it is not installed."""
    paths = fill(folder / "peers", PEER_OBJECTS)
    by_type: dict[str, list[str]] = {}
    for path in paths:
        by_type.setdefault(Path(path).parents[1].name, []).append(path)
    for name, (package, side) in PEERS.items():
        if find_spec(package) is None:
            yield name, None
            continue
        out = folder / package
        out.mkdir()
        yield name, len(paths) / seconds(lambda side=side, out=out: side(list(by_type.values()), out))  # type: ignore[misc]


def speed(objects: int, rounds: int) -> bool:
    """Measure and print the speed of staging."""
    with tempfile.TemporaryDirectory(dir=memory_folder()) as name:
        lake = Path(name) / "lake"
        paths = fill(lake, objects)
        if len(paths) != objects:
            raise SystemExit(f"the hospital left only {len(paths):,} events")
        staged(lake, 1)  # imports modules, which is not measured
        times: dict[int, list[tuple[float, float]]] = {1: [], 2: []}
        for _ in range(rounds):
            for workers, rounds_of in times.items():
                clean(lake)
                rounds_of.append((seconds(lambda: bare(paths)), seconds(lambda workers=workers: staged(lake, workers))))  # type: ignore[misc]
        print(f"{'':<28} {'objects/s':>10} {'of the bare loop':>17}   {objects:,} objects, medians of {rounds} rounds")
        loop = statistics.median(first for rounds_of in times.values() for first, _ in rounds_of)
        print(f"{'bare open, read, close':<28} {objects / loop:>10,.0f} {1:>17.2f}")
        ordinary = statistics.median(seconds(lambda: with_file_objects(paths)) for _ in range(rounds))
        print(f"{'open(), read(), close()':<28} {objects / ordinary:>10,.0f} {loop / ordinary:>17.2f}")
        kept = [_report(workers, rounds_of, objects) for workers, rounds_of in times.items()]
        for peer, rate in peers(Path(name)):
            print(
                f"{peer:<28} " + ("not installed" if rate is None else f"{rate:>10,.0f} {rate * loop / objects:>17.2f}")
            )
    return all(kept)


def _report(workers: int, times: list[tuple[float, float]], objects: int) -> bool:
    ratio = statistics.median(loop / ours for loop, ours in times)
    rate = objects / statistics.median(ours for _, ours in times)
    line = f"{f'staged, {workers} worker' + 's' * (workers > 1):<28} {rate:>10,.0f} {ratio:>17.2f}"
    kept = ratio >= PROMISED[workers]
    print(f"{line}   promised {PROMISED[workers]}: {'kept' if kept else 'NOT KEPT'}")
    return kept


def memory(objects: int, months: int) -> bool:
    """Measure the memory of staging one month of objects, and several such months, each in its own process."""
    peaks = []
    for count in (1, months):
        with tempfile.TemporaryDirectory(dir=memory_folder()) as name:
            lake = Path(name) / "lake"
            fill_months(lake, objects, count)
            script = (
                "from pathlib import Path; from elt.lake.lake import Lake; from elt.staging import stage; "
                f"stage(Lake.open({str(lake)!r})); "
                # Not getrusage, which begins with the memory of the process that started this one.
                "print(int(Path('/proc/self/status').read_text().split('VmHWM:')[1].split()[0]) // 1024)"
            )
            done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
            peaks.append(int(done.stdout))
            print(f"{count:>3} x {objects:,} objects of a month: peak {peaks[-1]:,} MiB")
    kept = max(peaks) < MEMORY_MIB
    print(f"promised: under {MEMORY_MIB} MiB: {'kept' if kept else 'NOT KEPT'}")
    return kept


def fill_months(lake: Path, objects: int, months: int) -> None:
    """Write the same number of admissions for each month, half of them of one day."""
    choices, store = Random(1), LocalStore(lake)
    hex128 = lambda: str(UUID(int=choices.getrandbits(128)))  # noqa: E731
    for month in range(months):
        first = START.replace(month=1 + month)
        for number in range(objects):
            day = 0 if number % 2 else choices.randrange(28)
            at = first + timedelta(days=day, seconds=choices.randrange(86_400))
            event = Admission(
                hex128(), 1, at, "city", "acute", hex128(), "female", START.date(), hex128(), "acute",
                1 + number % 900, "21", at, at,
            )  # fmt: skip
            store.create(f"raw/{event_key(event)}", msgspec.json.encode(event))


def memory_folder() -> str | None:
    return "/dev/shm" if Path("/dev/shm").is_dir() else None


def main(words: list[str]) -> None:
    """Measure, print, and exit 1 if a promise is not kept."""
    if words[:1] == ["memory"]:
        numbers = [int(word) for word in words[1:]]
        kept = memory(*(numbers + [100_000, 3][len(numbers) :])[:2])
    else:
        numbers = [int(word) for word in words]
        kept = speed(*(numbers + [OBJECTS, ROUNDS][len(numbers) :])[:2])
        kept = memory(20_000, 2) and kept if not words else kept
    sys.exit(0 if kept else 1)


if __name__ == "__main__":
    main(sys.argv[1:])
