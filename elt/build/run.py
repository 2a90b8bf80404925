"""Builds the models of the dbt project in a warehouse and runs their tests.

dbt runs in a separate process, because it keeps state in its process and chDB allows one directory per process. It ends
with this one, even by a kill, so that no warehouse stays locked.
"""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from itertools import chain, islice
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import cast

from elt import EltError, OnProgress, WrongCallError, report_progress
from elt.build.record import expected_state, missing_models, record, recorded
from elt.warehouse import DEFAULT_PREFIX, DbtTarget, Warehouse, dbt_target, open_warehouse
from elt.warehouse.redshift.redshift_sql import is_conflict
from elt.warehouse.tables import LOADED_FILE
from elt.warehouse.version import require_version

MODELS = Path(__file__).parents[1] / "models"
"""The dbt project."""

_FINISHED = {"LogModelResult", "LogTestResult", "LogUnitTestResult"}
_PASSED = {"success", "pass"}
_EXCLUDED = "DBT_EXCLUDE_RESOURCE_TYPES"
"""The variable by which dbt leaves out kinds of nodes."""

_CONFLICT = "another load or build writes into the warehouse at the same time; build again when that has ended"


@dataclass(frozen=True)
class BuildSummary:
    """Result of one build.

    Attributes:
        models: Tables and views built.
        tests_passed: Data tests and unit tests that passed.
        tests_warned: Names of the tests that found incomplete data; ``check`` says what is missing.
        tests_failed: Names of the tests that failed, with reasons.
        models_failed: Names of the models that failed, with reasons.
        skipped: Models and tests not run because one that they need failed.
        seconds: Duration of the build.
        up_to_date: True if nothing was loaded or changed since the last build, so that nothing was done.
        wrong_events: Events in the table ``stg_wrong_events``: they repeat another, or their department is unknown.
        log: File with dbt's log; empty if every model was built and every test passed.
    """

    models: int
    tests_passed: int
    tests_warned: tuple[str, ...]
    tests_failed: tuple[str, ...]
    models_failed: tuple[str, ...]
    skipped: int
    seconds: float
    up_to_date: bool = False
    wrong_events: int = 0
    log: str = ""

    @property
    def passed(self) -> bool:
        """True if every model was built and every test passed."""
        return not (self.tests_failed or self.models_failed or self.skipped)

    def as_dict(self) -> dict[str, object]:
        """Return the summary as the command prints it."""
        return asdict(self) | {"passed": self.passed}

    def as_counts(self) -> dict[str, object]:
        """Return the summary in numbers, for people; failures are counted only."""
        counted = {name: len(value) if isinstance(value, tuple) else value for name, value in self.as_dict().items()}
        return {name: value for name, value in counted.items() if name != "log"}


class BuildError(EltError):
    """dbt ended without a result (exit code 1)."""


def build(
    dsn: str,
    prefix: str = DEFAULT_PREFIX,
    threads: int = 2,
    *,
    full_refresh: bool = False,
    on_progress: OnProgress | None = None,
) -> BuildSummary:
    """Build the models of a loaded warehouse and test them; building again gives the same tables.

    A build replaces the months of facts and marts with files loaded since the last build, and the days that windows and
    delays reach. If nothing is new, it does not start dbt. After a change of the project it builds everything again.
    Every build runs the tests of the data. Unit tests test the models, on rows of their own, so they run only after a
    change of the project, until they pass.

    Args:
        dsn: DSN of the warehouse, which must not be open, not even in this process.
        prefix: Prefix of the names of its schemas.
        threads: Number of models and tests that dbt works on at once.
        full_refresh: True to build everything again.
        on_progress: Called as models and tests finish.

    Returns:
        The numbers of models and tests, and the failures.

    Raises:
        WrongCallError: If no warehouse exists at the DSN, or nothing is loaded.
        WarehouseInUseError: If another process holds it.
        BuildError: If dbt could not start, read the project or reach the warehouse.
    """
    started = time.monotonic()
    with open_warehouse(dsn, prefix) as warehouse:
        if not warehouse.has_table("raw", LOADED_FILE.name):
            raise WrongCallError(f"warehouse {warehouse.dsn}: nothing is loaded; run hospital-elt load first")
        require_version(warehouse)
        state, last = expected_state(warehouse, MODELS), recorded(warehouse)
        if state == last and not full_refresh and not missing_models(warehouse, MODELS):
            seconds = round(time.monotonic() - started, 1)
            return BuildSummary(0, 0, (), (), (), 0, seconds, up_to_date=True, wrong_events=_wrong_events(warehouse))
    changed = last is not None and last.project != state.project
    rebuild = full_refresh or last is None or changed
    with dbt_target(dsn, prefix) as target:
        results = target.workspace / "run_results.json"
        for earlier in (results, target.workspace / "dbt.log"):
            earlier.unlink(missing_ok=True)
        errors = _run_dbt(target, threads, on_progress, rebuild=rebuild, unit_tests=changed)
        if not results.exists():
            reason = _first_lines(errors) or "dbt ended without a result"
            raise BuildError(f"{reason} (dbt's log: {_kept_log(target)})")
        summary = _summary(results, time.monotonic() - started)
        if not summary.passed:
            summary = replace(summary, log=_kept_log(target))
    if not summary.models_failed and not summary.skipped:
        with open_warehouse(dsn, prefix) as warehouse:
            complete = summary.passed and not summary.tests_warned
            record(warehouse, state if complete else replace(state, loaded=""))
            summary = replace(summary, wrong_events=_wrong_events(warehouse))
    return summary


