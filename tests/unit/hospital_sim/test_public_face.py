"""``import hospital_sim as hs``: few names, each with a docstring."""

import inspect

import pytest

import hospital_sim as hs

pytestmark = pytest.mark.unit


def test_at_most_thirty_names_are_public_sorted_and_importable() -> None:
    assert len(hs.__all__) <= 30
    assert sorted(hs.__all__, key=str) == list(hs.__all__)
    assert all(hasattr(hs, name) for name in hs.__all__)


@pytest.mark.parametrize("name", hs.__all__)
def test_every_public_name_has_a_docstring(name: str) -> None:
    assert inspect.getdoc(getattr(hs, name))


def test_the_docstring_of_the_package_lists_every_public_name() -> None:
    assert [name for name in hs.__all__ if f"``{name}``" not in (hs.__doc__ or "")] == []


@pytest.mark.parametrize("name", [name for name in hs.__all__ if inspect.isclass(getattr(hs, name))])
def test_every_public_method_has_a_docstring(name: str) -> None:
    methods = inspect.getmembers(
        getattr(hs, name), lambda member: inspect.isfunction(member) or isinstance(member, property)
    )
    undocumented = [method for method, member in methods if not method.startswith("_") and not inspect.getdoc(member)]
    assert undocumented == []


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
