"""Plants each fault of the ledger in a copy of the project, and reports which test catches it.

    python tests/faults/plant.py --only staging

First the tests run without a fault, and must pass. A fault is caught if its test fails then, and not if pytest breaks
down or hangs.
"""

import argparse
import itertools
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager, suppress
from pathlib import Path
from queue import SimpleQueue

from ledger import ROOT, Fault, problems, read_ledger

NOT_COPIED = shutil.ignore_patterns(
    ".git", ".venv", "__pycache__", ".*_cache", ".hypothesis", "demo", "dist", "logs", "site", "target"
)
SECONDS = 300
"""Time that the test of one fault may take."""

PASSED, FAILED = 0, 1
"""Exit codes of pytest; errors in its call or in collecting have greater ones."""


class Copy:
    """A copy of the project in which faults are planted, one at a time.

    Args:
        root: The project.
        folder: Where the copy is made.
    """

    _moments = itertools.count(1)

    def __init__(self, root: Path, folder: Path) -> None:
        self.folder = folder
        shutil.copytree(root, folder, ignore=NOT_COPIED)
        path = os.pathsep.join([str(folder), str(folder / "adapter"), os.environ.get("PYTHONPATH", "")])
        self._environment = os.environ | {"PYTHONPATH": path.rstrip(os.pathsep), "CI": ""}

    @contextmanager
    def planted(self, fault: Fault) -> Iterator[None]:
        """Hold the fault in this copy for as long as the context lasts."""
        originals = {edit.file: (self.folder / edit.file).read_text(encoding="utf-8") for edit in fault.edits}
        libraries = {path: path.read_bytes() for path in (self.folder / "elt" / "native").glob("*.so")}
        try:
            for edit in fault.edits:
                path = self.folder / edit.file
                self._write(path, path.read_text(encoding="utf-8").replace(edit.old, edit.new))
            if any(edit.file.endswith(".c") for edit in fault.edits):
                self._compile()
            yield
        finally:
            for file, text in originals.items():
                self._write(self.folder / file, text)
            for path, library in libraries.items():
                path.write_bytes(library)

    def run(self, *arguments: str, seconds: float = SECONDS) -> tuple[int | None, str]:
        """Run pytest; return its exit code, None if it took too long, and what it printed."""
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--tb=short", "-rfE", *arguments]
        process = subprocess.Popen(
            command,
            cwd=self.folder,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            start_new_session=True,
        )
        try:
            printed, _ = process.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            return None, f"still running after {seconds} s"
        else:
            return process.returncode, printed
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)

    def _write(self, path: Path, text: str) -> None:
        """Write with a time of its own, by which Python knows that bytecode is out of date."""
        path.write_text(text, encoding="utf-8")
        moment = path.stat().st_mtime + next(self._moments)
        os.utime(path, (moment, moment))

    def _compile(self) -> None:
        code = "from elt.native.library import compile_library; raise SystemExit(compile_library() is None)"
        subprocess.run([sys.executable, "-c", code], cwd=self.folder, env=self._environment, check=True)


def failures(printed: str) -> list[str]:
    """Return the tests that failed, each with its error."""
    return re.findall(r"^(?:FAILED|ERROR) (tests/.*)$", printed, re.MULTILINE)


def plant_all(faults: list[Fault], root: Path, workers: int) -> int:
    """Plant the faults one by one in as many copies as there are workers; return how many were not caught."""
    with tempfile.TemporaryDirectory(prefix="faults-") as folder:
        copies: SimpleQueue[Copy] = SimpleQueue()
        for number in range(workers):
            copies.put(Copy(root, Path(folder, str(number))))
        sound = _sound(faults, copies, workers)

        def plant(fault: Fault) -> tuple[Fault, float, list[str], str]:
            copy = copies.get()
            began = time.monotonic()
            try:
                with copy.planted(fault):
                    code, printed = copy.run("-x", fault.test)
            finally:
                copies.put(copy)
            return fault, time.monotonic() - began, failures(printed) if code == FAILED else [], printed

        caught = 0
        with ThreadPoolExecutor(workers) as pool:
            done = as_completed([pool.submit(plant, fault) for fault in sound])
            for number, (fault, seconds, failed, printed) in enumerate((each.result() for each in done), 1):
                caught += bool(failed)
                verdict = "caught" if failed else "NOT CAUGHT"
                print(f"[{number}/{len(sound)}] {verdict} in {seconds:.1f} s: {fault.room}: {fault.name}")
                print(f"    {failed[0] if failed else printed.strip()[-2000:]}", flush=True)
        return len(faults) - caught


def _sound(faults: list[Fault], copies: "SimpleQueue[Copy]", workers: int) -> list[Fault]:
    """Run the tests without a fault; return the faults whose test passes."""
    tests = sorted({fault.test for fault in faults})
    print(f"without a fault: {len(tests)} tests", flush=True)
    copy = copies.get()
    code, printed = copy.run(*tests, "-n", str(workers), "--dist", "loadfile", seconds=10 * SECONDS)
    copies.put(copy)
    if code == PASSED:
        return faults
    failed = failures(printed)
    print(*(f"NOT CAUGHT, because it fails without a fault: {test}" for test in failed), sep="\n", flush=True)
    if not failed:
        print(printed)
        return []
    return [fault for fault in faults if not any(test.startswith(fault.test) for test in failed)]


def main() -> int:
    """Run the command; the exit code is 1 if a fault is not caught, 2 if one cannot be planted."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", action="append", metavar="WORD", help="faults with the word in room, name or file")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1, metavar="N", help="faults planted at once")
    parser.add_argument("--list", action="store_true", help="print the faults, plant none")
    arguments = parser.parse_args()
    words = arguments.only or [""]
    faults = [fault for fault in read_ledger() if any(word in _text(fault) for word in words)]
    if wrong := problems(faults):
        print("\n".join(wrong), file=sys.stderr)
        return 2
    if arguments.list or not faults:
        print(
            "\n".join(f"{fault.room}: {fault.name}\n    {fault.test}" for fault in faults) or "no fault has that word"
        )
        return 0 if faults else 2
    missed = plant_all(faults, ROOT, min(arguments.workers, len(faults)))
    print(f"{len(faults) - missed} of {len(faults)} faults caught")
    return 1 if missed else 0


def _text(fault: Fault) -> str:
    return " ".join([fault.room, fault.name, *(edit.file for edit in fault.edits)])


if __name__ == "__main__":
    sys.exit(main())
