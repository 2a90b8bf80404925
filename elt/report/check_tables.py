"""The tables of the page on trust, as HTML: validation, reconciliation and checks."""

from collections.abc import Callable, Mapping, Sequence
from html import escape
from types import MappingProxyType
from typing import TypeAlias

from elt.report.check_results import STAGES, TrustFigures, count, reconciles, words
from elt.report.encoding import Value, plain_number
from elt.report.figures import Row

Mark: TypeAlias = Callable[[Row], bool]

_VALIDATION = ("scope", "expected", "observed", "tolerance")
_CHECKS = ("scope", "expected", "observed", "detail")
_MOST_ROWS = 500
_NOT_CHECKED = (
    "<p>Not checked yet: <code>hospital-elt check</code> compares the lake, the warehouse and what was emitted; "
    "run it, then this report again.</p>"
)


def trust_html(trust: TrustFigures, charts: Mapping[str, str] = MappingProxyType({})) -> str:
    """Return the page's tables, the failed checks first and open.

    Args:
        trust: The figures.
        charts: HTML of the charts to place among them, by key.
    """
    return "\n".join(
        [
            _counted(trust),
            charts.get("reconciled", ""),
            _card(
                "Every event, from the simulation to the facts",
                "What was emitted must be found as raw objects, staged or quarantined, loaded, and modelled.",
                _NOT_CHECKED if trust.reconciliation is None else _reconciliation(trust.reconciliation),
                "reconciliation",
            ),
            charts.get("promised", ""),
            _card(
                "Promises of the run record, one by one",
                "What the run record promised against what the data shows; the tolerance allows for chance.",
                _grouped(trust.validation, _VALIDATION),
                "validation",
            ),
            _card(
                "Quality of the data",
                "Rules that hold for every spell, bed and day.",
                _NOT_CHECKED if trust.checks is None else _grouped(trust.checks, _CHECKS),
                "checks",
            ),
        ]
    )


def _counted(trust: TrustFigures) -> str:
    """Return the headline numbers: events, what is in quarantine, what came late, and the checks that fail."""
    emitted = sum(count(row["emitted"]) for row in trust.reconciliation or [])
    facts = sum(count(row["fact_rows"]) for row in trust.reconciliation or [])
    observed = {str(row["check_name"]): row for row in trust.checks or []}
    late, quarantined = observed.get("late_events"), observed.get("open_quarantine")
    numbers = [
        (
            "events",
            "Events emitted",
            trust.reconciliation is not None,
            emitted,
            f"{facts:,} of them are rows of the facts",
        ),
        ("quarantined", "In quarantine", quarantined is not None, *_found(quarantined, "broke the contract of events")),
        ("late", "Late", late is not None, *_found(late, "came after their month was closed")),
        ("failures", "Checks that fail", True, trust.failures, f"of {len(trust.results):,}"),
    ]
    tiles = "".join(
        f'<div data-number="{key}"><dt>{label}</dt><dd class="value" data-value="{value if known else ""}">'
        f'{f"{value:,}" if known else "not checked"}</dd><dd class="more">{escape(more) if known else ""}</dd></div>\n'
        for key, label, known, value, more in numbers
    )
    return f'<div class="headlines">\n<dl class="numbers four">\n{tiles}</dl>\n</div>'


def _found(row: Row | None, meaning: str) -> tuple[int, str]:
    if row is None:
        return 0, ""
    return count(row["observed"]), str(row["detail"] or meaning)


def trust_text(trust: TrustFigures) -> str:
    """Return in a sentence or two whether the data can be believed."""
    checks = f"{trust.failures:,} of {len(trust.results):,} checks fail" if trust.failures else "Every check holds"
    if trust.reconciliation is None:
        return f"{checks}. The events have not been followed from the lake to the facts yet."
    emitted = sum(count(row["emitted"]) for row in trust.reconciliation)
    if all(reconciles(row) for row in trust.reconciliation):
        return f"{checks}. Each of the {emitted:,} events that were emitted is accounted for."
    return f"{checks}. Of the {emitted:,} events that were emitted, not all are accounted for."


def verdict_html(trust: TrustFigures) -> str:
    """Return one line for the top of the page: whether the data can be believed."""
    if trust.failures:
        mark = f'<span class="failed">✗ {trust.failures:,} of {len(trust.results):,} checks of the data fail</span>'
    else:
        mark = f'<span class="passed">✓ {len(trust.results):,} checks of the data hold</span>'
    partly = "" if trust.checks is not None else "; not yet reconciled with the lake"
    return f'{mark}{partly}. <a href="trust.html">See them</a>'


