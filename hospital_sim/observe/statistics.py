"""What was observed of a department in a window of time: counts, integrals over time, and the times of patients.

Integrals are whole numbers of seconds, exact: the time-weighted mean of a number is its integral over the seconds of
the window. A stay that began before the window, or goes on after it, counts in the integrals for its time within, and
nothing is estimated. The length of a stay is known when it ends, so ``stays`` are those of patients who left in the
window, from their true admission; ``waits`` are those of patients admitted in the window, from their true request.
"""

from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field, fields


def _seconds() -> "array[int]":
    return array("q")


@dataclass(slots=True, kw_only=True)
class Statistics:
    """What was observed of one department, or of several together.

    Waits, the queue and requests belong to the department that was asked; beds, stays and delays to the one whose bed
    it is.

    Attributes:
        seconds: Length of the window.
        open_bed_seconds: Integral of the beds that were open.
        occupied_bed_seconds: Integral of the beds with a patient in them.
        delayed_bed_seconds: Integral of the beds with a patient who was fit to leave.
        queue_seconds: Integral of the patients who waited.
        full_seconds: Time in which every open bed had a patient in it; None of several departments together.
        requests: Requests for a bed, those turned away included.
        diversions: Requests that were turned away.
        admissions: Patients who were given a bed.
        outliers: Those of them whose bed was another department's.
        discharges: Patients who left a bed.
        occupied_at_start: Patients in a bed when the window begins.
        occupied_at_end: Patients in a bed when it ends.
        waiting_at_start: Patients waiting when it begins.
        waiting_at_end: Patients waiting when it ends: their waits are not over and not in ``waits``.
        waits: Seconds from request to admission of each patient admitted.
        stays: Seconds from admission to discharge of each patient discharged.
        delays: Seconds from ready to discharge of each patient discharged with a delay.
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


def together(parts: Sequence[Statistics]) -> Statistics:
    """Return the statistics of several departments over the same window as those of one.

    Args:
        parts: One or more; a single one is returned as it is.

    Raises:
        ValueError: If there is none, or the windows are not of one length.
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
