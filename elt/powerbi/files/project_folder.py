"""Writes the project's folder: each file atomically, and removes the files of an older project."""

from collections.abc import Iterable, Mapping
from pathlib import Path

from elt import EltError


class ProjectTargetError(EltError):
    """The project cannot be written (exit code 1)."""


def write_folder(directory: Path, contents: Mapping[str, bytes], replaced: Iterable[str]) -> None:
    """Write files into a folder.

    Args:
        directory: The folder; created if it does not exist.
        contents: Bytes of each file, by its path in the folder.
        replaced: Folders inside it from which all other files are removed, because an older project wrote them.

    Raises:
        ProjectTargetError: If a file cannot be written.
    """
    try:
        for path, content in contents.items():
            _replace(directory / path, content)
        for folder in replaced:
            _remove_others(directory, folder, contents)
    except OSError as error:
        reason = error.strerror or str(error)
        raise ProjectTargetError(f"--out {directory}: cannot be written ({reason})") from error


def _replace(path: Path, content: bytes) -> None:
    # Renaming is atomic, so a program that has the project open never reads half a file.
    temporary = path.with_name(f".{path.name}.new")
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary.write_bytes(content)
    temporary.replace(path)


def _remove_others(directory: Path, folder: str, contents: Mapping[str, bytes]) -> None:
    kept = {directory / path for path in contents}
    for path in sorted((directory / folder).rglob("*"), reverse=True):
        if path.is_dir():
            if not any(path.iterdir()):
                path.rmdir()
        elif path not in kept:
            path.unlink()
