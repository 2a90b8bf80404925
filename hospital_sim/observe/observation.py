"""One run of a hospital, measured."""

from collections.abc import Callable, Mapping
from datetime import date, timedelta

from hospital_sim.clock import second_of
from hospital_sim.config import HospitalConfig
from hospital_sim.errors import ConfigurationError
from hospital_sim.observe.metrics import METRICS, unknown_metric
from hospital_sim.observe.statistics import Statistics, together
from hospital_sim.observe.window import WindowObserver
from hospital_sim.simulation.runner import observe, plan_run
from hospital_sim.tables import Cell, Table

EVERYWHERE = "All departments"


class Observation:
    """What was observed of a hospital in a window of time.

    Args:
        departments: What was observed of each department, by its identifier, in order.

    Attributes:
        departments: What was observed of each department, by its identifier, in order.
        hospital: The same of the whole hospital.
    """

    def __init__(self, departments: Mapping[str, Statistics]) -> None:
        self.departments = dict(departments)
        self.hospital = together(tuple(self.departments.values()))

    def metric(self, name: str, department: str | None = None) -> float | None:
        """Return a metric of a department, or of the hospital if None.

        Raises:
            ConfigurationError: If there is no such metric or department.
        """
        if name not in METRICS:
            raise unknown_metric(name, METRICS)
        if department is None:
            return METRICS[name].of(self.hospital)
        if department not in self.departments:
            raise ConfigurationError(f"department: {department!r} is not one of {', '.join(self.departments)}")
        return METRICS[name].of(self.departments[department])

    def table(self) -> Table:
        """Return every metric: a row for each department, and one for the hospital."""
        parts = list(self.departments.items())
        if len(parts) > 1:
            parts.append((EVERYWHERE, self.hospital))
        columns: dict[str, list[Cell]] = {"department": [name for name, _ in parts]}
        columns |= {name: [metric.of(seen) for _, seen in parts] for name, metric in METRICS.items()}
        return Table("Observed", columns)


def measure(
    config: HospitalConfig, start: date, end: date, *, seed: int, on_day: Callable[[date], None] | None = None
) -> Observation:
    """Run a hospital and measure it, without building events.

    Args:
        config: The hospital; its warm-up comes before the start and is not measured.
        start: First day that is measured, UTC.
        end: Last day, inclusive.
        seed: Seed of every random stream: the same flow as ``Hospital.simulate`` with it.
        on_day: Called when a day is done, those of the warm-up included.

    Raises:
        ConfigurationError: If the days are out of order or out of range, or the seed is not a whole number from 0.
    """
    plan = plan_run(config, start, end, seed)
    observer = WindowObserver(second_of(start), second_of(end + timedelta(days=1)))
    observe(config, plan, observer, on_day)
    names = [department.id for department in config.department]
    return Observation(dict(zip(names, observer.statistics, strict=True)))
