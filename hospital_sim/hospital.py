"""The hospital: load one, describe its offered load, change its beds, run it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from operator import mul
from pathlib import Path

from msgspec import structs

from hospital_sim.clock import Day, parse_date
from hospital_sim.config import DepartmentConfig, HospitalConfig, check_config, read_hospitals
from hospital_sim.config.changes import PeriodState, config_on, period_states, timelines
from hospital_sim.config.demand_checks import overload
from hospital_sim.config.offered_load import (
    beds_needed,
    beds_needed_by_month,
    mean_bed_days,
    requests_per_day,
    share_of_beds,
)
from hospital_sim.config.open_beds import mean_open_beds, open_beds_by_month
from hospital_sim.config.presets import preset_path, presets
from hospital_sim.config.schema import Change
from hospital_sim.config.sources import with_fixed_demand
from hospital_sim.distributions.numbers import whole_number
from hospital_sim.errors import ConfigurationError
from hospital_sim.events import Event
from hospital_sim.results.run import Run
from hospital_sim.simulation.runner import plan_run, run_events
from hospital_sim.sinks import MemorySink, Sink, open_sink
from hospital_sim.tables import Cell, CellType, Table

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def load(hospital: str | os.PathLike[str]) -> Hospital:
    """Load a hospital.

    Args:
        hospital: Name of a preset, or path of a TOML file that describes one hospital.

    Raises:
        ConfigurationError: If the preset or file does not exist, a field is wrong, or the file has several hospitals.
    """
    hospitals = load_all(hospital)
    if len(hospitals) > 1:
        names = f"{hospitals[0].config.id} to {hospitals[-1].config.id}"
        raise ConfigurationError(
            f"{hospital}: describes {len(hospitals)} hospitals ({names}), not one; use load_all, or a file of one"
        )
    return hospitals[0]


def load_all(hospital: str | os.PathLike[str]) -> tuple[Hospital, ...]:
    """Load the independent hospitals of a preset or a TOML file (arguments and errors as in ``load``)."""
    text = os.fspath(hospital)
    path = preset_path(text)
    if path is None and (text.endswith(".toml") or Path(text).is_file()):
        path = Path(text)
    if path is None:
        raise ConfigurationError(
            f"{text!r} is neither a preset nor a TOML file; presets are {', '.join(presets())}; a file ends with .toml"
        )
    return tuple(Hospital(config) for config in read_hospitals(path))


class Hospital:
    """A hospital to run.

    Args:
        config: The configuration.

    Attributes:
        config: The configuration, checked.

    Raises:
        ConfigurationError: If a field of the configuration is wrong.
    """

    def __init__(self, config: HospitalConfig) -> None:
        self.config = check_config(config)

    def describe(self) -> Table:
        """Return the offered load by department and month, before anything runs.

        Offered load is the beds that demand needs as a share of the open beds; None if none is open. A month above 1 is
        pressure; a year at 1 or more is a queue that grows without end, unless patients are turned away. The last row
        is the hospital: all beds needed as a share of all open beds. If the hospital changes from a day on, or beds
        change on days with a year, each period between such days has rows of its own, the column ``first_day`` tells
        them apart, and ``changed`` names the fields of a department that are other than in the period before, or says
        that it opens or closes.
        """
        types: dict[str, CellType] = {"department": str, "first_day": date, "changed": str, "beds": int}
        types |= dict.fromkeys(("requests_per_day", "mean_bed_days", "year", *MONTHS), float)
        rows = [
            {"first_day": None if state.first_day == date.min else state.first_day, **row}
            for state in period_states(self.config)
            for row in _rows(state)
        ]
        if not any(row["first_day"] for row in rows):
            del types["first_day"], types["changed"]
        title = f"{self.config.name}: offered load as a share of beds"
        return Table(title, types, [[row.get(name) for name in types] for row in rows])

    def with_beds(self, change: Mapping[str, int], *, allow_overload: bool = False) -> Hospital:
        """Return this hospital with more or fewer beds, and the same demand.

        Args:
            change: Number of beds more, by identifier of the department; negative for fewer.
            allow_overload: True to allow beds for which the demand is too high, so that the queue grows without end.

        Raises:
            ConfigurationError: If a department does not exist, or would have no bed or too few for its demand.
        """
        ids = tuple(timelines(self.config))
        more = {name: whole_number(str(name), beds) for name, beds in change.items()}
        for name in more:
            if name not in ids:
                raise ConfigurationError(
                    f"{name!r} is not a department of {self.config.id}; there are {', '.join(ids)}"
                )
        changed = tuple(_with_beds(entry, more.get(entry.id, 0), allow_overload) for entry in self.config.department)
        changes = tuple(_with_later_beds(self.config, entry, more, allow_overload) for entry in self.config.change)
        return Hospital(structs.replace(self.config, department=changed, change=changes))

    def simulate(
        self,
        start: Day,
        end: Day,
        *,
        seed: int,
        sink: Sink | str | os.PathLike[str] | None = None,
        emit_from: Day | None = None,
        keep: bool | None = None,
        on_day: Callable[[date], None] | None = None,
    ) -> Run:
        """Run the hospital.

        Follow a long run with ``on_day``::

            def report(day):
                if day.day == 1:
                    print(day)
            run = hospital.simulate("2024-01-01", "2024-12-31", seed=1, on_day=report)

        Args:
            start: First day, UTC, as a date or ``YYYY-MM-DD``.
            end: Last day, inclusive; may equal ``start``.
            seed: Seed of every random stream, 0 or more. The same seed gives the same bytes.
            sink: Receives the events as they happen: a sink, or the raw root of a lake as a path or a URL. A run that
                it holds already, by the run record, is not simulated again, unless events are to be kept.
            emit_from: First day whose events are emitted, to append to finished runs of the same history.
            keep: True to keep the events in memory; if None, they are kept unless there is a sink.
            on_day: Called with each day after it has run, days of the warm-up included.

        Returns:
            The finished run.

        Raises:
            ConfigurationError: If a date or the seed is wrong.
            HistoryConflictError: If the sink holds another history of this hospital, or lacks the days before
                ``emit_from``.
            HospitalSimError: If an event cannot be written.
        """
        first = None if emit_from is None else parse_date("emit_from", emit_from)
        plan = plan_run(self.config, parse_date("start", start), parse_date("end", end), seed, first)
        memory = MemorySink() if keep or (keep is None and sink is None) else None
        with open_sink(MemorySink() if sink is None else sink) as target:
            record = target.begin(plan)
            if record is None:
                record = run_events(self.config, plan, _write_to(memory, None if sink is None else target), on_day)
                target.flush()
                target.finish(record)
            elif memory is not None:
                run_events(self.config, plan, memory.write, on_day)
        return Run(self.config, record, None if memory is None else memory.events)

    def __repr__(self) -> str:
        """Return the name and the size of the hospital."""
        beds = sum(entry.beds for entry in self.config.department)
        return f"<Hospital {self.config.name}: {len(self.config.department)} departments, {beds} beds>"


def _rows(state: PeriodState) -> Iterator[dict[str, Cell]]:
    """Yield the cells of each department, of those that close, and of all together if several are open."""
    departments = state.departments
    changed: list[str | None] = [state.changed.get(entry.id) or None for entry in departments]
    beds = [entry.beds for entry in departments]
    requests = [requests_per_day(entry) for entry in departments]
    bed_days = [mean_bed_days(entry) for entry in departments]
    names = [entry.name for entry in departments]
    # A column for the year, then one for each month.
    needed = [[beds_needed(entry), *beds_needed_by_month(entry)] for entry in departments]
    opened = [[mean_open_beds(entry), *open_beds_by_month(entry)] for entry in departments]
    if len(departments) > 1:
        names.append("All departments")
        changed.append("name" if state.is_renamed else None)
        beds.append(sum(beds))
        bed_days.append(sum(map(mul, requests, bed_days)) / sum(requests))
        requests.append(sum(requests))
        needed.append([sum(column) for column in zip(*needed, strict=True)])
        opened.append([sum(column) for column in zip(*opened, strict=True)])
    for entry in state.closed:
        yield {"department": entry.name, "changed": "closes", "beds": 0}
    for row, name in enumerate(names):
        loads = zip(("year", *MONTHS), map(share_of_beds, needed[row], opened[row]), strict=True)
        yield {
            "department": name,
            "changed": changed[row],
            "beds": beds[row],
            "requests_per_day": requests[row],
            "mean_bed_days": bed_days[row],
            **dict(loads),
        }


def _with_beds(department: DepartmentConfig, more: int, allow_overload: bool) -> DepartmentConfig:
    """Return a department with other beds and the same demand, as a fixed rate instead of a target."""
    beds = department.beds + more
    if beds < 1:
        raise ConfigurationError(f"{department.id}: {more:+d} would leave {beds} beds; leave 1 or more")
    capacity = department.capacity
    changed = structs.replace(
        with_fixed_demand(department),
        beds=beds,
        capacity=None if capacity is None else max(capacity, capacity + more),
    )
    effect = None if department.allow_overload else overload(changed)
    if effect is not None and not allow_overload:
        raise ConfigurationError(
            f"{department.id}: {more:+d} beds leave {beds}, which {effect}; leave more, or allow overload"
        )
    return structs.replace(changed, allow_overload=department.allow_overload or effect is not None)


def _with_later_beds(config: HospitalConfig, change: Change, more: Mapping[str, int], allow_overload: bool) -> Change:
    """Return a change with more beds wherever it sets beds, and the same demand."""
    departments = {entry.id: entry for entry in config_on(config, change.first_day).department}
    tables = []
    for table in change.department:
        changed = _with_beds(departments[table["id"]], more.get(table["id"], 0), allow_overload)
        fields = {"beds", "capacity", "allow_overload"} & table.keys()
        if "target_occupancy" in table:
            fields |= {"target_occupancy", "requests_per_day"}
        tables.append(table | {field: getattr(changed, field) for field in fields})
    return structs.replace(change, department=tuple(tables))


def _write_to(memory: MemorySink | None, target: Sink | None) -> Callable[[Event], None]:
    """Return a function that writes an event to both sinks, as far as they exist."""
    writes = [sink.write for sink in (memory, target) if sink is not None]
    if len(writes) == 1:
        return writes[0]

    def write(event: Event) -> None:
        for write_to_sink in writes:
            write_to_sink(event)

    return write