def _wrong_events(warehouse: Warehouse) -> int:
    counted = warehouse.query(f"SELECT count(*) AS n FROM {warehouse.schema('staging')}.stg_wrong_events")  # noqa: S608
    return int(counted["n"][0].as_py())


def _run_dbt(
    target: DbtTarget, threads: int, on_progress: OnProgress | None, *, rebuild: bool, unit_tests: bool
) -> list[str]:
    """Run dbt, report its progress, and return its error messages; what else it printed, if there are none."""
    target.workspace.mkdir(parents=True, exist_ok=True)
    command = [
        *(sys.executable, "-P", "-m", "elt.build.dbt_process"),
        *("--log-format", "json", "--log-level", "info", "--no-version-check", "--no-send-anonymous-usage-stats"),
        *("--log-level-file", "debug", "--log-format-file", "text", "--log-path", str(target.workspace)),
        "build",
        *("--project-dir", str(MODELS), "--profiles-dir", str(MODELS)),
        *("--target-path", str(target.workspace), "--threads", str(threads)),
        *(["--full-refresh"] if rebuild else []),
    ]
    environment = dict(target.environment)
    if not unit_tests:
        # By the variable, because an option would hide what the caller excludes.
        environment[_EXCLUDED] = f"unit_test {environment.get(_EXCLUDED, '')}".strip()
    errors: list[str] = []
    others: list[str] = []
    with subprocess.Popen(
        command,
        cwd=target.workspace,
        env=environment,
        stdin=subprocess.PIPE,  # Its end tells dbt that this process has ended.
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        pass_fds=target.keep_open,
    ) as process:
        try:
            finished = _finished(process, errors, others)
            first = list(islice(finished, 1))
            for _ in report_progress(chain(first, finished), "building", first[0] if first else None, on_progress):
                pass
        except BaseException:
            process.terminate()
            raise
    return errors or others[-3:]


def _finished(process: "subprocess.Popen[str]", errors: list[str], others: list[str]) -> Iterator[int]:
    """Yield the number of all models and tests each time that one finishes; append dbt's errors, and other lines."""
    for line in process.stdout or ():
        event = _event(line)
        if event is None:
            others.append(line.rstrip())
            continue
        info, data = event
        if info.get("level") == "error":
            errors.append(str(info.get("msg", "")))
        if info.get("name") in _FINISHED:
            yield int(str(data.get("total") or data.get("num_models") or 0))


def _event(line: str) -> tuple[dict[str, object], dict[str, object]] | None:
    try:
        event = json.loads(line)
    except json.JSONDecodeError:
        return None
    if not isinstance(event, dict) or not isinstance(event.get("info"), dict):
        return None
    return cast("dict[str, object]", event["info"]), cast("dict[str, object]", event.get("data") or {})


def _first_lines(errors: list[str]) -> str:
    if is_conflict("\n".join(errors)):
        return _CONFLICT
    lines = dict.fromkeys(line.strip() for error in errors for line in error.splitlines() if line.strip())
    return " ".join([line for line in lines if line != "Encountered an error:"][:3])[:600]


def _kept_log(target: DbtTarget) -> str:
    """Return the path of a copy of dbt's log, because the workspace of a server is removed."""
    with NamedTemporaryFile(prefix="hospital-elt-dbt-", suffix=".log", delete=False) as kept:
        log = target.workspace / "dbt.log"
        kept.write(log.read_bytes() if log.exists() else b"")
    return kept.name


def _summary(results: Path, seconds: float) -> BuildSummary:
    outcomes = json.loads(results.read_text(encoding="utf-8"))["results"]
    by_kind: dict[str, list[dict[str, object]]] = {}
    for result in outcomes:
        by_kind.setdefault(str(result["unique_id"]).split(".")[0], []).append(result)
    models = by_kind.get("model", [])
    tests = by_kind.get("test", []) + by_kind.get("unit_test", [])
    return BuildSummary(
        models=sum(result["status"] in _PASSED for result in models),
        tests_passed=sum(result["status"] in _PASSED for result in tests),
        tests_warned=tuple(_described(result) for result in tests if result["status"] == "warn"),
        tests_failed=tuple(_described(result) for result in tests if result["status"] in {"fail", "error"}),
        models_failed=tuple(_described(result) for result in models if result["status"] == "error"),
        skipped=sum(result["status"] == "skipped" for result in outcomes),
        seconds=round(seconds, 1),
    )


def _described(result: dict[str, object]) -> str:
    parts = str(result["unique_id"]).split(".")
    name = parts[2] if parts[0] != "unit_test" else ".".join(parts[2:])
    message = str(result.get("message") or "")
    return f"{name}: {_CONFLICT if is_conflict(message) else ' '.join(message.split())[:300]}"
