"""Published figures of hospitals in England, each with its source and the band in which a simulation agrees.

A band comes from the source, never from a preset: of a figure that is published for several years, it is their mean and
twice their standard deviation either way. Where one year or one rounded number is published, ``why`` says what the band
allows for. A figure without a band is shown and not judged; ``why`` gives the reason.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from statistics import fmean, stdev

from hospital_sim.validation.calibration.measures import MONTHS, WEEKDAYS

SITREP = "NHS England, UEC daily sitrep (census at 08:00), April 2022 to August 2025"
WINTER_SITREP = "NHS England, winter daily sitreps 2017/18 to 2019/20 (census at 08:00)"
KH03 = "NHS England, KH03 (overnight), 2018-19, 2019-20, 2023-24, 2024-25; January to March 2020 left out"
MATERNITY_BEDS = "NHS England, KH03 (overnight), 2024-25"
TRUST_BEDS = "NHS England, beds of trusts, 2024-25"
SCOTLAND = "Public Health Scotland, January to June 2024"
HEALTH_FOUNDATION = "Health Foundation, mean stay 2019 and 2022"
NUFFIELD = "Nuffield Trust, 2016"
DELAYS = "NHS England, discharge delays, 2024-25"
REMAIN = "NHS England, patients who no longer meet the criteria to reside, 2024-25"
DISCHARGES = "NHS England, daily discharges, 2022-23"
PATHWAYS = "NHS England, discharge pathways"
EMERGENCY_DEMAND = "NHS England, emergency admissions per day, trend removed, 2016 to 2019"
TRUSTS = "NHS England, emergency admissions by trust, median, 2024-25"


@dataclass(frozen=True, slots=True)
class Figure:
    """One published figure.

    Attributes:
        measure: Name of the measure that it is compared with (``measures``).
        what: Description, for people.
        published: Published value; the mean if there are several years.
        low: Lowest simulated mean that agrees with it; None if the figure is not judged.
        high: Highest simulated mean that agrees with it; None if the figure is not judged.
        source: Publisher and period.
        why: Reason for the width of the band, or for having no band.
    """

    measure: str
    what: str
    published: float
    low: float | None
    high: float | None
    source: str
    why: str

    def agrees(self, value: float) -> bool | None:
        """Return True if a simulated mean lies in the band; None without a band."""
        return None if self.low is None or self.high is None else self.low <= value <= self.high


def _around(measure: str, what: str, published: float, width: float, source: str, why: str) -> Figure:
    return Figure(measure, what, published, published - width, published + width, source, why)


def _of_years(measure: str, what: str, years: Sequence[float], source: str, note: str = "") -> Figure:
    """Return a figure that is published for several years."""
    shown = f"published: {', '.join(f'{year:g}' for year in years)}; their mean and two standard deviations{note}"
    return _around(measure, what, fmean(years), 2 * stdev(years), source, shown)


def _each(
    measure: str, what: str, words: Sequence[str], published: Sequence[float], width: float, source: str, why: str
) -> tuple[Figure, ...]:
    return tuple(
        _around(measure.format(word), what.format(word.capitalize()), value, width, source, why)
        for word, value in zip(words, published, strict=True)
    )


_QUARTERS = {
    "q1": (0.898, 0.903, 0.906, 0.912),
    "q2": (0.889, 0.900, 0.897, 0.904),
    "q3": (0.902, 0.920, 0.916, 0.903),
    "q4": (0.917, 0.925, 0.925),
}
"""Overnight occupancy by quarter of the financial year."""

_BETWEEN_YEARS = 2 * sqrt(fmean(stdev(years) ** 2 for years in _QUARTERS.values()))
_AS_QUARTERS = (
    "published as a mean of years; two standard deviations of a quarter of KH03 between years, which is 1.3 points"
)

OCCUPANCY = (
    _around("sitrep", "Occupancy at 08:00", 0.932, _BETWEEN_YEARS, SITREP, _AS_QUARTERS),
    *_each(
        "sitrep.{}",
        "Occupancy at 08:00, {}",
        MONTHS,
        (0.941, 0.941, 0.937, 0.928, 0.929, 0.927, 0.923, 0.916, 0.931, 0.939, 0.942, 0.932),
        _BETWEEN_YEARS,
        SITREP,
        _AS_QUARTERS,
    ),
    *(_of_years(f"kh03.{name}", f"Overnight occupancy, {name.upper()}", years, KH03)
      for name, years in _QUARTERS.items()),
    _around("sitrep_above_kh03", "08:00 above overnight", 0.02, 0.005, KH03, "published 1.5 to 2.5 points"),
)  # fmt: skip
"""Occupancy of the general and acute beds of adults and children through the year."""

_CHANCE = (
    "not judged: numbers of all England, in whose sum the chance of single days cancels; that of one trust does not"
)

WINTER = (
    _of_years("winter", "Winter, mean of days", (0.9443, 0.9353, 0.9405), WINTER_SITREP),
    _of_years("winter.sd", "Winter, SD of days", (0.0192, 0.0257, 0.0189), WINTER_SITREP),
    Figure("winter.autocorrelation", "Winter, lag-1 autocorrelation", 0.845, None, None, WINTER_SITREP, _CHANCE),
    _of_years("winter.highest_weekday", "Winter, highest weekday", (0.953, 0.940, 0.950), WINTER_SITREP),
    _of_years("winter.sat", "Winter, Saturday", (0.932, 0.925, 0.931), WINTER_SITREP),
    _of_years("winter.peak", "Winter, highest weekday above the mean", (0.0087, 0.0047, 0.0095), WINTER_SITREP),
    _of_years("winter.dip", "Winter, Saturday below the mean", (0.0123, 0.0103, 0.0095), WINTER_SITREP),
    Figure("winter.p5", "Winter trust-days, P5", 0.847, None, None, WINTER_SITREP,
           "not judged: trusts differ in their means"),
    Figure("winter.p50", "Winter trust-days, P50", 0.953, None, None, WINTER_SITREP,
           "not judged: 94.8% to 95.6%, the middle of a skewed spread between trusts; one trust has their mean"),
    Figure("winter.p95", "Winter trust-days, P95", 0.996, None, None, WINTER_SITREP,
           "not judged: trusts differ in their means"),
)  # fmt: skip
"""Daily occupancy in winter: December to February."""

OTHER_BEDS = (
    _around("overnight.maternity", "Maternity, overnight", 0.583, 0.03, MATERNITY_BEDS, "one year; small units vary"),
    _around("overnight.paediatrics", "Paediatrics, overnight", 0.572, 0.05, SCOTLAND, "another country, half a year"),
    _around("overnight.critical_care", "Critical care, overnight", 0.744, 0.05, SCOTLAND,
           "another country, half a year"),
)  # fmt: skip
"""Beds of one kind."""

STAYS = (
    _of_years("beds_7_days", "Beds held by stays of 7+ days", (0.484, 0.457, 0.471), WINTER_SITREP),
    _of_years("beds_21_days", "Beds held by stays of 21+ days", (0.188, 0.169, 0.176), WINTER_SITREP),
    Figure("stay", "Mean stay, days", 8.53, None, None, WINTER_SITREP,
           "not judged: of the one lognormal that has both shares; a mix of departments has them with another mean"),
    _of_years("stay.emergency", "Mean stay, emergencies, days", (7.9, 9.1), HEALTH_FOUNDATION),
    _of_years("stay.elective", "Mean stay, electives, days", (5.2, 5.1), HEALTH_FOUNDATION),
    Figure("over_a_week.beds", "Bed use by stays over a week", 0.65, None, None, NUFFIELD,
           "not judged: patients without a night count in the source, and are not simulated"),
)  # fmt: skip
"""Lengths of stay."""

_A_TENTH = "one year is published; a tenth either way"

DELAY = (
    _around("delayed", "Patients delayed by a day or more", 0.135, 0.0135, DELAYS, _A_TENTH),
    _around("delayed.one_day", "Patients delayed by one day", 0.045, 0.0045, DELAYS, _A_TENTH),
    _around("delayed.three_weeks", "Patients delayed by 21+ days", 0.0077, 0.00077, DELAYS, _A_TENTH),
    _around("delayed.mean", "Mean delay of delayed patients, days", 6.1, 0.61, DELAYS, _A_TENTH),
    Figure("delayed.four_days", "Patients delayed by 4+ days", 0.05, 0.04, 0.06, DELAYS,
           "close to 5%: a per cent either way"),
    Figure("delayed.median", "Median delay, days", 3.0, 1.0, 4.0, DELAYS, "most by a few days"),
    Figure("delayed.tail", "Delayed bed-days in delays over a week", 0.75, 0.5, 1.0, DELAYS, "a long tail holds most"),
    Figure("delayed.beds", "Adult beds held by delayed patients", 0.14, None, None, REMAIN,
           "not judged: it conflicts with the delays above, which hold a tenth of the beds. It counts every patient"
           " who no longer meets the criteria, also one who leaves on that day"),
    *_each("reason.{}", "Reason: {}",
           ("capacity", "interface_process", "hospital_process", "care_transfer_hub_process", "wellbeing_concerns"),
           (0.34, 0.29, 0.19, 0.13, 0.05), 0.02, DELAYS, "whole per cents, and chance"),
)  # fmt: skip
"""Delayed discharges."""

DISCHARGE = (
    *_each("discharges.{}", "Discharges, {}, relative", WEEKDAYS,
           (0.865, 1.098, 1.168, 1.167, 1.219, 0.859, 0.612), 0.036, DISCHARGES,
           "one year; two standard errors of a trust-year's 52 days of some 60 discharges"),
    _around("discharges.by_17", "Discharges by 17:00", 0.60, 0.02, DISCHARGES, "whole per cents"),
    _around("discharges.before_noon", "Discharges before noon", 0.18, 0.02, DISCHARGES, "whole per cents"),
    Figure("destination.home", "To usual home (pathways 0 and 1)", 0.955, 0.945, 0.965, PATHWAYS,
           "half per cents, and chance"),
    Figure("destination.pathway_2", "To pathway 2", 0.03, 0.02, 0.04, PATHWAYS, "half per cents, and chance"),
    Figure("destination.pathway_3", "To pathway 3", 0.015, 0.01, 0.02, PATHWAYS, "half per cents, and chance"),
)  # fmt: skip
"""Times and destinations of discharge."""

DEMAND = (
    *_each("demand.{}", "Emergency demand, {}, relative", MONTHS,
           (1.007, 0.999, 1.001, 0.988, 1.015, 1.005, 0.998, 0.965, 0.992, 0.999, 1.018, 1.016), 0.03, EMERGENCY_DEMAND,
           "chance: a month of one trust has a standard error of 2%"),
    Figure("demand", "Emergency admissions a year", 49_100, None, None, TRUSTS,
           "not judged: some two in five emergency admissions spend no night in a bed, and are not simulated"),
)  # fmt: skip
"""Demand through the year."""

GROUPS: dict[str, tuple[Figure, ...]] = {
    "Occupancy": OCCUPANCY,
    "Winter": WINTER,
    "Other beds": OTHER_BEDS,
    "Length of stay": STAYS,
    "Delay": DELAY,
    "Discharge": DISCHARGE,
    "Demand": DEMAND,
}
"""All figures by subject."""
