"""Quotes names and texts for TMDL, DAX, M and report files; refuses names that Power BI cannot have."""

import re

from elt import EltError

_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_CONTROL = re.compile(r"[\x00-\x1f\x7f\u0085\u2028\u2029]")
_NOT_IN_A_FILE_NAME = re.compile(r'[<>:"/\\|?*%.\x00-\x1f]')


class ModelNameError(EltError):
    """Power BI cannot have this name (exit code 1)."""


def checked_name(name: str, what: str) -> str:
    """Return a name unchanged if Power BI can have it.

    Args:
        name: Name of a table, column, measure or parameter; quotes, apostrophes and brackets are allowed.
        what: The kind of thing it names, for the error.

    Raises:
        ModelNameError: If it is empty, begins or ends with a space, or has a line break or another control character.
    """
    if not name:
        raise ModelNameError(f"{what}: its name is missing; Power BI needs one")
    if _CONTROL.search(name):
        raise ModelNameError(
            f"{what} {name!r}: a name in Power BI has no line breaks or control characters; rename it in the warehouse"
        )
    if name != name.strip():
        raise ModelNameError(f"{what} {name!r}: a name in Power BI does not begin or end with a space; rename it")
    return name


def tmdl_name(name: str) -> str:
    """Return a name in TMDL: quoted unless it is a plain word."""
    checked_name(name, "name")
    return name if _PLAIN.fullmatch(name) else "'" + name.replace("'", "''") + "'"


def tmdl_value(text: str) -> str:
    """Return the text of a one-line property in TMDL, quoted if TMDL would read it as something else."""
    if _CONTROL.search(text):
        raise ModelNameError(f"{text!r}: a property of a model has no line breaks or control characters")
    plain = bool(text) and text == text.strip() and not text.startswith(('"', "'", "`"))
    return text if plain else '"' + text.replace('"', '""') + '"'


def tmdl_description(text: str, indent: str) -> list[str]:
    """Return the lines of a description in TMDL, which stand above the described object."""
    return [f"{indent}/// {line}".rstrip() for line in text.strip().splitlines()] if text.strip() else []


def dax_table(table: str) -> str:
    """Return a table in DAX."""
    return "'" + table.replace("'", "''") + "'"


def dax_field(name: str) -> str:
    """Return the bracketed name of a column or measure in DAX."""
    return "[" + name.replace("]", "]]") + "]"


def dax_column(table: str, column: str) -> str:
    """Return a column in DAX."""
    return dax_table(table) + dax_field(column)


def dax_text(text: str) -> str:
    """Return a text as a DAX literal; a line break in it is appended as ``UNICHAR(10)``."""
    parts = re.split(r"(\r\n|\r|\n)", text)
    literals = [_dax_literal(part) for part in parts if part]
    return " & ".join(literals) or '""'


def _dax_literal(part: str) -> str:
    return "UNICHAR(10)" if part in ("\r\n", "\r", "\n") else '"' + part.replace('"', '""') + '"'


def m_text(text: str) -> str:
    """Return a text as an M literal, on one line."""
    escaped = text.replace("#(", "#(#)(").replace('"', '""')
    for character, escape in (("\r", "#(cr)"), ("\n", "#(lf)"), ("\t", "#(tab)")):
        escaped = escaped.replace(character, escape)
    return f'"{escaped}"'


def m_field(name: str) -> str:
    """Return the access to a field of a row in M."""
    return f"[{name}]" if _PLAIN.fullmatch(name) else f"[#{m_text(name)}]"


def pbir_text(text: str) -> str:
    """Return a text as the value of a literal in a report file."""
    return "'" + " ".join(text.splitlines()).replace("'", "''") + "'"


def file_name(name: str) -> str:
    """Return a name as a file name for every operating system; different names stay different."""
    return _NOT_IN_A_FILE_NAME.sub(lambda match: f"%{ord(match[0]):02X}", name)
