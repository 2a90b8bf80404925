"""Plans a run and runs it: connects a hospital's demand, beds, coroutines and observer."""

from collections.abc import Callable, Sequence
from datetime import date, timedelta

import msgspec

from hospital_sim.blocks.processes import Clockwork, start
from hospital_sim.clock import second_of
from hospital_sim.config import HospitalConfig
from hospital_sim.config.changes import config_on, configurations, outlier_places, timelines
from hospital_sim.config.demand_checks import check_run
from hospital_sim.config.expectations import expectations
from hospital_sim.distributions.numbers import whole_number
from hospital_sim.draws.identity import digest
from hospital_sim.draws.patients import DAYS_IN_YEAR
from hospital_sim.draws.requests import requests_over_time
from hospital_sim.draws.streams import STREAM_VERSION, Streams
from hospital_sim.errors import ConfigurationError
from hospital_sim.events import EARLIEST, RECORD_VERSION, DepartmentPromise, RunPeriod, RunRecord, RunStarted
from hospital_sim.simulation.day_changes import Changes
from hospital_sim.simulation.department import Department, Observer
from hospital_sim.simulation.order import Order
from hospital_sim.simulation.recorder import Emit, EventRecorder
from hospital_sim.simulation.spells import arrivals, census

FIRST_YEAR, LAST_YEAR = 1971, 2199
"""First and last year of a run, warm-up included: every warehouse can store the years between."""

_LARGEST_SEED = 2**63 - 1
_canonical = msgspec.json.Encoder(order="sorted")


def plan_run(config: HospitalConfig, start: date, end: date, seed: int, emit_from: date | None = None) -> RunStarted:
    """Return the plan of a run.

    Args:
        config: The hospital.
        start: First day of the history, UTC.
        end: Last day, inclusive; may equal ``start``.
        seed: Seed of every random stream, 0 or more.
        emit_from: First day whose events are emitted; ``start`` if None.

    Returns:
        The plan: the object that the run writes before its first event.

    Raises:
        ConfigurationError: If the days are out of order or out of range, the demand does not fit them, or the seed is
            not a whole number from 0.
    """
    first = start if emit_from is None else emit_from
    seed = whole_number("seed", seed, 0, _LARGEST_SEED)
    _check_days(config, start, first, end)
    _check_changes(config, start)
    check_run(config, start, end)
    # Tables are sorted by key, so that the order in a file does not change the run record.
    configuration = msgspec.to_builtins(config, order="deterministic")
    base = {field: value for field, value in configuration.items() if field != "change"}
    if not config.change:
        configuration = base
    history = {
        "configuration": base,
        "seed": seed,
        "start": start,
        "stream_version": STREAM_VERSION,
        "warmup_days": config.warmup_days,
    }
    run = history | {"configuration": configuration, "emit_from": first, "end": end}
    periods = expectations(config, start, end)
    return RunStarted(
        record_version=RECORD_VERSION,
        run_id=digest(_canonical.encode(run)),
        history_id=digest(_canonical.encode(history)),
        stream_version=STREAM_VERSION,
        hospital_id=config.id,
        hospital_name=config_on(config, end).name,
        configuration=configuration,
        configuration_hash=digest(_canonical.encode(configuration)),
        seed=seed,
        warmup_days=config.warmup_days,
        start=start,
        emit_from=first,
        end=end,
        departments=_as_first(periods),
        periods=periods if len(periods) > 1 else (),
    )


def run_events(
    config: HospitalConfig, run: RunStarted, emit: Emit, on_day: Callable[[date], None] | None = None
) -> RunRecord:
    """Run a hospital and emit its events.

    Args:
        config: The hospital.
        run: The plan, from ``plan_run``.
        emit: Called with each event, in the order in which they happen.
        on_day: Called with each day after it has run, days of the warm-up included.

    Returns:
        The run record.
    """
    recorder = EventRecorder(config, run, emit)
    observe(config, run, recorder, on_day)
    return recorder.record()


def observe(
    config: HospitalConfig, run: RunStarted, observer: Observer, on_day: Callable[[date], None] | None = None
) -> None:
    """Run a hospital, warm-up first, and report each change to an observer.

    Args:
        config: The hospital.
        run: The plan, from ``plan_run``.
        observer: Receives a call for each change.
        on_day: Called with each day after it has run, days of the warm-up included.
    """
    first_day = run.start - timedelta(days=run.warmup_days)
    env = Clockwork(initial_time=second_of(first_day))
    by_id = timelines(config)
    order = Order(len(by_id))
    departments = [Department(env, timeline, position, order) for position, timeline in enumerate(by_id.values())]
    for department in departments:
        streams = Streams(run.seed, config.id, department.id)
        places = [by_id[name] for name in outlier_places(config, department.id)]
        drawn = requests_over_time(by_id[department.id], streams, first_day, run.end, places)
        start(arrivals(env, department, drawn, observer))
    changes = Changes(env, departments, by_id)
    start(census(env, departments, order, observer, changes.begin_day))
    for day in (first_day + timedelta(days=number) for number in range((run.end - first_day).days + 1)):
        env.run_to(second_of(day + timedelta(days=1)))
        if on_day is not None:
            on_day(day)


def _as_first(periods: Sequence[RunPeriod]) -> tuple[DepartmentPromise, ...]:
    """Return the expectations of each department in the first period in which it is open."""
    departments: dict[str, DepartmentPromise] = {}
    for period in periods:
        for department in period.departments:
            departments.setdefault(department.department_id, department)
    return tuple(departments.values())


def _check_days(config: HospitalConfig, start: date, emit_from: date, end: date) -> None:
    if end < start:
        raise ConfigurationError(f"end: {end} is before the start, {start}; both days are included")
    if not start <= emit_from <= end:
        raise ConfigurationError(f"emit_from: {emit_from} is not between the start, {start}, and the end, {end}")
    if start.year < FIRST_YEAR or (start - timedelta(days=config.warmup_days)).year < FIRST_YEAR:
        raise ConfigurationError(f"start: {start}, less {config.warmup_days} days of warm-up, is before {FIRST_YEAR}")
    if end.year > LAST_YEAR:
        raise ConfigurationError(f"end: {end} is after {LAST_YEAR}")
    oldest = (start - timedelta(days=config.warmup_days) - EARLIEST).days / DAYS_IN_YEAR
    departments = (department for _, state in configurations(config) for department in state.department)
    for department in departments:
        # A year of room, because ages are drawn again until the birth is not too early.
        if department.ages[0] + 1 > oldest:
            raise ConfigurationError(
                f"start: {start}: patients of {department.id} are {department.ages[0]:g} or older, and would be born "
                f"before {EARLIEST.year}; start later, or lower its ages"
            )


def _check_changes(config: HospitalConfig, start: date) -> None:
    for position, change in enumerate(config.change):
        if change.first_day <= start:
            raise ConfigurationError(
                f"change[{position}] ({change.first_day}): from: is not after the start, {start}; "
                "set these fields in the departments themselves, because they hold from the start"
            )
