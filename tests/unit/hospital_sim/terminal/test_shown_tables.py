"""Tables on standard output."""

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
