"""The runs of a hospital that lives night by night, made by one simulation, because each starts at the first day."""

import os
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from msgspec.structs import replace

import hospital_sim as hs
from hospital_sim.events import Event, RunRecord
from hospital_sim.simulation.runner import plan_run
from hospital_sim.storage import ObjectStore


@dataclass(frozen=True)
class Night:
    """One run of a history: the first day, or ``--emit-from`` of a later one.

    Attributes:
        record: Its run record.
        events: Its events, in their order.
    """

    record: RunRecord
    events: list[Event]

    def write(self, root: str | os.PathLike[str] | ObjectStore) -> None:
        """Write what the run writes to a raw root."""
        with hs.ObjectSink(root) as sink:
            if sink.begin(self.record.run) is None:
                for event in self.events:
                    sink.write(event)
                sink.finish(self.record)


def nights(hospital: hs.Hospital, start: date, count: int, seed: int = 1) -> Iterator[Night]:
    """Yield the runs of the first nights of a history."""
    whole = hospital.simulate(start, start + timedelta(days=count - 1), seed=seed)
    events: dict[date, list[Event]] = defaultdict(list)
    for event in whole.events or ():
        # Admissions before the start are those of patients in bed, and the first run emits them.
        events[max(start, event.event_time.date())].append(event)
    for number in range(count):
        day = start + timedelta(days=number)
        counts, diverted = (
            tuple(entry for entry in entries if max(start, entry.event_date) == day)
            for entries in (whole.record.counts, whole.record.diverted)
        )
        run = plan_run(hospital.config, start, day, seed, day)
        yield Night(replace(whole.record, run=run, counts=counts, diverted=diverted), events[day])
