"""Event logs of a run for other tools: vidigi for animation, pm4py and XES files for process mining.

- ``event_log`` returns a log as a table; ``write_xes`` writes a log as a file.
- ``courses`` follows each request for a bed through the events; a ``Course`` is the result.
"""

from collections.abc import Callable, Iterable

from hospital_sim.events import Event, RunStarted
from hospital_sim.results.event_logs.animation import vidigi_log
from hospital_sim.results.event_logs.courses import Course, courses
from hospital_sim.results.event_logs.process_mining import pm4py_log, write_xes
from hospital_sim.tables import Table

_KINDS: dict[str, Callable[[RunStarted, Iterable[Course]], Table]] = {"vidigi": vidigi_log, "pm4py": pm4py_log}

__all__ = ["Course", "courses", "event_log", "write_xes"]


def event_log(run: RunStarted, events: Iterable[Event], kind: str) -> Table:
    """Return the event log of a run.

    Args:
        run: The run.
        events: Its events.
        kind: ``"vidigi"`` or ``"pm4py"``.

    Raises:
        ValueError: If ``kind`` is unknown.
        EarlierPatientsError: If the run lacks patients who were in a bed before.
    """
    if kind not in _KINDS:
        raise ValueError(f"kind: {kind!r} is not known; use one of {', '.join(map(repr, _KINDS))}")
    return _KINDS[kind](run, courses(run, events))
