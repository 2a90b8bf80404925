"""Text files of users, in the encodings that editors and spreadsheets write."""

import codecs
from pathlib import Path

from hospital_sim.errors import ConfigurationError

# UTF-32 first, because its mark of little-endian order begins with that of UTF-16.
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
    (codecs.BOM_UTF8, "utf-8-sig"),
)


def read_text(path: Path) -> str:
    """Read a text file: UTF-8, or UTF-16 or UTF-32 with a byte-order mark. A mark is not part of the text.

    Raises:
        ConfigurationError: If the file cannot be read, or has another encoding; the message names what is wrong.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ConfigurationError(f"{path}: cannot be read: {error.strerror or error}") from error
    encoding = next((name for mark, name in _MARKS if data.startswith(mark)), "utf-8")
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        name = encoding.removesuffix("-sig").upper()
        line = data.count(b"\n", 0, error.start) + 1
        raise ConfigurationError(
            f"{path}: cannot be read: line {line} is not {name} ({error.reason}); save the file as UTF-8"
        ) from error
    if "\0" in text:
        raise ConfigurationError(
            f"{path}: cannot be read: has zero bytes, as UTF-16 without a byte-order mark has; save the file as UTF-8"
        )
    return text
