"""The command ``compare``: compares two hospitals on common random numbers."""

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from hospital_sim import terminal
from hospital_sim.cli.arguments import JsonOption, WorkersOption
from hospital_sim.experiments import Comparison, Difference
from hospital_sim.experiments import compare as compare_hospitals
from hospital_sim.experiments.differences import difference_cells
from hospital_sim.experiments.intervals import CONFIDENCE
from hospital_sim.hospital import load
from hospital_sim.observe import METRICS

DEFAULT_METRICS = (
    "admissions",
    "diverted_share",
    "occupied_beds",
    "utilisation",
    "queue",
    "wait_mean",
    "wait_p90",
    "stay_mean",
)
"""Metrics that are compared by default."""

EXAMPLES = terminal.examples(
    "hospital-sim compare small small --beds general_medicine=2 --start 2025-01-01 \\\n"
    "    --end 2025-03-31 --replications 5",
    "hospital-sim compare small my_hospital.toml --replications 5 --metric wait_p90 --metric queue",
)

_hospital_argument = partial(typer.Argument, autocompletion=terminal.complete_hospital)


def command(
    base: Annotated[
        str,
        _hospital_argument(metavar="A", help="A preset's name or a TOML file; the base of the comparison."),
    ],
    other: Annotated[
        str,
        _hospital_argument(metavar="B", help="A preset's name or a TOML file, to compare with A."),
    ],
    beds: Annotated[
        list[str] | None,
        typer.Option(
            metavar="ID=N",
            help="Add N beds to a department of B (a negative N removes beds); demand stays as in A. Repeat it.",
        ),
    ] = None,
    allow_overload: Annotated[
        bool,
        typer.Option(
            "--allow-overload", help="Allow --beds to leave too few beds for the demand; the queue then grows."
        ),
    ] = False,
    start: Annotated[str | None, typer.Option(metavar="DATE", help="First day, UTC; 2025-01-01 by default.")] = None,
    end: Annotated[
        str | None, typer.Option(metavar="DATE", help="Last day, inclusive; a year from the start by default.")
    ] = None,
    seed: Annotated[int, typer.Option(metavar="N", help="Seed of the experiment, 0 or more.")] = 1,
    replications: Annotated[int, typer.Option(metavar="N", help="Runs of each, 2 or more.")] = 30,
    metric: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME", help="Metric to compare; repeat it for several.", autocompletion=lambda: list(METRICS)
        ),
    ] = None,
    workers: WorkersOption = None,
    as_json: JsonOption = False,
) -> None:
    """Compare two hospitals on common random numbers, with confidence intervals.

    A department whose demand and stays are the same in both has the same patients in both.
    """
    names = _names(base, other)
    changed = load(other).with_beds(_more_beds(beds), allow_overload=allow_overload) if beds else load(other)
    hospitals = dict(zip(names, (load(base), changed), strict=True))
    with terminal.counting("replications", 2 * replications) as count:
        comparison = compare_hospitals(
            hospitals,
            start=start,
            end=end,
            replications=replications,
            seed=seed,
            metrics=metric or DEFAULT_METRICS,
            workers=workers,
            on_done=lambda _done, _total: count(),
        )
    if as_json:
        terminal.print_json(_summary(comparison, names, (base, other), seed))
        return
    table = comparison.table()
    terminal.print_table(table.title, table.columns, list(table.rows()), comparison.notes)


def _more_beds(words: Sequence[str]) -> dict[str, int]:
    """Return the change in beds by department, from words such as ``surgery=4`` and ``medicine=-2``."""
    changes: dict[str, int] = {}
    for word in words:
        department, _, number = word.partition("=")
        try:
            changes[department] = int(number)
        except ValueError as error:
            raise terminal.WrongCallError(
                f"--beds: {word!r} is not a department and a number of beds, such as general_medicine=2"
            ) from error
    return changes


def _names(base: str, other: str) -> tuple[str, str]:
    """Return the names of presets, or of files without folder and suffix; with a letter, A or B, if they are equal."""
    first, second = (Path(word).stem if word.endswith(".toml") else word for word in (base, other))
    return (first, second) if first != second else (f"{first} (A)", f"{second} (B)")


def _summary(comparison: Comparison, names: Sequence[str], words: Sequence[str], seed: int) -> dict[str, object]:
    first = comparison.scenarios[names[0]]
    return {
        "a": words[0],
        "b": words[1],
        "start": str(first.start),
        "end": str(first.end),
        "seed": seed,
        "replications": len(first),
        "confidence": CONFIDENCE,
        "differences": [_entry(difference) for difference in comparison.differences()],
        "notes": list(comparison.notes),
    }


def _entry(difference: Difference) -> Mapping[str, object]:
    names = ("metric", "unit", "department", "a", "b", "difference", "low", "high", "verdict")
    return dict(zip(names, difference_cells(difference), strict=True)) | {"department": difference.department}
