"""Measures how fast events are written to S3 and read back, against a bare loop on the same client, and s3fs.

A SeaweedFS runs on this machine. All sides create objects of the size of an event only if their keys are free, then
read them back, with as many requests in flight; in turn, so that other load affects all of them. Exits with 1 if an
expectation fails.

Run: python benchmarks/s3_traffic.py [objects] [rounds]
"""

import asyncio
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

from hospital_sim.storage import open_store
from hospital_sim.storage.s3 import IN_FLIGHT

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "support"))

from s3_servers import BUCKET, KEY, SECRET, S3Server, seaweedfs

EXPECTED = 0.9
FEWER_FOR_S3FS = 4
"""s3fs gets a quarter of the objects, because it would take most of the time otherwise."""

Objects = Sequence[tuple[str, bytes]]
Side = Callable[[S3Server, Objects], tuple[float, float]]


def bare(server: S3Server, objects: Objects) -> tuple[float, float]:
    """Write and read with obstore and nothing else; return seconds of each."""
    from obstore.store import S3Store

    store = S3Store(
        BUCKET,
        prefix=uuid4().hex,
        config={
            "endpoint": server.endpoint,
            "access_key_id": KEY,
            "secret_access_key": SECRET,
            "region": "us-east-1",
        },
        client_options={"allow_http": True},
        retry_config={"max_retries": 0, "retry_timeout": timedelta(seconds=5)},
    )

    async def both() -> tuple[float, float]:
        places = asyncio.Semaphore(IN_FLIGHT)

        async def write(key: str, data: bytes) -> None:
            async with places:
                await store.put_async(key, data, mode="create")

        async def read(key: str) -> bytes:
            async with places:
                return (await (await store.get_async(key)).bytes_async()).to_bytes()

        begin = time.perf_counter()
        await asyncio.gather(*(write(key, data) for key, data in objects))
        written = time.perf_counter()
        read_back = await asyncio.gather(*(read(key) for key, _ in objects))
        end = time.perf_counter()
        assert len(read_back) == len(objects)
        return written - begin, end - written

    return asyncio.run(both())


def this_library(server: S3Server, objects: Objects) -> tuple[float, float]:
    """Write and read as a sink and a staging do; return seconds of each."""
    store = open_store(server.new_url())
    begin = time.perf_counter()
    store.create_many(objects)
    written = time.perf_counter()
    read_back = list(store.read_many([key for key, _ in objects]))
    end = time.perf_counter()
    assert read_back == list(objects)
    return written - begin, end - written


def through_s3fs(server: S3Server, objects: Objects) -> tuple[float, float]:
    """Write and read with s3fs; return seconds of each, scaled to as many objects as the others."""
    import s3fs

    some = objects[::FEWER_FOR_S3FS]
    system = s3fs.S3FileSystem(key=KEY, secret=SECRET, endpoint_url=server.endpoint)
    root = f"{BUCKET}/{uuid4().hex}"
    begin = time.perf_counter()
    system.pipe({f"{root}/{key}": data for key, data in some}, batch_size=IN_FLIGHT, mode="create")
    written = time.perf_counter()
    read_back = system.cat([f"{root}/{key}" for key, _ in some], batch_size=IN_FLIGHT)
    end = time.perf_counter()
    assert len(read_back) == len(some)
    scale = len(objects) / len(some)
    return (written - begin) * scale, (end - written) * scale


def main(count: int = 1500, rounds: int = 5) -> int:
    """Measure, print and judge."""
    objects = [
        (f"admission/event_date=2024-03-{1 + number % 28:02d}/{number:08d}.json", os.urandom(230).hex().encode())
        for number in range(count)
    ]
    sides: dict[str, Side] = {"bare obstore loop": bare, "this library": this_library, "s3fs": through_s3fs}
    with tempfile.TemporaryDirectory() as folder, seaweedfs(Path(folder)) as server:
        os.environ.update(server.environment())
        for side in sides.values():
            side(server, objects[:200])
        measured = []
        for number in range(rounds):
            # In alternating order, because the first side meets the work that the server still has from the last round.
            order = list(sides.items()) if number % 2 else list(reversed(sides.items()))
            measured.append({name: side(server, objects) for name, side in order})
    print(f"{count:,} objects, {IN_FLIGHT} in flight, medians of {rounds} rounds, objects a second")
    passed = True
    for which, name in enumerate(("written, only if the key is free", "read")):
        print(f"{name}:")
        for side_name in sides:
            print(f"  {side_name:<18} {count / statistics.median(row[side_name][which] for row in measured):>8,.0f}")
        share = statistics.median(row["bare obstore loop"][which] / row["this library"][which] for row in measured)
        print(f"  {share:.2f} of the bare loop (expected: {EXPECTED})")
        passed = passed and share >= EXPECTED
    return int(not passed)


if __name__ == "__main__":
    sys.exit(main(*(int(word) for word in sys.argv[1:])))
