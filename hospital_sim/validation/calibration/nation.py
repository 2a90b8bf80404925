"""Totals of several hospitals together, beside the published figures of England.

Admissions are overnight stays: patients who come and leave on one day take no bed in the night, and are not simulated.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from datetime import date
from functools import partial

import numpy as np

from hospital_sim.config import HospitalConfig
from hospital_sim.config.schema import CRITICAL_CARE, MATERNITY, PAEDIATRICS
from hospital_sim.experiments.tasks import OnDone, open_runner
from hospital_sim.hospital import Hospital
from hospital_sim.simulation.runner import observe, plan_run
from hospital_sim.tables import Cell
from hospital_sim.validation.calibration.agreement import END, START
from hospital_sim.validation.calibration.figures import KH03, MATERNITY_BEDS, REMAIN, SITREP, TRUST_BEDS, WINTER_SITREP
from hospital_sim.validation.calibration.measures import Rates, Totals, Year, totals
from hospital_sim.validation.calibration.spell_log import SpellLog

COLUMNS = ("total", "published", "simulated", "source or remark")

_QUARTILES = (25, 50, 75)
_DAYS_IN_YEAR = 365.25
_ADMISSIONS = "simulated: overnight stays; published, 2024-25: with day cases"
_EMERGENCIES = "simulated: overnight stays; published: 35.8% of all admissions, with those without a night"


@dataclass(frozen=True, slots=True)
class Trust:
    """Measures of one hospital.

    Attributes:
        totals: Numbers that add up over hospitals, by name.
        winter: Occupancy of general and acute beds at 08:00 on each day of winter.
    """

    totals: Totals
    winter: Rates


def measure_trusts(
    hospitals: Sequence[Hospital],
    *,
    seed: int = 1,
    start: date = START,
    end: date = END,
    executor: Executor | None = None,
    workers: int | None = None,
    on_done: OnDone | None = None,
) -> tuple[Trust, ...]:
    """Run each of some hospitals once and measure it; arguments and errors as in ``calibration``."""
    configs = [hospital.config for hospital in hospitals]
    for config in configs:
        plan_run(config, start, end, seed)
    with open_runner(executor, workers, on_done, len(configs)) as runner:
        return tuple(runner.run(partial(_measure_trust, start, end, seed), configs))


def national_rows(trusts: Sequence[Trust], days: int) -> list[tuple[str, str, str, str]]:
    """Return the rows of a table of totals (see ``COLUMNS``).

    Args:
        trusts: Measures of the hospitals.
        days: Number of days measured.
    """
    total = {name: sum(trust.totals[name] for trust in trusts) for name in trusts[0].totals}
    a_year = _DAYS_IN_YEAR / days
    winter = np.concatenate([trust.winter for trust in trusts])
    return [
        ("Trusts", "", f"{len(trusts):,}", "synthetic"),
        (
            "General and acute beds open",
            "",
            _beds(total["open"]),
            "of adults and children; mean of days, escalation beds while open",
        ),
        ("General and acute beds occupied, 08:00", "", _beds(total["occupied"]), "mean of days"),
        ("Occupancy, 08:00", "93.2%", _share(total, "occupied", "open"), SITREP),
        ("Occupancy, overnight", "90.9%", _share(total, "occupied_overnight", "open_overnight"), KH03),
        ("Adult beds held by delayed patients", "14%", _share(total, "delayed", "adults_overnight"), REMAIN),
        ("Delayed patients", "", _beds(total["delayed"]), "mean of days"),
        ("Beds held by stays of 7+ days, winter", "47.1%", _share(total, "days_7", "occupied_winter"), WINTER_SITREP),
        ("Beds held by stays of 21+ days, winter", "17.8%", _share(total, "days_21", "occupied_winter"), WINTER_SITREP),
        ("Trust-days in winter, P5, P50, P95", "84.7%, 95.3%, 99.6%", _percentiles(winter), WINTER_SITREP),
        ("General and acute beds, quartiles", "457, 660, 1,032", _quartiles(trusts, "beds"), TRUST_BEDS),
        ("Paediatric beds, quartiles", "22, 38, 56", _quartiles(trusts, f"beds.{PAEDIATRICS}"), TRUST_BEDS),
        ("Critical care beds, quartiles", "13, 20, 40", _quartiles(trusts, f"beds.{CRITICAL_CARE}"), TRUST_BEDS),
        ("Maternity beds", "7,576", _beds(total[f"beds.{MATERNITY}"]), MATERNITY_BEDS),
        ("Admissions a year", "18,470,000", _beds(a_year * total["admissions"]), _ADMISSIONS),
        ("Emergency admissions a year", "6,612,000", _beds(a_year * total["emergencies"]), _EMERGENCIES),
    ]


def as_entries(rows: Sequence[Sequence[Cell]]) -> list[dict[str, Cell]]:
    """Return the rows of the table as JSON objects."""
    return [dict(zip(COLUMNS, row, strict=True)) for row in rows]


def _measure_trust(start: date, end: date, seed: int, config: HospitalConfig) -> Trust:
    log = SpellLog()
    observe(config, plan_run(config, start, end, seed), log)
    year = Year(config, log, start, end)
    return Trust(*totals(year, config))


def _beds(number: float) -> str:
    return f"{number:,.0f}"


def _share(total: Totals, part: str, whole: str) -> str:
    return f"{total[part] / total[whole]:.1%}" if total[whole] else ""


def _percentiles(rates: Rates) -> str:
    return ", ".join(f"{value:.1%}" for value in np.percentile(rates, (5, 50, 95))) if len(rates) else ""


def _quartiles(trusts: Sequence[Trust], name: str) -> str:
    return ", ".join(_beds(value) for value in np.percentile([trust.totals[name] for trust in trusts], _QUARTILES))
