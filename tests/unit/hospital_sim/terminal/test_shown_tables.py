"""Tables on standard output."""

import re
import sys

import pytest

from hospital_sim.terminal import print_table

pytestmark = pytest.mark.unit


def test_a_pipe_gets_every_column_whole_at_any_terminal_width(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("TERM", "dumb")
    columns = [f"a_column_with_a_long_name_{number}" for number in range(40)]
    print_table("a title", columns, [["a value " * 40, *range(39)]])
    printed = capsys.readouterr().out
    (header,) = (line for line in printed.splitlines() if "a_column_with" in line)
    assert [name for name in columns if name not in header] == []
    assert "a value " * 39 + "a value" in printed


_STYLE = re.compile(r"\x1b\[[\d;]*m")


def _pretend_terminal(monkeypatch: pytest.MonkeyPatch, width: int) -> None:
    """Make standard output a terminal of a width."""
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    monkeypatch.setenv("COLUMNS", str(width))
    monkeypatch.setenv("TERM", "xterm")


_LOADS = ["department", "requests_per_day", "mean_bed_days", *(f"month {number}" for number in range(1, 13))]


@pytest.mark.parametrize("width", [40, 80, 132, 300])
def test_a_terminal_gets_every_heading_and_number_whole_at_any_width(
    width: int, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    _pretend_terminal(monkeypatch, width)
    numbers = [1000.125 + number for number in range(14)]

    print_table("offered load", _LOADS, [["Acute Medicine", *numbers], ["All departments", *numbers]])

    printed = _STYLE.sub("", capsys.readouterr().out)
    assert max(map(len, printed.splitlines())) <= width
    assert printed.count("offered load") == 1
    for text in (*_LOADS[1:], "Acute Medicine", *(f"{number:,.3f}" for number in numbers)):
        assert text in printed
    # Each of several tables begins with the names.
    assert (
        printed.count("Acute Medicine") == printed.count("department ") == (1 if width == 300 else printed.count("┏"))
    )


def test_text_is_wrapped_rather_than_divided_into_tables(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    _pretend_terminal(monkeypatch, 40)

    print_table("checks", ["check", "why", "rows"], [["beds", "more patients than beds in a ward " * 4, 12]])

    printed = _STYLE.sub("", capsys.readouterr().out)
    assert printed.count("┏") == 1
    assert max(map(len, printed.splitlines())) <= 40
