"""The folder of a project holds its files and no others of an older one; a folder that cannot be written is named."""

from pathlib import Path

import pytest

from elt.powerbi.files.project_folder import ProjectTargetError, write_folder

pytestmark = pytest.mark.unit


def test_files_of_an_older_project_are_removed_from_its_folders_only(tmp_path: Path) -> None:
    write_folder(tmp_path, {"model/old/a.tmdl": b"old", "model/b.tmdl": b"old", "mine/c.txt": b"mine"}, ())

    write_folder(tmp_path, {"model/b.tmdl": b"new"}, ("model",))

    files = {path.relative_to(tmp_path).as_posix(): path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    assert files == {"model/b.tmdl": b"new", "mine/c.txt": b"mine"}
    assert not (tmp_path / "model" / "old").exists()


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("")
    with pytest.raises(ProjectTargetError, match=r"--out .*taken: cannot be written"):
        write_folder(tmp_path / "taken", {"a": b""}, ())
