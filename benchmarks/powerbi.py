"""Measures `hospital-elt powerbi` for a year of the demonstration's hospital.

A year is simulated, loaded into a warehouse and built first, which is not measured. Measured is the whole command, with
the Parquet files that it writes for an embedded warehouse.

Exits 1 if two projects have different bytes.

Run: python benchmarks/powerbi.py [preset] [repetitions]
"""

import hashlib
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from build import load_year
from build import seconds as build_seconds

COMMAND = [sys.executable, "-c", "from elt.cli import main; main()", "powerbi"]


def seconds(dsn: str, folder: Path, seed_of_hashes: int) -> float:
    """Write the project; return the seconds it takes."""
    begin = time.perf_counter()
    done = subprocess.run(
        [*COMMAND, "--warehouse", dsn, "--out", str(folder), "--data-folder", "C:\\hospital"],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONHASHSEED": str(seed_of_hashes)},
    )
    taken = time.perf_counter() - begin
    if done.returncode:
        sys.exit(done.stdout + done.stderr)
    return taken


def digest(folder: Path) -> str:
    """Return a digest of every file of a folder and its path."""
    combined = hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        combined.update(path.relative_to(folder).as_posix().encode() + b"\0" + path.read_bytes())
    return combined.hexdigest()


def main(preset: str = "district_general", repetitions: int = 5) -> None:
    """Measure, print, and exit 1 if the bytes differ."""
    with tempfile.TemporaryDirectory() as folder:
        dsn = load_year(preset, Path(folder))
        build_seconds(dsn)
        projects = [Path(folder, f"project{number}") for number in range(repetitions)]
        taken = [seconds(dsn, project, number) for number, project in enumerate(projects)]
        size = sum(path.stat().st_size for path in projects[0].rglob("*") if path.is_file())
        same = len({digest(project) for project in projects}) == 1
    print(f"a year of {preset}: {statistics.median(taken):.2f} s (fastest {min(taken):.2f}, slowest {max(taken):.2f})")
    print(f"{size / 1e6:.1f} MB, the same bytes each time: {'yes' if same else 'NO'}")
    sys.exit(0 if same else 1)


if __name__ == "__main__":
    main(*sys.argv[1:2], *map(int, sys.argv[2:]))  # type: ignore[arg-type]
