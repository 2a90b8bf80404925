"""A file of one hospital or of several is read with defaults and arrivals; an error names the file and the place."""

from pathlib import Path

import pytest
from config_tables import cases

import hospital_sim as hs
from hospital_sim.config import parse_hospitals, read_hospitals
from hospital_sim.errors import ConfigurationError

pytestmark = pytest.mark.unit

CITY = 'id = "city"\nname = "City"\n'
WARD = """
[[department]]
id = "ward"
name = "Ward"
treatment_function_code = "300"
beds = 4
target_occupancy = 0.9
max_stay_days = 5
"""
CITY_IN_LIST = f"[[hospital]]\n{CITY}{WARD.replace('[[department]]', '[[hospital.department]]')}"
TOWN_IN_LIST = CITY_IN_LIST.replace("city", "town").replace("City", "Town")
SCALED = 'hospital = [{ id = "city", name = "City", general_and_acute_beds = 300 }]\n'

WRONG = {
    f'name = "City"{WARD}': "id: missing; add it",
    f'id = "city"{WARD}': "name: missing; add it",
    f"bedz = 3\n{CITY}{WARD}": "bedz: unknown field; known are id, name, warmup_days, department",
    f"warmup = 3\n{CITY}{WARD}": "warmup: unknown field; did you mean warmup_days?",
    f"warmup_days = -1\n{CITY}{WARD}": "warmup_days: must be int >= 0, not -1",
    f"warmup_days = 1.5\n{CITY}{WARD}": "warmup_days: must be int, got float",
    "": "department: missing; add at least one [[department]] table",
    f"{CITY}department = 3": "department: must be one or more [[department]] tables",
    f"{CITY}department = [3]": "department[0]: must be a table, not 3",
    f"{CITY}{WARD}{WARD}": "department[1] (ward): id: 'ward' is used twice",
    CITY + WARD.replace('id = "ward"\n', ""): "department[0]: id: missing; add it",
    CITY + WARD.replace('"ward"', '"Ward 1"'): "department[0] (Ward 1): id: must be str matching regex '^[a-z]",
    "hospital = 3": "hospital: must be one or more [[hospital]] tables",
    "hospital = []": "hospital: must be one or more [[hospital]] tables",
    f"seed = 1\n{CITY_IN_LIST}": "seed: unknown field; known are hospital, defaults, scaled_from",
    f"[[hospital]]\n{CITY}": "hospital[0]: department: missing",
    CITY_IN_LIST + TOWN_IN_LIST + CITY_IN_LIST: "hospital[2]: id: 'city' is used by hospital[0] too; give each its own",
    CITY_IN_LIST + TOWN_IN_LIST.replace("Town", "CITY"): "hospital[1]: name: 'CITY' is used by hospital[0] too",
    f'{CITY_IN_LIST}{TOWN_IN_LIST}[[hospital.change]]\nfrom = 2024-02-01\nname = "City"': (
        "hospital[1]: name: 'City' is used by hospital[0] too"
    ),
    f'scaled_from = "city"\n{SCALED}': "scaled_from: 'city' is not a preset; presets are district_general",
    f'scaled_from = "england"\n{SCALED}': "scaled_from: 'england' has 130 hospitals, not one; presets are",
    f'scaled_from = "small"\ndefaults = {{}}\n{SCALED}': "defaults: unknown field; known are hospital, scaled_from",
    f'scaled_from = "small"\n{SCALED.replace("= 300", "= -1")}': (
        "hospital[0]: general_and_acute_beds: must be int >= 1, not -1"
    ),
    f'scaled_from = "england_acute"\n{SCALED.replace("300", "36")}': (
        "hospital[0]: general_and_acute_beds: must be at least 37, so that each department of england_acute keeps a bed"
    ),
    f'scaled_from = "small"\n{SCALED.replace("general_and_acute_", "")}': (
        "hospital[0]: beds: unknown field; known are id, name, general_and_acute_beds"
    ),
    f'scaled_from = "small"\n{SCALED.replace("city", "City")}': "hospital[0]: id: must be str matching regex",
    CITY_IN_LIST + TOWN_IN_LIST.replace("4", "-4"): "hospital[1]: department[0] (ward): beds: must be int >= 1, not -4",
    f"defaults = 3\n{CITY_IN_LIST}": "defaults: must be a table, not 3",
    f"{CITY}[defaults]\nbedz = 3{WARD}": "defaults: bedz: unknown field; did you mean beds?",
    f'{CITY}[defaults]\nid = "a"{WARD}': "defaults: id: unknown field",
    f"{CITY}[defaults]\ndelay_share = 2{WARD}": "defaults: delay_share: must be float <= 1.0, not 2",
    "id = ": "is not TOML: ",
    "name = \N{LEFT DOUBLE QUOTATION MARK}City\N{RIGHT DOUBLE QUOTATION MARK}": (
        "is not TOML: Invalid value (at line 1, column 8); the character there is left double quotation"
    ),
    "seed = 1\nid\N{NO-BREAK SPACE}= 1": (
        "is not TOML: Expected '=' after a key in a key/value pair (at line 2, column 3); the character there is"
    ),
    "\udcff": "cannot be read: ",
}

