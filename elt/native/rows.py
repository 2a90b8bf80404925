"""Reads the objects whose bytes are canonical into columns with the compiled library (``elt/native/rows.c``).

The plain way decodes them one by one: ``elt.staging.reading.decode``.
"""

import ctypes
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from elt.native import LIBRARY
from elt.native.arguments import BYTES, FLAGS, NUMBER, NUMBERS, compiled_function
from elt.native.arrays import fixed_strings, numbers
from elt.native.buffers import Flags, ObjectBuffer
from elt.native.names import UUID_WIDTH
from elt.native.template import Kind, Template, Value

_LITERAL = 0
"""The kind of a literal; the kinds of values are the numbers of ``Kind``."""

_TYPES = {Kind.UUID: f"V{UUID_WIDTH}", Kind.TIMESTAMP: "i8", Kind.DATE: "i4", Kind.INTEGER: "i8"}


@dataclass(frozen=True)
class EncodedTexts:
    """A column of texts, each still encoded as JSON and not checked.

    Attributes:
        codes: For each row the place of its text in ``different``.
        different: The different texts, each with its closing quote; may hold texts of rows that were not canonical.
    """

    codes: npt.NDArray[np.int32]
    different: list[bytes]


class _Part(ctypes.Structure):
    """``struct part``."""

    _fields_ = (
        ("kind", NUMBER),
        ("text", ctypes.c_char_p),
        ("size", NUMBER),
        ("lowest", NUMBER),
        ("values", ctypes.c_void_p),
        ("table", ctypes.c_void_p),
        ("slots", NUMBER),
        ("texts", ctypes.c_void_p),
        ("sizes", ctypes.c_void_p),
        ("codes", NUMBER),
    )


class _Column:
    """Memory for the values of one column.

    Args:
        value: Kind and limits of the values.
        objects: Largest possible number of rows.
        part: Receives the addresses of the memory.
    """

    def __init__(self, value: Value, objects: int, part: _Part) -> None:
        self._kind = value.kind
        self._part = part
        self._values = np.empty(objects, _TYPES.get(value.kind, "i4"))
        part.kind, part.lowest, part.values = value.kind.value, value.lowest, self._values.ctypes.data
        if value.kind not in _TYPES:
            self._table = np.zeros(1 << (2 * objects).bit_length(), np.int32)
            self._texts, self._sizes = np.empty(objects, np.uintp), np.empty(objects, np.int64)
            part.table, part.slots = self._table.ctypes.data, len(self._table)
            part.texts, part.sizes = self._texts.ctypes.data, self._sizes.ctypes.data

    def first(self, rows: int) -> pa.Array | EncodedTexts:
        """Return the values of the first rows."""
        values = self._values[:rows]
        if self._kind is Kind.UUID:
            return fixed_strings(values.view(np.uint8).reshape(-1, UUID_WIDTH))
        if self._kind is Kind.INTEGER:
            return numbers(values)
        if self._kind is Kind.DATE:
            return numbers(values, pa.date32())
        if self._kind is Kind.TIMESTAMP:
            return numbers(values, pa.timestamp("us", tz="UTC"))
        return EncodedTexts(values.astype(np.int32, copy=False), list(self._different()))

    def _different(self) -> Iterator[bytes]:
        codes = self._part.codes
        places = zip(self._texts[:codes].tolist(), self._sizes[:codes].tolist(), strict=True)
        return (ctypes.string_at(place, size) for place, size in places)


class CompiledRows:
    """Reads objects into columns.

    Args:
        library: The compiled library.
    """

    def __init__(self, library: ctypes.CDLL) -> None:
        parts = ctypes.POINTER(_Part)
        self._read = compiled_function(library, "read_rows", BYTES, NUMBERS, NUMBER, parts, NUMBER, FLAGS)

    def read(self, template: Template, objects: ObjectBuffer) -> tuple[Flags, dict[str, pa.Array | EncodedTexts]]:
        """Read the objects that fit a template from their first byte to their last.

        Returns:
            For each object True if it fits; and the values of those that fit, by the name of the column. Whether a
            text is valid is left to the caller.
        """
        count, fits = len(objects), np.empty(len(objects), np.bool_)
        columns: dict[str, _Column] = {}
        parts = (_Part * len(template.parts))()
        for place, part in enumerate(template.parts):
            if isinstance(part, bytes):
                parts[place] = _Part(_LITERAL, part, len(part))
            else:
                columns[part.name] = _Column(part, count, parts[place])
        rows = self._read(objects.data, objects.ends, count, parts, len(parts), fits)
        return fits, {name: column.first(rows) for name, column in columns.items()}


ROWS: CompiledRows | None = None if LIBRARY is None else CompiledRows(LIBRARY)
"""The compiled way to read objects into columns; None without the compiled library."""
