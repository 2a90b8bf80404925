"""The HTML of the page on trust in the data: reconciliation, validation and checks of quality."""

from collections.abc import Callable, Mapping, Sequence
from html import escape
from types import MappingProxyType
from typing import TypeAlias

from elt.report.check_results import STAGES, VERDICTS, CheckResults, count, reconciles, verdict, words
from elt.report.encoding import Value, plain_number
from elt.report.figures import Row

Mark: TypeAlias = Callable[[Row], bool | None]

_VALIDATION = ("scope", "expected", "observed", "tolerance")
_QUALITY = ("scope", "expected", "observed", "detail")
_WRONG_EVENTS = ("event_type", "event_id", "hospital_id", "department_id", "event_time", "problem", "repeats_event_id")
_MOST_ROWS = 500
_NOT_CHECKED = (
    "<p>Not checked yet: <code>hospital-elt check</code> compares the lake, the warehouse and what was emitted; "
    "run it, then this report again.</p>"
)


def checks_html(checks: CheckResults, charts: Mapping[str, str] = MappingProxyType({})) -> str:
    """Return the headline numbers and tables of the page, with the failed checks first and open.

    Args:
        checks: The results.
        charts: HTML of the charts between the tables, by key.
    """
    return "\n".join(
        [
            _headlines(checks),
            charts.get("reconciled", ""),
            _card(
                "Every event, from the simulation to the facts",
                "What was emitted must be found as raw objects, staged or quarantined, loaded, and modelled.",
                _NOT_CHECKED if checks.reconciliation is None else _reconciliation(checks.reconciliation),
                "reconciliation",
            ),
            *([_wrong_events(checks.wrong_events)] if checks.wrong_events else []),
            charts.get("promised", ""),
            _card(
                "Expectations of the run record, one by one",
                "What the run record leads to expect, and what the data shows; the tolerance allows for chance. There "
                "is too little data to judge if the tolerance is more than half of the expected value, or lets a "
                "fraction exceed 100%.",
                _grouped(checks.validation, _VALIDATION),
                "validation",
            ),
            _card(
                "Quality of the data",
                "Rules that hold for every spell, bed and day.",
                _NOT_CHECKED if checks.quality is None else _grouped(checks.quality, _QUALITY),
                "checks",
            ),
        ]
    )


def _wrong_events(rows: Sequence[Row]) -> str:
    return _card(
        "Wrong events",
        "An event that repeats an earlier one is left out of every fact. One of a department without a census is in "
        "the facts, but in no mart.",
        _table(_WRONG_EVENTS, rows),
        "wrong-events",
    )


def _headlines(checks: CheckResults) -> str:
    """Return the headline numbers: emitted, quarantined and late events, and failed checks."""
    emitted = sum(count(row["emitted"]) for row in checks.reconciliation or [])
    facts = sum(count(row["fact_rows"]) for row in checks.reconciliation or [])
    observed = {str(row["check_name"]): row for row in checks.quality or []}
    late, quarantined = observed.get("late_events"), observed.get("open_quarantine")
    numbers = [
        (
            "events",
            "Events emitted",
            checks.reconciliation is not None,
            emitted,
            f"{facts:,} of them are rows of the facts",
        ),
        (
            "quarantined",
            "In quarantine",
            quarantined is not None,
            *_observed(quarantined, "broke the contract of events"),
        ),
        ("late", "Late", late is not None, *_observed(late, "came after their month was closed")),
        ("failures", "Checks that fail", True, checks.failures, f"of {len(checks.results):,}{_undecided(checks)}"),
    ]
    tiles = "".join(
        f'<div data-number="{key}"><dt>{label}</dt><dd class="value" data-value="{value if checked else ""}">'
        f"{f'{value:,}' if checked else 'not checked'}</dd>"
        f'<dd class="more">{escape(more) if checked else ""}</dd></div>\n'
        for key, label, checked, value, more in numbers
    )
    return f'<div class="headlines">\n<dl class="numbers four">\n{tiles}</dl>\n</div>'


def _observed(row: Row | None, meaning: str) -> tuple[int, str]:
    if row is None:
        return 0, ""
    return count(row["observed"]), str(row["detail"] or meaning)


def checks_text(checks: CheckResults) -> str:
    """Return one or two sentences on whether the data can be trusted."""
    result = f"{checks.failures:,} of {len(checks.results):,} checks fail" if checks.failures else "Every check holds"
    result += _undecided(checks)
    if checks.reconciliation is None:
        return f"{result}. The events have not been followed from the lake to the facts yet."
    emitted = sum(count(row["emitted"]) for row in checks.reconciliation)
    if all(reconciles(row) for row in checks.reconciliation):
        return f"{result}. Each of the {emitted:,} events that were emitted is accounted for."
    return f"{result}. Of the {emitted:,} events that were emitted, not all are accounted for."


