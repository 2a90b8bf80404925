"""Statistics of a department in a window of time: counts, integrals over time, and the times of patients.

Integrals are exact whole numbers of seconds; divided by the seconds of the window they are time-weighted means. A stay
that begins before the window or ends after it counts in the integrals for its time within the window. ``stays`` holds
the patients discharged in the window, each from the true admission, because a stay is known when it ends; ``waits``
holds the patients admitted in the window, each from the true request.
"""

from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field, fields


def _seconds() -> "array[int]":
    return array("q")


@dataclass(slots=True, kw_only=True)
class Statistics:
    """Statistics of one department, or of several combined.

    Waits, the queue and requests belong to the department that was asked; beds, stays and delays to the department
    whose bed it is.

    Attributes:
        seconds: Length of the window.
        open_bed_seconds: Integral of the open beds.
        occupied_bed_seconds: Integral of the occupied beds.
        delayed_bed_seconds: Integral of the beds whose patient is ready for discharge.
        queue_seconds: Integral of the patients waiting.
        full_seconds: Seconds in which every open bed was occupied; None for several departments combined.
        requests: Requests for a bed, including those turned away.
        diversions: Requests turned away.
        admissions: Patients admitted.
        outliers: Patients admitted to a bed of another department.
        discharges: Patients discharged.
        occupied_at_start: Beds occupied at the start of the window.
        occupied_at_end: Beds occupied at the end of the window.
        waiting_at_start: Patients waiting at the start of the window.
        waiting_at_end: Patients waiting at the end of the window; ``waits`` leaves them out.
        waits: Seconds from request to admission of each patient admitted.
        stays: Seconds from admission to discharge of each patient discharged.
        delays: Seconds from ready to discharge of each patient discharged late.
    """

    seconds: int
    open_bed_seconds: int = 0
    occupied_bed_seconds: int = 0
    delayed_bed_seconds: int = 0
    queue_seconds: int = 0
    full_seconds: int | None = 0
    requests: int = 0
    diversions: int = 0
    admissions: int = 0
    outliers: int = 0
    discharges: int = 0
    occupied_at_start: int = 0
    occupied_at_end: int = 0
    waiting_at_start: int = 0
    waiting_at_end: int = 0
    waits: "array[int]" = field(default_factory=_seconds)
    stays: "array[int]" = field(default_factory=_seconds)
    delays: "array[int]" = field(default_factory=_seconds)


_NOT_SUMMED = ("seconds", "full_seconds", "waits", "stays", "delays")
_SUMMED = tuple(entry.name for entry in fields(Statistics) if entry.name not in _NOT_SUMMED)


def combined(parts: Sequence[Statistics]) -> Statistics:
    """Return the statistics of several departments over one window as if they were one department.

    Args:
        parts: One or more; a single one is returned unchanged.

    Raises:
        ValueError: If there are no parts, or their windows differ in length.
    """
    if len({part.seconds for part in parts}) != 1:
        raise ValueError("parts: must be one or more, of one window")
    if len(parts) == 1:
        return parts[0]
    whole = Statistics(seconds=parts[0].seconds, full_seconds=None)
    for part in parts:
        for name in _SUMMED:
            setattr(whole, name, getattr(whole, name) + getattr(part, name))
        whole.waits.extend(part.waits)
        whole.stays.extend(part.stays)
        whole.delays.extend(part.delays)
    return whole
