"""What only one engine knows stands behind a dispatched macro: models and tests are standard SQL."""

import re
from pathlib import Path

import pytest

pytestmark = pytest.mark.unit

PROJECT = Path(__file__).parents[3] / "elt" / "models"
FILES = sorted((PROJECT / "models").rglob("*.sql")) + sorted((PROJECT / "tests").rglob("*.sql"))
MACROS = sorted((PROJECT / "macros").glob("*.sql"))
# ClickHouse writes its functions in camel case; standard SQL and the project's macros do not.
CAMEL_CASE = re.compile(r"\b[a-z]+[A-Z]\w*(?=\()")
OWN_MACRO = re.compile(r"{% macro clickhouse__.*?{%-? endmacro", re.DOTALL)


def engine_functions(sql: str) -> list[str]:
    without_comments = re.sub(r"{#.*?#}|--[^\n]*", "", sql, flags=re.DOTALL)
    return CAMEL_CASE.findall(OWN_MACRO.sub("", without_comments))


@pytest.mark.parametrize("path", FILES + MACROS, ids=lambda path: path.stem)
def test_no_function_of_clickhouse_stands_outside_its_macros(path: Path) -> None:
    assert engine_functions(path.read_text()) == []


def test_a_function_of_clickhouse_would_be_found() -> None:
    assert engine_functions("select toDate(x), count(*) from t") == ["toDate"]
    assert engine_functions("{% macro clickhouse__day() -%} toDate(x) {%- endmacro %}") == []


def test_every_dispatched_macro_speaks_for_the_engines_there_are() -> None:
    text = "".join(path.read_text() for path in MACROS)
    dispatched = set(re.findall(r"adapter\.dispatch\('(\w+)'", text))
    assert len(dispatched) > 10
    for name in dispatched:
        assert f"macro clickhouse__{name}(" in text
        assert f"macro default__{name}(" in text
