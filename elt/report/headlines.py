"""The numbers at the top of the page, in words: each with what helps to read it."""

import datetime as dt
from dataclasses import dataclass

from elt.report.figures import HospitalFigures, PressureNow, ScopeFigures

NONE = "none"


@dataclass(frozen=True)
class Headline:
    """One number of the page.

    Attributes:
        key: Name of the number in the page.
        label: What it is.
        text: The number as it is read.
        more: What helps to read it.
        value: The number itself, every digit of it; None if there is none.
    """

    key: str
    label: str
    text: str
    more: str
    value: float | None


def headlines(hospital: HospitalFigures, scope: str) -> list[Headline]:
    """Return the headline numbers of a hospital or of one department, always the same ones in one order."""
    figures = hospital.scopes[scope]
    last = day_text(hospital.last_day)
    return [
        _occupancy(figures),
        Headline(
            "admissions",
            "Admissions",
            f"{figures.admissions:,}",
            f"{figures.admissions / figures.days:,.1f} a day" if figures.days else "",
            figures.admissions,
        ),
        Headline(
            "wait_p90",
            "P90 wait for a bed",
            hours_text(figures.wait_p90),
            f"median {hours_text(figures.wait_p50)}, P95 {hours_text(figures.wait_p95)}",
            figures.wait_p90,
        ),
        Headline(
            "over_12h",
            "Waited over 12 hours",
            share_text(figures.over_12h),
            f"over 4 hours: {share_text(figures.over_4h)}",
            figures.over_12h,
        ),
        Headline("waiting", "Waiting at the end", f"{figures.waiting:,}", f"when {last} ended", figures.waiting),
        _delayed(figures),
    ]


def pressure_text(pressure: PressureNow | None) -> str:
    """Return what is to be said beside the level: since when, what weighs most, and where."""
    if pressure is None:
        return "The marts hold no day of the index."
    parts = []
    if pressure.since is not None:
        parts.append(f"Since {day_text(pressure.since)}.")
    if pressure.component not in ("", "none"):
        parts.append(f"Weighs most: {pressure.component}.")
    if pressure.department:
        parts.append(f"Most pressed: {pressure.department}.")
    return " ".join(parts)


def levels_text(pressure: PressureNow | None) -> str:
    """Return on how many days of the period each level held."""
    if pressure is None:
        return ""
    days = sum(pressure.days_at_level.values())
    at = ", ".join(f"level {level} on {count:,}" for level, count in pressure.days_at_level.items())
    return f"Of {days:,} {'day' if days == 1 else 'days'}: {at}."


def period_text(hospital: HospitalFigures) -> str:
    """Return the period of the figures in words."""
    if hospital.first_day == hospital.last_day:
        return day_text(hospital.first_day)
    return f"{day_text(hospital.first_day)} to {day_text(hospital.last_day)}"


def day_text(day: dt.date) -> str:
    """Return a date as English writes it, whatever the locale of the machine."""
    months = [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ]
    return f"{day.day} {months[day.month - 1]} {day.year}"


def share_text(share: float | None) -> str:
    """Return a fraction as a percentage with one decimal."""
    return NONE if share is None else f"{share:.1%}"


def hours_text(hours: float | None) -> str:
    """Return hours with one decimal."""
    return NONE if hours is None else f"{hours:,.1f}\N{NO-BREAK SPACE}h"


def _occupancy(figures: ScopeFigures) -> Headline:
    rate = figures.occupied / figures.beds if figures.beds else None
    open_beds = figures.beds / figures.days if figures.days else 0.0
    return Headline("occupancy", "Mean occupancy", share_text(rate), f"of {open_beds:,.0f} open beds", rate)


def _delayed(figures: ScopeFigures) -> Headline:
    beds = figures.delayed / figures.days if figures.days else 0.0
    share = figures.delayed / figures.occupied if figures.occupied else 0.0
    return Headline(
        "delayed", "Delayed patients in beds", f"{beds:,.1f}", f"mean of the days: {share:.1%} of occupied beds", beds
    )
