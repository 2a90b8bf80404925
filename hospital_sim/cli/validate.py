"""The command ``validate``: compares the simulator with exact results of queueing theory."""

from pathlib import Path
from typing import Annotated

import typer

from hospital_sim import terminal
from hospital_sim.cli.arguments import JsonOption, WorkersOption

EXAMPLES = terminal.examples(
    "hospital-sim validate --only inputs", "hospital-sim validate --only seasonal --page validation.html"
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
    workers: WorkersOption = None,
    as_json: JsonOption = False,
) -> None:
    """Compare the simulator with exact results of queueing theory; exit 1 if a check fails.

    One study compares with a published table: an acute stroke unit, by its number of beds.
    """
    # Imported here, so that the other commands start faster.
    from hospital_sim.validation import page as pages
    from hospital_sim.validation.run import STUDIES, validate

    studies = [study for study in STUDIES if not only or any(word.lower() in study.name.lower() for word in only)]
    if not studies:
        names = ", ".join(study.name for study in STUDIES)
        raise terminal.WrongCallError(f"--only: no study has {' or '.join(only or ())} in its name; there are {names}")
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
