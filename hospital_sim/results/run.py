"""A finished run: its record, its events, and the tables, charts and files made from them."""

from __future__ import annotations

import html
import os
from collections.abc import Sequence
from typing import TYPE_CHECKING

from hospital_sim.config import HospitalConfig
from hospital_sim.config.demand_checks import demand_notes
from hospital_sim.errors import HospitalSimError
from hospital_sim.events import Event, RunRecord
from hospital_sim.results import summary
from hospital_sim.results.charts import Charts
from hospital_sim.sinks import Sink, open_sink
from hospital_sim.tables import Table

if TYPE_CHECKING:
    from hospital_sim.results.board import Board


class EventsNotKeptError(HospitalSimError):
    """A result needs the events of a run, and they were not kept."""

    exit_code = 2


class Run:
    """A finished run, as a simulation returns it.

    Args:
        config: The hospital.
        record: The run record.
        events: The events, in the order in which they happened; None if they were not kept.

    Attributes:
        config: The hospital.
        record: The run record: configuration and period, and true counts by event type, department and day.
    """

    def __init__(self, config: HospitalConfig, record: RunRecord, events: Sequence[Event] | None) -> None:
        self.config = config
        self.record = record
        self._events = events

    @property
    def notes(self) -> tuple[str, ...]:
        """What to know about the run's demand, such as days that a table of arrivals does not cover."""
        return demand_notes(self.config, self.record.run.start, self.record.run.end)

    @property
    def events(self) -> Sequence[Event]:
        """The events, in the order in which they happened.

        Raises:
            EventsNotKeptError: If the events went to a sink and were not kept.
        """
        if self._events is None:
            raise EventsNotKeptError(
                "the events of this run went to a sink; call simulate(…, keep=True) to keep them too"
            )
        return self._events

    def summary(self) -> Table:
        """Return a row for each department, and one for the hospital.

        Columns: beds; occupancy (mean at the end of the day, a fraction); admissions; discharges; P50 and P90 of the
        wait in hours; the longest queue and the queue at the end; shares of discharges after 21 days or more, and
        delayed. Shares and percentiles are None if there is no data for them.
        """
        return summary.summary(self.record.run, self.events)

    def waits(self, by: str = "department") -> Table:
        """Return how long admitted patients had waited, in hours.

        Args:
            by: ``"department"`` (the one asked), ``"month"`` (of admission) or ``"hospital"``.

        Raises:
            ValueError: If ``by`` is none of these.
        """
        return summary.waits(self.record.run, self.events, by)

    def stays(self, by: str = "department") -> Table:
        """Return how long discharged patients had been in a bed, in days, from their true admission.

        Stays that have not ended are not among them; ``in_bed_at_end`` counts them.

        Args:
            by: ``"department"`` (the one whose bed it is), ``"month"`` (of discharge) or ``"hospital"``.

        Raises:
            ValueError: If ``by`` is none of these.
        """
        return summary.stays(self.record.run, self.events, by)

    def delays(self, by: str = "department") -> Table:
        """Return how many patients were discharged later than ready, and their delays in days.

        Args:
            by: As for ``stays``.

        Raises:
            ValueError: If ``by`` is none of these.
        """
        return summary.delays(self.record.run, self.events, by)

    def census(self) -> Table:
        """Return beds, occupied beds and patients waiting of each department at the end of each day."""
        return summary.census(self.events)

    @property
    def chart(self) -> Charts:
        """Charts of the run: ``occupancy``, ``queue``, ``waits``."""
        names = {entry.department_id: entry.department_name for entry in self.record.run.departments}
        return Charts(self.census(), self.waits(by="month"), names)

    def board(self) -> Board:
        """Return the bed board: a page that plays the run through time. A notebook shows it; ``save`` writes it.

        Raises:
            EarlierPatientsError: If the run has ``emit_from``, so that it lacks patients who were in a bed before.
        """
        # Imported here, because most programs never need it.
        from hospital_sim.results.board import Board

        return Board(self.record.run, self.events)

    def event_log(self, kind: str) -> Table:
        """Return the event log of the run for another tool.

        Args:
            kind: ``"vidigi"`` (arrivals, queues, use of beds and departures, in minutes from the first day) or
                ``"pm4py"`` (a case for each spell; its events are request, admission, ready and discharge). Pass the
                table's ``to_pandas()`` to these tools.

        Raises:
            ValueError: If ``kind`` is neither.
            EarlierPatientsError: As for ``board``.
        """
        # Imported here, because most programs never need it.
        from hospital_sim.results import event_logs

        return event_logs.event_log(self.record.run, self.events, kind)

    def write_xes(self, path: str | os.PathLike[str]) -> None:
        """Write the run as an XES event log for process mining: a trace for each spell.

        Args:
            path: The file, by convention ``….xes``, or ``….xes.gz`` for compression. An existing file is replaced.

        Raises:
            EarlierPatientsError: As for ``board``.
            OSError: If the file cannot be written.
        """
        from hospital_sim.results import event_logs

        event_logs.write_xes(self.record.run, event_logs.courses(self.record.run, self.events), path)

    def write(self, sink: Sink | str | os.PathLike[str], *, bundle: bool = False) -> RunRecord:
        """Write the events and the run record.

        Args:
            sink: A sink; or the raw root of a lake as a path or a URL, by convention ``<lake>/raw``.
            bundle: True to write one bundle for each type and day to a raw root, instead of one object for each event.

        Returns:
            The run record.

        Raises:
            HistoryConflictError: If the lake holds another history of this hospital, or these days in the other form.
            HospitalSimError: If an event cannot be written.
            ValueError: If ``bundle`` is True for a sink.
        """
        with open_sink(sink, bundle=bundle) as target:
            if target.begin(self.record.run) is None:
                for event in self.events:
                    target.write(event)
                target.flush()
                target.finish(self.record)
        return self.record

    def __repr__(self) -> str:
        """Return the run's identifier, hospital, period and seed."""
        run = self.record.run
        return f"<Run {run.run_id[:8]} of {run.hospital_name}, {run.emit_from} to {run.end}, seed {run.seed}>"

    def _repr_html_(self) -> str | None:
        if self._events is None:
            return None
        return self.summary()._repr_html_() + "".join(f"<p>{html.escape(note)}</p>" for note in self.notes)
