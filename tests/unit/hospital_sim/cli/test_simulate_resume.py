"""``simulate --resume`` appends the days that finished runs have not written, and so makes up for nights missed."""

import json
from pathlib import Path

import pytest
from command_lines import Done, call
from lakes import files_in

pytestmark = pytest.mark.unit

DAY_6 = "2024-01-06"


def _simulate(lake: Path, end: str, *options: str) -> Done:
    return call(
        *("hospital-sim", "simulate", "small", "--start", "2024-01-01", "--end", end, "--seed", "1"),
        *("--sink", f"{lake}/raw", "--json", *options),
    )


def _events(lake: Path) -> dict[str, bytes]:
    return {name: data for name, data in files_in(lake).items() if "_runs/" not in name}


@pytest.mark.parametrize("form", [(), ("--bundle",)])
def test_nights_that_were_missed_are_written_by_the_next(tmp_path: Path, form: tuple[str, ...]) -> None:
    lake, whole = tmp_path / "lake", tmp_path / "whole"
    done = [json.loads(_simulate(lake, end, "--resume", *form).stdout) for end in ("2024-01-02", DAY_6, DAY_6)]
    _simulate(whole, DAY_6, *form)

    assert _events(lake) == _events(whole)
    assert [summary["notes"] for summary in done] == [
        [],
        ["small, resumed: the days from 2024-01-03 on"],
        ["small, all days up to 2024-01-06 are there"],
    ]
    assert [len(summary["runs"]) for summary in done] == [1, 1, 0]


def test_a_run_that_did_not_finish_is_written_again(tmp_path: Path) -> None:
    _simulate(tmp_path, "2024-01-02", "--resume")
    (record,) = (path for path in (tmp_path / "raw/_runs").iterdir() if "started" not in path.name)
    record.unlink()
    again = json.loads(_simulate(tmp_path, DAY_6, "--resume").stdout)

    assert again["notes"] == []
    assert again["already_there"] > 0


def test_the_day_is_named_once(tmp_path: Path) -> None:
    refused = _simulate(tmp_path, DAY_6, "--resume", "--emit-from", "2024-01-03")

    assert refused.returncode == 2
    assert "--resume and --emit-from: give one of them" in refused.stderr
