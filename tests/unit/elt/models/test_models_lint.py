"""The dbt project uses standard SQL, and no incremental model can append rows twice."""

import re
from pathlib import Path
from typing import get_args

import pytest
import yaml

import hospital_sim as hs
from hospital_sim.events.fields import AdmissionMethod, DischargeDestination

pytestmark = pytest.mark.unit

MODELS = Path(__file__).parents[4] / "elt" / "models"
MODEL_FILES = sorted((MODELS / "models").rglob("*.sql"))
MACROS = sorted((MODELS / "macros").glob("*.sql")) + sorted((MODELS / "tests").rglob("*.sql"))
CLICKHOUSE_MACRO = re.compile(r"{% macro clickhouse__.*?{%-? endmacro", re.DOTALL)
COMMENT = re.compile(r"{#.*?#}", re.DOTALL)
OF_THE_ENGINE = re.compile(r"\b(?:[a-z]+[A-Z]\w*|any|arrayJoin|numbers|multiIf|quantile\w*)\s*\(")


def engine_functions(text: str) -> list[str]:
    return OF_THE_ENGINE.findall(CLICKHOUSE_MACRO.sub("", COMMENT.sub("", text)))


def test_a_model_uses_no_function_of_one_engine_and_a_macro_only_where_it_is_dispatched() -> None:
    used = {path.name: engine_functions(path.read_text()) for path in MACROS}
    used |= {path.name: OF_THE_ENGINE.findall(path.read_text()) for path in MODEL_FILES}
    assert len(used) > 50
    assert {name: functions for name, functions in used.items() if functions} == {}
    assert engine_functions("{% macro day(x) -%} toDate32({{ x }}) {%- endmacro %}") == ["toDate32("]
    assert engine_functions("{% macro clickhouse__day(x) -%} toDate32({{ x }}) {%- endmacro %}") == []


def test_every_dispatched_macro_has_one_for_clickhouse_and_one_for_others() -> None:
    text = "".join(path.read_text() for path in MACROS)
    dispatched = set(re.findall(r"adapter\.dispatch\('(\w+)'", text))
    assert len(dispatched) > 10
    defined = set(re.findall(r"macro (\w+)\(", text))
    assert {f"{engine}__{name}" for name in dispatched for engine in ("clickhouse", "default")} <= defined


def test_an_incremental_model_replaces_what_it_writes_again() -> None:
    project = yaml.safe_load((MODELS / "dbt_project.yml").read_text())["models"]["hospital"]
    strategies = "{{ 'replace_months' if target.type == 'redshift' else 'insert_overwrite' }}"
    assert project["+incremental_strategy"] == strategies
    incremental = {
        path.stem: text for path in MODEL_FILES if "materialized='incremental'" in (text := path.read_text())
    }
    assert len(incremental) >= 13
    assert [name for name, text in incremental.items() if "partition_by=by_month(" not in text] == [], "not by month"
    assert [name for name, text in incremental.items() if "strategy" in text] == [], "the project sets the strategy"


def test_every_model_and_column_is_described_beside_it_and_every_mart_has_a_unit_test() -> None:
    wrong = []
    for path in MODEL_FILES:
        described = yaml.safe_load(path.with_suffix(".yml").read_text())
        [entry] = described["models"]
        if entry["name"] != path.stem or not entry["description"]:
            wrong.append(f"{path.stem}: no description of its own")
        wrong += [
            f"{path.stem}.{column['name']}: no description or type"
            for column in entry["columns"]
            if not (column.get("description") and column.get("data_type"))
        ]
        if path.parent.name == "marts" and not described.get("unit_tests"):
            wrong.append(f"{path.stem}: no unit test")
    assert wrong == []


def test_the_grain_of_every_model_and_the_keys_of_the_star_are_tested() -> None:
    """The types of a contract forbid null, but not every engine enforces them."""
    untested = []
    for path in MODEL_FILES:
        [model] = yaml.safe_load(path.with_suffix(".yml").read_text())["models"]
        tests = [test for test in model.get("data_tests", []) if isinstance(test, dict)]
        of_columns = {column["name"]: column.get("data_tests", []) for column in model["columns"]}
        if not any("unique_together" in test for test in tests) and not any(
            "unique" in test for test in of_columns.values()
        ):
            untested.append(f"{path.stem}: grain")
        if path.parent.name == "curated":
            filled = {name for test in tests if "filled" in test for name in test["filled"]["arguments"]["columns"]}
            to_dates = {name for name, of_column in of_columns.items() if "relationships" in str(of_column)}
            days = {name for name in of_columns if name.endswith(("_on", "_date")) and path.stem.startswith("fact_")}
            keys = {name for name in of_columns if name.endswith("_key")} | days
            untested += [f"{path.stem}.{name}: null" for name in keys - filled]
            untested += [f"{path.stem}.{name}: no day of dim_date" for name in days - to_dates]
    assert untested == []


def test_every_code_of_the_contract_and_of_a_preset_has_words() -> None:
    text = (MODELS / "macros" / "nhs_codes.sql").read_text()
    words = {
        macro.partition("(")[0]: re.findall(r"^ +'(\w+)': '", macro, re.MULTILINE) for macro in text.split("macro ")
    }
    assert tuple(words["admission_methods"]) == get_args(AdmissionMethod)
    assert tuple(words["discharge_destinations"]) == get_args(DischargeDestination)
    hospitals = [hospital for name in hs.presets() for hospital in hs.load_all(name)]
    codes = {entry.treatment_function_code for hospital in hospitals for entry in hospital.config.department}
    assert codes - {*words["treatment_functions"]} == set()
