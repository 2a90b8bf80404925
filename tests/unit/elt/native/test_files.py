"""Files of folders are listed and read alike, compiled or not; what is not ordinary is left to the caller."""

import os
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from compiled_code import needed_library

from elt.native.buffers import ObjectBuffer
from elt.native.files import LARGE, CompiledFiles, Files, InterpretedFiles
from elt.native.name_lists import END

pytestmark = pytest.mark.unit


@pytest.fixture(params=["compiled", "interpreted"])
def files(request: pytest.FixtureRequest) -> Files:
    return InterpretedFiles() if request.param == "interpreted" else CompiledFiles(needed_library())


def folder_of(place: Path, contents: dict[str, bytes]) -> str:
    place.mkdir(exist_ok=True)
    for name, data in contents.items():
        (place / name).write_bytes(data)
    return f"{place}/"


def listed_in(files: Files, folders: list[str]) -> list[list[str]]:
    """Return the names in each folder."""
    found: list[list[str]] = []
    while len(found) < len(folders):
        names = files.names(folders[len(found) :])
        spans = pairwise([0, *names.ends.tolist()])
        listed = [names.joined[start:end] for start, end in spans]
        assert listed
        assert all(each == b"" or each.endswith(END) for each in listed)
        found += [list(map(os.fsdecode, each.split(END)[:-1])) for each in listed]
    return found


def read(files: Files, folders: dict[str, list[str]]) -> list[bytes]:
    """Return what the first files hold, up to the one that is left to the caller."""
    names = [name for each in folders.values() for name in each]
    rows = np.array([list(name.encode()) for name in names or ["none"]], np.uint8)[: len(names)]
    buffer = ObjectBuffer(len(names))
    files.read(list(folders), np.cumsum([len(each) for each in folders.values()]), rows, buffer)
    return list(buffer.joined())


def test_names_of_any_kind_and_number_are_listed(tmp_path: Path, files: Files) -> None:
    names = {f"{number}" + "x" * (number % 200) for number in range(3000)} | {"é\n", "\udcff", "x" * 255, "..x", ".x"}
    for name in names:
        (tmp_path / name).touch()
    (listed,) = listed_in(files, [str(tmp_path)])
    assert sorted(listed) == sorted(names)


def test_the_names_of_several_folders_are_listed_each_with_its_own(tmp_path: Path, files: Files) -> None:
    folders = {}
    for place, count in (("a", 3), ("b", 0), ("c", 1000), ("ü", 1)):
        there = {f"{place}{number}": b"" for number in range(count)}
        folders[folder_of(tmp_path / place, there)] = sorted(there)
    assert [sorted(names) for names in listed_in(files, list(folders))] == list(folders.values())