def _card(title: str, note: str, body: str, key: str) -> str:
    return f'<div class="card" data-table="{key}">\n<h2>{escape(title)}</h2>\n<p>{escape(note)}</p>\n{body}\n</div>'


def _reconciliation(found: Sequence[Row]) -> str:
    if not found:
        return "<p>The check found no event.</p>"
    totals: dict[str, dict[str, int]] = {}
    for row in found:
        total = totals.setdefault(str(row["event_type"]), dict.fromkeys(STAGES, 0))
        for stage in STAGES:
            total[stage] += count(row[stage])
    different = [row for row in found if not reconciles(row)]
    days = len({str(row["event_date"]) for row in found})
    verdict = (
        f"All {len(totals)} event types agree on every one of {days:,} days."
        if not different
        else f"{len(different):,} of {len(found):,} event types and days do not agree; they are listed below."
    )
    lines: list[Row] = [{"event_type": name, **total} for name, total in totals.items()]
    html = _verdict(verdict, passed=not different) + _table(("event_type", *STAGES), lines, mark=reconciles)
    if different:
        html += "<h3>Days that do not agree</h3>" + _table(("event_type", "event_date", *STAGES), different)
    return html


def _grouped(found: Sequence[Row], columns: Sequence[str]) -> str:
    if not found:
        return "<p>No check was made.</p>"
    groups: dict[str, list[Row]] = {}
    for row in found:
        groups.setdefault(str(row["check_name"]), []).append(row)
    failed = sum(not row["passed"] for row in found)
    verdict = f"{failed:,} of {len(found):,} checks fail." if failed else f"Every check holds ({len(found):,})."
    ordered = sorted(groups.items(), key=lambda group: (all(row["passed"] for row in group[1]), group[0]))
    groups_html = "".join(_group(name, group, columns) for name, group in ordered)
    return _verdict(verdict, passed=not failed) + f'<div class="checks">{groups_html}</div>'


def _group(name: str, group: Sequence[Row], columns: Sequence[str]) -> str:
    failed = sum(not row["passed"] for row in group)
    if failed:
        state = f'<span class="failed">{failed:,} of {len(group):,} fail</span>'
    else:
        state = f'<span class="passed">{"holds" if len(group) == 1 else f"all {len(group):,} hold"}</span>'
    ordered = sorted(group, key=lambda row: bool(row["passed"]))
    return (
        f'<details class="check"{" open" if failed else ""}><summary>{escape(words(name))}{state}</summary>'
        f"{_table(columns, ordered, mark=lambda row: bool(row['passed']))}</details>"
    )


def _verdict(text: str, *, passed: bool) -> str:
    mark, name = ("✓", "passed") if passed else ("✗", "failed")
    return f'<p class="verdict"><span class="{name}" aria-hidden="true">{mark}</span> {escape(text)}</p>'


def _table(columns: Sequence[str], found: Sequence[Row], mark: Mark | None = None) -> str:
    shown = found[:_MOST_ROWS]
    numeric = {
        column
        for column in columns
        if all(plain_number(row[column]) is not None or row[column] is None for row in shown)
    }
    head = "".join(_cell("th", words(column), column in numeric, ' scope="col"') for column in columns)
    head += '<th scope="col">Result</th>' if mark else ""
    body = "".join(_line(columns, row, numeric, mark) for row in shown)
    more = f"<p>… and {len(found) - len(shown):,} more.</p>" if len(found) > len(shown) else ""
    return (
        f'<div class="scroll" tabindex="0" role="region" aria-label="Table"><table><thead><tr>{head}</tr></thead>'
        f"<tbody>{body}</tbody></table></div>{more}"
    )


def _line(columns: Sequence[str], row: Row, numeric: set[str], mark: Mark | None) -> str:
    first, *rest = columns
    cells = _cell("th", _value(row[first]), first in numeric, ' scope="row"')
    cells += "".join(_cell("td", _value(row[column]), column in numeric) for column in rest)
    if mark:
        cells += '<td class="passed">holds</td>' if mark(row) else '<td class="failed">fails</td>'
    return f"<tr>{cells}</tr>"


def _cell(tag: str, text: str, number: bool, attributes: str = "") -> str:
    style = ' class="number"' if number else ""
    return f"<{tag}{attributes}{style}>{escape(text)}</{tag}>"


def _value(value: Value) -> str:
    number = plain_number(value)
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if number is None:
        return str(value)
    if number.is_integer():
        return f"{int(number):,}"
    return f"{number:,.1f}" if abs(number) >= 1000 else f"{number:.4g}"
