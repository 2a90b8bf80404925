"""Measures a simulated hospital the way the sources of the published figures measure real ones.

A measure has the name of the figure that it is compared with (``figures``). Occupancy is a census: at 08:00 as in the
daily sitreps, or at midnight as in KH03. Both count the general and acute beds of adults and children together. Other
measures are of adult general and acute beds unless the name says otherwise.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from hospital_sim.clock import DAY, HOUR, date_of, second_of
from hospital_sim.config import HospitalConfig
from hospital_sim.config.schema import CRITICAL_CARE, MATERNITY, PAEDIATRICS
from hospital_sim.validation.calibration.spell_log import Seconds, SpellLog, Spells, earlier, in_beds_of, present

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
EMERGENCY = ("21", "22", "2A")
ELECTIVE = ("11", "12", "13")
WINTER = (12, 1, 2)

Measured = dict[str, float]
"""Measured values by name; a measure without data is left out."""

Totals = dict[str, float]
"""Numbers of one or more hospitals by name, which add up over hospitals."""

Rates = NDArray[np.float64]

_SITREP = 8 * HOUR


class Year:
    """The spells of a simulated hospital and the days to measure.

    Args:
        config: Configuration of the hospital.
        log: Spells of the hospital.
        start: First day to measure.
        end: Last day, inclusive.

    Attributes:
        spells: Spells in adult general and acute beds.
        general: Spells in the general and acute beds of adults and children.
    """

    def __init__(self, config: HospitalConfig, log: SpellLog, start: date, end: date) -> None:
        codes = {log.positions[entry.id]: entry.treatment_function_code for entry in config.department}
        other = (CRITICAL_CARE, PAEDIATRICS, MATERNITY)
        self._log = log
        self._codes = codes
        adult = [place for place, code in codes.items() if code not in other]
        self._general = [place for place, code in codes.items() if place in adult or code == PAEDIATRICS]
        self._all = log.spells()
        self.spells = in_beds_of(self._all, adult)
        self.general = in_beds_of(self._all, self._general)
        self.start, self.end = second_of(start), second_of(end + timedelta(days=1))
        self.midnights = np.arange(self.start, self.end, DAY)
        days = [date_of(second) for second in self.midnights.tolist()]
        self.month = np.array([day.month for day in days])
        self.weekday = np.array([day.weekday() for day in days])

    @property
    def is_winter(self) -> NDArray[np.bool_]:
        """True for each day in December, January or February."""
        return np.isin(self.month, WINTER)

    def has(self, code: str) -> bool:
        """Return True if a department has a treatment function code."""
        return code in self._codes.values()

    def occupancy(self, hour_in_seconds: int, codes: Collection[str] | None = None) -> Rates:
        """Return occupied beds as a share of open beds at one time of each day.

        Args:
            hour_in_seconds: The time, in seconds after midnight.
            codes: Treatment function codes of the departments; general and acute departments if None.
        """
        at = self.midnights + hour_in_seconds
        places = self._general if codes is None else [place for place, code in self._codes.items() if code in codes]
        beds = self._log.open_beds(places, at)
        rates: Rates = present(in_beds_of(self._all, places), at) / np.maximum(beds, 1)
        return rates

    def open_beds(self, hour_in_seconds: int) -> Seconds:
        """Return the open general and acute beds at one time of each day."""
        return self._log.open_beds(self._general, self.midnights + hour_in_seconds)

    def admissions(self, methods: Collection[str] | None = None) -> int:
        """Return the number of admissions to all departments on the days to measure, by some methods or by any."""
        second = self._all["admitted"]
        chosen = self._all[(second >= self.start) & (second < self.end)]
        return len(chosen) if methods is None else int(np.isin(chosen["method"], list(methods)).sum())

    def emergency_requests(self) -> Seconds:
        """Return the seconds of emergency requests in all departments."""
        asked = self._log.requests(EMERGENCY)
        return asked[(asked >= self.start) & (asked < self.end)]

    def discharges(self) -> Spells:
        """Return the spells that end on the days to measure."""
        second = self.spells["discharged"]
        return self.spells[(second >= self.start) & (second < self.end)]


def measure(year: Year) -> Measured:
    """Return all measures that have data."""
    measured: Measured = {}
    for group in (_sitrep, _winter, _overnight, _census, _stays, _delays, _discharges, _shares, _demand):
        measured |= group(year)
    return {name: float(value) for name, value in measured.items() if np.isfinite(value)}


def _sitrep(year: Year) -> Measured:
    rates = year.occupancy(_SITREP)
    return {"sitrep": rates.mean()} | _by("sitrep.{}", MONTHS, rates, year.month - 1)


def _winter(year: Year) -> Measured:
    winter = year.is_winter
    if winter.sum() < 2 * len(WEEKDAYS):
        return {}
    rates = year.occupancy(_SITREP)[winter]
    by_weekday = _by("winter.{}", WEEKDAYS, rates, year.weekday[winter])
    mean = rates.mean()
    low, middle, high = np.percentile(rates, (5, 50, 95))
    return by_weekday | {
        "winter": mean,
        "winter.sd": rates.std(ddof=1),
        "winter.autocorrelation": np.corrcoef(rates[:-1], rates[1:])[0, 1] if rates.std() else float("nan"),
        "winter.highest_weekday": max(by_weekday.values()),
        "winter.peak": max(by_weekday.values()) - mean,
        "winter.dip": mean - by_weekday["winter.sat"],
        "winter.p5": low,
        "winter.p50": middle,
        "winter.p95": high,
    }


def _overnight(year: Year) -> Measured:
    rates = year.occupancy(0)
    # Financial quarters: the first is April to June.
    measured = _by("kh03.{}", ("q1", "q2", "q3", "q4"), rates, (year.month - 4) % 12 // 3)
    measured["sitrep_above_kh03"] = year.occupancy(_SITREP).mean() - rates.mean()
    for name, code in (("critical_care", CRITICAL_CARE), ("paediatrics", PAEDIATRICS), ("maternity", MATERNITY)):
        if year.has(code):
            measured[f"overnight.{name}"] = year.occupancy(0, (code,)).mean()
    return measured


def totals(year: Year, config: HospitalConfig) -> tuple[Totals, Rates]:
    """Return totals of a hospital, means over days unless they are admissions, and its occupancy on days of winter."""
    morning, winter = year.midnights + _SITREP, year.midnights[year.is_winter] + _SITREP
    of_days: dict[str, Seconds] = {
        "open": year.open_beds(_SITREP),
        "occupied": present(year.general, morning),
        "open_overnight": year.open_beds(0),
        "occupied_overnight": present(year.general, year.midnights),
        "adults_overnight": present(year.spells, year.midnights),
        "delayed": present(year.spells, year.midnights, since="ready"),
        "occupied_winter": present(year.general, winter),
    }
    of_days |= {f"days_{days}": _held_since(year.general, days, winter) for days in (7, 21)}
    codes = (CRITICAL_CARE, PAEDIATRICS, MATERNITY)
    departments = config.department
    beds = {f"beds.{code}": sum(e.beds for e in departments if e.treatment_function_code == code) for code in codes}
    return {
        **{name: float(values.mean()) if len(values) else 0.0 for name, values in of_days.items()},
        "beds": sum(entry.beds for entry in departments if entry.is_general_and_acute),
        **beds,
        "admissions": year.admissions(),
        "emergencies": year.admissions(EMERGENCY),
    }, year.occupancy(_SITREP)[year.is_winter]


def _census(year: Year) -> Measured:
    """Return shares of occupied beds by whole days since the date of admission, as the sitreps count them."""
    at = year.midnights[year.is_winter] + _SITREP
    occupied = present(year.general, at).sum()
    shares = {f"beds_{days}_days": _held_since(year.general, days, at).sum() / max(occupied, 1) for days in (7, 21)}
    return shares if occupied else {}


def _held_since(spells: Spells, days: int, at: Seconds) -> Seconds:
    """Return the number of patients in a bed at each second of ``at`` whose date of admission is some days before."""
    # A spell counts from the midnight that begins its 7th or 21st day after the date of admission.
    begin = (spells["admitted"] // DAY + days) * DAY
    reached = begin < spells["discharged"]
    return earlier(begin[reached], at) - earlier(spells["discharged"][reached], at)


def _stays(year: Year) -> Measured:
    spells = year.discharges()
    days = (spells["discharged"] - spells["admitted"]) / DAY
    weeks = days > 7
    return {
        "stay": _mean(days),
        "stay.emergency": _mean(days[np.isin(spells["method"], EMERGENCY)]),
        "stay.elective": _mean(days[np.isin(spells["method"], ELECTIVE)]),
        "over_a_week.patients": _mean(weeks),
        "over_a_week.beds": days[weeks].sum() / max(days.sum(), 1e-9),
    }


def _delays(year: Year) -> Measured:
    """Return measures of delays in days from the date of readiness to that of discharge, as they are published."""
    spells = year.discharges()
    days = spells["discharged"] // DAY - spells["ready"] // DAY
    delays = days[days > 0]
    if not len(delays):
        return {"delayed": 0.0}
    occupied = present(year.spells, year.midnights).sum()
    return {
        "delayed": _mean(days > 0),
        "delayed.beds": present(year.spells, year.midnights, since="ready").sum() / max(occupied, 1),
        "delayed.mean": _mean(delays),
        "delayed.one_day": _mean(days == 1),
        "delayed.four_days": _mean(days >= 4),
        "delayed.three_weeks": _mean(days >= 21),
        "delayed.median": float(np.median(delays)),
        "delayed.tail": delays[delays > 7].sum() / delays.sum(),
    }


def _discharges(year: Year) -> Measured:
    seconds = year.discharges()["discharged"]
    hour = seconds % DAY
    day = (seconds - year.start) // DAY
    by_day = np.bincount(day, minlength=len(year.midnights))
    by_weekday = _by("discharges.{}", WEEKDAYS, by_day, year.weekday)
    return _relative(by_weekday) | {
        "discharges.by_17": _mean(hour < 17 * HOUR),
        "discharges.before_noon": _mean(hour < 12 * HOUR),
    }


def _shares(year: Year) -> Measured:
    spells = year.discharges()
    reasons = spells["reason"][spells["reason"] != ""]
    destinations = {"home": "19", "pathway_2": "51", "pathway_3": "85"}
    names = ("capacity", "interface_process", "hospital_process", "care_transfer_hub_process", "wellbeing_concerns")
    shares = {f"destination.{name}": _mean(spells["destination"] == code) for name, code in destinations.items()}
    return shares | {f"reason.{name}": _mean(reasons == name) for name in names}


def _demand(year: Year) -> Measured:
    asked = year.emergency_requests()
    by_day = np.bincount((asked - year.start) // DAY, minlength=len(year.midnights))
    by_month = _by("demand.{}", MONTHS, by_day, year.month - 1)
    return _relative(by_month) | {"demand": 365.25 * by_day.mean()}


def _by(name: str, words: tuple[str, ...], values: NDArray[np.float64 | np.int64], group: Seconds) -> Measured:
    """Return the mean of each group that has values, named after its word."""
    groups = {word: values[group == number] for number, word in enumerate(words)}
    return {name.format(word): members.mean() for word, members in groups.items() if len(members)}


def _relative(measured: Measured) -> Measured:
    """Return values divided by their mean; no values if all are 0."""
    mean = sum(measured.values()) / max(len(measured), 1)
    return {name: value / mean for name, value in measured.items()} if mean else {}


def _mean(values: NDArray[np.float64 | np.int64 | np.bool_]) -> float:
    return float(np.mean(values)) if len(values) else float("nan")
