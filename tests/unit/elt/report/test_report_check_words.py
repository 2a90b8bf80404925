"""The sentences on the checks of the data are true of their results, whatever these are."""

import re
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from elt.report.check_results import CheckResults
from elt.report.check_tables import checks_text, verdict_html
from elt.report.figures import Row

pytestmark = pytest.mark.unit

_TYPES = ("admission", "discharge", "wait_snapshot")
_checks = st.lists(
    st.builds(lambda passed, decisive: {"passed": passed, "is_decisive": decisive}, *[st.booleans()] * 2)
)
_days = st.dictionaries(
    st.tuples(st.sampled_from(_TYPES), st.integers(1, 5)), st.tuples(st.integers(0, 2000), st.booleans())
)


def _rows(days: dict[tuple[str, int], tuple[int, bool]]) -> list[Row]:
    """Return the counts of event types and days; where they do not agree, a fact is lost or one too many."""
    stages = ("emitted", "raw_objects", "staged", "loaded")
    return [
        {
            "event_type": event_type,
            "event_date": date(2024, 1, day),
            "quarantined": 0,
            **dict.fromkeys(stages, count),
            "fact_rows": count if agrees else abs(count - 1),
        }
        for (event_type, day), (count, agrees) in days.items()
    ]


def _number(pattern: str, text: str) -> int:
    found = re.search(pattern, text)
    return int(found[1].replace(",", "")) if found else 0


@given(_checks, st.none() | _days)
def test_the_sentences_on_checks_are_true(
    checks: list[Row], days: dict[tuple[str, int], tuple[int, bool]] | None
) -> None:
    results = CheckResults(checks, None if days is None else _rows(days), None)
    types = {
        name: all(agrees for (own, _), (_, agrees) in (days or {}).items() if own == name) for name, _ in days or ()
    }
    failed = sum(not check["passed"] for check in checks) + sum(not agrees for agrees in types.values())
    undecided = sum(bool(check["passed"]) and not check["is_decisive"] for check in checks)
    judged = len(checks) - undecided + len(types)

    text, verdict = checks_text(results), verdict_html(results)

    assert _number(r"^([\d,]+) of [\d,]+ checks fail", text) == failed
    assert text.startswith("Every check holds") == (failed == 0)
    assert _number(r"([\d,]+) of [\d,]+ checks of the data fail", verdict) == failed
    assert _number(r"[ >]([\d,]+) checks of the data (?:hold|fail)", verdict.replace("✓", "")) == judged
    for words in (text, verdict):
        assert _number(r"([\d,]+) more ha(?:s|ve) too little data to judge", words) == undecided
    if days is None:
        assert text.endswith("have not been followed from the lake to the facts yet.")
    else:
        assert _number(r"the ([\d,]+) events that were emitted", text) == sum(count for count, _ in days.values())
        assert text.endswith("is accounted for.") == all(types.values())
