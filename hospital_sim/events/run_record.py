"""The run record: the configuration of a run and the true counts of its events.

A run creates ``<run_id>.started.json`` before its first event and ``<run_id>.json`` after its last. Checks downstream
reconcile against the record. Neither object holds a wall-clock time, so the same run writes the same bytes.
"""

from datetime import date
from typing import Annotated

from msgspec import Meta, Struct

from hospital_sim.events.fields import Count, HospitalId, Name

RECORD_VERSION = 1
"""Version of the fields of run records."""

Digest = Annotated[str, Meta(pattern="^[0-9a-f]{32}$")]


class DepartmentPromise(Struct, frozen=True, forbid_unknown_fields=True):
    """The expectations of one department that follow from its configuration; a warehouse can check them.

    Attributes:
        department_id: Identifier of the department.
        department_name: Name of the department.
        treatment_function_code: NHS treatment function code.
        beds: Beds, without the changes of beds.
        capacity: Bed spaces.
        max_stay_days: Longest ordinary stay, in days; None if stays do not follow the simple rule.
        mean_stay_days: Mean time in the bed, in days, long stays and delays included.
        mean_ready_days: Mean time from admission to fit for discharge, in days, long stays included.
        long_stay_share: Probability that a stay is longer than ``max_stay_days``.
        delay_share: Probability that a discharge is delayed.
        offered_load: Mean beds asked for over a calendar year, divided by the mean open beds, as at the start of the
            history; 0 if no bed is open.
        requests_per_day: Mean requests for a bed a day over a calendar year.
        month_multipliers: Twelve factors, January first, on ``requests_per_day``.
        shortest_long_stay_days: Shortest long stay until fit for discharge. This field and those below are None if
            ``max_stay_days`` is.
        longest_long_stay_days: Longest long stay until fit for discharge.
        shortest_delay_days: Shortest delay.
        longest_delay_days: Longest delay.
    """

    department_id: Name
    department_name: str
    treatment_function_code: str
    beds: Count
    capacity: Count
    max_stay_days: float | None
    mean_stay_days: float
    mean_ready_days: float
    long_stay_share: float
    delay_share: float
    offered_load: float
    requests_per_day: float
    month_multipliers: tuple[float, ...]
    shortest_long_stay_days: float | None = None
    longest_long_stay_days: float | None = None
    shortest_delay_days: float | None = None
    longest_delay_days: float | None = None


class RunPeriod(Struct, frozen=True, forbid_unknown_fields=True):
    """Days of a run on which one configuration holds.

    Attributes:
        first_day: First day; the last is the day before that of the next period.
        departments: The expectations of each open department.
    """

    first_day: date
    departments: tuple[DepartmentPromise, ...]


class RunStarted(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A run before its first event. Runs of one *history* share the past of one hospital; only their ends differ.

    Attributes:
        record_version: Version of this record's fields.
        run_id: Digest of configuration, seed, start, warm-up, emit-from and end.
        history_id: Digest of configuration without its changes, seed, start, warm-up and stream version.
        stream_version: Version of the order in which random numbers are drawn.
        hospital_id: Identifier of the hospital.
        hospital_name: Name of the hospital on the last day of the run.
        configuration: The hospital's configuration, as read and checked.
        configuration_hash: Digest of the configuration.
        seed: The seed of every random stream.
        warmup_days: Days simulated before the start; they emit no events.
        start: First day of the history.
        emit_from: First day whose events this run emits.
        end: Last day of the run, inclusive.
        departments: The expectations of each department as it first is in the run, in the order of the configuration.
        periods: The periods of a run whose configuration changes; empty if it does not change.
        bundled: True if the events are in day bundles, False if each is an object of its own.
    """

    record_version: Count
    run_id: Digest
    history_id: Digest
    stream_version: Count
    hospital_id: HospitalId
    hospital_name: str
    configuration: dict[str, object]
    configuration_hash: Digest
    seed: Count
    warmup_days: Count
    start: date
    emit_from: date
    end: date
    departments: tuple[DepartmentPromise, ...]
    periods: tuple[RunPeriod, ...] = ()
    bundled: bool = False

    def __repr__(self) -> str:
        """Return the run in one line: the configuration alone would fill a screen."""
        return f"<RunStarted {self.run_id[:8]} of {self.hospital_id}, {self.emit_from} to {self.end}, seed {self.seed}>"


class EventCount(Struct, frozen=True, forbid_unknown_fields=True, gc=False):
    """The number of events of one type, department and day that a run emitted.

    Attributes:
        event_type: One of the four event types.
        department_id: ``department_id`` of the events.
        event_date: UTC date of the events.
        count: Number of events, at least one.
    """

    event_type: str
    department_id: Name
    event_date: date
    count: Count


class RunRecord(Struct, frozen=True, forbid_unknown_fields=True):
    """A run after its last event.

    Attributes:
        run: The run, as in its ``started`` object.
        counts: True counts by event type, department and day, sorted; zeros are left out.
        diverted: Requests turned away, by department and day (``event_type`` is ``"diversion"``), sorted.
    """

    run: RunStarted
    counts: tuple[EventCount, ...]
    diverted: tuple[EventCount, ...]

    def __repr__(self) -> str:
        """Return the run and its number of events in one line: a year has thousands of counts."""
        run, events = self.run, sum(entry.count for entry in self.counts)
        return f"<RunRecord {run.run_id[:8]} of {run.hospital_id}, {run.emit_from} to {run.end}: {events:,} events>"
