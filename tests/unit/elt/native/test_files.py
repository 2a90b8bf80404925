"""The compiled library lists and reads the files of folders, and leaves what is not an ordinary file to the caller."""

import os
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from compiled_code import needed_library

from elt.native.buffers import ObjectBuffer
from elt.native.files import LARGE, CompiledFiles
from elt.native.names import NAME_END

pytestmark = pytest.mark.unit


@pytest.fixture
def files() -> CompiledFiles:
    return CompiledFiles(needed_library())


def folder_of(place: Path, contents: dict[str, bytes]) -> str:
    place.mkdir(exist_ok=True)
    for name, data in contents.items():
        (place / name).write_bytes(data)
    return f"{place}/"


def listed_in(files: CompiledFiles, folders: list[str]) -> list[list[str]]:
    """Return the names in each folder."""
    names_in: list[list[str]] = []
    while len(names_in) < len(folders):
        names = files.names(folders[len(names_in) :])
        spans = pairwise([0, *names.ends.tolist()])
        listed = [names.buffer[start:end] for start, end in spans]
        assert listed
        assert all(each == b"" or each.endswith(NAME_END) for each in listed)
        names_in += [list(map(os.fsdecode, each.split(NAME_END)[:-1])) for each in listed]
    return names_in


def read(files: CompiledFiles, folders: dict[str, list[str]]) -> list[bytes]:
    """Return what the first files hold, up to the one that is left to the caller."""
    names = [name for each in folders.values() for name in each]
    rows = np.array([list(name.encode()) for name in names or ["none"]], np.uint8)[: len(names)]
    buffer = ObjectBuffer(len(names))
    files.read(list(folders), np.cumsum([len(each) for each in folders.values()]), rows, buffer)
    return list(buffer)


def test_names_of_any_kind_and_number_are_listed(tmp_path: Path, files: CompiledFiles) -> None:
    names = {f"{number}" + "x" * (number % 200) for number in range(3000)} | {"é\n", "\udcff", "x" * 255, "..x", ".x"}
    for name in names:
        (tmp_path / name).touch()
    (listed,) = listed_in(files, [str(tmp_path)])
    assert sorted(listed) == sorted(names)


def test_the_names_of_several_folders_are_listed_each_with_its_own(tmp_path: Path, files: CompiledFiles) -> None:
    folders = {}
    for place, count in (("a", 3), ("b", 0), ("c", 1000), ("ü", 1)):
        in_folder = {f"{place}{number}": b"" for number in range(count)}
        folders[folder_of(tmp_path / place, in_folder)] = sorted(in_folder)
    assert [sorted(names) for names in listed_in(files, list(folders))] == list(folders.values())


