"""The schema of hospital files agrees with ``load``, on random files and on files with one wrong value."""

import copy
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import msgspec
import pytest
from any_hospital import Fields, documents
from hypothesis import given
from hypothesis import strategies as st

from hospital_sim.config import parse_hospitals
from hospital_sim.config.presets.file_schema import file_schema
from hospital_sim.errors import ConfigurationError

pytestmark = pytest.mark.property

VALIDATOR = jsonschema.Draft7Validator(file_schema())
EVERY_FIELD = tomllib.loads((Path(__file__).parents[4] / "docs" / "every_field.toml").read_text(encoding="utf-8"))

Place = tuple[dict[str, Any] | list[Any], str | int]


def _places(node: object) -> Iterator[Place]:
    """Yield each value of a document as the table or list that holds it, and its key there."""
    if isinstance(node, dict | list):
        for key in list(node) if isinstance(node, dict) else range(len(node)):
            yield node, key
            yield from _places(node[key])


def _loads(document: Fields) -> bool:
    try:
        parse_hospitals(document)
    except ConfigurationError:
        return False
    return True


@given(documents())
def test_a_file_that_loads_passes_the_schema(document: Fields) -> None:
    parse_hospitals(document)
    VALIDATOR.validate(document)


@given(st.data())
def test_a_wrong_type_and_an_unknown_field_are_refused_by_the_schema_and_by_load(data: st.DataObject) -> None:
    document = copy.deepcopy(EVERY_FIELD)
    holder, key = data.draw(st.sampled_from(list(_places(document))))
    if isinstance(holder, dict) and data.draw(st.booleans()):
        holder["unknown"] = 1
    else:
        holder[key] = {"unknown": 1}  # type: ignore[index]

    assert not VALIDATOR.is_valid(msgspec.to_builtins(document))
    assert not _loads(document)


@given(st.data(), st.sampled_from([-1, 0, 0.5, 1_000_000, "", "x", True, []]))
def test_what_the_schema_refuses_does_not_load(data: st.DataObject, value: object) -> None:
    document = copy.deepcopy(EVERY_FIELD)
    holder, key = data.draw(st.sampled_from(list(_places(document))))
    holder[key] = value  # type: ignore[index]

    assert VALIDATOR.is_valid(msgspec.to_builtins(document)) or not _loads(document)
