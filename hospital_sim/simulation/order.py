"""The order of things that fall on one second.

1. The start-of-day census, before everything else of its second.
2. Beds open or close, and turnarounds end.
3. Discharges.
4. Admissions from the queue, each department's own; then those who are sent to a bed of another department.
5. New requests.
6. The end-of-day census, after everything else of its second.

Within a phase, departments take their turn in the order of the configuration. SimPy runs events of one time by
priority: a phase and a department make one. What an event sets off at once (the start of a process, the waking of a
patient who waits) has SimPy's own two priorities, which come first, so it is done before the next event of the order.
"""

from enum import IntEnum

from simpy.events import NORMAL, EventPriority


class Phase(IntEnum):
    """A step of the order within one second."""

    START_OF_DAY = 0
    BEDS_CHANGE = 1
    DISCHARGE = 2
    ADMISSION = 3
    OVERFLOW = 4
    REQUEST = 5
    END_OF_DAY = 6


class Order:
    """The priorities of a hospital.

    Args:
        departments: How many departments it has.
    """

    def __init__(self, departments: int) -> None:
        self._departments = departments

    def priority(self, phase: Phase, department: int = 0) -> EventPriority:
        """Return the SimPy priority of a phase and the position of a department."""
        return EventPriority(NORMAL + 1 + phase * self._departments + department)
