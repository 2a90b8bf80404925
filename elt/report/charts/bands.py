"""The colour bands of the report: occupancy, pressure, waits and flows, each with its label and colour.

The colours are CSS variables, defined in ``web/style.css`` with a light and a dark value. Along a ramp the contrast
with the background grows steadily, so that it can be read without colour.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Band:
    """One colour of the page.

    Attributes:
        key: Its column, or its value in a column, of the marts.
        label: Its name for readers.
        color: Its CSS colour.
        shape: Its mark in the legend: ``square``, ``dot``, ``line`` or ``dashes``.
    """

    key: str
    label: str
    color: str
    shape: str = "square"


OCCUPANCY_STEPS = (0.7, 0.8, 0.85, 0.92, 0.95, 1.0)
OCCUPANCY_BANDS = (
    Band("0", "under 70%", "var(--occupancy-1)"),
    Band("0.7", "70 to 80%", "var(--occupancy-2)"),
    Band("0.8", "80 to 85%", "var(--occupancy-3)"),
    Band("0.85", "85 to 92%", "var(--occupancy-4)"),
    Band("0.92", "92 to 95%", "var(--occupancy-5)"),
    Band("0.95", "95% and more", "var(--occupancy-6)"),
    Band("1", "every bed", "var(--occupancy-7)"),
)

PRESSURE_COMPONENTS = (
    Band("occupancy_points", "occupancy (85, 92, 95%)", "var(--component-1)"),
    Band("delayed_points", "delayed patients (7, 14% of occupied beds)", "var(--component-2)"),
    Band("waiting_points", "waits over 12 hours (any, 1% of beds)", "var(--component-3)"),
)

PRESSURE_LEVELS = (
    Band("1", "level 1", "var(--level-1)"),
    Band("2", "level 2", "var(--level-2)"),
    Band("3", "level 3", "var(--level-3)"),
    Band("4", "level 4", "var(--level-4)"),
)

LONG_WAITS = (
    Band("share_over_4h", "over 4 hours", "var(--over-4h)", "line"),
    Band("share_over_12h", "over 12 hours", "var(--over-12h)", "line"),
)

WAIT_LINES = (
    Band("wait_hours_p95", "P95", "var(--line-2)", "line"),
    Band("wait_hours_p90", "P90", "var(--line-1)", "line"),
    Band("wait_hours_p50", "median", "var(--line-3)", "dashes"),
)

QUEUE_BANDS = (
    Band("waiting_up_to_4h", "up to 4 hours", "var(--wait-1)"),
    Band("waiting_4h_to_12h", "4 to 12 hours", "var(--wait-2)"),
    Band("waiting_12h_to_24h", "12 to 24 hours", "var(--wait-3)"),
    Band("waiting_over_24h", "over 24 hours", "var(--wait-4)"),
)

HELD_BEDS = (
    Band("share_7_days", "in for 7 days or more", "var(--held-1)"),
    Band("share_21_days", "of these, 21 days or more", "var(--held-2)"),
)
DELAYED = Band("share_delayed", "ready to leave, still in the bed", "var(--delayed)")

FLOWS = (
    Band("admissions", "admissions", "var(--flow-in)", "line"),
    Band("discharges", "discharges", "var(--flow-out)", "line"),
)

GROWTH_STEPS = (-9, -3, 0, 1, 4, 10)
GROWTH_BANDS = (
    Band("-10", "10 or more fewer", "var(--growth-1)"),
    Band("-9", "4 to 9 fewer", "var(--growth-2)"),
    Band("-3", "1 to 3 fewer", "var(--growth-3)"),
    Band("0", "no change", "var(--growth-4)"),
    Band("1", "1 to 3 more", "var(--growth-5)"),
    Band("4", "4 to 9 more", "var(--growth-6)"),
    Band("10", "10 or more patients more", "var(--growth-7)"),
)

CAUSES = (
    Band("worse", "special cause, for the worse", "var(--cause-worse)", "dot"),
    Band("better", "special cause, for the better", "var(--cause-better)", "dot"),
    Band("neither", "special cause, neither better nor worse", "var(--cause-neither)", "dot"),
    Band("chance", "chance", "var(--cause-chance)", "dot"),
)

RESULTS = (
    Band("holds", "holds", "var(--good)", "dot"),
    Band("too little data", "too little data to judge", "var(--muted)", "dot"),
    Band("fails", "fails", "var(--bad)", "dot"),
)
AGREEMENTS = (
    Band("agrees", "every count agrees", "var(--agrees)"),
    Band("differs", "a count differs", "var(--bad)"),
)
