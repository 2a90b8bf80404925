"""Finds the days that a hospital takes to settle from empty, with MSER-5, and draws Welch's plot of them."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Executor
from datetime import date, timedelta
from functools import partial
from typing import TYPE_CHECKING

import msgspec

from hospital_sim.clock import DAY
from hospital_sim.config import HospitalConfig, parse_hospital
from hospital_sim.distributions.numbers import whole_number
from hospital_sim.errors import ConfigurationError
from hospital_sim.experiments.experiment import FIRST_DAY, Experiment
from hospital_sim.experiments.mser import BATCH, FEWEST_BATCHES, Truncation, moving_average, mser_5
from hospital_sim.experiments.tasks import OnDone, open_runner
from hospital_sim.hospital import Hospital
from hospital_sim.observe import DailyObserver
from hospital_sim.observe.observation import EVERYWHERE
from hospital_sim.results.charts import load_altair
from hospital_sim.simulation.runner import observe, plan_run
from hospital_sim.tables import Table

if TYPE_CHECKING:
    import altair

WINDOW = 14
"""Days on each side of the moving average in a plot by default."""


class WarmUp:
    """The days that a hospital takes to settle from empty.

    Args:
        hospital: The hospital.
        present: Patients present on each day, as means over replications, by department.
        replications: Number of replications.

    Attributes:
        hospital: The hospital.
        departments: Point at which each department settles, by its identifier.
    """

    def __init__(self, hospital: Hospital, present: dict[str, list[float]], replications: int) -> None:
        self.hospital = hospital
        self.departments: dict[str, Truncation] = {name: mser_5(series) for name, series in present.items()}
        self._present = present
        self._replications = replications

    @property
    def days(self) -> int:
        """Days until the slowest department has settled."""
        return max(truncation.observations for truncation in self.departments.values())

    @property
    def settled(self) -> bool:
        """True if every department settles in the first half of the days; if not, try more days or replications."""
        return all(truncation.settled for truncation in self.departments.values())

    def present(self, department: str | None = None) -> list[float]:
        """Return the patients present on each day, as means over replications, of a department or of the hospital.

        Raises:
            ConfigurationError: If the department does not exist.
        """
        if department is None:
            return [sum(day) for day in zip(*self._present.values(), strict=True)]
        if department not in self._present:
            raise ConfigurationError(f"department: {department!r} is not one of {', '.join(self._present)}")
        return list(self._present[department])

    def table(self) -> Table:
        """Return the days to leave out, settled or not, and the patients present after them, by department."""
        rows = []
        for name, truncation in self.departments.items():
            after = self._present[name][truncation.observations :]
            mean = sum(after) / len(after) if after else None
            rows.append((name, truncation.observations, "yes" if truncation.settled else "no", mean))
        title = f"{self.hospital.config.name}: warm-up by MSER-5, {self._replications} replications from empty"
        return Table(title, {"department": str, "days": int, "settled": str, "patients_present": float}, rows)

    def chart(self, department: str | None = None, *, window: int = WINDOW) -> altair.LayerChart:
        """Draw Welch's plot: patients present on each day, their moving average, and the cut of MSER-5.

        Args:
            department: Identifier of a department; the hospital if None.
            window: Days on each side of the moving average.

        Raises:
            ConfigurationError: If the department does not exist, or the window is too long.
            MissingExtraError: If Altair is not installed.
        """
        series = self.present(department)
        cut = self.days if department is None else self.departments[department].observations
        title = f"Patients present from empty, {department or EVERYWHERE.lower()}, {self._replications} replications"
        return _welch_plot(title, series, moving_average(series, window), cut)

    def __repr__(self) -> str:
        """Return the hospital and its days."""
        return f"<WarmUp of {self.hospital.config.name}: {self.days} days{'' if self.settled else ', not settled'}>"


def warmup(
    hospital: Hospital,
    *,
    days: int = 365,
    replications: int = 10,
    seed: int = 1,
    executor: Executor | None = None,
    workers: int | None = None,
    on_done: OnDone | None = None,
) -> WarmUp:
    """Find the days that a hospital takes to settle from empty.

    Seasons are left out, because a hospital with seasons never settles. The patients present are in a bed or waiting,
    as a mean over the day and the replications.

    Args:
        hospital: The hospital; its warm-up is not used.
        days: Length of each replication.
        replications: Number of replications, 2 or more.
        seed: Seed of the experiment.
        executor: Any ``concurrent.futures.Executor``.
        workers: Number of processes without an executor, as in ``replicate``.
        on_done: Called after each replication, with the number done and the total.

    Raises:
        ConfigurationError: If an argument is wrong.
    """
    days = whole_number("days", days)
    if days < BATCH * FEWEST_BATCHES:
        raise ConfigurationError(f"days: must be {BATCH * FEWEST_BATCHES} or more, not {days}")
    config = _from_empty(hospital.config)
    end = FIRST_DAY + timedelta(days=days - 1)
    experiment = Experiment(FIRST_DAY, end, replications, seed)
    experiment.check(Hospital(config))
    replications = experiment.replications
    seeds = [experiment.replication_seed(number) for number in range(replications)]
    with open_runner(executor, workers, on_done, replications) as runner:
        runs = runner.run(partial(_run_from_empty, config, end), seeds)
    present = {
        name: [sum(day) / DAY / replications for day in zip(*(run[name] for run in runs), strict=True)]
        for name in runs[0]
    }
    return WarmUp(hospital, present, replications)


def _run_from_empty(config: HospitalConfig, end: date, seed: int) -> dict[str, list[int]]:
    """Return the patient-seconds of each day, by department."""
    observer = DailyObserver()
    observe(config, plan_run(config, FIRST_DAY, end, seed), observer)
    return observer.present


def _from_empty(config: HospitalConfig) -> HospitalConfig:
    """Return a hospital as it first is, without warm-up and seasons."""
    document = _without_seasons(msgspec.json.decode(msgspec.json.encode(config)))
    return parse_hospital(document | {"warmup_days": 0, "change": []})


def _without_seasons(table: dict[str, object]) -> dict[str, object]:
    """Return a table with every multiplier of a month set to 1, including those in nested tables."""
    even: dict[str, object] = {}
    for field, value in table.items():
        if field == "month_multipliers" and value is not None:
            even[field] = [1.0] * 12
        elif isinstance(value, list | tuple):
            even[field] = [_without_seasons(entry) if isinstance(entry, dict) else entry for entry in value]
        else:
            even[field] = value
    return even


def _welch_plot(title: str, daily: Sequence[float], smoothed: Sequence[float], cut: int) -> altair.LayerChart:
    """Draw daily values, their moving average, which may end earlier, and a line at the first day that counts."""
    alt = load_altair()
    x = alt.X("day:Q", title="Day")
    y = alt.Y("patients:Q", title="Patients present")
    lines = [
        alt.Chart(alt.Data(values=_points(values))).mark_line(color=color, strokeWidth=width).encode(x=x, y=y)
        for values, color, width in ((daily, "#bbbbbb", 1), (smoothed, "#1f5a8a", 2))
    ]
    rule = (
        alt.Chart(alt.Data(values=[{"day": cut, "text": f"MSER-5: day {cut}"}]))
        .mark_rule(strokeDash=[4, 4], color="#b03a2e")
        .encode(x="day:Q", tooltip="text:N")
    )
    label = rule.mark_text(align="left", dx=4, y=8, color="#b03a2e").encode(x="day:Q", text="text:N")
    chart: altair.LayerChart = alt.layer(*lines, rule, label).properties(title=title, width=640, height=280)
    return chart


def _points(values: Sequence[float]) -> list[dict[str, float]]:
    return [{"day": day, "patients": round(value, 6)} for day, value in enumerate(values)]
