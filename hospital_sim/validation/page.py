"""Renders the report of a validation for people and programs: Markdown, HTML, and entries for JSON."""

import math
from html import escape

from hospital_sim.validation.checks import LEVEL, Check
from hospital_sim.validation.run import Report

COLUMNS = ("check", "expected", "observed", "interval", "verdict")


def cells(check: Check) -> tuple[str, str, str, str, str]:
    """Return the cells of a check in the order of ``COLUMNS``."""
    name = f"{check.name}; farthest: {check.part}" if check.part else check.name
    interval = f"{number(check.low)} to {number(check.high)}"
    return name, number(check.expected), number(check.observed), interval, "right" if check.passed else "WRONG"


def number(value: float) -> str:
    """Return a number with five digits, or as a whole number if it is large."""
    if not math.isfinite(value):
        return str(value)
    return f"{value:,.0f}" if abs(value) >= 10_000 or value == int(value) else f"{value:.5g}"


def verdict(report: Report) -> str:
    """Return one sentence on all checks."""
    checks, failed = report.checks, report.failed
    if failed:
        return f"{len(failed)} of {len(checks)} checks failed."
    return f"All {len(checks)} checks passed."


def summary(report: Report) -> str:
    """Return the size of the validation and how its checks decide, in sentences."""
    return (
        f"{report.replications} replications of each study, seed {report.seed}. A correct simulator lies in the "
        f"interval: it fails one check with probability {LEVEL:g}, and any of all checks with less than "
        f"{LEVEL * len(report.checks):.1g}."
    )


def markdown(report: Report) -> str:
    """Return the page in Markdown."""
    lines = ["# Validation", "", f"**{verdict(report)}** {summary(report)}", ""]
    for name, checks in report.studies:
        lines += [f"## {name}", "", f"| {' | '.join(COLUMNS)} |", "|---|--:|--:|--:|---|"]
        lines += [f"| {' | '.join(cells(check))} |" for check in checks]
        lines.append("")
    return "\n".join(lines)


def html(report: Report) -> str:
    """Return the page in HTML."""
    head = "".join(f"<th>{column}</th>" for column in COLUMNS)
    parts = []
    for name, checks in report.studies:
        rows = "".join(
            f'<tr class="{"right" if check.passed else "wrong"}">'
            + "".join(f"<td>{escape(cell)}</td>" for cell in cells(check))
            + "</tr>\n"
            for check in checks
        )
        parts.append(f"<h2>{escape(name)}</h2>\n<table>\n<tr>{head}</tr>\n{rows}</table>\n")
    style = (
        "body{font-family:sans-serif;max-width:70em;margin:2em auto;padding:0 1em}table{border-collapse:collapse}"
        "td,th{padding:.2em .8em;text-align:right;border-bottom:1px solid #ddd}"
        "td:first-child,th:first-child{text-align:left}.wrong{background:#fdd}"
    )
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>Validation</title>'
        f"<style>{style}</style></head><body>\n<h1>Validation</h1>\n"
        f"<p><strong>{verdict(report)}</strong> {escape(summary(report))}</p>\n{''.join(parts)}</body></html>\n"
    )


def entries(report: Report) -> list[dict[str, object]]:
    """Return the checks for JSON: name, farthest part, expected, observed, interval, passed."""
    return [
        {
            "name": f"{study}: {check.name}",
            "farthest": check.part or None,
            "expected": check.expected,
            "observed": _finite(check.observed),
            "interval": [_finite(check.low), _finite(check.high)],
            "passed": check.passed,
        }
        for study, checks in report.studies
        for check in checks
    ]


def _finite(value: float) -> float | None:
    """Return the value, or None if JSON has no number for it."""
    return value if math.isfinite(value) else None
