"""Temporary files for what is too large for memory."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

from elt import EltError


def temporary_file() -> IO[bytes]:
    """Open a file that is gone when it is closed."""
    return tempfile.TemporaryFile(prefix="hospital-elt-")


@contextmanager
def room_for(what: str) -> Iterator[None]:
    """Say what to do if there is no room for temporary files.

    Args:
        what: What is done with them, in words.

    Raises:
        EltError: If they cannot be made or written.
    """
    try:
        yield
    except OSError as error:
        raise EltError(
            f"{tempfile.gettempdir()}: {what}, which failed: {error.strerror or error}; "
            "give a folder with more room in TMPDIR"
        ) from error
