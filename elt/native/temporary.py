"""Temporary files for data that is too large for memory."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

from elt import EltError


def temporary_file() -> IO[bytes]:
    """Open a file that is removed when it is closed."""
    return tempfile.TemporaryFile(prefix="hospital-elt-")


@contextmanager
def explain_no_space(purpose: str) -> Iterator[None]:
    """Turn an error of a temporary file into one that says what to do.

    Example:
        with explain_no_space("a large file is sorted here"):
            file = temporary_file()
            file.write(data)

    Args:
        purpose: What the file is for, as a sentence.

    Raises:
        EltError: If a temporary file cannot be created or written.
    """
    try:
        yield
    except OSError as error:
        raise EltError(
            f"{tempfile.gettempdir()}: {purpose}, which failed: {error.strerror or error}; "
            "give a folder with more room in TMPDIR"
        ) from error
