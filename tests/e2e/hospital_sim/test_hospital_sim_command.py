"""The command ``hospital-sim``: its lists, the objects that ``simulate`` writes, and wrong input."""

import contextlib
import json
import subprocess
import sys
from pathlib import Path

import pytest
from command_lines import PROGRAMS, Done, call
from lakes import files_in

import hospital_sim
from hospital_sim import terminal
from hospital_sim.events import decode_record
from hospital_sim.events.keys import is_record_key, is_started_key, parse_event_key

pytestmark = pytest.mark.e2e

PERIOD = ["--start", "2024-01-01", "--end", "2024-01-10"]


def _call(*words: str) -> Done:
    return call("hospital-sim", *words)


def _right(*words: str) -> str:
    called = _call(*words)
    assert (called.returncode, called.stderr) == (0, "")
    return called.stdout


def test_presets_are_listed_for_people_and_for_programs() -> None:
    assert "district_general" in _right("presets")
    assert {"small", "district_general"} <= set(json.loads(_right("presets", "--json"))["presets"])


def test_describe_shows_offered_load_by_department_and_month() -> None:
    shown = _right("describe", "district_general")
    assert all(word in shown for word in ("Respiratory Medicine", "All departments", "Jan", "Dec", "year"))
    (hospital,) = json.loads(_right("describe", "district_general", "--json"))["hospitals"]
    assert hospital["hospital_id"] == "district_general"
    wards = hospital["departments"]
    assert 11 <= len(wards) <= 15
    assert all(0 < ward["year"] < 1 for ward in wards)
    assert max(ward["Jan"] for ward in wards) > max(ward["Jul"] for ward in wards)


def test_describe_shows_a_row_for_each_of_several_hospitals_or_the_departments_of_one(tmp_path: Path) -> None:
    file = tmp_path / "two.toml"
    trust = '{{ id = "{0}", name = "{0}", general_and_acute_beds = 50 }}'
    file.write_text(f'scaled_from = "small"\nhospital = [{trust.format("east")}, {trust.format("west")}]')
    shown = _right("describe", str(file))
    assert all(shown.count(word) == times for word, times in {"east": 1, "west": 1, "General": 0}.items())
    of_one = _right("describe", str(file), "--hospital", "west")
    assert of_one.startswith("west: offered load")
    assert "All departments" in of_one


def test_calibration_of_several_hospitals_prints_their_totals(tmp_path: Path) -> None:
    file = tmp_path / "two.toml"
    trust = '{{ id = "{0}", name = "{0}", general_and_acute_beds = 20 }}'
    file.write_text(f'scaled_from = "small"\nhospital = [{trust.format("east")}, {trust.format("west")}]')
    summary = json.loads(_right("calibration", str(file), "--workers", "1", "--json"))
    totals = {row["total"]: row["simulated"] for row in summary["totals"]}
    assert (summary["hospitals"], totals["Trusts"], totals["General and acute beds open"]) == (2, "2", "40")


def test_the_summary_of_simulate_counts_the_objects_written(tmp_path: Path) -> None:
    """For people from a process of its own, and for programs."""
    words = ["simulate", "small", *PERIOD, "--seed", "1", "--sink"]
    done = subprocess.run(["hospital-sim", *words, tmp_path / "other"], capture_output=True, text=True, check=True)
    assert "dep snapshot" in done.stdout
    assert str(tmp_path / "other") in done.stdout
    assert done.stderr == ""

    summary = json.loads(_right(*words, str(tmp_path / "raw"), "--json"))
    written = files_in(tmp_path / "raw")
    assert written == files_in(tmp_path / "other")
    events = [parts for key in written if (parts := parse_event_key(key))]
    for kind in ("admission", "discharge", "wait_snapshot", "dep_snapshot"):
        assert summary[kind] == sum(event.event_type == kind for event in events)
    assert summary["dep_snapshot"] == 3 * 2 * 10
    assert summary["events"] == summary["created"] == len(events)
    assert (summary["already_there"], summary["hospitals"]) == (0, ["small"])
    (record,) = [decode_record(data) for key, data in written.items() if is_record_key(key)]
    assert sum(entry.count for entry in record.counts) == len(events)
    others = [key for key in written if parse_event_key(key) is None]
    assert sorted(is_record_key(key) + 2 * is_started_key(key) for key in others) == [1, 2]


REPLAYED = """
id = "city"
name = "City"
warmup_days = 5
[[department]]
id = "ward"
name = "Ward"
treatment_function_code = "300"
beds = 4
max_stay_days = 5
source = [{ id = "real", arrivals = ["2024-01-01T08:00:00+01:00", "2024-01-01T20:00:00Z"] }]
"""


def test_simulate_says_which_days_a_table_of_arrivals_does_not_cover(tmp_path: Path) -> None:
    file = tmp_path / "city.toml"
    file.write_text(REPLAYED, encoding="utf-16")
    note = "city, ward, real: its table of arrivals covers 2024-01-01 to 2024-01-01: nobody comes on 9 of the 10 days"
    note += " of the run; nobody comes in the warm-up, so none of these patients is in a bed at the start"
    words = ["simulate", str(file), *PERIOD, "--seed", "1", "--sink", str(tmp_path / "raw")]
    assert _right(*words).endswith(f"\n{note}\n")
    assert json.loads(_right(*words, "--json"))["notes"] == [note]