def verdict_html(checks: CheckResults) -> str:
    """Return the line at the top of every page on whether the data can be trusted."""
    if checks.failures:
        mark = f'<span class="failed">✗ {checks.failures:,} of {len(checks.results):,} checks of the data fail</span>'
    else:
        mark = f'<span class="passed">✓ {len(checks.results):,} checks of the data hold</span>'
    if checks.wrong_events:
        mark += f'; <span class="failed">✗ wrong events: {len(checks.wrong_events):,}</span>'
    mark += _undecided(checks)
    partly = "" if checks.quality is not None else "; not yet reconciled with the lake"
    return f'{mark}{partly}. <a href="trust.html">See them</a>'


def _undecided(checks: CheckResults) -> str:
    number = checks.undecided
    return f"; {number:,} more {'has' if number == 1 else 'have'} too little data to judge" if number else ""


def _card(title: str, note: str, body: str, key: str) -> str:
    return f'<div class="card" data-table="{key}">\n<h2>{escape(title)}</h2>\n<p>{escape(note)}</p>\n{body}\n</div>'


def _reconciliation(rows: Sequence[Row]) -> str:
    if not rows:
        return "<p>The check found no event.</p>"
    totals: dict[str, dict[str, int]] = {}
    for row in rows:
        total = totals.setdefault(str(row["event_type"]), dict.fromkeys(STAGES, 0))
        for stage in STAGES:
            total[stage] += count(row[stage])
    different = [row for row in rows if not reconciles(row)]
    days = len({str(row["event_date"]) for row in rows})
    text = (
        f"All {len(totals)} event types agree on every one of {days:,} days."
        if not different
        else f"{len(different):,} of {len(rows):,} event types and days do not agree; they are listed below."
    )
    lines: list[Row] = [{"event_type": name, **total} for name, total in totals.items()]
    html = _verdict(text, passed=not different) + _table(("event_type", *STAGES), lines, mark=reconciles)
    if different:
        html += "<h3>Days that do not agree</h3>" + _table(("event_type", "event_date", *STAGES), different)
    return html


def _grouped(rows: Sequence[Row], columns: Sequence[str]) -> str:
    if not rows:
        return "<p>No check was made.</p>"
    groups: dict[str, list[Row]] = {}
    for row in rows:
        groups.setdefault(str(row["check_name"]), []).append(row)
    failed = sum(not row["passed"] for row in rows)
    undecided = sum(verdict(row) is None for row in rows)
    judged = len(rows) - undecided
    text = f"{failed:,} of {judged:,} checks fail" if failed else f"Every check holds ({judged:,})"
    text += f"; {undecided:,} more without enough data to judge." if undecided else "."
    ordered = sorted(groups.items(), key=lambda group: (all(row["passed"] for row in group[1]), group[0]))
    groups_html = "".join(_group(name, group, columns) for name, group in ordered)
    return _verdict(text, passed=not failed) + f'<div class="checks">{groups_html}</div>'


def _group(name: str, group: Sequence[Row], columns: Sequence[str]) -> str:
    failed = sum(not row["passed"] for row in group)
    if failed:
        state = f'<span class="failed">{failed:,} of {len(group):,} fail</span>'
    else:
        judged = sum(verdict(row) is not None for row in group)
        holds = "holds" if judged == 1 else f"all {judged:,} hold"
        state = f'<span class="passed">{holds}</span>' if judged else ""
        if judged < len(group):
            state += f'<span class="undecided">{len(group) - judged:,} with too little data</span>'
    ordered = sorted(group, key=lambda row: (False, True, None).index(verdict(row)))
    return (
        f'<details class="check"{" open" if failed else ""}><summary>{escape(words(name))}{state}</summary>'
        f"{_table(columns, ordered, mark=verdict)}</details>"
    )


def _verdict(text: str, *, passed: bool) -> str:
    mark, name = ("✓", "passed") if passed else ("✗", "failed")
    return f'<p class="verdict"><span class="{name}" aria-hidden="true">{mark}</span> {escape(text)}</p>'


def _table(columns: Sequence[str], rows: Sequence[Row], mark: Mark | None = None) -> str:
    shown = rows[:_MOST_ROWS]
    numeric = {
        column
        for column in columns
        if all(plain_number(row[column]) is not None or row[column] is None for row in shown)
    }
    head = "".join(_cell("th", words(column), column in numeric, ' scope="col"') for column in columns)
    head += '<th scope="col">Result</th>' if mark else ""
    body = "".join(_line(columns, row, numeric, mark) for row in shown)
    more = f"<p>… and {len(rows) - len(shown):,} more.</p>" if len(rows) > len(shown) else ""
    return (
        f'<div class="scroll" tabindex="0" role="region" aria-label="Table"><table><thead><tr>{head}</tr></thead>'
        f"<tbody>{body}</tbody></table></div>{more}"
    )


def _line(columns: Sequence[str], row: Row, numeric: set[str], mark: Mark | None) -> str:
    first, *rest = columns
    cells = _cell("th", _value(row[first]), first in numeric, ' scope="row"')
    cells += "".join(_cell("td", _value(row[column]), column in numeric) for column in rest)
    if mark:
        result = mark(row)
        style = {True: "passed", False: "failed", None: "undecided"}[result]
        cells += f'<td class="{style}">{VERDICTS[result]}</td>'
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
