"""The order of events that fall on one second, ties included.

The phases of a second, first to last:

1. The start-of-day census of all departments.
2. Beds open and close, and turnarounds end.
3. Discharges.
4. Admissions from the waiting list: the head of the list takes the lowest free bed, until no bed is free or nobody
   waits.
5. Overflow: patients at the head of a list move to a free bed of another department (``overflow``).
6. New requests. A patient takes the lowest free bed if nobody waits; else joins the end of the list or is diverted.
7. The end-of-day census of all departments.

Ties are broken within a phase, in this order:

- By department, in the order of the configuration. For a discharge or a turnaround, it is the department that has the
  bed; for overflow, the department that was asked. All events of one department come before those of the next.
- By time of scheduling. So discharges of one department come in the order of admission, and requests in the order in
  which they were drawn: source by source, in the order of the configuration.

SimPy runs the events of one time by priority, and ``Order`` makes one priority of a phase and a department. Events that
follow at once (a process starts, a waiting patient is woken) have SimPy's own two priorities. Those come first, so they
are done before the next event of the order.
"""

from enum import IntEnum

from simpy.events import NORMAL, EventPriority


class Phase(IntEnum):
    """A phase of the order within one second."""

    START_OF_DAY = 0
    BEDS_CHANGE = 1
    DISCHARGE = 2
    ADMISSION = 3
    OVERFLOW = 4
    REQUEST = 5
    END_OF_DAY = 6


class Order:
    """The priorities of the events of a hospital.

    Args:
        departments: Number of departments.
    """

    def __init__(self, departments: int) -> None:
        self._departments = departments

    def priority(self, phase: Phase, department: int = 0) -> EventPriority:
        """Return the SimPy priority of a phase for the department at a position in the configuration."""
        return EventPriority(NORMAL + 1 + phase * self._departments + department)
