"""The library is compiled again when its sources change, and nothing is lost without a compiler."""

import ctypes
import shutil
from pathlib import Path

import pytest

from elt.native import library
from elt.native.library import compile_library, library_path

pytestmark = pytest.mark.unit


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder with two small sources, used instead of the package's."""
    sources = tmp_path / "compiled"
    sources.mkdir()
    for name in ("one", "two"):
        (sources / f"{name}.c").write_text(f"int {name}(void) {{ return 1; }}\n")
    monkeypatch.setattr(library, "_FOLDER", sources)
    return sources


@pytest.mark.skipif(shutil.which("cc") is None, reason="there is no C compiler")
def test_one_library_is_compiled_and_its_name_changes_with_the_sources(folder: Path) -> None:
    first = compile_library()
    assert first == library_path()
    assert ctypes.CDLL(str(first)).one() == ctypes.CDLL(str(first)).two() == 1
    (folder / "two.c").write_text("int two(void) { return 2; }\n")
    assert library_path() != first
    second = compile_library()
    assert second == library_path()
    assert ctypes.CDLL(str(second)).two() == 2
    assert list(folder.glob("*.so")) == [second]


@pytest.mark.parametrize("fault", ["no compiler", "a failing compiler", "a broken source"])
def test_without_a_compiler_nothing_is_compiled_and_old_files_stay(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    (folder / "elt-before.so").touch()
    if fault == "a broken source":
        (folder / "two.c").write_text("int two(")
    else:
        monkeypatch.setenv("CC", "false" if fault == "a failing compiler" else "")
        monkeypatch.setenv("PATH", str(tmp_path))
        monkeypatch.setattr("sysconfig.get_config_var", lambda name: None)
    before = sorted(folder.iterdir())
    assert compile_library() is None
    assert sorted(folder.iterdir()) == before
