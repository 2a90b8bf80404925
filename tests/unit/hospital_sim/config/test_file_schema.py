"""The JSON Schema of the hospital file agrees with ``load`` on types, and stands beside the presets."""

import json
import tomllib
from pathlib import Path
from typing import Any

import jsonschema
import msgspec
import pytest

from hospital_sim.config import parse_hospitals
from hospital_sim.config.presets import preset_path, presets
from hospital_sim.config.presets.file_schema import schema_text
from hospital_sim.errors import ConfigurationError

pytestmark = pytest.mark.unit

SCHEMA = json.loads(schema_text())
VALIDATOR = jsonschema.Draft7Validator(SCHEMA)
WARD = 'id = "w"\nname = "W"\ntreatment_function_code = "300"\nbeds = 9\nmax_stay_days = 4\nrequests_per_day = 1\n'
ONE = f'id = "h"\nname = "H"\n[[department]]\n{WARD}'
SEVERAL = f'[[hospital]]\nid = "h"\nname = "H"\n[[hospital.department]]\n{WARD}'
SCALED = 'scaled_from = "small"\nhospital = [{ id = "h", name = "H", general_and_acute_beds = 90 }]\n'
SHORT_WARD = ONE.replace('treatment_function_code = "300"\nbeds = 9\n', "")
CODE_AND_BEDS = 'defaults = { treatment_function_code = "300", beds = 9 }\n'
OPENS = f"[[change]]\nfrom = 2026-01-01\n[[change.department]]\n{WARD.replace('w', 'x', 1)}"

ACCEPTED = {
    "every field": (Path(__file__).parents[4] / "docs" / "every_field.toml").read_text(encoding="utf-8"),
    "one hospital": ONE,
    "several hospitals": SEVERAL,
    "hospitals scaled from a preset": SCALED,
    "required fields from the defaults": CODE_AND_BEDS + SHORT_WARD,
    "required fields from shared defaults": CODE_AND_BEDS + SEVERAL.replace("beds = 9\n", ""),
    "a change of one field": ONE + '[[change]]\nfrom = 2026-01-01\ndepartment = [{ id = "w", beds = 8 }]',
    "a field taken out": ONE.replace("beds = 9", "beds = 9\ncapacity = 9")
    + '[[change]]\nfrom = 2026-01-01\ndepartment = [{ id = "w", without = ["capacity"] }]',
    "a department that opens": ONE + OPENS,
    "a nested distribution": ONE.replace("max_stay_days = 4", "")
    + 'stay = { distribution = "truncated", high = 9, of = { distribution = "gamma", mean = 3, sd = 4 } }',
    "shares by code": ONE + 'admission_methods = { "21" = 0.5, "2A" = 0.5 }',
    "arrivals with offsets": ONE.replace("requests_per_day = 1\n", "")
    + 'source = [{ id = "s", arrivals = [2026-01-01T08:00:00Z, 2026-01-02T08:00:00+01:00] }]',
}

REFUSED = {
    "text for a number": ONE.replace("9", '"nine"'),
    "a fraction of a bed": ONE.replace("9", "9.5"),
    "no bed": ONE.replace("beds = 9", "beds = 0"),
    "an unknown field": ONE + "bed = 9",
    "an unknown field of the hospital": "beds = 9\n" + ONE,
    "a name missing": ONE.replace('name = "W"', ""),
    "beds missing": ONE.replace("beds = 9", ""),
    "beds missing beside defaults": "defaults = { return_share = 0 }\n" + ONE.replace("beds = 9", ""),
    "beds missing in one of several": SEVERAL.replace("beds = 9", ""),
    "no department": 'id = "h"\nname = "H"',
    "an identifier in capitals": ONE.replace('"w"', '"W"'),
    "an identifier of all departments": 'defaults = { id = "w" }\n' + ONE,
    "eleven months": ONE + f"month_multipliers = {[1] * 11}",
    "three bounds of a delay": ONE + "delay_days = [1, 2, 3]",
    "a share above 1": ONE + "female_share = 1.1",
    "an unknown code": ONE + 'admission_methods = { "99" = 1.0 }',
    "an unknown distribution": ONE + 'turnaround_hours = { distribution = "gama", mean = 1, sd = 1 }',
    "a distribution without its field": ONE + 'turnaround_hours = { distribution = "gamma", mean = 1 }',
    "a distribution with another's field": ONE + 'turnaround_hours = { distribution = "fixed", value = 1, sd = 1 }',
    "a change without a day": ONE + "[[change]]\nclosed = []",
    "a wrong field of a change": ONE + '[[change]]\nfrom = 2026-01-01\ndepartment = [{ id = "w", bed = 8 }]',
    "a change that takes out the beds": ONE
    + '[[change]]\nfrom = 2026-01-01\ndepartment = [{ id = "w", without = ["beds"] }]',
    "a change of no department": ONE + "[[change]]\nfrom = 2026-01-01\ndepartment = [{ beds = 8 }]",
    "a department beside several hospitals": "department = []\n" + SEVERAL,
    "a model of one hospital": 'scaled_from = "small"\n' + ONE,
    "a model of 130 hospitals": SCALED.replace("small", "england"),
    "a scaled hospital with departments": 'scaled_from = "small"\n' + SEVERAL,
    "a scaled hospital without a model": SCALED.replace('scaled_from = "small"', ""),
}


def _document(text: str) -> dict[str, Any]:
    """Return a TOML document as editors validate it: JSON has text in place of dates."""
    document: dict[str, Any] = msgspec.to_builtins(tomllib.loads(text))
    return document


def test_the_schema_is_valid() -> None:
    jsonschema.Draft7Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("name", presets())
def test_every_preset_names_the_schema_and_passes(name: str) -> None:
    text = (preset_path(name) or Path()).read_text(encoding="utf-8")

    assert text.startswith("#:schema ./hospital.schema.json\n")
    VALIDATOR.validate(_document(text))


def test_the_schema_beside_the_presets_is_current() -> None:
    beside = (preset_path("small") or Path()).with_name("hospital.schema.json")

    assert beside.read_text(encoding="utf-8") == schema_text(), "run: make docs"


@pytest.mark.parametrize("text", ACCEPTED.values(), ids=ACCEPTED)
def test_what_load_accepts_passes(text: str) -> None:
    parse_hospitals(tomllib.loads(text))
    VALIDATOR.validate(_document(text))


def test_a_file_of_arrivals_passes() -> None:
    VALIDATOR.validate(_document(ONE + 'source = [{ id = "s", arrivals = "arrivals.csv" }]'))


@pytest.mark.parametrize("text", REFUSED.values(), ids=REFUSED)
def test_a_wrong_file_is_refused_by_the_schema_and_by_load(text: str) -> None:
    assert not VALIDATOR.is_valid(_document(text))
    with pytest.raises(ConfigurationError):
        parse_hospitals(tomllib.loads(text))


def test_every_field_has_a_meaning() -> None:
    tables = {"": SCHEMA, **SCHEMA["$defs"]}
    missing = [
        f"{name}.{field}"
        for name, table in tables.items()
        for field, schema in table["properties"].items()
        if field != "distribution" and not schema.get("description")
    ]

    assert not missing
