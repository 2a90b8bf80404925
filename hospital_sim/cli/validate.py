"""The command ``validate``: compares the simulator with exact results of queueing theory."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hospital_sim import terminal
from hospital_sim.cli.arguments import JsonOption, WorkersOption

if TYPE_CHECKING:
    from hospital_sim.validation.study import Study

EXAMPLES = terminal.examples(
    "hospital-sim validate --list", "hospital-sim validate --only blocks --page validation.html"
)


def command(
    seed: Annotated[int, typer.Option(metavar="N", help="Seed of all replications, 0 or more.")] = 1,
    replications: Annotated[int, typer.Option(metavar="N", min=30, help="Runs of each study, 30 or more.")] = 30,
    only: Annotated[
        list[str] | None,
        typer.Option("--only", metavar="WORD", help="Run only studies whose name contains the word; repeat it."),
    ] = None,
    page: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write a page too: HTML if FILE ends in .html, else Markdown.")
    ] = None,
    list_only: Annotated[bool, typer.Option("--list", help="List the studies and their checks; run nothing.")] = False,
    workers: WorkersOption = None,
    as_json: JsonOption = False,
) -> None:
    """Compare the simulator with exact results of queueing theory; exit 1 if a check fails.

    One study compares with a published table: an acute stroke unit, by its number of beds.
    """
    # Imported here, so that the other commands start faster.
    from hospital_sim.validation import page as pages
    from hospital_sim.validation.run import STUDIES, validate

    studies = _selected(STUDIES, only or [])
    if list_only:
        _print_list(studies, as_json=as_json)
        return
    if page is not None and not page.absolute().parent.is_dir():
        raise terminal.WrongCallError(f"--page: there is no folder {page.absolute().parent}; make it first")
    with terminal.counting("replications", replications * len(studies)) as count:
        report = validate(
            seed=seed,
            replications=replications,
            studies=studies,
            workers=workers,
            on_done=lambda _done, _total: count(),
        )
    if page is not None:
        text = pages.html(report) if page.suffix in (".html", ".htm") else pages.markdown(report)
        page.write_text(text, encoding="utf-8")
    if as_json:
        terminal.print_json({"checks": pages.entries(report)})
    else:
        for name, checks in report.studies:
            terminal.print_table(name, pages.COLUMNS, [pages.cells(check) for check in checks])
        terminal.print_notes(pages.verdict(report), pages.summary(report))
    if report.failed:
        raise typer.Exit(terminal.FAILED)


def _selected(studies: Sequence[Study], words: Sequence[str]) -> list[Study]:
    """Return the studies whose name contains any of the words; all without words."""
    by_word = {word: [study for study in studies if word.lower() in study.name.lower()] for word in words}
    unknown = [word for word, selected in by_word.items() if not selected]
    if unknown:
        names = ", ".join(study.name for study in studies)
        raise terminal.WrongCallError(f"--only: no study has {' or '.join(unknown)} in its name; there are {names}")
    return [study for study in studies if not words or any(study in selected for selected in by_word.values())]


def _print_list(studies: Sequence[Study], *, as_json: bool) -> None:
    if as_json:
        terminal.print_json({"studies": [{"name": study.name, "checks": list(study.checks)} for study in studies]})
        return
    rows = [(study.name, check) for study in studies for check in study.checks]
    terminal.print_table("", ("study", "check"), rows)
