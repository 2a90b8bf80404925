"""The compiled library is made anew when its sources change, and nothing is lost without a compiler."""

import ctypes
import shutil
from pathlib import Path

import pytest

from elt.native import library
from elt.native.library import compile_library, library_path

pytestmark = pytest.mark.unit


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder with a copy of the sources, which is taken for that of the package."""
    found = tmp_path / "compiled"
    shutil.copytree(Path(library.__file__).parent, found, ignore=shutil.ignore_patterns("*.so"))
    monkeypatch.setattr(library, "_FOLDER", found)
    return found


@pytest.mark.skipif(shutil.which("cc") is None, reason="there is no C compiler")
def test_one_library_is_made_and_its_name_changes_with_the_sources(folder: Path) -> None:
    first = compile_library()
    assert first == library_path()
    assert ctypes.CDLL(str(first)).read_files
    with (folder / "files.c").open("a") as source:
        source.write("int added(void) { return 41; }\n")
    assert library_path() != first
    second = compile_library()
    assert second == library_path()
    assert ctypes.CDLL(str(second)).added() == 41
    assert list(folder.glob("*.so")) == [second]


@pytest.mark.parametrize("fault", ["no compiler", "one that refuses", "a source that is none"])
def test_without_a_compiler_nothing_is_made_and_what_is_there_stays(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    (folder / "elt-before.so").touch()
    if fault == "a source that is none":
        (folder / "files.c").write_text("int read_files(")
    else:
        monkeypatch.setenv("CC", "false" if fault == "one that refuses" else "")
        monkeypatch.setenv("PATH", str(tmp_path))
        monkeypatch.setattr("sysconfig.get_config_var", lambda name: None)
    there = sorted(folder.iterdir())
    assert compile_library() is None
    assert sorted(folder.iterdir()) == there
