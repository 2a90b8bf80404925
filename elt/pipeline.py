"""Runs every step: simulate, stage, load, build, check, report.

The only module of this package that runs a simulation. Each step completes an earlier, interrupted run of it, and does
nothing if it is complete; so a second call changes nothing.
"""

import itertools
import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import hospital_sim as hs
from elt import EltError, OnProgress
from elt.build.run import BuildSummary, build
from elt.lake.lake import Lake
from elt.load.run import LoadSummary, load
from elt.quality import CheckReport, check
from elt.report import ReportSummary, write_report
from elt.staging import StageSummary, stage
from elt.warehouse import DEFAULT_PREFIX, open_warehouse
from hospital_sim.events.keys import raw_root

STEPS = 6

OnStep = Callable[[str], None]
"""Called after each step with a line that says what it did."""


@dataclass(frozen=True)
class PipelineSummary:
    """Summaries of the steps.

    Attributes:
        events: Events that the simulation emitted.
        created: Objects of these events that were not in the lake before: one for each event, or day bundles.
        staged: Summary of staging.
        loaded: Summary of loading.
        built: Summary of the build.
        checked: Results of the checks.
        report: Summary of the dashboard.
    """

    events: int
    created: int
    staged: StageSummary
    loaded: LoadSummary
    built: BuildSummary
    checked: CheckReport
    report: ReportSummary

    @property
    def passed(self) -> bool:
        """True if every test of the models and every check passed."""
        return self.built.passed and self.checked.passed

    def as_dict(self) -> dict[str, object]:
        """Return the summary as a JSON object."""
        return {
            "passed": self.passed,
            "events": self.events,
            "created": self.created,
            "staged": self.staged.as_dict(),
            "loaded": self.loaded.as_dict(),
            "built": self.built.as_dict(),
            "checked": self.checked.as_dict(),
            "report": str(self.report.page),
        }


def run(
    hospital: str | os.PathLike[str],
    start: str,
    end: str,
    *,
    seed: int,
    lake: str,
    warehouse: str,
    report: Path,
    prefix: str = DEFAULT_PREFIX,
    single_writer: bool = False,
    bundle: bool = False,
    on_step: OnStep = lambda _: None,
    on_progress: OnProgress | None = None,
) -> PipelineSummary:
    """Simulate a hospital, and run every step up to its dashboard.

    Args:
        hospital: A preset's name or a TOML file, which may hold several hospitals.
        start: First day, as ``YYYY-MM-DD``.
        end: Last day, inclusive.
        seed: Seed of every random stream.
        lake: URL of the lake.
        warehouse: DSN of the warehouse.
        report: Directory of the dashboard.
        prefix: Beginning of the names of the warehouse's schemas.
        single_writer: True if nothing else writes to the lake; allows a store without atomic create.
        bundle: True to write one object for each hospital, event type and day, instead of one for each event.
        on_step: Called after each step with a line that says what it did, and with each note on a simulation.
        on_progress: Called as each step goes on.

    Returns:
        The summaries of the steps. A failed check raises nothing; it is in the summary and on the page.

    Raises:
        HospitalSimError: If the hospital or the period is wrong, or an event cannot be written.
        EltError: If a step cannot be completed; the message says why.
    """
    numbers = itertools.count(1)

    def say(step: str, what: str) -> None:
        on_step(f"{next(numbers)}/{STEPS} {step}: {what}")

    events, created = _simulate(
        hospital, start, end, seed, lake, on_step, on_progress, single_writer=single_writer, bundle=bundle
    )
    new = f"{created:,} bundles new" if bundle else f"{created:,} of them new"
    say("simulate", f"{events:,} events, {new} in {raw_root(lake)}")
    staged = stage(Lake.open(lake, single_writer=single_writer), workers=None, on_progress=on_progress)
    say("stage", f"{staged.rows:,} rows in {staged.files} files, {sum(staged.quarantined.values()):,} in quarantine")
    loaded = load(Lake.open(lake, read_only=True), warehouse, prefix, on_progress)
    say("load", f"{loaded.rows:,} rows from {loaded.files} files into {warehouse}")
    built = build(warehouse, prefix, on_progress=on_progress)
    say(
        "build",
        "nothing new"
        if built.up_to_date
        else f"{built.models} models; {built.tests_passed} tests passed, {len(built.tests_failed)} failed",
    )
    _require_models(built)
    with open_warehouse(warehouse, prefix) as opened:
        checked = check(Lake.open(lake, read_only=True), opened)
        failed = sum(not result.passed for result in checked.checks)
        say("check", f"{len(checked.checks) - failed} of {len(checked.checks)} checks passed")
        page = write_report(opened, report)
    say("report", str(page.page))
    return PipelineSummary(events, created, staged, loaded, built, checked, page)


def _simulate(
    hospital: str | os.PathLike[str],
    start: str,
    end: str,
    seed: int,
    lake: str,
    on_step: OnStep,
    on_progress: OnProgress | None,
    *,
    single_writer: bool,
    bundle: bool,
) -> tuple[int, int]:
    """Simulate each hospital of a file; return the events that it emitted, and how many of them are new in the lake."""
    events = created = 0
    for simulated in hs.load_all(hospital):
        sink = hs.ObjectSink(raw_root(lake), single_writer=single_writer, bundle=bundle)
        on_day = _count_days(simulated, start, end, on_progress)
        run = simulated.simulate(start, end, seed=seed, sink=sink, on_day=on_day)
        events += sum(entry.count for entry in run.record.counts)
        created += sink.created
        for note in run.notes:
            on_step(f"{simulated.config.id}, {note}")
    return events, created


def _count_days(
    hospital: hs.Hospital, start: str, end: str, on_progress: OnProgress | None
) -> Callable[[date], None] | None:
    """Return a callback for each simulated day that reports how many days are done."""
    if on_progress is None:
        return None
    try:
        total = hospital.config.warmup_days + (date.fromisoformat(end) - date.fromisoformat(start)).days + 1
    except ValueError:
        total = None  # the simulation rejects the date, with a better message
    work = f"simulating {hospital.config.id}, days"
    days = itertools.count(1)
    on_progress(work, 0, total)
    return lambda _day: on_progress(work, next(days), total)


def _require_models(built: BuildSummary) -> None:
    """Raise if a model was not built; failed tests alone are reported at the end."""
    failures = (*built.models_failed, *built.tests_failed)
    if built.models_failed or built.skipped:
        raise EltError(
            f"build: {len(failures)} models or tests failed, {built.skipped} were skipped: {failures[0]} "
            f"(dbt's log: {built.log})"
        )
