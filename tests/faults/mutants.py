"""Measures the tests of a room by mutation: small edits, made by rule (mutations.py), that its tests should catch.

    python tests/faults/mutants.py staging                   # 90 mutants, seed 1, one process
    python tests/faults/mutants.py staging --list            # print the sample, run nothing
    python tests/faults/mutants.py staging --only decode.py  # the mutants of the sample with this text in file or lines
    python tests/faults/mutants.py staging --sample 0        # every mutant of the room

The sample depends on the seed and on each edited line alone, so a change of other code does not exchange it.

Each mutant is run in a copy of the project, in a process forked from one that has imported the libraries, with the
tests in ``tests/*/<package>/<room>`` until one fails, those of the cheapest file first. The outcomes:

- ``caught``: a test failed; ``timed out``: a test took ten times its CPU time or more, which counts as caught;
- ``survived``: all tests passed. ``survivors.toml`` has the reason why no test catches it; the others are listed;
- ``invalid``, not counted: the module can no longer be imported.

Exits with 1 if less than 85% were caught or a survivor has no reason. To give one, copy the lines that this prints to
``survivors.toml`` and fill in the reason.
"""

import argparse
import importlib
import json
import multiprocessing
import os
import resource
import shutil
import signal
import sys
import tempfile
import time
import tomllib
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from multiprocessing.connection import wait
from multiprocessing.process import BaseProcess
from pathlib import Path

import pytest
from ledger import ROOT
from mutations import Mutant, mutants, sample
from plant import NOT_COPIED

SURVIVORS = Path(__file__).with_name("survivors.toml")
ROOMS = ("hospital_sim/simulation", "hospital_sim/blocks", "hospital_sim/draws", "elt/lake", "elt/staging", "elt/load")
ELSEWHERE = {
    "hospital_sim/simulation": ("tests/unit/hospital_sim/cli/test_simulate_arguments.py",),
    "hospital_sim/draws": (
        "tests/unit/hospital_sim/simulation/test_outliers.py",
        "tests/unit/hospital_sim/simulation/test_changes.py",
    ),
    "elt/load": ("tests/integration/elt/repair/test_repaired_warehouse.py",),
}
"""Tests of a room that lie in another room, because a user meets the behaviour there."""

SCORE = 0.85
LIBRARIES = ("hypothesis", "msgspec", "numpy", "pyarrow.parquet", "scipy.stats", "simpy", "typer.testing")
INVALID = 42
MEMORY = 6 << 30


