"""Published figures of hospitals in England, each with its source and the band in which a simulation agrees.

A band is never narrower than the published figure varies from year to year, and it allows for differences between one
simulated trust and the whole of England. A figure without a band is shown and not judged; ``why`` gives the reason.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from hospital_sim.validation.calibration.measures import MONTHS, WEEKDAYS

SITREP = "NHS England, UEC daily sitrep (census at 08:00), April 2022 to August 2025"
WINTER_SITREP = "NHS England, winter daily sitreps 2017/18 to 2019/20 (census at 08:00)"
KH03 = "NHS England, KH03 (overnight), 2018-19, 2019-20, 2023-24, 2024-25"
MATERNITY_BEDS = "NHS England, KH03 (overnight), 2024-25"
TRUST_BEDS = "NHS England, beds of trusts, 2024-25"
SCOTLAND = "Public Health Scotland, January to June 2024"
HEALTH_FOUNDATION = "Health Foundation, mean stay 2019 and 2022"
NUFFIELD = "Nuffield Trust, 2016"
DELAYS = "NHS England, discharge delays, 2024-25"
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


def _each(
    measure: str, what: str, words: Sequence[str], published: Sequence[float], width: float, source: str, why: str
) -> tuple[Figure, ...]:
    return tuple(
        _around(measure.format(word), what.format(word.capitalize()), value, width, source, why)
        for word, value in zip(words, published, strict=True)
    )


_ONE_TRUST = (
    "a point and a half: months of the same name differ by as much between years, and England averages over trusts"
)
_NATIONAL = (
    "the published numbers are of all England, whose trusts' chance fluctuations cancel; those of one trust do not"
)

OCCUPANCY = (
    _around("sitrep", "Occupancy at 08:00", 0.932, 0.01, SITREP, "a point: as far as years lie apart"),
    *_each(
        "sitrep.{}",
        "Occupancy at 08:00, {}",
        MONTHS,
        (0.941, 0.941, 0.937, 0.928, 0.929, 0.927, 0.923, 0.916, 0.931, 0.939, 0.942, 0.932),
        0.015,
        SITREP,
        _ONE_TRUST,
    ),
    *_each(
        "kh03.{}",
        "Overnight occupancy, {}",
        ("q1", "q2", "q3", "q4"),
        (0.905, 0.898, 0.910, 0.922),
        0.015,
        KH03 + "; January to March 2020 left out",
        "a point and a half: as far as years lie apart",
    ),
    Figure(
        "sitrep_above_kh03", "08:00 above overnight", 0.02, 0.01, 0.025, KH03, "published 1.5 to 2.5 points, in part by"
        " what counts as a bed, which one simulated hospital does not share"
    ),
)  # fmt: skip
"""Occupancy of general and acute beds through the year."""

WINTER = (
    Figure("winter", "Winter, mean of days", 0.940, 0.930, 0.950, WINTER_SITREP, "winters: 93.5% to 94.4%"),
    Figure("winter.sd", "Winter, SD of days", 0.021, 0.015, 0.032, WINTER_SITREP,
           "winters: 1.9 to 2.6 points; " + _NATIONAL),
    Figure("winter.autocorrelation", "Winter, lag-1 autocorrelation", 0.845, 0.65, 0.92, WINTER_SITREP,
           "winters: .79 to .88; " + _NATIONAL),
    Figure("winter.highest_weekday", "Winter, highest weekday", 0.948, 0.935, 0.96, WINTER_SITREP,
           "winters: 94.0% to 95.3%, Monday to Wednesday; half a point more for the chance of one trust"),
    Figure("winter.sat", "Winter, Saturday", 0.929, 0.915, 0.94, WINTER_SITREP,
           "winters: 92.5% to 93.2%; a point more for the chance of one trust"),
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
"""Beds that are not adult general and acute."""

STAYS = (
    Figure("beds_7_days", "Beds held by stays of 7+ days", 0.471, 0.45, 0.495, WINTER_SITREP,
           "winters: 45.7% to 48.4%; a point more: how days are counted moves it by three"),
    Figure("beds_21_days", "Beds held by stays of 21+ days", 0.178, 0.16, 0.195, WINTER_SITREP,
           "winters: 16.9% to 18.8%; a point more for the chance of one trust"),
    Figure("stay", "Mean stay, days", 8.53, 7.9, 9.1, WINTER_SITREP,
           "of the stationary lognormal that gives both shares: 8.1 to 8.9 days; a fifth of a day more for its form"),
    Figure("stay.emergency", "Mean stay, emergencies, days", 8.5, 7.9, 9.1, HEALTH_FOUNDATION,
           "7.9 in 2019, 9.1 in 2022"),
    Figure("stay.elective", "Mean stay, electives, days", 5.15, 4.8, 5.5, HEALTH_FOUNDATION,
           "5.2 in 2019, 5.1 in 2022"),
    Figure("over_a_week.beds", "Bed use by stays over a week", 0.65, None, None, NUFFIELD,
           "not judged: patients without a night count in the source, and are not simulated"),
)  # fmt: skip
"""Lengths of stay."""

DELAY = (
    _around("delayed.beds", "Beds held by delayed patients", 0.14, 0.015, DELAYS, "about 14%"),
    Figure("delayed", "Patients delayed at all", 0.134, 0.12, 0.15, DELAYS, "one in seven or eight"),
    Figure("delayed.four_days", "Patients delayed by 4+ days", 0.05, 0.04, 0.065, DELAYS, "close to 5%"),
    Figure("delayed.median", "Median delay, days", 3.0, 1.0, 4.0, DELAYS, "most by a few days"),
    Figure("delayed.tail", "Delayed bed-days in delays over a week", 0.75, 0.5, 1.0, DELAYS, "a long tail holds most"),
    *_each("reason.{}", "Reason: {}",
           ("capacity", "interface_process", "hospital_process", "care_transfer_hub_process", "wellbeing_concerns"),
           (0.34, 0.29, 0.19, 0.13, 0.05), 0.02, DELAYS, "whole per cents, and chance"),
)  # fmt: skip
"""Delayed discharges."""

DISCHARGE = (
    *_each("discharges.{}", "Discharges, {}, relative", WEEKDAYS,
           (0.865, 1.098, 1.168, 1.167, 1.219, 0.859, 0.612), 0.06, DISCHARGES,
           "short stays keep some of the rhythm of admissions"),
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