ARRIVALS = """
when;2025-01-01T08:00:00Z -> arrivals: arrivals.csv: has no column 'request_date'
-> arrivals: arrivals.csv: has no column 'request_date'
request_date -> department[0] (ward): source[0] (real): arrivals: must have at least one timestamp
request_date;2025-01-01T08:00:00Z;later -> arrivals: arrivals.csv, line 3: 'later' is not a timestamp
request_date;2025-01-01T08:00:00 -> arrivals: arrivals.csv, line 2: '2025-01-01T08:00:00' must end with Z or an offset
request_date;2025-01-02T08:00:00Z;2025-01-01T08:00:00Z -> department[0] (ward): source[0] (real): arrivals[1]: 2025
who,request_date;a -> arrivals: arrivals.csv, line 2: '' is not a timestamp
"""


def _error(folder: Path, text: str) -> str:
    """Return the error of a file."""
    file = folder / "city.toml"
    file.write_text(text, encoding="utf-8", errors="surrogateescape")
    with pytest.raises(ConfigurationError) as refused:
        read_hospitals(file)
    assert refused.value.exit_code == 2
    return str(refused.value).replace(f"{folder}/", "")


def test_an_error_names_the_file_and_the_place(tmp_path: Path) -> None:
    errors = [(text, message, _error(tmp_path, text)) for text, message in WRONG.items()]
    assert [(text, error) for text, message, error in errors if not error.startswith(f"city.toml: {message}")] == []


def test_a_missing_file_and_an_unknown_preset_are_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"nowhere\.toml: cannot be read: No such file"):
        hs.load(tmp_path / "nowhere.toml")
    with pytest.raises(ConfigurationError, match=r"'smal' is neither a preset nor a TOML file; presets are .*small"):
        hs.load("smal")
    with pytest.raises(TypeError, match="config: must be a HospitalConfig, not 'small'; load reads presets and files"):
        hs.Hospital("small")  # type: ignore[arg-type]


def test_a_file_of_several_hospitals_is_loaded_with_load_all(tmp_path: Path) -> None:
    file = tmp_path / "two.toml"
    file.write_text(CITY_IN_LIST + TOWN_IN_LIST, encoding="utf-8")
    assert [each.config.id for each in hs.load_all(file)] == ["city", "town"]
    with pytest.raises(ConfigurationError, match=r"describes 2 hospitals \(city to town\), not one; use load_all"):
        hs.load(file)


def test_defaults_apply_to_fields_that_are_left_out_and_those_of_a_hospital_first() -> None:
    ward = {"id": "a", "name": "A", "treatment_function_code": "300", "beds": 4}
    other = ward | {"id": "b", "requests_per_day": 0.2, "delay_share": 0.0}
    document = {
        "defaults": {"target_occupancy": 0.8, "max_stay_days": 5, "delay_share": 0.1},
        "hospital": [
            {"id": "one", "name": "One", "department": [ward, other]},
            {"id": "two", "name": "Two", "department": [ward], "defaults": {"requests_per_day": 0.3}},
        ],
    }
    fields = [
        (entry.target_occupancy, entry.requests_per_day, entry.delay_share)
        for config in parse_hospitals(document)
        for entry in config.department
    ]
    assert fields == [(0.8, None, 0.1), (None, 0.2, 0.0), (None, 0.3, 0.1)]


def test_arrivals_are_read_from_a_file_beside_the_configuration_and_an_error_names_its_line(tmp_path: Path) -> None:
    source = '[[department.source]]\nid = "real"\narrivals = "arrivals.csv"\n'
    text = CITY + WARD.replace("target_occupancy = 0.9", 'when_full = "divert"') + source
    csv = tmp_path / "arrivals.csv"
    missing = _error(tmp_path, text)
    csv.write_bytes(b"request_date\n\xff\n")
    errors = [(missing, "arrivals: arrivals.csv: cannot be read: No such file")]
    errors.append((_error(tmp_path, text), "arrivals: arrivals.csv: cannot be read"))
    for lines, message in (case.split("-> ") for case in cases(ARRIVALS)):
        csv.write_text(lines.strip().replace(";", "\n"), encoding="utf-8")
        errors.append((_error(tmp_path, text), message))
    assert [error for error, message in errors if not error.startswith(f"city.toml: {message}")] == []

    csv.write_text("who,request_date\na,2025-01-01T08:00:00Z\nb,2025-01-01T09:30:00Z\n", encoding="utf-8")
    arrivals = read_hospitals(tmp_path / "city.toml")[0].department[0].source[0].arrivals or ()
    assert [moment.isoformat() for moment in arrivals] == ["2025-01-01T08:00:00+00:00", "2025-01-01T09:30:00+00:00"]