class Costs:
    """Plugin of pytest that measures the CPU seconds of each test, or ends the process if a test exceeds its limit."""

    def __init__(self, path: Path, limits: dict[str, float] | None = None) -> None:
        self._path, self._limits, self._costs = path, limits, {}

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        """Measure one test with its fixtures."""
        if self._limits is not None:
            signal.setitimer(signal.ITIMER_PROF, 10 + 10 * self._limits.get(item.nodeid, 0))
        start = time.process_time()
        result = yield
        self._costs[item.nodeid] = time.process_time() - start
        return result

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note the first test that fails."""
        if report.failed and self._limits is not None:
            self._path.write_text(report.nodeid)

    def pytest_sessionfinish(self) -> None:
        """Write the costs."""
        if self._limits is None:
            self._path.write_text(json.dumps(self._costs))


def _run(copy: Path, tests: list[str], module: str | None, limits: dict[str, float] | None) -> None:
    os.setsid()
    output = os.open(copy / "output.txt", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    for stream in (1, 2):
        os.dup2(output, stream)
    os.chdir(copy)
    sys.path.insert(0, str(copy))
    os.environ["PYTHONPATH"] = f"{copy}{os.pathsep}{copy / 'adapter'}"
    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, MEMORY))
    if module:
        # Bytecode of another mutant of the same second and size would be taken for this one's.
        sys.dont_write_bytecode = True
        os.environ["PYTHONDONTWRITEBYTECODE"] = "1"
        try:
            importlib.import_module(module)
        except BaseException:
            os._exit(INVALID)
    options = ["-q", "-x", "-p", "no:cacheprovider", f"--basetemp={copy / 'tmp'}"]
    os._exit(pytest.main([*options, *tests], plugins=[Costs(copy / "result.txt", limits)]))


def _start(copy: Path, tests: list[str], module: str | None, limits: dict[str, float] | None) -> BaseProcess:
    process = multiprocessing.get_context("fork").Process(target=_run, args=(copy, tests, module, limits))
    process.start()
    return process


def _end(process: BaseProcess) -> int:
    """Wait for a process, end what it started, and return how it ended."""
    process.join()
    with suppress(ProcessLookupError):
        os.killpg(process.pid or 0, signal.SIGKILL)
    return process.exitcode or 0


def measure(copy: Path, tests: list[str]) -> tuple[list[str], dict[str, float]]:
    """Run the tests without a fault; return their files, the cheapest first, and the CPU seconds of each test."""
    code = _end(_start(copy, tests, None, None))
    if code:
        sys.exit(f"error: without a mutant the tests exit with {code}:\n{(copy / 'output.txt').read_text()[-3000:]}")
    costs = json.loads((copy / "result.txt").read_text())
    files: Counter[str] = Counter()
    for nodeid, cost in costs.items():
        files[nodeid.partition("::")[0]] += cost
    return sorted(files, key=lambda file: files[file]), costs


def outcomes(
    chosen: list[Mutant], copies: list[Path], files: list[str], limits: dict[str, float]
) -> Iterator[tuple[Mutant, str, str]]:
    """Run the tests with each mutant, one for each copy at a time; yields mutant, outcome, and the test that failed."""
    waiting, running = list(reversed(chosen)), dict[Path, tuple[Mutant, str, BaseProcess, float]]()
    patience = 300 + 20 * sum(limits.values())
    while waiting or running:
        for copy in [copy for copy in copies if waiting and copy not in running]:
            mutant = waiting.pop()
            path = copy / mutant.file
            original = path.read_text()
            path.write_text(mutant.text)
            for bytecode in (path.parent / "__pycache__").glob(f"{path.stem}.*"):
                bytecode.unlink()
            (copy / "result.txt").write_text("")
            module = mutant.file.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
            running[copy] = mutant, original, _start(copy, files, module, limits), time.monotonic()
        wait([process.sentinel for _, _, process, _ in running.values()], timeout=5)
        for copy, (mutant, original, process, start) in list(running.items()):
            if process.is_alive() and time.monotonic() - start < patience:
                continue
            if process.is_alive():
                process.kill()
            code = _end(process)
            outcome = {0: "survived", INVALID: "invalid"}.get(code, "caught" if code > 0 else "timed out")
            (copy / mutant.file).write_text(original)
            del running[copy]
            yield mutant, outcome, (copy / "result.txt").read_text()


def reasons() -> dict[tuple[str, str, str], str]:
    """Return why the survivors survive, by file, old and new lines."""
    entries = tomllib.loads(SURVIVORS.read_text()).get("survivor", []) if SURVIVORS.exists() else []
    return {(entry["file"], entry["old"], entry["new"]): entry["reason"] for entry in entries}


def _entry(mutant: Mutant) -> str:
    place = f"# {mutant.file}:{mutant.line} {mutant.function}"
    fields = (f"{key} = {json.dumps(getattr(mutant, key))}" for key in ("file", "old", "new"))
    return "\n".join([place, "[[survivor]]", *fields, 'reason = ""', ""])


def report(room: str, arguments: argparse.Namespace) -> bool:
    """Measure one room and print it; True if enough mutants were caught and each survivor has a reason."""
    every = mutants(room)
    chosen = [mutant for mutant in sample(every, arguments.sample, arguments.seed) if arguments.only in str(mutant)]
    print(f"{room}: {len(chosen)} of {len(every)} mutants, seed {arguments.seed}", flush=True)
    if arguments.list or not chosen:
        print(*chosen, sep="\n")
        return True
    explained, counts, unexplained = reasons(), Counter[str](), []
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
        first = shutil.copytree(ROOT, Path(folder, "0"), ignore=NOT_COPIED)
        tests = [str(path.relative_to(ROOT)) for path in sorted(ROOT.glob(f"tests/*/{room}"))]
        files, limits = measure(first, [*tests, *ELSEWHERE.get(room, ()), *arguments.also])
        print(f"  without a mutant: {len(limits)} tests pass, {sum(limits.values()):.0f} CPU s", flush=True)
        copies = [first, *(shutil.copytree(first, Path(folder, str(i))) for i in range(1, arguments.processes))]
        for mutant, outcome, test in outcomes(chosen, copies, files, limits):
            counts[outcome] += 1
            if outcome == "survived":
                reason = explained.get((mutant.file, mutant.old, mutant.new))
                unexplained += [] if reason else [mutant]
                print(f"  survived: {mutant}\n    reason: {reason}" if reason else _entry(mutant), flush=True)
            elif arguments.verbose:
                print(f"  {outcome}: {mutant}\n    {test}", flush=True)
    caught = counts["caught"] + counts["timed out"]
    score = caught / max(caught + counts["survived"], 1)
    print(f"{room}: {score:.1%} of {caught + counts['survived']} valid mutants caught; {dict(counts)}", flush=True)
    return score >= SCORE and not unexplained


def main() -> None:
    """Measure the rooms that the command line names; all of them by default."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("rooms", nargs="*", help=f"of {', '.join(ROOMS)}; the last part is enough")
    parser.add_argument("--sample", type=int, default=90, help="mutants of each room; 0 for all (default 90)")
    parser.add_argument("--seed", type=int, default=1, help="seed of the sample (default 1)")
    parser.add_argument("--only", default="", help="only mutants whose description contains this text")
    parser.add_argument("--also", nargs="*", default=[], help="more test files or folders to run with each mutant")
    parser.add_argument("--processes", "-n", type=int, default=1, help="mutants at a time (default 1)")
    parser.add_argument("--list", action="store_true", help="print the sample and run nothing")
    parser.add_argument("--verbose", "-v", action="store_true", help="print each mutant that is caught, and by what")
    arguments = parser.parse_args()
    rooms = [room for room in ROOMS if not arguments.rooms or {room, room.split("/")[1]} & set(arguments.rooms)]
    if unknown := set(arguments.rooms) - {name for room in ROOMS for name in (room, room.split("/")[1])}:
        parser.error(f"no such room: {', '.join(sorted(unknown))}")
    for library in () if arguments.list else LIBRARIES:
        importlib.import_module(library)
    results = [report(room, arguments) for room in rooms]
    sys.exit(not all(results))


if __name__ == "__main__":
    main()
