"""Writing the project's folder: every file whole, and none left over from an older project."""

from collections.abc import Iterable, Mapping
from pathlib import Path

from elt.errors import EltError


class ProjectTargetError(EltError):
    """The project cannot be written (exit code 1)."""


def write_folder(directory: Path, contents: Mapping[str, bytes], replaced: Iterable[str]) -> None:
    """Write files into a folder.

    Args:
        directory: The folder; made if it is not there.
        contents: Bytes of each file, by its path in the folder.
        replaced: Folders in it that hold nothing but such files: what else lies there is of an older project, and goes.

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
    # Written aside and renamed: whoever has the project open never sees half a file.
    aside = path.with_name(f".{path.name}.new")
    path.parent.mkdir(parents=True, exist_ok=True)
    aside.write_bytes(content)
    aside.replace(path)


def _remove_others(directory: Path, folder: str, contents: Mapping[str, bytes]) -> None:
    kept = {directory / path for path in contents}
    for path in sorted((directory / folder).rglob("*"), reverse=True):
        if path.is_dir():
            if not any(path.iterdir()):
                path.rmdir()
        elif path not in kept:
            path.unlink()
