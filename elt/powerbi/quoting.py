"""Names and texts as TMDL, DAX, M and report files write them; a name that Power BI cannot hold is refused."""

import re

from elt.errors import EltError

_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_CONTROL = re.compile(r"[\x00-\x1f\x7f\u0085\u2028\u2029]")
_NOT_IN_A_FILE_NAME = re.compile(r'[<>:"/\\|?*%.\x00-\x1f]')


class ModelNameError(EltError):
    """A name that cannot be one in Power BI (exit code 1)."""


def checked_name(name: str, what: str) -> str:
    """Return a name that Power BI can hold.

    Args:
        name: Of a table, column, measure or parameter; quotes, apostrophes and brackets are allowed.
        what: What it names, for the error.

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
    """Return a name as TMDL writes it: quoted unless it is a plain word."""
    checked_name(name, "name")
    return name if _PLAIN.fullmatch(name) else "'" + name.replace("'", "''") + "'"


def tmdl_value(text: str) -> str:
    """Return the text of a property that has one line; quoted where it would be read as something else."""
    if _CONTROL.search(text):
        raise ModelNameError(f"{text!r}: a property of a model has no line breaks or control characters")
    plain = bool(text) and text == text.strip() and not text.startswith(('"', "'", "`"))
    return text if plain else '"' + text.replace('"', '""') + '"'


def tmdl_description(text: str, indent: str) -> list[str]:
    """Return the lines of a description, to stand above what is described."""
    return [f"{indent}/// {line}".rstrip() for line in text.strip().splitlines()] if text.strip() else []


def dax_table(table: str) -> str:
    """Return a table as DAX writes it."""
    return "'" + table.replace("'", "''") + "'"


def dax_field(name: str) -> str:
    """Return the bracketed name of a column or measure as DAX writes it."""
    return "[" + name.replace("]", "]]") + "]"


def dax_column(table: str, column: str) -> str:
    """Return a column as DAX writes it."""
    return dax_table(table) + dax_field(column)


def dax_text(text: str) -> str:
    """Return a text as a DAX literal; a line break in it is joined on as ``UNICHAR(10)``."""
    parts = re.split(r"(\r\n|\r|\n)", text)
    written = ["UNICHAR(10)" if part in ("\r\n", "\r", "\n") else '"' + part.replace('"', '""') + '"' for part in parts]
    return " & ".join(part for part in written if part != '""') or '""'


def m_text(text: str) -> str:
    """Return a text as an M literal, on one line."""
    escaped = text.replace("#(", "#(#)(").replace('"', '""')
    for character, escape in (("\r", "#(cr)"), ("\n", "#(lf)"), ("\t", "#(tab)")):
        escaped = escaped.replace(character, escape)
    return f'"{escaped}"'


def m_field(name: str) -> str:
    """Return access to a field of a row as M writes it."""
    return f"[{name}]" if _PLAIN.fullmatch(name) else f"[#{m_text(name)}]"


def pbir_text(text: str) -> str:
    """Return a text as the value of a literal in a report."""
    return "'" + " ".join(text.splitlines()).replace("'", "''") + "'"


def file_name(name: str) -> str:
    """Return a name as a file can have it on every system; different names stay different."""
    return _NOT_IN_A_FILE_NAME.sub(lambda found: f"%{ord(found[0]):02X}", name)
