"""Rows of characters: texts of one width, such as names and identifiers, without an object of Python for each."""

import numpy as np
import numpy.typing as npt

Rows = npt.NDArray[np.uint8]
"""One row of ASCII characters for each text."""


def texts_of(rows: Rows) -> list[str]:
    """Return the texts as single strings."""
    text, width = rows.tobytes().decode("ascii"), rows.shape[1]
    return [text[place : place + width] for place in range(0, len(text), width)]
