"""What all tests share: one tier for each test, profiles of hypothesis, folders built once, and no skipping in CI."""

import fcntl
import os
import shutil
import sys
from collections.abc import Callable, Generator, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

TIERS = ("unit", "property", "integration", "e2e")
TESTS = Path(__file__).parent

# An example may be a whole hospital: it takes its time.
_UNTIMED = settings(deadline=None, print_blob=True, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("ci", _UNTIMED, derandomize=True, max_examples=50)
settings.register_profile("soak", _UNTIMED, max_examples=2000)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add ``--soak``."""
    parser.addoption("--soak", action="store_true", help="many more examples and kills; takes long")


def pytest_configure(config: pytest.Config) -> None:
    """Choose the profile of hypothesis, put this installation's commands first on the path, and serve all workers."""
    settings.load_profile("soak" if config.getoption("--soak") else "ci")
    commands = str(Path(sys.executable).parent)
    if os.environ.get("PATH", "").split(os.pathsep)[0] != commands:
        os.environ["PATH"] = os.pathsep.join([commands, os.environ.get("PATH", os.defpath)])
    if config.getoption("numprocesses", None) and "HOSPITAL_COMMAND_SERVER" not in os.environ:
        from command_server import share

        share()


@pytest.fixture(scope="session")
def soak(request: pytest.FixtureRequest) -> bool:
    """Whether this is a long run: a test may then do more rounds of the same."""
    return bool(request.config.getoption("--soak"))


@pytest.fixture(scope="session")
def built_once(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, Callable[[Path], object]], Path]:
    """Return a function that builds a folder once for all workers; a test that changes it takes a copy.

    Its arguments are a name and a function that fills an empty folder; it returns the folder.
    """
    base = tmp_path_factory.getbasetemp()
    shared = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "built"

    def built(name: str, build: Callable[[Path], object]) -> Path:
        folder, finished = shared / name, shared / f"{name}.finished"
        shared.mkdir(exist_ok=True)
        with (shared / f"{name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not finished.exists():
                shutil.rmtree(folder, ignore_errors=True)
                folder.mkdir()
                build(folder)
                finished.touch()
        return folder

    return built


@pytest.fixture(scope="module", autouse=True)
def empty_memory() -> Iterator[None]:
    """Empty fsspec's memory after the tests of a module, because each listing there reads all its names."""
    yield
    if memory := sys.modules.get("fsspec.implementations.memory"):
        memory.MemoryFileSystem.store.clear()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Refuse a test that is not of exactly one tier, the one whose folder it is in; leave out those of long runs."""
    faults = [fault for item in items if (fault := _tier_fault(item))]
    # A worker of xdist cannot refuse what it collects in a readable way: there the test fails instead.
    if faults and not hasattr(config, "workerinput"):
        raise pytest.UsageError(*faults)
    if not config.getoption("--soak"):
        long = [item for item in items if item.get_closest_marker("soak")]
        config.hook.pytest_deselected(items=long)
        items[:] = [item for item in items if item not in long]


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Fail a test of the wrong tier where collecting it could not be refused."""
    if fault := _tier_fault(item):
        pytest.fail(fault, pytrace=False)


def _tier_fault(item: pytest.Item) -> str | None:
    tiers = sorted({mark.name for mark in item.iter_markers()} & set(TIERS))
    folder = item.path.relative_to(TESTS).parts[0] if item.path.is_relative_to(TESTS) else ""
    if len(tiers) != 1:
        marked = " and ".join(tiers) or "with no tier"
        return f"{item.nodeid}: marked {marked}; mark it with exactly one of {', '.join(TIERS)}"
    if folder != tiers[0]:
        return f"{item.nodeid}: marked {tiers[0]} but not in tests/{tiers[0]}; move it or mark it {folder}"
    return None


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Turn a skipped test into a failed one in CI, where every part must be there."""
    report = yield
    if report.skipped and not hasattr(report, "wasxfail"):
        _fail_in_ci(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Turn a skipped module into an error in CI."""
    report = yield
    if report.skipped:
        _fail_in_ci(report)
    return report


def _fail_in_ci(report: pytest.TestReport | pytest.CollectReport) -> None:
    if os.environ.get("CI", "").lower() in ("", "0", "false"):
        return
    reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longreprtext
    report.outcome = "failed"
    report.longrepr = f"nothing may be skipped in CI: {reason}"
