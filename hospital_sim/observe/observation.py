"""Measures one run of a hospital: every metric of each department and of the whole hospital."""

from collections.abc import Callable, Mapping
from datetime import date, timedelta

from hospital_sim.clock import second_of
from hospital_sim.config import HospitalConfig
from hospital_sim.errors import ConfigurationError
from hospital_sim.observe.metrics import METRICS, find_metrics
from hospital_sim.observe.statistics import Statistics, combined
from hospital_sim.observe.window import WindowObserver
from hospital_sim.simulation.runner import observe, plan_run
from hospital_sim.tables import CellType, Table

EVERYWHERE = "All departments"


class Observation:
    """The statistics of a hospital in a window of time.

    Args:
        departments: Statistics of each department by its identifier, in order.

    Attributes:
        departments: Statistics of each department by its identifier, in order.
        hospital: Statistics of the whole hospital.
    """

    def __init__(self, departments: Mapping[str, Statistics]) -> None:
        self.departments = dict(departments)
        self.hospital = combined(tuple(self.departments.values()))

    def metric(self, name: str, department: str | None = None) -> float | None:
        """Return a metric of a department, or of the hospital if None.

        Raises:
            ConfigurationError: If the metric or the department does not exist.
        """
        (metric,) = find_metrics([name])
        if department is None:
            return metric.of(self.hospital)
        if department not in self.departments:
            raise ConfigurationError(f"department: {department!r} is not one of {', '.join(self.departments)}")
        return metric.of(self.departments[department])

    def table(self) -> Table:
        """Return every metric, in a row for each department and one for the hospital."""
        parts = list(self.departments.items())
        if len(parts) > 1:
            parts.append((EVERYWHERE, self.hospital))
        types: dict[str, CellType] = {"department": str, **dict.fromkeys(METRICS, float)}
        return Table(
            "Observed", types, [(name, *(metric.of(seen) for metric in METRICS.values())) for name, seen in parts]
        )


def measure(
    config: HospitalConfig, start: date, end: date, *, seed: int, on_day: Callable[[date], None] | None = None
) -> Observation:
    """Run a hospital and measure it, without building events.

    Args:
        config: Configuration of the hospital; its warm-up runs before the start and is not measured.
        start: First day to measure, UTC.
        end: Last day, inclusive.
        seed: Seed of every random stream; ``Hospital.simulate`` with this seed shows the same flow.
        on_day: Called after each day, including those of the warm-up.

    Raises:
        ConfigurationError: If the days are out of order or out of range, or the seed is not a whole number from 0.
    """
    plan = plan_run(config, start, end, seed)
    observer = WindowObserver(second_of(start), second_of(end + timedelta(days=1)))
    observe(config, plan, observer, on_day)
    return Observation(observer.statistics)
