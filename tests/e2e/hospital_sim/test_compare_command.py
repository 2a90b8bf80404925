"""The command ``hospital-sim compare``: what it prints, with any number of workers, and wrong calls."""

import json
import subprocess
from pathlib import Path

import pytest
from command_lines import Done, call

pytestmark = pytest.mark.e2e

BASE = """
id = "{id}"
name = "Cottage Hospital"
warmup_days = 20
[[department]]
id = "ward"
name = "Ward"
treatment_function_code = "300"
beds = {beds}
requests_per_day = 2.0
stay = {{ distribution = "exponential", mean = 2 }}
long_stay_share = 0
delay_share = 0
"""
PERIOD = ("--start", "2025-03-01", "--end", "2025-04-30", "--replications", "4")


@pytest.fixture(autouse=True)
def wide(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "160")


def _run(*arguments: str) -> Done:
    return call("hospital-sim", "compare", *arguments)


@pytest.fixture
def files(tmp_path: Path) -> tuple[str, str]:
    """Return the files of a hospital, and of another with one more bed and another identifier."""
    now, more = tmp_path / "now.toml", tmp_path / "more.toml"
    now.write_text(BASE.format(id="cottage", beds=5))
    more.write_text(BASE.format(id="bigger", beds=6))
    return str(now), str(more)


def test_compare_prints_the_interval_and_verdict_of_each_metric(files: tuple[str, str]) -> None:
    metrics = ["--metric", "utilisation", "--metric", "requests"]
    command = ["hospital-sim", "compare", *files, *PERIOD, "--seed", "4", *metrics]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)

    assert done.returncode == 0, done.stderr
    assert "more compared with now, 4 replications, 95% intervals" in done.stdout
    assert "lower" in done.stdout
    assert "the same" in done.stdout
    assert "more, ward: differs from now in beds (5 to 6)" in done.stdout


def test_json_is_one_object_and_the_same_for_any_number_of_workers(files: tuple[str, str]) -> None:
    one = _run(*files, *PERIOD, "--json", "--workers", "1")
    two = _run(*files, *PERIOD, "--json", "--workers", "2")

    assert one.returncode == 0, one.stderr
    assert one.stdout == two.stdout
    summary = json.loads(one.stdout)
    assert (summary["a"], summary["b"]) == files
    assert summary["notes"][0] == "more (bigger) draws the random numbers of now (cottage)"
    call_of = [summary[name] for name in ("start", "end", "seed", "replications")]
    assert call_of == ["2025-03-01", "2025-04-30", 1, 4]
    entry = next(row for row in summary["differences"] if row["metric"] == "utilisation")
    assert (entry["department"], entry["verdict"]) == ("ward", "lower")
    assert entry["low"] <= entry["difference"] <= entry["high"] < 0
    assert entry["difference"] == pytest.approx(entry["b"] - entry["a"])


def test_more_beds_are_added_to_the_second_hospital_at_unchanged_demand(files: tuple[str, str]) -> None:
    now, more = files
    options = (*PERIOD, "--seed", "4", "--metric", "wait_mean", "--metric", "requests", "--json")

    by_option = json.loads(_run(now, now, "--beds", "ward=1", *options).stdout)
    by_file = json.loads(_run(now, more, *options).stdout)

    assert by_option["differences"][0]["difference"] < 0
    assert by_option["differences"][1]["difference"] == 0
    for mine, theirs in zip(by_option["differences"], by_file["differences"], strict=True):
        assert {name: mine[name] for name in ("metric", "a")} == {name: theirs[name] for name in ("metric", "a")}


def test_beds_too_few_for_the_demand_are_compared_if_that_is_allowed(files: tuple[str, str]) -> None:
    call_of = (files[0], files[0], *PERIOD, "--beds", "ward=-1", "--metric", "queue", "--json")

    refused, allowed = _run(*call_of), _run(*call_of, "--allow-overload")

    assert (refused.returncode, refused.stdout) == (2, "")
    assert "error: ward: -1 beds leave 4, which gives an offered load of 1.000 over the year, so the" in refused.stderr
    assert json.loads(allowed.stdout)["differences"][0]["verdict"] == "higher"


NOT_BEDS = "is not a department and a number of beds, such as general_medicine=2"


@pytest.mark.parametrize(
    ("hospital", "arguments", "message"),
    [
        ("", ["--replications", "1"], "replications: must be 2 or more"),
        ("", ["--start", "2025-03-02", "--end", "2025-03-01"], "end: 2025-03-01 is before the start, 2025-03-02"),
        ("", ["--metric", "wait_p09"], "metric: 'wait_p09' is not known; did you mean 'wait_p9"),
        ("", ["--seed", "-1"], "seed: must be between 0 and"),
        ("", ["--workers", "0"], "workers: must be 1 or more"),
        ("smal", [], "'smal' is neither a preset nor a TOML file"),
        ("", ["--beds", "ward"], f"error: --beds: 'ward' {NOT_BEDS}\n"),
        ("", ["--beds", "ward=many"], f"error: --beds: 'ward=many' {NOT_BEDS}\n"),
        ("", ["--beds", "icu=1"], "error: 'icu' is not a department of cottage; there are ward\n"),
        ("", ["--beds", "ward=-5"], "error: ward: -5 would leave 0 beds; leave 1 or more\n"),
    ],
)
def test_a_wrong_call_ends_with_2_and_says_what_is_wrong(
    files: tuple[str, str], hospital: str, arguments: list[str], message: str
) -> None:
    done = _run(files[0], hospital or files[0], *PERIOD, *arguments)

    assert (done.returncode, done.stdout) == (2, "")
    assert message in done.stderr
    assert "Traceback" not in done.stderr
