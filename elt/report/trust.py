"""Whether the data can be believed: the tables of validation, reconciliation and checks, as HTML."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape
from typing import TypeAlias

from elt.report import queries
from elt.report.encoding import Value, plain_number
from elt.report.figures import Row, rows
from elt.warehouse import Warehouse

Mark: TypeAlias = Callable[[Row], bool]

_STAGES = ("emitted", "raw_objects", "staged", "quarantined", "loaded", "fact_rows")
_VALIDATION = ("scope", "expected", "observed", "tolerance")
_CHECKS = ("scope", "expected", "observed", "detail")
_MOST_ROWS = 500
_NOT_CHECKED = (
    "<p>Not checked yet: <code>hospital-elt check</code> compares the lake, the warehouse and what was emitted; "
    "run it, then this report again.</p>"
)


@dataclass(frozen=True)
class TrustFigures:
    """What is known of the data itself.

    Attributes:
        validation: Rows of ``mart_pressure_validation``.
        reconciliation: Counts of each event type and day; None if ``hospital-elt check`` has not run.
        checks: Results of the checks; None if ``hospital-elt check`` has not run.
    """

    validation: Sequence[Row]
    reconciliation: Sequence[Row] | None
    checks: Sequence[Row] | None

    @property
    def results(self) -> list[bool]:
        """Whether each check of either kind passed, and whether each event type reconciles on every day."""
        results = [bool(row["passed"]) for row in (*self.validation, *(self.checks or []))]
        event_types: dict[str, bool] = {}
        for row in self.reconciliation or []:
            name = str(row["event_type"])
            event_types[name] = event_types.get(name, True) and reconciles(row)
        return results + list(event_types.values())

    @property
    def failures(self) -> int:
        """Number of results that are not as they should be."""
        return self.results.count(False)


def read_trust(warehouse: Warehouse) -> TrustFigures:
    """Read the validation, and what ``hospital-elt check`` wrote if it has run."""

    def if_there(table: str, sql: str) -> list[dict[str, Value]] | None:
        return rows(warehouse, sql) if warehouse.has_table("quality", table) else None

    return TrustFigures(
        validation=rows(warehouse, queries.VALIDATION),
        reconciliation=if_there("reconciliation", queries.RECONCILIATION),
        checks=if_there("check_result", queries.CHECKS),
    )


def reconciles(row: Row) -> bool:
    """Tell whether emitted = raw objects = staged + quarantined, and staged = loaded = fact rows."""
    emitted, raw_objects, staged, quarantined, loaded, fact_rows = (_count(row[stage]) for stage in _STAGES)
    return emitted == raw_objects == staged + quarantined and staged == loaded == fact_rows


def trust_html(trust: TrustFigures) -> str:
    """Return the section's tables, the failed checks first and open."""
    return "\n".join(
        [
            _card(
                "Every event, from the simulation to the facts",
                "What was emitted must be found as raw objects, staged or quarantined, loaded, and modelled.",
                _NOT_CHECKED if trust.reconciliation is None else _reconciliation(trust.reconciliation),
                "reconciliation",
            ),
            _card(
                "Promised and observed",
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


def verdict_html(trust: TrustFigures) -> str:
    """Return one line for the top of the page: whether the data can be believed."""
    if trust.failures:
        mark = f'<span class="failed">✗ {trust.failures:,} of {len(trust.results):,} checks of the data fail</span>'
    else:
        mark = f'<span class="passed">✓ {len(trust.results):,} checks of the data hold</span>'
    partly = "" if trust.checks is not None else "; not yet reconciled with the lake"
    return f'{mark}{partly}. <a href="#trust">See them</a>'


def _card(title: str, note: str, body: str, key: str) -> str:
    return f'<div class="card" data-table="{key}">\n<h3>{escape(title)}</h3>\n<p>{escape(note)}</p>\n{body}\n</div>'


def _reconciliation(found: Sequence[Row]) -> str:
    if not found:
        return "<p>The check found no event.</p>"
    totals: dict[str, dict[str, int]] = {}
    for row in found:
        total = totals.setdefault(str(row["event_type"]), dict.fromkeys(_STAGES, 0))
        for stage in _STAGES:
            total[stage] += _count(row[stage])
    different = [row for row in found if not reconciles(row)]
    days = len({str(row["event_date"]) for row in found})
    verdict = (
        f"All {len(totals)} event types agree on every one of {days:,} days."
        if not different
        else f"{len(different):,} of {len(found):,} event types and days do not agree; they are listed below."
    )
    lines: list[Row] = [{"event_type": name, **total} for name, total in totals.items()]
    html = _verdict(verdict, passed=not different) + _table(("event_type", *_STAGES), lines, mark=reconciles)
    if different:
        html += "<h4>Days that do not agree</h4>" + _table(("event_type", "event_date", *_STAGES), different)
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
        f'<details class="check"{" open" if failed else ""}><summary>{escape(_words(name))}{state}</summary>'
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
    head = "".join(_cell("th", _words(column), column in numeric, ' scope="col"') for column in columns)
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


def _is_number(value: Value) -> bool:
    return value is None or plain_number(value) is not None


def _words(name: str) -> str:
    return name.replace("_", " ").capitalize() if name else name


def _count(value: Value) -> int:
    return int(plain_number(value) or 0)
