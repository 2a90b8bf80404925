"""Text files of users, in the encodings that editors and spreadsheets write."""

import codecs
import re
import unicodedata
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

_PLACE = re.compile(r"at line ([0-9]+), column ([0-9]+)")


def read_text(path: Path) -> str:
    """Read a text file: UTF-8, or UTF-16 or UTF-32 with a byte-order mark. A mark is not part of the text.

    Lines may end as on Windows or on an old Mac; in the text they end with a line feed.

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
    return text.replace("\r\n", "\n").replace("\r", "\n")


def unusual_character(text: str, message: str) -> str:
    """Return words about the character at which a text is not TOML, if it is not ASCII; else none.

    Word processors write quotation marks and spaces that look like those of TOML.

    Args:
        text: The text.
        message: The message of its error, with a line and a column.
    """
    place = _PLACE.search(message)
    line = text.split("\n")[int(place[1]) - 1] if place else ""
    character = line[int(place[2]) - 1 : int(place[2])] if place else ""
    if not character or character.isascii():
        return ""
    return f"; the character there is {unicodedata.name(character, 'unknown').lower()}, write the plain one instead"
