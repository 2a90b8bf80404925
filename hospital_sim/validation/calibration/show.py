"""Formats the agreement of a hospital with the published figures, as tables and as a JSON object."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from hospital_sim.tables import Cell
from hospital_sim.validation.calibration.agreement import AGREES, DIFFERS, NOT_JUDGED, Agreement, Row
from hospital_sim.validation.calibration.figures import GROUPS

COLUMNS = ("figure", "published", "band", "simulated", "95% interval", "verdict", "source")
VERDICT_COLUMNS = ("subject", AGREES, DIFFERS, NOT_JUDGED)
JUDGED_BY = "A simulated mean agrees if it lies in the band. --json gives the reason for each band."

_WHOLE = 1000


def tables(agreement: Agreement) -> Iterator[tuple[str, Sequence[Sequence[Cell]]]]:
    """Yield a title and the rows of a table for each subject."""
    name = agreement.hospital.config.name
    for group in GROUPS:
        rows = [_cells(row) for row in agreement.rows if row.group == group]
        yield f"{group}: {name}, {agreement.start} to {agreement.end}, {agreement.replications} runs", rows


def verdicts(agreement: Agreement) -> list[tuple[Cell, ...]]:
    """Return the numbers of figures of each subject that agree, differ and are not judged."""
    counted: list[tuple[Cell, ...]] = []
    for group in GROUPS:
        results = [row.verdict for row in agreement.rows if row.group == group]
        counted.append((group, *(results.count(verdict) for verdict in VERDICT_COLUMNS[1:])))
    return counted


def summary(agreement: Agreement, name: str, seed: int) -> dict[str, object]:
    """Return the agreement as one JSON object.

    Args:
        agreement: The agreement.
        name: Preset or file of the hospital, as the user wrote it.
        seed: Seed of the experiment.
    """
    return {
        "hospital": name,
        "hospital_id": agreement.hospital.config.id,
        "start": str(agreement.start),
        "end": str(agreement.end),
        "seed": seed,
        "replications": agreement.replications,
        "agree": agreement.count(AGREES),
        "differ": agreement.count(DIFFERS),
        "not_judged": agreement.count(NOT_JUDGED),
        "figures": [_entry(row) for row in agreement.rows],
    }


def _entry(row: Row) -> dict[str, object]:
    figure, simulated = row.figure, row.simulated
    return {
        "group": row.group,
        "name": figure.measure,
        "what": figure.what,
        "published": figure.published,
        "band": None if figure.low is None else [figure.low, figure.high],
        "simulated": simulated.mean,
        "interval": None if simulated.low is None else [simulated.low, simulated.high],
        "verdict": row.verdict,
        "source": figure.source,
        "why": figure.why,
    }


def _cells(row: Row) -> tuple[Cell, ...]:
    figure, simulated = row.figure, row.simulated
    return (
        figure.what,
        _number(figure.published),
        _range(figure.low, figure.high),
        _number(simulated.mean),
        _range(simulated.low, simulated.high),
        row.verdict,
        figure.source,
    )


def _range(low: float | None, high: float | None) -> str:
    return "" if low is None or high is None else f"{_number(low)} to {_number(high)}"


def _number(value: float | None) -> str:
    if value is None:
        return ""
    return f"{value:,.0f}" if abs(value) >= _WHOLE else f"{value:.3f}"