def test_few_names_are_held_at_once_and_those_of_one_folder_whatever_their_number(
    tmp_path: Path, files: Files, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("elt.native.name_lists", "elt.native.compiled_files"):
        monkeypatch.setattr(f"{module}.HELD_BYTES", 300)
    there = [{f"{number:049d}": b"" for number in range(count)} for count in (2, 2, 40, 1)]
    folders = [folder_of(tmp_path / f"{place}", names) for place, names in enumerate(there)]
    assert len(files.names(folders).ends) in (2, 3)
    assert len(files.names(folders[2:]).ends) in (1, 2)
    assert [sorted(names) for names in listed_in(files, folders)] == list(map(sorted, there))


def test_a_folder_among_the_files_is_told(tmp_path: Path, files: Files) -> None:
    for number in range(1000):
        (tmp_path / f"{number}").touch()
    (tmp_path / "link").symlink_to(tmp_path)
    assert len(listed_in(files, [str(tmp_path)])[0]) == 1001
    (tmp_path / "folder").mkdir()
    with pytest.raises(IsADirectoryError):
        files.names([str(tmp_path)])


def test_an_empty_folder_has_no_names(tmp_path: Path, files: Files) -> None:
    assert listed_in(files, [str(tmp_path)]) == [[]]


def test_a_folder_that_cannot_be_listed_is_named(tmp_path: Path, files: Files) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(FileNotFoundError, match="nothing"):
        files.names([str(tmp_path / "nothing")])
    with pytest.raises(NotADirectoryError, match="file"):
        files.names([str(tmp_path / "file")])


def test_listing_ends_before_a_folder_that_cannot_be_listed(tmp_path: Path) -> None:
    compiled = CompiledFiles(needed_library())
    there, other = folder_of(tmp_path / "a", {"0": b""}), folder_of(tmp_path / "c", {"2": b""})
    (tmp_path / "b" / "folder").mkdir(parents=True)
    for odd in ("b", "nothing"):
        assert compiled.names([there, f"{tmp_path}/{odd}", other]).joined == b"0\0"


def test_the_files_of_several_folders_are_read_in_the_order_of_their_names(tmp_path: Path, files: Files) -> None:
    contents = {f"{number:02d}": bytes([number]) * (number % 5) for number in range(60)}
    folders: dict[str, list[str]] = {}
    for place, some in (("a", range(20)), ("b", range(0)), ("c", range(20, 21)), ("ü", range(21, 60))):
        there = {f"{number:02d}": contents[f"{number:02d}"] for number in some}
        folders[folder_of(tmp_path / place, there)] = sorted(there)
    assert read(files, folders) == list(contents.values())


def test_no_files_are_nothing(tmp_path: Path, files: Files) -> None:
    assert read(files, {}) == []
    assert read(files, {f"{tmp_path}/": []}) == []


@pytest.mark.parametrize("size", [LARGE, LARGE + 1, 3 * LARGE])
def test_reading_ends_before_a_large_file(tmp_path: Path, files: Files, size: int) -> None:
    contents = {"0": b"a", "1": b"b" * (LARGE - 1), "2": b"c" * size, "3": b"d"}
    folder = folder_of(tmp_path, contents)
    assert read(files, {folder: list(contents)}) == list(contents.values())[:2]


@pytest.mark.parametrize("odd", ["missing", "link", "folder"])
def test_reading_ends_before_what_is_no_file(tmp_path: Path, files: Files, odd: str) -> None:
    folder = folder_of(tmp_path, {"0": b"a", "1": b"b", "3": b"d"})
    if odd == "link":
        (tmp_path / "2").symlink_to(tmp_path / "1")
    elif odd == "folder":
        (tmp_path / "2").mkdir()
    assert read(files, {folder: ["0", "1", "2", "3"]}) == [b"a", b"b"]


def test_reading_ends_before_a_folder_that_is_not_there(tmp_path: Path, files: Files) -> None:
    there, other = folder_of(tmp_path / "a", {"0": b"a"}), folder_of(tmp_path / "c", {"2": b"c"})
    assert read(files, {there: ["0"], f"{tmp_path}/b/": ["1"], other: ["2"]}) == [b"a"]


def test_a_file_that_is_missing_is_not_looked_for_in_the_next_folder(tmp_path: Path, files: Files) -> None:
    first, second = folder_of(tmp_path / "a", {"0": b"a"}), folder_of(tmp_path / "b", {"1": b"other", "2": b"b"})
    assert read(files, {first: ["0", "1"], second: ["1", "2"]}) == [b"a"]


def test_reading_goes_on_behind_what_the_caller_read(tmp_path: Path, files: Files) -> None:
    names = ["0", "1", "2", "3", "4"]
    folders = [folder_of(tmp_path / place, {"0": b"a", "1": b"b", "3": b"d", "4": b"e"}) for place in "xy"]
    buffer = ObjectBuffer(10)
    rows = np.array([[ord(name)] for name in names * 2], np.uint8)
    for left_out in (2, 7):
        files.read(folders, np.array([5, 10]), rows, buffer)
        assert buffer.count == left_out
        buffer.extend([b"mine"])
    files.read(folders, np.array([5, 10]), rows, buffer)
    assert list(buffer.joined()) == [b"a", b"b", b"mine", b"d", b"e"] * 2


def test_the_buffer_grows_with_what_is_read(tmp_path: Path, files: Files) -> None:
    contents = {f"{number:03d}": bytes([number % 256]) * (LARGE - 1 - number) for number in range(400)}
    folder = folder_of(tmp_path, contents)
    assert read(files, {folder: list(contents)}) == list(contents.values())


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="the system does not tell which files are open")
def test_no_file_stays_open(tmp_path: Path, files: Files) -> None:
    contents = {f"{number:02d}": b"a" for number in range(20)} | {"50": b"b" * LARGE}
    folder = folder_of(tmp_path, contents)
    before = len(os.listdir("/proc/self/fd"))  # noqa: PTH208
    read(files, {folder: [*contents, "51"], f"{tmp_path}/nothing/": ["00"]})
    files.names([folder])
    with pytest.raises(IsADirectoryError):
        files.names([str(tmp_path.parent)])
    assert len(os.listdir("/proc/self/fd")) == before  # noqa: PTH208


def test_ends_that_are_not_of_the_names_and_a_buffer_too_small_are_refused(tmp_path: Path) -> None:
    compiled = CompiledFiles(needed_library())
    folder, rows = folder_of(tmp_path, {"0": b"a", "1": b"b"}), np.array([[48], [49]], np.uint8)
    for folders, ends in (([folder], [3]), ([folder], [1]), ([folder], [1, 2]), ([], [])):
        with pytest.raises(ValueError, match="folder_ends must have"):
            compiled.read(folders, np.array(ends, np.int64), rows, ObjectBuffer(2))
    with pytest.raises(ValueError, match="for 1 objects, not for 2"):
        compiled.read([folder], np.array([2]), rows, ObjectBuffer(1))
