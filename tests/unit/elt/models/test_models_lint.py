"""The dbt project uses standard SQL, and no incremental model can append rows twice."""

import re
from pathlib import Path

import pytest
import yaml

pytestmark = pytest.mark.unit

MODELS = Path(__file__).parents[4] / "elt" / "models"
MODEL_FILES = sorted((MODELS / "models").rglob("*.sql"))
MACROS = sorted((MODELS / "macros").glob("*.sql")) + sorted((MODELS / "tests").rglob("*.sql"))
CLICKHOUSE_MACRO = re.compile(r"{% macro clickhouse__.*?{%-? endmacro", re.DOTALL)
COMMENT = re.compile(r"{#.*?#}", re.DOTALL)
OF_THE_ENGINE = re.compile(r"\b(?:[a-z]+[A-Z]\w*|any|arrayJoin|numbers|multiIf|quantile\w*)\s*\(")


@pytest.mark.parametrize("model", MODEL_FILES, ids=lambda path: path.stem)
def test_models_use_no_function_of_one_engine(model: Path) -> None:
    assert OF_THE_ENGINE.findall(model.read_text()) == []


def engine_functions(text: str) -> list[str]:
    return OF_THE_ENGINE.findall(CLICKHOUSE_MACRO.sub("", COMMENT.sub("", text)))


@pytest.mark.parametrize("macros", MACROS, ids=lambda path: path.stem)
def test_functions_of_clickhouse_are_in_its_own_macros_only(macros: Path) -> None:
    assert engine_functions(macros.read_text()) == []


def test_a_function_of_the_engine_is_detected() -> None:
    assert engine_functions("{% macro day(x) -%} toDate32({{ x }}) {%- endmacro %}") == ["toDate32("]
    assert engine_functions("{% macro clickhouse__day(x) -%} toDate32({{ x }}) {%- endmacro %}") == []


def test_every_dispatched_macro_has_one_for_clickhouse_and_one_for_others() -> None:
    text = "".join(path.read_text() for path in MACROS)
    dispatched = set(re.findall(r"adapter\.dispatch\('(\w+)'", text))
    assert len(dispatched) > 10
    defined = set(re.findall(r"macro (\w+)\(", text))
    assert {f"{engine}__{name}" for name in dispatched for engine in ("clickhouse", "default")} <= defined


@pytest.mark.parametrize("model", MODEL_FILES, ids=lambda path: path.stem)
def test_an_incremental_model_replaces_what_it_writes_again(model: Path) -> None:
    text = model.read_text()
    project = yaml.safe_load((MODELS / "dbt_project.yml").read_text())["models"]["hospital"]
    strategies = "{{ 'replace_months' if target.type == 'redshift' else 'insert_overwrite' }}"
    assert project["+incremental_strategy"] == strategies
    if "materialized='incremental'" in text:
        assert "partition_by=by_month(" in text
        assert "strategy" not in text


@pytest.mark.parametrize("model", MODEL_FILES, ids=lambda path: path.stem)
def test_every_model_and_column_is_described_beside_it(model: Path) -> None:
    described = yaml.safe_load(model.with_suffix(".yml").read_text())["models"]
    assert [entry["name"] for entry in described] == [model.stem]
    assert described[0]["description"]
    assert all(column["description"] and column["data_type"] for column in described[0]["columns"])


@pytest.mark.parametrize("model", sorted((MODELS / "models" / "marts").glob("*.sql")), ids=lambda path: path.stem)
def test_every_mart_has_a_unit_test(model: Path) -> None:
    assert yaml.safe_load(model.with_suffix(".yml").read_text())["unit_tests"]
