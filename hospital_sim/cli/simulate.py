"""The command ``simulate``: runs the hospitals of a preset or a file and writes their events."""

from collections import Counter
from collections.abc import Callable
from datetime import date
from functools import partial
from typing import Annotated, NamedTuple

import typer

from hospital_sim import terminal
from hospital_sim.cli.arguments import HospitalArgument, JsonOption
from hospital_sim.cli.side_by_side import run_each
from hospital_sim.clock import Day, parse_date
from hospital_sim.events import EVENT_TYPES
from hospital_sim.hospital import Hospital, load_all
from hospital_sim.simulation.runner import plan_run
from hospital_sim.sinks import ObjectSink
from hospital_sim.storage import open_store, public_url


class Written(NamedTuple):
    """What one run wrote.

    Attributes:
        hospital_id: Identifier of the hospital.
        run_id: Identifier of the run; None if all its days were written before.
        events: Number of events, by type.
        created: Number of objects created.
        existing: Number of objects that existed already.
        notes: Notes on the run.
    """

    hospital_id: str
    run_id: str | None
    events: Counter[str]
    created: int
    existing: int
    notes: tuple[str, ...]


EXAMPLES = terminal.examples(
    "hospital-sim simulate small --start 2024-01-01 --end 2024-01-31 --seed 1 --sink lake/raw",
    "# the days since, appended:",
    "hospital-sim simulate small --start 2024-01-01 --end 2024-02-01 --resume --seed 1 --sink lake/raw",
)


def command(
    hospital_name: HospitalArgument,
    start: Annotated[str, typer.Option(metavar="DATE", help="First day, UTC.")],
    end: Annotated[str, typer.Option(metavar="DATE", help="Last day, inclusive.")],
    seed: Annotated[int, typer.Option(metavar="N", help="Seed of every random stream, 0 or more.")],
    sink: Annotated[str, typer.Option(metavar="URL", help="Raw root to write events to: LAKE/raw.")],
    emit_from: Annotated[
        str | None, typer.Option(metavar="DATE", help="First day to write, to append to finished runs.")
    ] = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="Append the days up to --end that finished runs have not written.")
    ] = False,
    workers: Annotated[
        int | None, typer.Option(metavar="N", min=1, help="Most hospitals to run at once, each in its own process.")
    ] = None,
    dask: Annotated[
        str | None,
        typer.Option(metavar="ADDRESS", help="Scheduler of a Dask cluster whose workers run the hospitals."),
    ] = None,
    single_writer: Annotated[
        bool,
        typer.Option(
            "--single-writer", help="Allow a store without atomic create. Only safe if nothing else writes to it."
        ),
    ] = False,
    bundle: Annotated[
        bool,
        typer.Option(
            "--bundle", help="Write one object for each hospital, event type and day, not one for each event."
        ),
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Run a hospital and write each event as a JSON object, or those of a day in a bundle.

    The same call again completes an interrupted run, and changes nothing after a complete one.
    """
    if dask is not None and workers is not None:
        raise terminal.WrongCallError("--workers and --dask: give one of them; a cluster has its own workers")
    if resume and emit_from is not None:
        raise terminal.WrongCallError("--resume and --emit-from: give one of them; --resume finds the day itself")
    hospitals = load_all(hospital_name)
    # Opened here first, so that a wrong URL is an error before any run.
    open_store(sink, single_writer=single_writer)
    work = partial(
        _simulate_one,
        start=start,
        end=end,
        seed=seed,
        sink=sink,
        emit_from=emit_from,
        resume=resume,
        single_writer=single_writer,
        bundle=bundle,
    )
    if dask is None and (workers in (None, 1) or len(hospitals) == 1):
        written = []
        for hospital in hospitals:
            with terminal.counting_days(hospital.config.id, hospital.config.warmup_days, start, end) as on_day:
                written.append(work(hospital, on_day=on_day))
    else:
        with terminal.counting("simulating", len(hospitals)) as count:
            written = run_each(work, hospitals, workers=workers or 1, dask=dask, on_done=count)
    notes = [f"{one.hospital_id}, {note}" for one in written for note in one.notes]
    summary = _summary(written, sink)
    terminal.show("Simulated", summary | {"notes": notes} if as_json else summary, as_json=as_json)
    if not as_json:
        terminal.print_notes(*notes)


def _simulate_one(
    hospital: Hospital,
    *,
    start: str,
    end: str,
    seed: int,
    sink: str,
    emit_from: Day | None,
    resume: bool,
    single_writer: bool,
    bundle: bool,
    on_day: Callable[[date], None] | None = None,
) -> Written:
    target, notes = ObjectSink(sink, single_writer=single_writer, bundle=bundle), list[str]()
    if resume:
        plan = plan_run(hospital.config, parse_date("start", start), parse_date("end", end), seed)
        emit_from = target.first_missing_day(plan)
        if emit_from > plan.end:
            return Written(hospital.config.id, None, Counter(), 0, 0, (f"all days up to {plan.end} are there",))
        if emit_from > plan.start:
            notes.append(f"resumed: the days from {emit_from} on")
    run = hospital.simulate(start, end, seed=seed, sink=target, emit_from=emit_from, on_day=on_day)
    # Without the record, because the counts of many hospitals and days would fill the memory.
    events: Counter[str] = Counter()
    for entry in run.record.counts:
        events[entry.event_type] += entry.count
    notes += run.notes
    return Written(hospital.config.id, run.record.run.run_id, events, target.created, target.found, tuple(notes))


def _summary(written: list[Written], sink: str) -> dict[str, object]:
    return {
        "hospitals": [one.hospital_id for one in written],
        "runs": [one.run_id for one in written if one.run_id],
        **{event_type: sum(one.events[event_type] for one in written) for event_type in EVENT_TYPES},
        "events": sum(one.events.total() for one in written),
        "created": sum(one.created for one in written),
        "already_there": sum(one.existing for one in written),
        "sink": public_url(sink),
    }
