"""A DSN says which kind of warehouse it is and where; a wrong one is told without its password."""

from pathlib import Path

import pytest

from elt.errors import WrongCallError
from elt.warehouse import open_warehouse
from elt.warehouse.dsn import parse_dsn

pytestmark = pytest.mark.unit


def test_three_slashes_are_an_absolute_path() -> None:
    assert parse_dsn("chdb:///data/warehouse").path == Path("/data/warehouse")


def test_two_slashes_are_a_path_from_the_working_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert parse_dsn("chdb://some/warehouse").path == tmp_path / "some" / "warehouse"


@pytest.mark.parametrize("dsn", ["warehouse", "duckdb:///data", "/data/warehouse", ""])
def test_an_unknown_kind_is_named_with_the_kinds_there_are(dsn: str) -> None:
    with pytest.raises(WrongCallError, match="chdb:///absolute/path") as told:
        parse_dsn(dsn)
    assert repr(dsn) in str(told.value)
    assert told.value.exit_code == 2


@pytest.mark.parametrize("dsn", ["postgres://me:s3cret@host/db", "mysql://me:s3@cret@host:1/db"])
def test_a_password_is_never_told(dsn: str) -> None:
    with pytest.raises(WrongCallError) as told:
        parse_dsn(dsn)
    assert "me:***@host" in str(told.value)
    assert "s3" not in str(told.value)


def test_a_path_must_be_given() -> None:
    with pytest.raises(WrongCallError, match="the path is missing"):
        parse_dsn("chdb://")


@pytest.mark.parametrize("prefix", ["", "Hospital", "a-b", "x; drop", "1a"])
def test_a_prefix_must_be_a_name(prefix: str, tmp_path: Path) -> None:
    with pytest.raises(WrongCallError, match="prefix"):
        open_warehouse(f"chdb://{tmp_path}/warehouse", prefix)
