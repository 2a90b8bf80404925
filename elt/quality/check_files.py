"""Writes the results of ``check`` as ``check.json``, and as the page ``check.html``, which needs no network."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

from elt import EltError
from elt.quality.results import STEPS, CheckReport, CheckResult

_HEAD = """\
<!doctype html>
<html lang="en-GB">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<link rel="icon" href="data:,">
<title>Checks</title>
<style>
:root { color-scheme: light dark }
body {
  margin: 0; font: 16px/1.5 system-ui, sans-serif; font-variant-numeric: tabular-nums;
  background: light-dark(#fcfbf8, #12171c); color: light-dark(#1b2229, #e8ebed);
}
main { margin: 1.5rem auto; max-width: 70rem; padding: 0 1rem }
summary { cursor: pointer; color: light-dark(#005a8c, #7fc0ee) }
.scroll { overflow-x: auto }
table { border-collapse: collapse; margin: 1rem 0; width: 100%; font-size: .9375rem }
th, td { text-align: left; padding: .25rem .75rem .25rem 0; vertical-align: top }
th, td { border-bottom: 1px solid light-dark(#dfdcd5, #2c363f) }
.number { text-align: right }
td:not(.number):last-child { overflow-wrap: anywhere; min-width: 14rem }
.failed td { background: light-dark(#fbeeea, #33201c) }
.failed strong { color: light-dark(#a32c1c, #ff9d87) }
pre { white-space: pre-wrap; margin: .5rem 0 0 }
@media print { :root { color-scheme: light } h2, h3 { break-after: avoid } tr { break-inside: avoid } }
</style>
"""


@dataclass(frozen=True)
class WrittenCheck:
    """The files with the results of a check.

    Attributes:
        data: The JSON file.
        page: The HTML page.
    """

    data: Path
    page: Path


def write_check(report: CheckReport, folder: Path) -> WrittenCheck:
    """Write the results of a check, and replace the files of an earlier one.

    Args:
        report: The results.
        folder: Folder of the files; created if missing.

    Returns:
        The files.

    Raises:
        EltError: If the folder cannot be written.
    """
    written = WrittenCheck(folder / "check.json", folder / "check.html")
    days = [vars(row) | {"event_date": row.event_date.isoformat()} for row in report.reconciliation]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        written.data.write_text(json.dumps(report.as_dict() | {"days": days}) + "\n", encoding="utf-8")
        written.page.write_text(page(report), encoding="utf-8")
    except OSError as error:
        raise EltError(f"{folder}: cannot be written: {error.strerror}") from error
    return written


def page(report: CheckReport) -> str:
    """Return the HTML page of a check; failed checks come first, with their rows."""
    failed = [check for check in report.checks if not check.passed]
    passed = [check for check in report.checks if check.passed]
    verdict = f"{len(failed)} of {len(report.checks)} checks failed" if failed else f"All {len(passed)} checks passed"
    totals = [[kind, *counts.values()] for kind, counts in report.totals().items()]
    days = [vars(row).values() for row in report.reconciliation]
    wrong = [vars(row).values() for row in report.reconciliation if not row.agrees]
    steps = [step.replace("_", " ") for step in STEPS]
    parts = [
        f"{_HEAD}<main>\n<h1>{verdict}</h1>",
        *(["<h2>Failed</h2>", _checks(failed)] if failed else []),
        "<h2>From the simulation to the facts</h2>",
        _table(["event type", *steps], totals),
        *(["<h3>Days that do not agree</h3>", _table(["event type", "day", *steps], wrong)] if wrong else []),
        f"<p>Late events: {report.late:,}</p>",
        "<h2>Quarantine</h2>",
        _table(["reason", "objects"], report.quarantined.items()) if report.quarantined else "<p>Nothing.</p>",
        *_folded(f"Passed ({len(passed)})", _checks(passed)),
        *_folded(f"Every day ({len(days)} rows)", _table(["event type", "day", *steps], days)),
        "</main></html>",
    ]
    return "\n".join(parts) + "\n"


def _folded(title: str, content: str) -> list[str]:
    return [f"<details><summary>{title}</summary>", content, "</details>"]


def _checks(checks: Iterable[CheckResult]) -> str:
    rows = [
        f'<tr class="{"passed" if check.passed else "failed"}"><td><strong>{_words(check.check_name)}</strong></td>'
        f"<td>{escape(check.scope)}</td>{_cell(check.expected)}{_cell(check.observed)}"
        f"<td>{escape(check.detail)}{_failing_rows(check)}</td></tr>"
        for check in checks
    ]
    head = _header(["check", "scope", "expected", "observed", "what was found"], numbers=(2, 3))
    return _scrolled(head, "".join(rows))


def _failing_rows(check: CheckResult) -> str:
    if check.passed or not check.rows:
        return ""
    lines = escape("\n".join(check.rows))
    return f"<details><summary>{len(check.rows):,} rows</summary><pre>{lines}</pre></details>"


def _table(columns: Sequence[str], rows: Iterable[Iterable[object]]) -> str:
    body = "".join(f"<tr>{''.join(_cell(value) for value in row)}</tr>" for row in rows)
    words = sum(name in ("event type", "day", "reason") for name in columns)
    return _scrolled(_header(columns, numbers=range(words, len(columns))), body)


def _scrolled(head: str, body: str) -> str:
    # It takes the focus, so that the keyboard scrolls a table that is wider than a phone.
    return (
        '<div class="scroll" tabindex="0" role="region" aria-label="Table">'
        f"<table><thead>{head}</thead><tbody>{body}</tbody></table></div>"
    )


def _header(columns: Sequence[str], numbers: Iterable[int]) -> str:
    right_aligned = set(numbers)
    marks = (' class="number"' if place in right_aligned else "" for place in range(len(columns)))
    cells = (f'<th scope="col"{mark}>{name}</th>' for name, mark in zip(columns, marks, strict=True))
    return f"<tr>{''.join(cells)}</tr>"


def _cell(value: object) -> str:
    if isinstance(value, int | float):
        return (
            f'<td class="number">{value:,g}</td>' if isinstance(value, float) else f'<td class="number">{value:,}</td>'
        )
    return f"<td>{escape(str(value))}</td>"


def _words(name: str) -> str:
    return escape(name.replace("_", " "))