WRONG = """
id = "city"
name = "City"
[[department]]
id = "ward"
name = "Ward"
treatment_function_code = "300"
beds = {beds}
target_occupancy = {load}
max_stay_days = 5
"""


@pytest.mark.parametrize(
    ("words", "code", "named"),
    [
        (["describe", "smal"], 2, "'smal' is neither a preset nor a TOML file"),
        (["describe", "nowhere.toml"], 2, "nowhere.toml: cannot be read"),
        (["describe", "beds.toml"], 2, "beds.toml: department[0] (ward): beds: must be int >= 1, not -5"),
        (
            ["describe", "load.toml"],
            2,
            "load.toml: department[0] (ward): target_occupancy: gives an offered load of 1.2",
        ),
        (["describe", "broken.toml"], 2, "broken.toml: is not TOML"),
        (["describe", "two.toml", "--hospital", "x"], 2, "--hospital: 'x' is not one of the 2 there, city to town"),
        (
            ["simulate", "small", "--start", "2024-01-02", "--end", "2024-01-01"],
            2,
            "end: 2024-01-01 is before the start",
        ),
        (["simulate", "small", "--start", "January", "--end", "2024-01-01"], 2, "start: 'January' is not a date"),
        (["simulate", "small", *PERIOD, "--seed", "-1"], 2, "seed: must be between 0"),
        (["simulate", "small", *PERIOD, "--seed", "one"], 2, "--seed"),
        (["simulate", "small", *PERIOD, "--workers", "0"], 2, "--workers"),
        (["simulate", "small", *PERIOD, "--workers", "2", "--dask", "tcp://127.0.0.1:9"], 2, "--workers and --dask"),
        (["simulate", "small", *PERIOD, "--dask", "nonsense"], 2, "--dask: 'nonsense' is not an address"),
        (
            ["simulate", "small", *PERIOD, "--emit-from", "2024-01-05"],
            2,
            "raw: --emit-from: no finished run of this history",
        ),
        (["simulate", "small", *PERIOD, "--sink", "ftp://host/raw"], 2, "ftp"),
        (["simulate", "small", *PERIOD, "--sink", "file/raw"], 1, "file/raw"),
        (["simulate", "two.toml", *PERIOD, "--sink", "file/raw", "--workers", "2"], 1, "file/raw"),
        (["simulate", "small", "--end", "2024-01-01"], 2, "--start"),
        (["simulate", "small", *PERIOD, "--emit-from=2023-12-31"], 2, "error: --emit-from: 2023-12-31 is not between"),
        (
            ["compare", "two.toml", "small"],
            2,
            "two.toml: describes 2 hospitals (city to town), not one; use load_all, or a file of one",
        ),
        (["calibration", "two.toml", "--replications", "2"], 2, "--replications: several hospitals run once each"),
        (["simulate"], 2, "HOSPITAL"),
        (["stimulate"], 2, "stimulate"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else None,
)
def test_wrong_input_is_reported_in_one_or_two_lines_that_name_it(
    tmp_path: Path, words: list[str], code: int, named: str
) -> None:
    (tmp_path / "beds.toml").write_text(WRONG.format(beds=-5, load=0.9), encoding="utf-8")
    (tmp_path / "load.toml").write_text(WRONG.format(beds=5, load=1.2), encoding="utf-8")
    (tmp_path / "broken.toml").write_text("id = ", encoding="utf-8")
    right = WRONG.format(beds=5, load=0.9).replace("[[department]]", "[[hospital.department]]")
    two = f"[[hospital]]{right}[[hospital]]{right.replace('city', 'town').replace('City', 'Town')}"
    (tmp_path / "two.toml").write_text(two, encoding="utf-8")
    (tmp_path / "file").write_bytes(b"")
    if words[0] == "simulate" and len(words) > 1:
        defaults = {"--seed": "1", "--sink": "raw"}
        words = [*words, *(word for pair in defaults.items() if pair[0] not in words for word in pair)]
    with contextlib.chdir(tmp_path):
        called = _call(*words)
    assert called.returncode == code
    assert named in called.stderr
    assert 1 <= len(called.stderr.strip().splitlines()) <= 2
    assert "Traceback" not in called.stderr
    assert called.stdout == ""


def test_an_error_is_one_line_and_with_debug_a_traceback() -> None:
    done = subprocess.run(["hospital-sim", "describe", "smal"], capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    called = _call("describe", "smal", "--debug")
    assert called.returncode == 2
    assert "Traceback" in called.stderr


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_program_prints_its_version(program: str) -> None:
    assert call(program, "--version") == (0, f"{program} {hospital_sim.__version__}\n", "")


def test_a_command_goes_on_if_its_caller_closed_the_standard_streams(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", None)
    monkeypatch.setattr(sys, "stderr", None)
    codes = [
        terminal.run(PROGRAMS["hospital-sim"], "hospital-sim", words) for words in (["presets"], ["describe", "x"])
    ]
    assert codes == [0, 2]


def test_help_loads_nothing_heavy() -> None:
    program = (
        "import sys; from hospital_sim.cli import app; from hospital_sim.terminal import run; "
        "run(app, 'hospital-sim', ['--help']); "
        "sys.exit(sorted({'pandas', 'pyarrow', 'altair', 'chdb', 'dbt', 'scipy'} & set(sys.modules)) or 0)"
    )
    called = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False)
    assert called.returncode == 0, called.stderr
    assert "Usage: hospital-sim" in called.stdout