def test_few_names_are_held_at_once_but_always_all_names_of_one_folder(
    tmp_path: Path, files: CompiledFiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("elt.native.files.MANY_NAME_BYTES", 300)
    contents = [{f"{number:049d}": b"" for number in range(count)} for count in (2, 2, 40, 1)]
    folders = [folder_of(tmp_path / f"{place}", names) for place, names in enumerate(contents)]
    assert len(files.names(folders).ends) in (2, 3)
    assert len(files.names(folders[2:]).ends) in (1, 2)
    assert [sorted(names) for names in listed_in(files, folders)] == list(map(sorted, contents))


def test_a_folder_among_the_files_raises_an_error(tmp_path: Path, files: CompiledFiles) -> None:
    for number in range(1000):
        (tmp_path / f"{number}").touch()
    (tmp_path / "link").symlink_to(tmp_path)
    assert len(listed_in(files, [str(tmp_path)])[0]) == 1001
    (tmp_path / "folder").mkdir()
    with pytest.raises(IsADirectoryError):
        files.names([str(tmp_path)])


def test_listing_ends_before_a_folder_that_cannot_be_listed_and_the_error_names_it(
    tmp_path: Path, files: CompiledFiles
) -> None:
    first, empty = folder_of(tmp_path / "a", {"0": b""}), folder_of(tmp_path / "c", {})
    (tmp_path / "file").touch()
    (tmp_path / "b" / "folder").mkdir(parents=True)
    errors = {"b": IsADirectoryError, "nothing": FileNotFoundError, "file": NotADirectoryError}
    for odd, error in errors.items():
        assert files.names([first, f"{tmp_path}/{odd}", empty]).buffer == b"0\0"
        with pytest.raises(error, match=odd):
            files.names([f"{tmp_path}/{odd}"])
        assert listed_in(files, [empty]) == [[]], "an empty folder has no names, also after an error"


def test_files_of_several_folders_are_read_in_the_order_of_their_names(tmp_path: Path, files: CompiledFiles) -> None:
    contents = {f"{number:02d}": bytes([number]) * (number % 5) for number in range(60)}
    folders: dict[str, list[str]] = {}
    for place, some in (("a", range(20)), ("b", range(0)), ("c", range(20, 21)), ("ü", range(21, 60))):
        in_folder = {f"{number:02d}": contents[f"{number:02d}"] for number in some}
        folders[folder_of(tmp_path / place, in_folder)] = sorted(in_folder)
    assert read(files, folders) == list(contents.values())


def test_files_with_the_longest_names_are_read(tmp_path: Path, files: CompiledFiles) -> None:
    assert read(files, {folder_of(tmp_path, {"x" * 255: b"a"}): ["x" * 255]}) == [b"a"]
    assert read(files, {f"{tmp_path}/": ["x" * 256]}) == read(files, {f"{tmp_path}/": []}) == read(files, {}) == []


@pytest.mark.parametrize("size", [LARGE, LARGE + 1, 3 * LARGE])
def test_reading_ends_before_a_large_file(tmp_path: Path, files: CompiledFiles, size: int) -> None:
    contents = {"0": b"a", "1": b"b" * (LARGE - 1), "2": b"c" * size, "3": b"d"}
    folder = folder_of(tmp_path, contents)
    assert read(files, {folder: list(contents)}) == list(contents.values())[:2]


@pytest.mark.parametrize("odd", ["missing", "link", "folder"])
def test_reading_ends_before_anything_but_a_file(tmp_path: Path, files: CompiledFiles, odd: str) -> None:
    folder = folder_of(tmp_path, {"0": b"a", "1": b"b", "3": b"d"})
    if odd == "link":
        (tmp_path / "2").symlink_to(tmp_path / "1")
    elif odd == "folder":
        (tmp_path / "2").mkdir()
    assert read(files, {folder: ["0", "1", "2", "3"]}) == [b"a", b"b"]


def test_a_missing_folder_or_file_is_not_looked_for_in_the_next_folder(tmp_path: Path, files: CompiledFiles) -> None:
    first, second = folder_of(tmp_path / "a", {"0": b"a"}), folder_of(tmp_path / "b", {"1": b"other", "2": b"b"})
    assert read(files, {first: ["0"], f"{tmp_path}/nothing/": ["1"], second: ["2"]}) == [b"a"]
    assert read(files, {first: ["0", "1"], second: ["1", "2"]}) == [b"a"]


def test_reading_continues_after_what_the_caller_read(tmp_path: Path, files: CompiledFiles) -> None:
    names = ["0", "1", "2", "3", "4"]
    contents = [{name: f"{place}{name}".encode() for name in "0134"} for place in "xy"]
    folders = [folder_of(tmp_path / place, each) for place, each in zip("xy", contents, strict=True)]
    buffer = ObjectBuffer(10)
    rows = np.array([[ord(name)] for name in names * 2], np.uint8)
    for left_out in (2, 7):
        files.read(folders, np.array([5, 10]), rows, buffer)
        assert buffer.count == left_out
        buffer.extend([b"mine"])
    files.read(folders, np.array([5, 10]), rows, buffer)
    assert list(buffer) == [b"x0", b"x1", b"mine", b"x3", b"x4", b"y0", b"y1", b"mine", b"y3", b"y4"]


def test_the_buffer_grows_with_what_is_read(tmp_path: Path, files: CompiledFiles) -> None:
    contents = {f"{number:03d}": bytes([number % 256]) * (LARGE - 1 - number) for number in range(400)}
    folder = folder_of(tmp_path, contents)
    assert read(files, {folder: list(contents)}) == list(contents.values())


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="the system does not tell which files are open")
def test_no_file_stays_open(tmp_path: Path, files: CompiledFiles) -> None:
    contents = {f"{number:02d}": b"a" for number in range(20)} | {"50": b"b" * LARGE}
    folder = folder_of(tmp_path, contents)
    before = len(os.listdir("/proc/self/fd"))  # noqa: PTH208
    read(files, {folder: [*contents, "51"], f"{tmp_path}/nothing/": ["00"]})
    files.names([folder])
    with pytest.raises(IsADirectoryError):
        files.names([str(tmp_path.parent)])
    assert len(os.listdir("/proc/self/fd")) == before  # noqa: PTH208


def test_ends_that_do_not_fit_the_names_and_a_buffer_too_small_are_refused(
    tmp_path: Path, files: CompiledFiles
) -> None:
    folder, rows = folder_of(tmp_path, {"0": b"a", "1": b"b"}), np.array([[48], [49]], np.uint8)
    for folders, ends in (([folder], [3]), ([folder], [1]), ([folder], [1, 2]), ([], [])):
        with pytest.raises(ValueError, match="folder_ends must have"):
            files.read(folders, np.array(ends, np.int64), rows, ObjectBuffer(2))
    with pytest.raises(ValueError, match="for 1 objects, not for 2"):
        files.read([folder], np.array([2]), rows, ObjectBuffer(1))
