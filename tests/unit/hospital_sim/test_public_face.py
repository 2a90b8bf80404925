"""``import hospital_sim as hs``: few names, each with a docstring."""

import inspect

import pytest

import hospital_sim as hs

pytestmark = pytest.mark.unit


def test_at_most_thirty_names_are_public_sorted_and_importable() -> None:
    assert len(hs.__all__) <= 30
    assert sorted(hs.__all__, key=str) == list(hs.__all__)
    assert all(hasattr(hs, name) for name in hs.__all__)


def test_every_public_name_and_method_has_a_docstring_and_that_of_the_package_lists_the_names() -> None:
    parts = {name: getattr(hs, name) for name in hs.__all__}
    for name, kind in [(name, part) for name, part in parts.items() if inspect.isclass(part)]:
        for method, member in inspect.getmembers(kind):
            if not method.startswith("_") and (inspect.isfunction(member) or isinstance(member, property)):
                parts[f"{name}.{method}"] = member
    assert [name for name, part in parts.items() if not inspect.getdoc(part)] == []
    assert [name for name in hs.__all__ if f"``{name}``" not in (hs.__doc__ or "")] == []


def test_errors_can_be_told_apart_and_carry_their_exit_code() -> None:
    assert issubclass(hs.ConfigurationError, hs.HospitalSimError)
    assert issubclass(hs.ConfigurationError, ValueError)
    assert issubclass(hs.MissingExtraError, ImportError)
    codes = [error.exit_code for error in (hs.HospitalSimError, hs.ConfigurationError, hs.HistoryConflictError)]
    assert codes == [1, 2, 2]


def test_the_presets_are_listed() -> None:
    assert {"small", "district_general"} <= set(hs.presets())
    assert len(hs.load("small").config.department) == 3
    assert sum(ward.beds for ward in hs.load("small").config.department) == 60
    assert 500 <= sum(ward.beds for ward in hs.load("district_general").config.department) <= 650
