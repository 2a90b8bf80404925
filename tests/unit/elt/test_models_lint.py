"""The dbt project keeps to standard SQL, and nothing in it can append twice."""

import re
from pathlib import Path

import pytest
import yaml

pytestmark = pytest.mark.unit

MODELS = Path(__file__).parents[3] / "elt" / "models"
MODEL_FILES = sorted((MODELS / "models").rglob("*.sql"))
OF_THE_ENGINE = re.compile(r"\b(?:[a-z]+[A-Z]\w*|any|arrayJoin|numbers|multiIf|quantile\w*)\s*\(")


@pytest.mark.parametrize("model", MODEL_FILES, ids=lambda path: path.stem)
def test_no_function_of_one_engine_stands_outside_a_macro(model: Path) -> None:
    assert OF_THE_ENGINE.findall(model.read_text()) == []


@pytest.mark.parametrize("model", MODEL_FILES, ids=lambda path: path.stem)
def test_an_incremental_model_replaces_what_it_writes_again(model: Path) -> None:
    text = model.read_text()
    if "incremental" in text:
        assert "unique_key" in text or "insert_overwrite" in text


@pytest.mark.parametrize("model", MODEL_FILES, ids=lambda path: path.stem)
def test_every_model_and_column_is_described_beside_it(model: Path) -> None:
    described = yaml.safe_load(model.with_suffix(".yml").read_text())["models"]
    assert [entry["name"] for entry in described] == [model.stem]
    assert described[0]["description"]
    assert all(column["description"] and column["data_type"] for column in described[0]["columns"])


@pytest.mark.parametrize("model", sorted((MODELS / "models" / "marts").glob("*.sql")), ids=lambda path: path.stem)
def test_every_mart_has_a_unit_test(model: Path) -> None:
    assert yaml.safe_load(model.with_suffix(".yml").read_text())["unit_tests"]
